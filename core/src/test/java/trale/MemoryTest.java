package trale;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.await;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import trale.support.Child;
import trale.support.NeedsLinux;
import trale.support.NeedsSoundCalls;
import trale.time.Timer;

/// What a task that sleeps keeps on the heap.
@NeedsSoundCalls("another process, which is on a sound Linux")
@NeedsLinux(NeedsLinux.PROCESS)
@Timeout(value = 60, unit = SECONDS)
class MemoryTest {
    private static final int TASKS = 100_000;

    /// `Task` 120, its context 16, `Deadline` 40, the body 32; and 5 of the array of the timers, which has 131,072 places.
    private static final double LIMIT = 215;

    /// Prints how many bytes a sleeping task keeps. A JVM of its own, as garbage of other tests would be counted.
    public static final class Sleepers {
        private static final AtomicLong ASLEEP = new AtomicLong();

        private Sleepers() {}

        public static void main(String[] args) {
            var more = args[0].equals("more");
            sleep(10, more); // loads what is needed once
            var before = heap();
            sleep(TASKS, more);
            IO.println((double) (heap() - before) / TASKS);
            System.exit(0);
        }

        private static void sleep(int tasks, boolean more) {
            ASLEEP.set(0);
            Executor.blockOn(() -> {
                for (var i = 0; i < tasks; i++) Executor.spawn(more ? sixteenBytesMore(ASLEEP, i, i) : sleeper(ASLEEP));
            });
            while (ASLEEP.get() < tasks) Thread.onSpinWait();
        }

        private static Future<Void> sleeper(AtomicLong count) {
            return Async.async(() -> {
                count.getAndIncrement();
                await(Timer.sleep(Duration.ofHours(1)));
                count.getAndDecrement();
            });
        }

        private static Future<Void> sixteenBytesMore(AtomicLong count, long a, long b) {
            return Async.async(() -> {
                count.getAndIncrement();
                await(Timer.sleep(Duration.ofHours(1)));
                count.getAndAdd(a - b - 1);
            });
        }

        private static long heap() {
            for (var i = 0; i < 3; i++) System.gc();
            return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        }
    }

    private static double bytes(String kind) throws Exception {
        try (var child = Child.start(Sleepers.class, kind)) {
            return Double.parseDouble(child.end().strip());
        }
    }

    @Test
    void aTaskThatSleepsKeepsNoMoreThanItsFourObjects() throws Exception {
        var bytes = bytes("plain");
        assertTrue(bytes <= LIMIT, bytes + " bytes a task");
    }

    @Test
    void sixteenBytesMoreAreSeen() throws Exception {
        var bytes = bytes("more");
        assertTrue(bytes > LIMIT, bytes + " bytes a task");
    }
}
