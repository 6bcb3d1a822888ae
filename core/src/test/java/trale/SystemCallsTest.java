package trale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.async;
import static trale.Async.await;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import trale.internal.linux.Kernel;
import trale.net.UdpSocket;
import trale.support.Arrangement;
import trale.support.Futures;
import trale.sync.Channel;
import trale.sync.Semaphore;
import trale.time.Timer;

/// What tasks of one executor do with each other costs no system call on its thread. Only the reactor is turned, once in 64 polls.
@Timeout(60)
class SystemCallsTest {
    private static final int TIMES = 6_400;
    private static final int POLLS = 64; // between two turns of the reactor

    /// Behind all that is runnable, without a turn of the reactor as in [Async#yieldNow()].
    private static Future<Void> yielding() {
        return Futures.yielding(1, () -> {});
    }

    private static Future<Void> inside(Semaphore semaphore) {
        return async(() -> {
            for (var i = 0; i < TIMES; i++) {
                try (var permit = await(semaphore.acquire())) {
                    assertNotNull(permit);
                    await(yielding());
                }
            }
        });
    }

    enum Operation {
        FORK_AND_END(() -> Scope.run(scope -> {
            for (var i = 0; i < TIMES; i++) {
                scope.fork(() -> 1);
                if (i % 100 == 0) await(yielding());
            }
        })),
        RACE_OF_TWO_READY(() -> async(() -> {
            for (var i = 0; i < TIMES; i++) await(Future.<Integer>race(_ -> Poll.ready(1), _ -> Poll.ready(2)));
        })),
        SEND_AND_RECEIVE(() -> async(() -> {
            var channel = new Channel<Integer>(1);
            var receiver = Executor.spawn(() -> {
                while (await(channel.receive()) != null) continue;
            });
            try (channel) {
                for (var i = 0; i < TIMES; i++) await(channel.send(1));
            }
            await(receiver);
        })),
        SEND_AND_POLL(() -> async(() -> {
            var channel = new Channel<Integer>(1);
            var sender = Executor.spawn(() -> {
                try (channel) {
                    for (var i = 0; i < TIMES; i++) await(channel.send(1));
                }
            });
            for (var taken = 0; taken < TIMES; ) {
                if (channel.poll() != null) taken++;
                else await(yielding());
            }
            await(sender);
        })),
        ACQUIRE_AND_RELEASE(() -> async(() -> {
            var semaphore = new Semaphore(1);
            var other = Executor.spawn(inside(semaphore));
            await(inside(semaphore));
            await(other);
        })),
        TIMEOUT_SET_AND_NOT_HIT(() -> async(() -> {
            for (var i = 0; i < TIMES; i++) await(Timer.timeout(Duration.ofHours(1), yielding()));
        }));

        private final Supplier<Future<Void>> body;

        Operation(Supplier<Future<Void>> body) {
            this.body = body;
        }
    }

    /// {@return how many calls of each kind the executor's thread made meanwhile}
    private static Map<String, Integer> calls(Arrangement arrangement, Future<Void> body) {
        var calls = new TreeMap<String, Integer>(); // of the executor's thread alone
        var usual = Kernel.use(new Kernel() {
            @Override
            public int call(String function, long a, long b, long c, long d, long e, long f) {
                if (Thread.currentThread().getName().equals("counted")) calls.merge(function, 1, Integer::sum);
                return Kernel.linux().call(function, a, b, c, d, e, f);
            }

            @Override
            public long nanoTime() {
                return 1_000_000_000; // it stands, so the reactor is turned for the number of polls alone
            }
        });
        Executor executor;
        try {
            executor = arrangement.open("counted");
        } finally {
            Kernel.use(usual);
        }
        try (executor) {
            return executor.submit(async(() -> {
                calls.clear();
                await(body);
                return new TreeMap<>(calls);
            })).join();
        }
    }

    @ParameterizedTest // P13
    @EnumSource
    void noneIsMadeForAnOperation(Arrangement arrangement) {
        for (var operation : Operation.values()) {
            var calls = calls(arrangement, operation.body.get());
            var turns = calls.getOrDefault("epoll_wait", 0);
            calls.remove("epoll_wait");
            var armed = calls.remove("timerfd_settime"); // for the first of all deadlines; those that follow are later
            assertTrue(armed == null || (armed == 1 && operation == Operation.TIMEOUT_SET_AND_NOT_HIT), operation + ": " + armed);
            assertEquals(Map.of(), calls, operation::name);
            assertTrue(turns <= 6 * TIMES / POLLS, operation + ": " + turns); // an operation is at most six polls
        }
    }

    @Test // P13
    void thoseOfASocketAreCounted() {
        var calls = calls(Arrangement.OWN_THREAD, async(() -> UdpSocket.bind(new InetSocketAddress("127.0.0.1", 0)).close()));
        // the second bind asks for the port that the kernel chose in the first
        assertEquals(Map.of("socket", 1, "setsockopt", 1, "bind", 2, "connect", 1, "getsockopt", 1, "getsockname", 2, "epoll_ctl", 2,
                "close", 1), calls);
    }
}
