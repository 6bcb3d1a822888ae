package examples;

import static trale.Async.async;
import static trale.Async.await;

import module java.base;
import trale.Executor;
import trale.Future;
import trale.JoinHandle;
import trale.net.*;

/// An echo server on several executors, a thread each: they share one port, and the kernel spreads the connections.
///
/// The executors share no task, no socket and no lock. Each has a listener of its own with SO_REUSEPORT (socket(7)).
final class Cores {
    private final String name;
    private final Executor executor;
    private int connections; // these two by the executor's thread; read after its end
    private long bytes;

    private Cores(int number) {
        name = "core-" + number;
        executor = Executor.builder().name(name).build();
    }

    static void main(String... args) throws Exception {
        var command = new Command("""
                cores [[HOST:]PORT [EXECUTORS]]
                  127.0.0.1:5000 by default, 0 is any free port; EXECUTORS is one for each processor""",
                args, "5000", Integer.toString(Runtime.getRuntime().availableProcessors()));
        var address = command.address(0);
        var cores = IntStream.rangeClosed(1, command.count(1)).mapToObj(Cores::new).toList();
        command.run("Choose another port: ./trale cores PORT", () -> {
            var first = cores.getFirst().listen(address);
            var accepting = new ArrayList<>(List.of(cores.getFirst().serve(first)));
            for (var core : cores.subList(1, cores.size())) accepting.add(core.serve(core.listen(first.localAddress())));
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(cores)));
            IO.println("Listening on " + Command.text(first.localAddress()));
            try {
                accepting.forEach(JoinHandle::join);
            } catch (CancellationException e) {
                // stopped
            }
        });
    }

    /// A socket belongs to the executor whose task makes it.
    private TcpListener listen(InetSocketAddress address) {
        return executor.submit(async(() -> TcpListener.bind(address, BindOptions.LISTENER.reusePort(true)))).join();
    }

    private JoinHandle<Void> serve(TcpListener listener) {
        return executor.submit(Server.accept(listener, this::echo)).closing(listener);
    }

    private Future<Void> echo(TcpStream stream) {
        return async(() -> {
            connections++;
            var buffer = ByteBuffer.allocateDirect(1 << 14);
            while (await(stream.read(buffer.clear())) >= 0) {
                bytes += buffer.position();
                await(stream.writeAll(buffer.flip()));
            }
        });
    }

    /// Cancels the scopes, and with them their connections, and waits until their cleanup is done.
    private static void stop(List<Cores> cores) {
        for (var core : cores) {
            core.executor.close(Duration.ofSeconds(1));
            IO.println("%s: %,d connections, %,d bytes".formatted(core.name, core.connections, core.bytes));
        }
        if (System.getProperty("trale.watch") == null) Runtime.getRuntime().halt(0); // what ends by a signal would exit with 143
    }
}
