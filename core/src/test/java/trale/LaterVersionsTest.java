package trale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import trale.support.Futures;
import trale.support.Gate;
import trale.support.UnderBothArrangements;
import trale.time.Timer;

/// Part H of the traps: what later versions of the original, and others that followed it, got wrong.
class LaterVersionsTest extends UnderBothArrangements {

    @Test // H2
    void aTaskThatWakesItselfInItsPollIsPolledAgain() {
        var turns = new ArrayList<Integer>();
        executor.submit(Futures.yielding(1000, () -> turns.add(1))).join();
        assertEquals(1000, turns.size());
    }

    @Test // H2
    void aTaskThatAnotherThreadWakesInItsPollIsPolledAgain() {
        var polls = new ArrayList<Integer>();
        executor.submit(cx -> {
            polls.add(1);
            if (polls.size() == 20) return Poll.ready(null);
            var other = new Thread(cx.waker()::wake);
            other.start();
            other.join();
            return Poll.pending();
        }).join();
        assertEquals(20, polls.size());
    }

    @Test // H3
    void aWakeFromAnotherExecutorPollsTheTaskWhereItBelongs() throws Exception {
        var threads = Collections.synchronizedList(new ArrayList<String>());
        try (var other = arrangement.open("other")) {
            var gate = new Gate<String>();
            var handle = executor.submit(cx -> {
                threads.add(Thread.currentThread().getName());
                return gate.poll(cx);
            });
            gate.waker();
            other.submit(cx -> {
                gate.open("done");
                return Poll.ready(null);
            }).join();
            assertEquals("done", handle.join());
        }
        assertEquals(List.of("test", "test"), threads);
    }

    @Test // H7
    void blockOnNeedsNoOtherTask() {
        assertEquals(24, Executor.<Integer>blockOn(cx -> Poll.ready(24)));
        Executor.get().close();
    }

    @Test // H7
    void anExecutorThatNeverHadATaskCloses() {
        arrangement.open("idle").close();
    }

    @Test // H8
    void blockOnReturnsWhenItsOwnFutureIsDone() throws Exception {
        var gate = new Gate<String>();
        var endless = Executor.spawn(gate);
        gate.waker();
        Executor.blockOn(Timer.sleep(Duration.ofMillis(10)));
        assertFalse(endless.isDone());
        Executor.get().close();
    }
}
