package book.ch12;

import static book.ch12.Steps.act;

import book.linux.Linux;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.Consumer;
import trale.Future;
import trale.Poll;

/// The four examples of the original.
final class Examples {
    private static final int BYTES = 1000;

    private final Executor executor;
    private final Duration second;
    private final Consumer<String> out;

    Examples(Executor executor, Duration second, Consumer<String> out) {
        this.executor = executor;
        this.second = second;
        this.out = out;
    }

    private Future<Void> sleep(double seconds) {
        return new Sleep(executor, Duration.ofNanos((long) (seconds * second.toNanos())));
    }

    // region timer
    void timer() {
        var other = executor.spawn(printer("a", "b", "c"));
        executor.blockOn(printer("A", "B", "C"));
        other.join();
    }

    private Future<Void> printer(String first, String second, String third) {
        return new Steps(
                () -> sleep(2),
                act(() -> out.accept("Hello " + first + "!")),
                () -> sleep(1),
                act(() -> out.accept("Hello " + second + "!")),
                () -> sleep(1),
                act(() -> out.accept("Hello " + third + "!")));
    }
    // end

    // region sub-tasks
    void subTasks() {
        var child = new JoinHandle<?>[1];
        executor.blockOn(new Steps(
                () -> sleep(2),
                act(() -> out.accept("Hello A!")),
                act(() -> child[0] = executor.spawn(new Steps(
                        act(() -> out.accept("Hello from other task")),
                        () -> sleep(1),
                        act(() -> out.accept("Bye bye from other task"))))),
                () -> sleep(0.5),
                act(() -> out.accept("Hello B!")),
                () -> child[0],
                act(() -> out.accept("Hello C!"))));
    }
    // end

    // region udp
    void udp() {
        var sockets = new UdpSocket[2];
        var buffer = Linux.allocate(1500);
        executor.blockOn(new Steps(
                act(() -> {
                    sockets[0] = new UdpSocket(executor);
                    sockets[1] = new UdpSocket(executor);
                    executor.spawn(new Steps(
                            () -> sleep(1),
                            () -> sockets[1].sendTo(Linux.allocate(20), sockets[0].port()),
                            act(() -> sockets[1].close())));
                }),
                () -> sockets[0].receive(buffer),
                act(() -> out.accept("Received " + buffer.position() + " bytes")),
                act(() -> sockets[0].close())));
    }
    // end

    // region tcp
    void tcp() {
        var listener = new TcpListener[1];
        executor.blockOn(new Steps(
                act(() -> {
                    listener[0] = new TcpListener(executor);
                    executor.spawn(client(listener[0].port()));
                }),
                () -> new Then<>(listener[0].accept(), stream -> new Then<>(new Echo(stream), bytes ->
                        new Steps(act(() -> out.accept("Echoed " + bytes + " bytes"))))),
                act(() -> listener[0].close())));
    }

    private Future<Void> client(int port) {
        var buffer = Linux.allocate(BYTES);
        return new Then<>(TcpStream.connect(executor, port), stream -> new Steps(
                () -> stream.writeAll(buffer),
                act(buffer::clear),
                () -> readAll(stream, buffer),
                act(stream::close)));
    }

    private static Future<Void> readAll(TcpStream stream, ByteBuffer buffer) {
        return cx -> {
            while (buffer.hasRemaining()) {
                if (!(stream.read(buffer).poll(cx) instanceof Poll.Ready<?>)) return Poll.pending();
            }
            return Poll.ready(null);
        };
    }
    // end
}
