package examples;

import static trale.Async.async;
import static trale.Async.await;

import module java.base;
import trale.Executor;
import trale.Future;
import trale.Poll;
import trale.Scope;
import trale.net.*;
import trale.sync.Event;
import trale.time.Timer;

/// What the servers among the examples share: each connection is a child of the scope that accepts, and SIGTERM or Ctrl-C
/// stops them gracefully.
final class Server {
    static final AsyncWrite NOWHERE = bytes -> cx -> {
        var n = bytes.remaining();
        bytes.position(bytes.limit());
        return Poll.ready(n);
    };

    private static final boolean WATCHED = System.getProperty("trale.watch") != null; // what is shown is the server alone, to its end
    private static volatile boolean rehearsing;

    private Server() {}

    /// @param request what a client might send: it is served once before the first client comes
    static void run(String scheme, InetSocketAddress address, Function<TcpStream, Future<Void>> service, String request) {
        var stopping = new Event();
        var over = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(stopping, over))); // first: a signal may come at any time
        try {
            if (!WATCHED) Executor.blockOn(rehearse(service, request));
            Executor.blockOn(serve(scheme, address, service, stopping));
        } finally {
            over.countDown();
        }
    }

    /// Accepts until it is to stop, and then lets the connections finish for a second.
    private static Future<Void> serve(String scheme, InetSocketAddress address, Function<TcpStream, Future<Void>> service, Event stopping) {
        return Scope.run(server -> {
            var listener = TcpListener.bind(address);
            var accepting = server.fork(accept(listener, service)).closing(listener);
            IO.println("Listening on " + scheme + Command.text(listener.localAddress()));
            await(stopping.await());
            listener.close();
            IO.println("Stopping");
            try {
                await(Timer.timeout(Duration.ofSeconds(1), accepting));
            } catch (TimeoutException late) {
                IO.println("Some connections had not finished");
                server.cancel(); // their cleanup runs, and the scope waits for it
            }
        });
    }

    /// Forks a child for each connection. The scope is over when the listener is closed and the last connection has ended.
    static Future<Void> accept(TcpListener listener, Function<TcpStream, Future<Void>> service) {
        return Scope.run(connections -> {
            while (true) {
                try {
                    var stream = await(listener.accept());
                    connections.fork(connection(stream, service)).closing(stream);
                } catch (ClosedChannelException e) {
                    return; // stopping: no more connections, but those that there are go on
                } catch (OutOfMemoryError e) {
                    // that connection is lost; when others have ended there is room for more
                }
            }
        });
    }

    /// A failure of one connection hurts no other: it does not leave this body, and so does not reach the scope.
    private static Future<Void> connection(TcpStream stream, Function<TcpStream, Future<Void>> service) {
        return async(() -> {
            try {
                await(service.apply(stream));
            } catch (CancellationException e) {
                throw e;
            } catch (Exception | OutOfMemoryError e) {
                complain(stream, e);
            }
        });
    }

    private static void complain(TcpStream stream, Throwable t) {
        try {
            var isUsual = t instanceof IOException || t instanceof TimeoutException; // its message says all
            System.err.println("Connection of " + Command.text(stream.remoteAddress()) + " ended: " + (isUsual ? t.getMessage() : t));
        } catch (OutOfMemoryError e) {
            // without a word, then
        }
    }

    /// Serves one client that this is itself. What that needs — classes, state machines — is loaded then: if it were first
    /// needed when no descriptor is left to open the class files with, it would be missing for good.
    private static Future<Void> rehearse(Function<TcpStream, Future<Void>> service, String request) {
        return Scope.run(stage -> {
            rehearsing = true;
            try (var listener = TcpListener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
                var client = stage.fork(ask(listener.localAddress(), request));
                try (var stream = await(listener.accept())) {
                    // a proxy connects to the same port: its server
                    stage.fork(accept(listener, peer -> async(() -> {
                        await(AsyncRead.copy(peer, peer));
                    })));
                    await(service.apply(stream));
                }
                await(client);
                stage.cancel();
            } finally {
                rehearsing = false;
            }
        });
    }

    private static Future<Void> ask(InetSocketAddress server, String request) {
        return async(() -> {
            try (var stream = await(TcpStream.connect(server))) {
                await(stream.writeAll(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII))));
                stream.shutdownOutput();
                await(AsyncRead.copy(stream, NOWHERE));
            }
        });
    }

    static boolean isRehearsing() {
        return rehearsing;
    }

    /// Prints, but for what is rehearsed.
    static void say(String line) {
        if (!rehearsing) IO.println(line);
    }

    /// In the hook: what ends by a signal would exit with 143, hence halt. A task that blocks the executor must not block this.
    private static void stop(Event stopping, CountDownLatch over) {
        if (over.getCount() == 0) return; // it failed, and exits with a status of its own
        stopping.set();
        try {
            over.await(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            // then at once
        }
        if (!WATCHED) Runtime.getRuntime().halt(0);
    }
}
