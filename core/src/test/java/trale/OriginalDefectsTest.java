package trale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import trale.support.Futures;
import trale.support.Gate;
import trale.support.Linux;
import trale.support.NothingIsLeft;
import trale.support.UnderBothArrangements;
import trale.time.Timer;

/// Part S of the traps: what the Rust original got wrong.
class OriginalDefectsTest extends UnderBothArrangements {

    @Test // S1
    void ofTwoTasksThatYieldEachRunsOnceARound() {
        var turns = new StringBuilder();
        var handles = new ArrayList<JoinHandle<Void>>();
        onExecutor(() -> {
            handles.add(Executor.spawn(Futures.yielding(200, () -> turns.append('a'))));
            handles.add(Executor.spawn(Futures.yielding(200, () -> turns.append('b'))));
            return handles.add(Executor.spawn(Futures.yielding(100, () -> turns.append('c'))));
        });
        handles.forEach(JoinHandle::join);
        assertEquals("abc".repeat(100) + "ab".repeat(100), turns.toString());
    }

    @Test // S2
    void wakesBeforeThePollAreOnePoll_fromTheExecutorsOwnThread() throws Exception {
        var gate = new Gate<String>();
        var handle = executor.submit(gate);
        var waker = gate.waker();
        onExecutor(() -> {
            for (var i = 0; i < 3; i++) waker.wake();
            return null;
        });
        settle();
        assertEquals(2, gate.polls.get());
        gate.open("done");
        assertEquals("done", handle.join());
    }

    @Test // S2
    void wakesBeforeThePollAreOnePoll_fromAnotherThread() throws Exception {
        var gate = new Gate<String>();
        var handle = executor.submit(gate);
        var waker = gate.waker();
        try (var _ = new Hold()) {
            for (var i = 0; i < 3; i++) waker.wake();
        }
        assertEquals(2, gate.polls.get());
        gate.open("done");
        assertEquals("done", handle.join());
    }

    @Test // S3
    void aWakeDuringThePollThatReturnsReadyIsIgnored() {
        var handle = executor.submit(cx -> {
            cx.waker().wake();
            var other = new Thread(cx.waker()::wake);
            other.start();
            other.join();
            cx.waker().wake();
            return Poll.ready("done");
        });
        assertEquals("done", handle.join());
        settle();
    }

    @Test // S4
    void aTaskWhoseHandleIsDroppedRunsOn() throws Exception {
        var gate = new Gate<String>();
        var end = new CountDownLatch(1);
        executor.submit(cx -> {
            var poll = gate.poll(cx);
            if (poll instanceof Poll.Ready) end.countDown();
            return poll;
        });
        gate.waker();
        System.gc();
        gate.open("done");
        end.await();
        settle();
    }

    @Test // S5
    void pollingAgainIsAlwaysLegal() throws Exception {
        assertNull(executor.submit(Futures.polledInVain(1000, Timer.sleep(Duration.ofMillis(30)))).join());

        var pipe = Linux.pipe();
        try (var source = executor.reactor().add(pipe[0])) {
            var read = executor.submit(Futures.polledInVain(1000, Futures.read(source, pipe[0], 8, true)));
            onExecutor(() -> Linux.write(pipe[1], 3));
            assertEquals(3, read.join());
        }
        Linux.close(pipe);

        var gate = new Gate<String>();
        var handle = executor.submit(gate);
        var awaiting = executor.submit(Futures.polledInVain(1000, handle));
        gate.waker();
        gate.open("done");
        assertEquals("done", awaiting.join());
    }

    @Test // S5
    void aPollWithAnotherWakerWakesThatOne() throws Exception {
        var duration = Duration.ofMillis(20);
        for (var make : List.<Supplier<Future<?>>>of(() -> Timer.sleep(duration), () -> executor.submit(Timer.sleep(duration)))) {
            var future = make.get();
            var latest = new CountDownLatch(1);
            onExecutor(() -> {
                assertInstanceOf(Poll.Pending.class, future.poll(Context.of(() -> {})));
                return assertInstanceOf(Poll.Pending.class, future.poll(Context.of(latest::countDown)));
            });
            latest.await();
            assertInstanceOf(Poll.Ready.class, onExecutor(() -> future.poll(Context.of(() -> {}))));
        }
    }

    @Test // S6
    void aLateWakeOfAFinishedTaskPollsNoTask() throws Exception {
        var first = new Gate<String>();
        var done = executor.submit(first);
        var late = first.waker();
        first.open("done");
        done.join();

        var second = new Gate<String>();
        var handle = executor.submit(second);
        second.waker();
        late.wake();
        onExecutor(() -> {
            late.wake();
            return null;
        });
        settle();
        assertEquals(2, first.polls.get(), "polls of the finished task");
        assertEquals(1, second.polls.get(), "polls of its successor");
        second.open("done");
        handle.join();
    }

    @Test // S7
    void anExceptionBelongsToItsTask() throws Exception {
        var bystander = new Gate<String>();
        var handle = executor.submit(bystander);
        bystander.waker();
        for (var failure : List.of(new IllegalStateException("unchecked"), new IOException("checked"), new AssertionError("an error"))) {
            var failed = executor.submit(cx -> {
                raise(failure);
                return Poll.ready(null);
            });
            assertSame(failure, assertThrows(CompletionException.class, failed::join).getCause());
        }
        var overflowed = executor.submit(cx -> Poll.ready(endless(0)));
        assertInstanceOf(StackOverflowError.class, assertThrows(CompletionException.class, overflowed::join).getCause());

        bystander.open("unharmed");
        assertEquals("unharmed", handle.join());
    }

    private static int endless(int depth) {
        return endless(depth + 1) + 1;
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> void raise(Throwable t) throws E {
        throw (E) t;
    }

    @Test // S9
    void aDeadlineThatPassesMeanwhileStillWakes() {
        var random = new Random(9);
        for (var i = 0; i < 5_000; i++) {
            var sleep = Timer.sleep(Duration.ofNanos(random.nextInt(60_000) - 2_000));
            assertNull(executor.submit(sleep).join());
        }
    }

    @Test // S10
    void aHundredThousandSleepingTasksCostNoDescriptor() throws Exception {
        var before = NothingIsLeft.open();
        var all = new ArrayList<JoinHandle<Void>>();
        for (var i = 0; i < 100_000; i++) all.add(executor.submit(Timer.sleep(Duration.ofHours(1))));
        settle();
        assertEquals(100_000, executor.taskCount());
        assertEquals(before, NothingIsLeft.open());
        all.forEach(JoinHandle::cancel);
        settle();
    }

    @Test // S12
    void joinInsideATaskIsRefusedAtOnce() throws Exception {
        var gate = new Gate<String>();
        var handle = executor.submit(gate);
        gate.waker();
        var refusal = new AtomicReference<String>();
        onExecutor(() -> {
            refusal.set(assertThrows(IllegalStateException.class, handle::join).getMessage());
            return null;
        });
        assertTrue(refusal.get().contains("join()") && refusal.get().contains("await(handle)"), refusal.get());
        assertFalse(handle.isDone());
        gate.open("done");
        assertEquals("done", handle.join());
    }
}
