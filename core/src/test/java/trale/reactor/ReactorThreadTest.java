package trale.reactor;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.await;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import trale.Executor;
import trale.JoinHandle;
import trale.Poll;
import trale.internal.linux.Kernel;
import trale.net.UdpSocket;
import trale.support.NeedsLinux;
import trale.support.NeedsSoundCalls;
import trale.support.Optimized;

/// What the reactor's thread does while the executor's thread is awake.
@Timeout(60)
@NeedsLinux(NeedsLinux.THREADS)
@NeedsSoundCalls("it counts them")
@Optimized
class ReactorThreadTest {
    private static final int EVENTS = 100;

    /// How often the reactor's thread has asked Linux.
    private final AtomicInteger waits = new AtomicInteger();

    private Executor counted() {
        var usual = Kernel.use((function, a, b, c, d, e, f) -> {
            if (function.equals("epoll_wait") && Thread.currentThread().getName().equals("counted-reactor")) waits.getAndIncrement();
            return Kernel.linux().call(function, a, b, c, d, e, f);
        });
        try {
            return Executor.builder().name("counted").reactorThread(true).build();
        } finally {
            Kernel.use(usual);
        }
    }

    private static JoinHandle<Integer> receives(Executor executor, UdpSocket socket) {
        return executor.submit(() -> await(socket.recv(ByteBuffer.allocate(8))));
    }

    private static UdpSocket bind(Executor executor) {
        return executor.submit(() -> UdpSocket.bind(new InetSocketAddress("127.0.0.1", 0))).join();
    }

    private static void send(DatagramChannel from, UdpSocket to) throws Exception {
        from.send(ByteBuffer.wrap(new byte[1]), to.localAddress());
    }

    /// After each datagram the reactor's thread asks Linux before the next one.
    ///
    /// @return how many ns that took
    private long sendOneByOne(DatagramChannel from, List<UdpSocket> sockets) throws Exception {
        var start = System.nanoTime();
        for (var socket : sockets) {
            var before = waits.get();
            send(from, socket);
            while (waits.get() == before) Thread.onSpinWait();
        }
        return System.nanoTime() - start;
    }

    @Test
    void eventsGatherWhileTheExecutorIsAwake() throws Exception {
        try (var executor = counted(); var channel = DatagramChannel.open()) {
            var sockets = new ArrayList<UdpSocket>();
            var received = new ArrayList<JoinHandle<Integer>>();
            for (var i = 0; i < EVENTS; i++) {
                sockets.add(bind(executor));
                received.add(receives(executor, sockets.getLast()));
            }
            executor.submit(_ -> Poll.ready(null)).join(); // all are waiting
            var before = waits.get();
            var nanos = executor.submit(_ -> Poll.ready(sendOneByOne(channel, sockets))).join();
            for (var handle : received) assertEquals(1, handle.join());
            var naps = nanos / 1_000_000;
            // Without naps it is one an event, in less time.
            assertTrue(waits.get() - before <= naps + 10, waits.get() - before + " waits in " + naps + " ms");
            for (var socket : sockets) socket.close();
        }
    }

    @Test
    void aNapEndsInTimeForTheTasksOfAnotherExecutor() throws Exception {
        try (var napping = counted();
                var other = Executor.builder().name("other").build();
                var channel = DatagramChannel.open();
                var first = bind(napping);
                var second = bind(napping)) {
            var one = receives(napping, first);
            var two = receives(other, second);
            other.submit(_ -> Poll.ready(null)).join(); // it is waiting
            var received = new CountDownLatch(1);
            var held = napping.submit(_ -> {
                assertTrue(sendOneByOne(channel, List.of(first, first, first, second)) > 0); // tasks of `napping` can't run meanwhile
                return Poll.ready(received.await(30_000, MILLISECONDS));
            });
            assertEquals(1, two.join());
            received.countDown();
            assertTrue(held.join());
            assertEquals(1, one.join());
        }
    }

    @Test
    void aNapDoesNotHoldUpTheClose() throws Exception {
        for (var i = 0; i < 200; i++) {
            try (var executor = Executor.builder().reactorThread(true).build(); var channel = DatagramChannel.open();
                    var socket = bind(executor)) {
                var received = receives(executor, socket);
                executor.submit(_ -> {
                    send(channel, socket);
                    return Poll.ready(null);
                }).join();
                assertEquals(1, received.join());
            }
        }
    }
}
