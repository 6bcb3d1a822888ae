package trale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import trale.reactor.Source;
import trale.support.Linux;
import trale.support.NeedsLinux;
import trale.support.NothingIsLeft;
import trale.support.UnderBothArrangements;

/// Part E of the traps: events and wakes that come after their descriptor has gone, whose number may be another's by then.
@NeedsLinux(NeedsLinux.INSIDE)
class StaleEventsTest extends UnderBothArrangements {

    /// A pipe whose read end is registered, and waited for with a waker.
    private final class Pipe implements AutoCloseable {
        final int[] ends = Linux.pipe();
        final Source source = executor.reactor().add(ends[0]);

        Pipe(Waker waker) throws IOException {
            assertTrue(source.read().poll(Context.of(waker)));
            assertFalse(source.read().poll(Context.of(waker)));
        }

        void write() {
            Linux.write(ends[1], 1);
        }

        @Override
        public void close() {
            source.close();
            Linux.close(ends);
        }
    }

    @Test // E6
    void anEventOfADescriptorThatWasClosedInTheSameBatchReachesNoTask() throws Exception {
        var ghosts = new AtomicInteger();
        var newcomer = new AtomicReference<Pipe>();
        var closed = new Pipe(() -> {});
        inOneBatch(closed, () -> {
            closed.close();
            newcomer.set(pipe(ghosts::incrementAndGet));
        });
        assertEquals(closed.ends[0], newcomer.get().ends[0], "the number was not reused: this test has tested nothing");
        assertEquals(0, ghosts.get());
        newcomer.get().write();
        while (ghosts.get() == 0) Thread.onSpinWait();
        newcomer.get().close();
    }

    @Test // E6
    void canary_theEventOfThatDescriptorIsInTheBatchAndComesAfter() throws Exception {
        var order = Collections.synchronizedList(new ArrayList<String>());
        try (var victim = new Pipe(() -> order.add("victim"))) {
            inOneBatch(victim, () -> order.add("waker"));
        }
        assertEquals(List.of("waker", "victim"), order);
    }

    /// Lets events come in one batch, in this order: one whose waker is given, one of the victim, and one that ends this.
    private void inOneBatch(Pipe victim, Waker waker) throws Exception {
        var blocked = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        var dispatched = new CountDownLatch(1);
        try (var first = new Pipe(() -> {
                    blocked.countDown();
                    awaitUninterruptibly(go); // holds the thread that turns the reactor
                });
                var second = new Pipe(waker);
                var last = new Pipe(dispatched::countDown)) {
            first.write();
            blocked.await();
            second.write();
            victim.write();
            last.write();
            go.countDown();
            dispatched.await();
        }
    }

    private Pipe pipe(Waker waker) {
        try {
            return new Pipe(waker);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test // E7
    void aDuplicateThatOutlivesItsDescriptorSendsNoEvents() throws Exception {
        var ghosts = new AtomicInteger();
        var pipe = new Pipe(() -> {});
        var duplicate = Linux.dup(pipe.ends[0]);
        pipe.source.close();
        Linux.close(pipe.ends[0]);
        try (var newcomer = new Pipe(ghosts::incrementAndGet)) {
            assertEquals(pipe.ends[0], newcomer.ends[0], "the number was not reused: this test has tested nothing");
            pipe.write();
            turn();
            assertEquals(0, ghosts.get());
            newcomer.write();
            while (ghosts.get() == 0) Thread.onSpinWait();
        }
        Linux.close(duplicate, pipe.ends[1]);
    }

    @Test // E7
    void whatIsNoLongerWatchedMayBeWatchedAgainUnderTheSameNumber() throws Exception {
        var pipe = new Pipe(() -> {});
        var duplicate = Linux.dup(pipe.ends[0]);
        pipe.source.close();
        Linux.close(pipe.ends[0]);
        Linux.dup(duplicate, pipe.ends[0]);
        executor.reactor().add(pipe.ends[0]).close(); // without DEL it is there already
        Linux.close(duplicate);
        Linux.close(pipe.ends);
    }

    @Test // E7
    void canary_withoutDelTheDuplicateSendsThem() throws Exception {
        var ghosts = new AtomicInteger();
        var pipe = new Pipe(ghosts::incrementAndGet);
        var duplicate = Linux.dup(pipe.ends[0]);
        Linux.close(pipe.ends[0]); // and the source is not closed before, as it must be
        pipe.write();
        while (ghosts.get() == 0) Thread.onSpinWait();
        pipe.source.close();
        Linux.close(duplicate, pipe.ends[1]);
    }

    /// Lets the thread that turns the reactor take all that has happened so far.
    private void turn() throws Exception {
        var turned = new CountDownLatch(1);
        try (var last = new Pipe(turned::countDown)) {
            last.write();
            turned.await();
        }
    }

    @Test // E17
    void aWakeThatComesTooLateWritesToNoOtherDescriptor() throws Exception {
        var other = arrangement.open("other");
        var numbers = new HashSet<>(NothingIsLeft.open().keySet());
        var reactor = other.reactor();
        other.close();
        numbers.removeAll(NothingIsLeft.open().keySet());
        assertEquals(3, numbers.size());
        var others = new ArrayList<Integer>();
        for (var i = 0; i < 3; i++) others.add(Linux.eventFd());
        assertTrue(numbers.containsAll(others), "the numbers were not reused: this test has tested nothing");
        reactor.wakeup();
        for (var fd : others) assertEquals(-Linux.EAGAIN, Linux.read(fd, 8), "a wrong write");
        others.forEach(Linux::close);
    }

    @Test // E17
    void wakesThatRaceWithCloseWriteToNoOtherDescriptor() throws Exception {
        for (var round = 0; round < 100; round++) {
            var other = arrangement.open("other");
            var over = new AtomicInteger();
            var begun = new CountDownLatch(1);
            var waking = Thread.ofPlatform().start(() -> {
                while (over.get() == 0) {
                    other.reactor().wakeup();
                    begun.countDown();
                }
            });
            begun.await();
            other.close();
            var others = new ArrayList<Integer>();
            for (var i = 0; i < 4; i++) others.add(Linux.eventFd());
            over.set(1);
            waking.join();
            for (var fd : others) assertEquals(-Linux.EAGAIN, Linux.read(fd, 8), "a wrong write");
            others.forEach(Linux::close);
        }
    }
}
