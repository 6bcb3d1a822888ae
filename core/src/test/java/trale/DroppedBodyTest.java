package trale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.async;
import static trale.Async.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import trale.support.Gate;
import trale.support.UnderBothArrangements;

/// A body is dropped once; its cleanup then runs undisturbed.
class DroppedBodyTest extends UnderBothArrangements {
    private final List<String> log = new ArrayList<>();
    private final Gate<String> gate = new Gate<>();
    private final Gate<String> cleanup = new Gate<>();

    private StateMachine<?> body() {
        return (StateMachine<?>) async(() -> {
            try {
                await(gate);
            } finally {
                log.add("cleanup");
                log.add(await(cleanup));
            }
        });
    }

    private void finish() throws Exception {
        cleanup.waker(); // it is waited for
        cleanup.open("done");
        executor.close();
        assertEquals(List.of("cleanup", "done"), log);
        assertEquals(1, gate.drops.get());
        assertEquals(0, cleanup.drops.get());
        assertEquals(0, executor.taskCount());
    }

    @Test
    void droppedAgainWhileItsCleanupWaitsItIsNotTold() throws Exception {
        var body = body();
        onExecutor(() -> {
            assertSame(Poll.pending(), body.poll(Context.of(() -> {})));
            body.drop();
            body.drop();
            return null;
        });
        finish();
    }

    @Test
    void droppedByItsOwnCleanupItRunsOnAsOneTask() throws Exception {
        var self = new ArrayList<Future<?>>();
        self.add(async(() -> {
            try {
                await(gate);
            } finally {
                log.add("cleanup");
                self.getFirst().drop();
                log.add(await(cleanup));
            }
        }));
        onExecutor(() -> {
            self.getFirst().poll(Context.of(() -> {}));
            self.getFirst().drop();
            assertEquals(2, executor.taskCount(), "this task, and the cleanup");
            return null;
        });
        finish();
    }

    @Test
    void closingTheExecutorLetsTheCleanupOfADroppedBodyEnd() throws Exception {
        closeLetsTheCleanupEnd(body());
    }

    @Test
    void closingTheExecutorLetsTheCleanupOfADroppedScopeEnd() throws Exception {
        closeLetsTheCleanupEnd(Scope.run(_ -> {
            try {
                await(gate);
            } finally {
                log.add("cleanup");
                log.add(await(cleanup));
            }
        }));
    }

    private void closeLetsTheCleanupEnd(Future<?> f) throws Exception {
        pollAndDrop(f);
        var closing = new Thread(executor::close);
        closing.start();
        while (closing.getState() != Thread.State.TIMED_WAITING) Thread.onSpinWait(); // it has cancelled, and waits for the end
        finish();
        closing.join();
    }

    private void pollAndDrop(Future<?> f) {
        onExecutor(() -> {
            assertSame(Poll.pending(), f.poll(Context.of(() -> {})));
            f.drop();
            return null;
        });
    }

    /// The second round reaches the cleanup that hangs, and the third one what waits behind it.
    @Test // R23
    void closingWithGraceCancelsACleanupThatHangsAgain() throws Exception {
        var body = async(() -> {
            try {
                await(gate);
            } finally {
                try {
                    await(cleanup);
                } finally {
                    log.add("released");
                }
            }
        });
        pollAndDrop(body);
        assertTrue(executor.close(Duration.ofMillis(200)), "it was abandoned");
        assertEquals(List.of("released"), log);
        assertEquals(1, cleanup.drops.get());
    }
}
