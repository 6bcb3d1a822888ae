package trale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import trale.support.NothingIsLeft;
import trale.support.Optimized;

/// The queue through which other threads spawn and wake: many producers, one consumer, which is the test's thread here.
@ExtendWith(NothingIsLeft.class)
@Optimized
class InjectedQueueTest {
    private static final int PRODUCERS = 4;
    private static final int TASKS = 50_000;

    private final InjectedQueue queue = new InjectedQueue();
    private Executor executor; // whose the tasks are; it never gets them

    @BeforeEach
    void open() {
        executor = Executor.builder().name("idle").build();
    }

    @AfterEach
    void close() {
        executor.close();
    }

    private Task<Integer> task(int number) {
        var task = new Task<Integer>(executor.loop, cx -> Poll.ready(number));
        task.name = String.valueOf(number);
        return task;
    }

    @Test
    void whatIsAddedComesOutInThatOrderAndMayBeAddedAgain() {
        var tasks = new ArrayList<Task<Integer>>();
        for (var i = 0; i < 5; i++) tasks.add(task(i));
        for (var length = 0; length <= tasks.size(); length++) { // also through the empty queue, which has a stub
            for (var round = 0; round < 3; round++) {
                for (var t : tasks.subList(0, length)) queue.add(t);
                assertEquals(length == 0, queue.isEmpty());
                for (var t : tasks.subList(0, length)) assertSame(t, round == 1 ? queue.takeUnlessEmpty() : queue.take());
                assertTrue(queue.isEmpty());
                assertNull(queue.take());
                assertNull(queue.takeUnlessEmpty());
            }
        }
    }

    @Test
    void oneThatIsTakenWhileOthersAreInGoesToTheEnd() {
        var a = task(1);
        var b = task(2);
        queue.add(a);
        queue.add(b);
        for (var i = 0; i < 1000; i++) {
            assertSame(a, queue.take());
            queue.add(a);
            assertSame(b, queue.take());
            assertFalse(queue.isEmpty());
            queue.add(b);
        }
        assertSame(a, queue.takeUnlessEmpty());
        assertSame(b, queue.takeUnlessEmpty());
        assertNull(queue.takeUnlessEmpty());
    }

    /// Each producer adds tasks of its own; the numbers are its own times TASKS and counted on.
    private ArrayList<Thread> startProducers() {
        var barrier = new CyclicBarrier(PRODUCERS);
        var producers = new ArrayList<Thread>();
        for (var p = 0; p < PRODUCERS; p++) {
            var tasks = new ArrayList<Task<Integer>>();
            for (var i = 0; i < TASKS; i++) tasks.add(task(p * TASKS + i));
            producers.add(Thread.ofPlatform().start(new FutureTask<>(() -> {
                barrier.await();
                for (var t : tasks) queue.add(t);
                return null;
            })));
        }
        return producers;
    }

    private static void assertNext(int[] next, Task<?> taken) {
        var number = Integer.parseInt(taken.name);
        assertEquals(next[number / TASKS]++, number % TASKS, () -> "of producer " + number / TASKS);
    }

    @Test
    void nothingIsLostAndTheOrderOfEachProducerIsKept() {
        startProducers();
        var next = new int[PRODUCERS];
        for (var taken = 0; taken < PRODUCERS * TASKS; ) {
            var task = queue.take();
            if (task == null) continue; // empty, or a producer is between its two steps
            assertNext(next, task);
            taken++;
        }
        assertNull(queue.take());
        assertTrue(queue.isEmpty());
    }

    /// takeUnlessEmpty() answers null only if there was nothing: what a producer has added before it ended is there.
    @Test
    void takeUnlessEmptyTakesWhatHasBeenAdded() throws Exception {
        var next = new int[PRODUCERS];
        for (var producer : startProducers()) producer.join();
        var taken = 0;
        for (Task<?> task; (task = queue.takeUnlessEmpty()) != null; taken++) assertNext(next, task);
        assertEquals(PRODUCERS * TASKS, taken);
        assertTrue(queue.isEmpty());
    }

    @Test
    void takeUnlessEmptyWaitsForAnAddThatHasBegun() {
        for (var round = 0; round < 3; round++) {
            var producers = startProducers();
            var next = new int[PRODUCERS];
            var taken = 0;
            while (taken < TASKS / 10 || producers.stream().anyMatch(Thread::isAlive)) {
                var task = queue.takeUnlessEmpty();
                if (task == null) continue;
                assertNext(next, task);
                taken++;
            }
            for (Task<?> task; (task = queue.takeUnlessEmpty()) != null; taken++) assertNext(next, task);
            assertEquals(PRODUCERS * TASKS, taken);
        }
    }
}
