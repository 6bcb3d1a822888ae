package trale.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.async;
import static trale.Async.await;
import static trale.Async.yieldNow;
import static trale.sync.Wakers.NONE;
import static trale.sync.Wakers.counting;
import static trale.sync.Wakers.pending;
import static trale.sync.Wakers.ready;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import trale.Future;
import trale.JoinHandle;
import trale.support.TheLog;
import trale.support.UnderBothArrangements;
import trale.time.Timer;

/// Semaphore: never more inside than there are permits, and a future that gives up holds none.
@Timeout(60)
class SemaphoreTest extends UnderBothArrangements {

    private static Future<Void> enter(Semaphore semaphore, AtomicInteger inside, AtomicInteger most) {
        return async(() -> {
            for (var i = 0; i < 200; i++) {
                try (var _ = await(semaphore.acquire())) {
                    most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                    await(yieldNow());
                    inside.decrementAndGet();
                }
            }
        });
    }

    private RuntimeException failInside(Semaphore semaphore) {
        var failure = new RuntimeException("inside");
        var failed = executor.submit(async(() -> {
            await(semaphore.acquire());
            throw failure;
        }));
        while (!failed.isDone()) executor.submit(yieldNow()).join();
        return failure;
    }

    @Test
    void aFailureOfATaskThatNeverGivesItsPermitBackIsLogged() throws Exception {
        var mutex = new Semaphore(1);
        try (var log = new TheLog()) {
            log.expect(List.of(failInside(mutex)));
        }
        assertEquals("Semaphore[0 free, 0 wait]", mutex.toString());
    }

    @Test
    void neverAreMoreInsideThanThereArePermitsOnTwoExecutors() {
        var semaphore = new Semaphore(3);
        var inside = new AtomicInteger();
        var most = new AtomicInteger();
        var all = new ArrayList<JoinHandle<Void>>();
        try (var other = arrangement.open("other")) {
            for (var i = 0; i < 5; i++) {
                all.add(executor.submit(enter(semaphore, inside, most)));
                all.add(other.submit(enter(semaphore, inside, most)));
            }
            for (var h : all) h.join();
        }
        assertEquals(3, most.get());
        assertEquals("Semaphore[3 free, 0 wait]", semaphore.toString());
    }

    @Test // P8
    void aWokenWaiterThatIsDroppedPassesTheWakeOn() throws Exception {
        var semaphore = new Semaphore(1);
        var permit = ready(semaphore.acquire());
        var wakes = new AtomicInteger();
        var a = pending(semaphore.acquire(), NONE);
        var b = pending(semaphore.acquire(), counting(wakes));
        permit.close();
        permit.close();
        assertEquals(0, wakes.get());
        a.drop();
        assertEquals(1, wakes.get());
        ready(b);
        assertEquals("Semaphore[0 free, 0 wait]", semaphore.toString());
    }

    @Test // P3
    void aWokenFutureThatIsHeldAndNotPolledOwnsNoPermit() throws Exception {
        var semaphore = new Semaphore(1);
        var permit = ready(semaphore.acquire());
        var held = pending(semaphore.acquire(), NONE);
        permit.close();
        var wakes = new AtomicInteger();
        var later = pending(semaphore.acquire(), counting(wakes));
        assertEquals(1, wakes.get());
        ready(later);
        pending(held, NONE);
        held.drop();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aPermitThatIsClosedAgainDoesNotReleaseTheOneTakenSince(int permits) throws Exception {
        var semaphore = new Semaphore(permits);
        for (var i = 1; i < permits; i++) ready(semaphore.acquire());
        var first = ready(semaphore.acquire());
        first.close();
        var second = ready(semaphore.acquire());
        first.close();
        assertEquals("Semaphore[0 free, 0 wait]", semaphore.toString());
        second.close();
        assertEquals("Semaphore[1 free, 0 wait]", semaphore.toString());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aPermitThatTwoThreadsCloseAtOnceIsGivenBackOnce(int permits) throws Exception {
        var semaphore = new Semaphore(permits);
        try (var other = Executors.newSingleThreadExecutor()) {
            for (var i = 0; i < 2_000; i++) {
                var permit = ready(semaphore.acquire());
                var both = new CyclicBarrier(2);
                var next = other.submit(() -> {
                    both.await();
                    permit.close();
                    return ready(semaphore.acquire());
                });
                both.await();
                permit.close();
                var held = next.get();
                assertEquals("Semaphore[" + (permits - 1) + " free, 0 wait]", semaphore.toString());
                held.close();
            }
        }
    }

    @Test
    void anOvertakenTurnKeepsItsPlace() throws Exception {
        var semaphore = new Semaphore(1);
        var permit = ready(semaphore.acquire());
        var first = pending(semaphore.acquire(), NONE);
        permit.close();
        var thief = pending(semaphore.acquire(), NONE);
        var stolen = ready(thief);
        var last = pending(semaphore.acquire(), NONE);
        pending(first, NONE);
        stolen.close();
        pending(last, NONE); // wakes only itself, and comes after the first
        var p = ready(first);
        pending(last, NONE);
        p.close();
        ready(last).close();
    }

    @Test // P2
    void acquiresThatAreCancelledOrTimedOutAtRandomLoseNoPermit() {
        var random = new Random(42);
        var semaphore = new Semaphore(2);
        var handles = new ArrayList<JoinHandle<Void>>();
        for (var i = 0; i < 500; i++) {
            var micros = random.nextInt(300);
            handles.add(executor.submit(async(() -> {
                try (var _ = await(Timer.timeout(Duration.ofMillis(micros), semaphore.acquire()))) {
                    await(yieldNow());
                }
            })));
            if (random.nextInt(3) == 0) handles.get(random.nextInt(handles.size())).cancel();
        }
        var ends = 0;
        for (var h : handles) {
            try {
                h.join();
                ends++;
            } catch (CancellationException | CompletionException e) {
                continue; // cancelled, or timed out
            }
        }
        assertTrue(ends > 0);
        assertEquals("Semaphore[2 free, 0 wait]", semaphore.toString());
    }

    @Test
    void aSemaphoreOfNoneLetsNoneIn() {
        var closed = new Semaphore(0);
        var handle = executor.submit(closed.acquire());
        settle();
        assertEquals("Semaphore[0 free, 1 wait]", closed.toString());
        handle.cancel();
        assertThrows(CancellationException.class, handle::join);
        assertEquals("Semaphore[0 free, 0 wait]", closed.toString());
        assertThrows(IllegalArgumentException.class, () -> new Semaphore(-1));
    }
}
