package examples;

import static trale.Async.await;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import trale.Executor;
import trale.net.AsyncRead;
import trale.net.TcpListener;
import trale.net.TcpStream;

/// What the examples in the Javadoc take for granted: peers that are there. See [DocumentationTest].
public final class Given {
    private Given() {}

    private static TcpListener listener() throws IOException {
        return TcpListener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    /// {@return the address of a server that sends back what it receives, for one connection}
    public static InetSocketAddress server() throws IOException {
        var listener = listener();
        Executor.spawn(() -> {
            try (listener; var stream = await(listener.accept())) {
                await(AsyncRead.copy(stream, stream));
            } catch (IOException e) {
                // the example has closed its end, and did not read all
            }
        });
        return listener.localAddress();
    }

    /// {@return a stream whose peer sends back what it receives}
    public static TcpStream echo() throws IOException {
        return Executor.blockOn(TcpStream.connect(server()));
    }

    public static TcpListener listenerWithAClient() throws IOException {
        var listener = listener();
        Executor.spawn(TcpStream.connect(listener.localAddress()));
        return listener;
    }

    /// {@return a non-blocking eventfd(2); it stays open}
    public static int eventfd(int count) {
        return Leaf.libc("eventfd", count, 0x800);
    }

    /// {@return what it has counted, or −errno}
    public static long eventfdRead(int fd) {
        var count = Arena.ofAuto().allocate(ValueLayout.JAVA_LONG);
        int answer = Leaf.libc("eventfd_read", fd, count.address());
        return answer < 0 ? answer : count.get(ValueLayout.JAVA_LONG, 0);
    }

    public static void send(TcpStream to, String text) {
        Executor.blockOn(to.writeAll(ByteBuffer.wrap(text.getBytes())));
    }
}
