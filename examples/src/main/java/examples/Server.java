package examples;

import static trale.Async.async;
import static trale.Async.await;

import module java.base;
import trale.Executor;
import trale.Future;
import trale.JoinHandle;
import trale.Poll;
import trale.net.*;
import trale.time.Timer;

/// What the servers among the examples share: one task accepts, each connection is a task of its own, and SIGTERM or
/// Ctrl-C stops them gracefully.
final class Server {
    static final AsyncWrite NOWHERE = bytes -> cx -> {
        var n = bytes.remaining();
        bytes.position(bytes.limit());
        return Poll.ready(n);
    };

    private static volatile boolean rehearsing;

    private final Function<TcpStream, Future<Void>> service;
    private final Map<TcpStream, JoinHandle<Void>> connections = new HashMap<>(); // by the executor's thread only
    private TcpListener listener; // null before it is bound; guarded by this
    private boolean isOver; // guarded by this

    private Server(Function<TcpStream, Future<Void>> service) {
        this.service = service;
    }

    /// @param request what a client might send: it is served once before the first client comes
    static void run(String scheme, InetSocketAddress address, Function<TcpStream, Future<Void>> service, String request) throws IOException {
        var server = new Server(service);
        Runtime.getRuntime().addShutdownHook(new Thread(server::stop)); // first, because a signal may come at any time
        try {
            rehearse(service, request);
            JoinHandle<Void> accepting;
            synchronized (server) {
                server.listener = TcpListener.bind(address);
                accepting = Executor.spawn(server::accept);
                IO.println("Listening on " + scheme + Command.text(server.listener.localAddress()));
            }
            accepting.join();
        } finally {
            synchronized (server) {
                server.isOver = true;
            }
        }
    }

    /// Serves one client that this is itself. What that needs — classes, state machines — is loaded then: if it were first
    /// needed when no descriptor is left to open the class files with, it would be missing for good.
    private static void rehearse(Function<TcpStream, Future<Void>> service, String request) {
        rehearsing = true;
        Executor.blockOn(() -> {
            try (var listener = TcpListener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
                var client = Executor.spawn(() -> {
                    try (var stream = await(TcpStream.connect(listener.localAddress()))) {
                        await(stream.writeAll(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII))));
                        stream.shutdownOutput();
                        await(AsyncRead.copy(stream, NOWHERE));
                    }
                });
                var echo = new ArrayDeque<JoinHandle<Void>>();
                try (var stream = await(listener.accept())) {
                    // a proxy connects to the same port: its server
                    echo.add(Executor.spawn(() -> {
                        try (var peer = await(listener.accept())) {
                            await(AsyncRead.copy(peer, peer));
                        }
                    }));
                    await(service.apply(stream));
                }
                await(client);
                echo.forEach(JoinHandle::cancel);
            }
        });
        rehearsing = false;
    }

    static boolean isRehearsing() {
        return rehearsing;
    }

    /// Prints, but for what is rehearsed.
    static void say(String line) {
        if (!rehearsing) IO.println(line);
    }

    private void accept() throws Exception {
        try {
            while (true) {
                try {
                    start(await(listener.accept()));
                } catch (OutOfMemoryError e) {
                    // that connection is lost; when others have ended there is room for more
                }
            }
        } catch (ClosedChannelException e) {
            // stopping: no more connections, but those that there are go on
        }
    }

    private void start(TcpStream stream) {
        var isServed = false;
        try {
            connections.put(stream, Executor.spawn(() -> {
                try (stream) {
                    await(service.apply(stream));
                } catch (IOException | TimeoutException | OutOfMemoryError e) { // hurts no other connection
                    complain(stream, e);
                } finally {
                    connections.remove(stream);
                }
            }));
            isServed = true;
        } finally {
            if (!isServed) stream.close();
        }
    }

    private static void complain(TcpStream stream, Throwable t) {
        try {
            System.err.println("Connection of " + Command.text(stream.remoteAddress()) + " ended: " + t.getMessage());
        } catch (OutOfMemoryError e) {
            // without a word, then
        }
    }

    /// Lets connections finish for a second. What ends by a signal exits with 143, hence halt.
    private synchronized void stop() {
        if (isOver) return; // it failed, and this is the end of that
        if (listener != null) {
            listener.close();
            IO.println("Stopping");
            finish();
        }
        Runtime.getRuntime().halt(0);
    }

    private void finish() {
        try {
            Executor.spawn(() -> {
                try {
                    await(Timer.timeout(Duration.ofSeconds(1), async(() -> {
                        for (var connection : List.copyOf(connections.values())) await(connection);
                    })));
                } catch (TimeoutException late) {
                    IO.println("Some connections had not finished");
                }
            }).toCompletableFuture().get(5, TimeUnit.SECONDS); // a task that blocks the executor must not block this
        } catch (Throwable t) {
            System.err.println(t);
        }
    }
}
