package trale.support;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import trale.Executor;
import trale.Poll;

/// The superclass of all tests of an executor: each runs twice, with an executor of its own, and leaves no task behind. Module test
/// runs them again, on grounds that are not quite Linux.
@ParameterizedClass(name = "{0}")
@MethodSource("trale.support.Arrangement#all")
@ExtendWith({NothingIsLeft.class, Ground.Steps.class})
public abstract class UnderBothArrangements {
    @Parameter
    protected Arrangement arrangement;

    protected Executor executor;

    private Ground ground;

    @BeforeEach
    void open() {
        ground = Ground.open(arrangement);
        executor = arrangement.open("test");
    }

    @AfterEach
    void close() {
        var left = executor.taskCount();
        try {
            executor.close();
            if (ground != null) Executor.get().close(); // the test may have made it there
        } finally {
            Ground.end(ground);
        }
        assertEquals(0, left, "tasks that the test left behind");
        assertEquals(0, executor.taskCount(), "tasks that close() left behind");
    }

    /// Runs the code on the executor's thread, as a task that is done in one poll. As the run-queue is first in, first
    /// out, whatever was runnable before has been polled when this returns.
    protected <T> T onExecutor(Callable<T> code) {
        if (ground != null) ground.settle();
        return executor.submit(cx -> Poll.ready(code.call())).join();
    }

    /// Lets the executor finish what it is doing.
    protected void settle() {
        onExecutor(() -> null);
    }

    /// {@return the failure of a task that is neither joined nor awaited: [TheLog#expect] it, and what should be logged before has been}
    protected Throwable failUnseen() {
        var failure = new IllegalStateException("this one stays unseen");
        executor.submit(cx -> {
            throw failure;
        });
        settle();
        return failure;
    }

    /// Holds the executor's thread, inside a poll, until it is closed.
    protected final class Hold implements AutoCloseable {
        private final Ground.Held held;

        public Hold() throws InterruptedException {
            var on = Ground.current();
            held = on == null ? Ground.holdThread(executor) : on.hold(executor);
        }

        @Override
        public void close() {
            held.close();
            settle();
        }
    }
}
