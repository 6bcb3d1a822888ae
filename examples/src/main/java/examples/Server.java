package examples;

import static trale.Async.async;
import static trale.Async.await;

import module java.base;
import trale.Executor;
import trale.Future;
import trale.JoinHandle;
import trale.net.*;
import trale.time.Timer;

/// What the servers among the examples share: one task accepts, each connection is a task of its own, and SIGTERM or
/// Ctrl-C stops them gracefully.
final class Server {
    private final TcpListener listener;
    private final Function<TcpStream, Future<Void>> service;
    private final Map<TcpStream, JoinHandle<Void>> connections = new HashMap<>(); // by the executor's thread only

    private Server(TcpListener listener, Function<TcpStream, Future<Void>> service) {
        this.listener = listener;
        this.service = service;
    }

    static void run(String scheme, InetSocketAddress address, Function<TcpStream, Future<Void>> service) throws IOException {
        var server = new Server(TcpListener.bind(address), service);
        var accepting = Executor.spawn(server::accept);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            if (!accepting.isDone()) server.stop(); // otherwise it failed, and this is the end of that
        }));
        IO.println("Listening on " + scheme + Command.text(server.listener.localAddress()));
        accepting.join();
    }

    private void accept() throws Exception {
        try {
            while (true) {
                var stream = await(listener.accept());
                connections.put(stream, Executor.spawn(() -> {
                    try (stream) {
                        await(service.apply(stream));
                    } catch (IOException | TimeoutException e) { // hurts nobody else
                        System.err.println("Connection of " + Command.text(stream.remoteAddress()) + " ended: " + e.getMessage());
                    } finally {
                        connections.remove(stream);
                    }
                }));
            }
        } catch (ClosedChannelException e) {
            // stopping: no more connections, but those that there are go on
        }
    }

    /// Lets connections finish for a second. What ends by a signal exits with 143, hence halt.
    private void stop() {
        listener.close();
        IO.println("Stopping");
        Executor.blockOn(() -> {
            try {
                await(Timer.timeout(Duration.ofSeconds(1), async(() -> {
                    for (var connection : List.copyOf(connections.values())) await(connection);
                })));
            } catch (Exception late) {
                IO.println("Some connections had not finished");
            }
        });
        Runtime.getRuntime().halt(0);
    }
}
