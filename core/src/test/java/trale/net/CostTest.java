package trale.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.async;
import static trale.Async.await;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import trale.Future;
import trale.support.Arrangement;
import trale.support.Child;
import trale.support.NeedsLinux;
import trale.support.NeedsSoundCalls;

/// What sockets cost.
@NeedsSoundCalls("another process, which is on a sound Linux")
@NeedsLinux(NeedsLinux.PROCESS)
class CostTest extends SocketTest {

    private static Future<Void> echo(TcpStream stream, ByteBuffer buffer) {
        return async(() -> {
            while (await(stream.read(buffer.clear())) >= 0) await(stream.writeAll(buffer.flip()));
        });
    }

    private static void echo(SocketChannel client, ByteBuffer buffer, int times) throws Exception {
        for (var i = 0; i < times; i++) {
            client.write(buffer.clear());
            buffer.clear();
            while (buffer.hasRemaining()) client.read(buffer);
        }
    }

    /// 32 for the read, 32 for the write, 16 for what the read answers; and what happens seldom.
    private static final long MOST_OF_AN_ECHO = 84;

    /// Prints the least bytes an echo that it has seen. It has a JVM of its own: what the JIT compiler can keep off the heap
    /// depends on what else ran there. If it has left something on it even so, another JVM is asked.
    public static final class Allocates {
        private Allocates() {}

        public static void main(String[] args) throws Exception {
            var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            try (var executor = Arrangement.valueOf(args[0]).open("child");
                    var listener = executor.submit(() -> TcpListener.bind(LOOPBACK)).join();
                    var client = SocketChannel.open(listener.localAddress());
                    var server = executor.submit(listener.accept()).join()) {
                var task = executor.submit(echo(server,
                        args[1].equals("direct") ? ByteBuffer.allocateDirect(4096) : ByteBuffer.allocate(4096)));
                long thread = executor.submit(() -> Thread.currentThread().threadId()).join();
                var message = ByteBuffer.allocateDirect(64);
                var least = Long.MAX_VALUE;
                for (var round = 0; round < 10 && least > MOST_OF_AN_ECHO; round++) { // until the JIT compiler has seen that it is hot
                    var before = threads.getThreadAllocatedBytes(thread);
                    echo(client, message, 10_000);
                    least = Math.min(least, (threads.getThreadAllocatedBytes(thread) - before) / 10_000);
                }
                IO.println(least);
                client.shutdownOutput();
                task.join();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"heap", "direct"})
    void anEchoAllocatesTwoOperationsAndACount(String buffer) throws Exception {
        var least = Long.MAX_VALUE;
        for (var jvm = 0; jvm < 4 && least > MOST_OF_AN_ECHO; jvm++) {
            try (var child = Child.startOptimizing(Allocates.class, arrangement.name(), buffer)) {
                least = Math.min(least, Long.parseLong(child.end().strip()));
            }
        }
        assertTrue(least <= MOST_OF_AN_ECHO, least + " bytes an echo");
    }

    private static Future<Void> echo(UdpSocket socket, ByteBuffer buffer) {
        return async(() -> {
            while (true) {
                var datagram = await(socket.recvFrom(buffer.clear()));
                await(socket.sendTo(buffer.flip(), datagram.from()));
            }
        });
    }

    /// The same of datagrams, from three senders in turn.
    public static final class DatagramsAllocate {
        private DatagramsAllocate() {}

        public static void main(String[] args) throws Exception {
            var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            try (var executor = Arrangement.valueOf(args[0]).open("child");
                    var server = executor.submit(() -> UdpSocket.bind(LOOPBACK)).join();
                    var one = DatagramChannel.open().bind(LOOPBACK).connect(server.localAddress());
                    var other = DatagramChannel.open().bind(LOOPBACK).connect(server.localAddress());
                    var third = DatagramChannel.open().bind(LOOPBACK).connect(server.localAddress())) {
                var clients = new DatagramChannel[] {one, other, third};
                var task = executor.submit(echo(server,
                        args[1].equals("direct") ? ByteBuffer.allocateDirect(4096) : ByteBuffer.allocate(4096)));
                long thread = executor.submit(() -> Thread.currentThread().threadId()).join();
                var message = ByteBuffer.allocateDirect(64);
                var least = Long.MAX_VALUE;
                for (var round = 0; round < 10 && least > MOST_OF_A_DATAGRAM; round++) {
                    var before = threads.getThreadAllocatedBytes(thread);
                    for (var i = 0; i < 10_000; i++) {
                        clients[i % 3].write(message.clear());
                        clients[i % 3].read(message.clear());
                    }
                    least = Math.min(least, (threads.getThreadAllocatedBytes(thread) - before) / 10_000);
                }
                IO.println(least);
                task.cancel();
            }
        }
    }

    private static final long MOST_OF_A_DATAGRAM = 160;

    @ParameterizedTest
    @ValueSource(strings = {"heap", "direct"})
    void anEchoOfADatagramAllocatesNoAddress(String buffer) throws Exception {
        var least = Long.MAX_VALUE;
        for (var jvm = 0; jvm < 4 && least > MOST_OF_A_DATAGRAM; jvm++) {
            try (var child = Child.startOptimizing(DatagramsAllocate.class, arrangement.name(), buffer)) {
                least = Math.min(least, Long.parseLong(child.end().strip()));
            }
        }
        assertTrue(least <= MOST_OF_A_DATAGRAM, least + " bytes a datagram");
    }

    /// Serves one connection.
    public static final class EchoOnce {
        private EchoOnce() {}

        public static void main(String[] args) throws Exception {
            try (var executor = Arrangement.valueOf(args[0]).open("child")) {
                var listener = executor.submit(() -> TcpListener.bind(LOOPBACK, BindOptions.LISTENER)).join();
                IO.println(listener.localAddress().getPort());
                executor.submit(() -> {
                    try (listener;
                            var stream = await(listener.accept())) {
                        await(echo(stream, ByteBuffer.allocate(4096)));
                    }
                }).join();
            }
        }
    }

    @Test
    void anEchoIsOneReceiveAndOneSend() throws Exception {
        try (var server = Child.startTraced("recvfrom,sendto,epoll_ctl", EchoOnce.class, arrangement.name())) {
            var address = new InetSocketAddress("127.0.0.1", Integer.parseInt(server.line()));
            try (var client = SocketChannel.open(address)) {
                echo(client, ByteBuffer.allocateDirect(64), 1000);
            }
            server.end();
            var receives = server.calls("recvfrom\\(");
            assertTrue(1000 < receives && receives < 1010, receives + " receives");
            assertEquals(1000, server.calls("sendto\\("));
            var controls = server.calls("epoll_ctl\\(");
            assertTrue(controls <= 8, controls + " epoll_ctl");
        }
    }

    @Test
    void aSocketInUseIsNotGarbage() throws Exception {
        try (var listener = listen();
                var client = SocketChannel.open(listener.localAddress())) {
            var read = executor.submit(async(() -> {
                try (var stream = await(listener.accept())) {
                    return await(stream.read(ByteBuffer.allocate(10)));
                }
            }));
            settle();
            System.gc();
            settle();
            client.write(bytes("abc"));
            assertEquals(3, read.join());
        }
    }
}
