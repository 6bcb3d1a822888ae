package trale.support;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import trale.Executor;
import trale.Poll;

/// The superclass of all tests of an executor: each runs twice, with an executor of its own, and leaves no task behind.
@ParameterizedClass(name = "{0}")
@EnumSource(Arrangement.class)
@ExtendWith(NothingIsLeft.class)
public abstract class UnderBothArrangements {
    @Parameter
    protected Arrangement arrangement;

    protected Executor executor;

    @BeforeEach
    void open() {
        executor = arrangement.open("test");
    }

    @AfterEach
    void close() {
        var left = executor.taskCount();
        executor.close();
        assertEquals(0, left, "tasks that the test left behind");
        assertEquals(0, executor.taskCount(), "tasks that close() left behind");
    }

    /// Runs the code on the executor's thread, as a task that is done in one poll. As the run-queue is first in, first
    /// out, whatever was runnable before has been polled when this returns.
    protected <T> T onExecutor(Callable<T> code) {
        return executor.submit(cx -> Poll.ready(code.call())).join();
    }

    /// Lets the executor finish what it is doing.
    protected void settle() {
        onExecutor(() -> null);
    }

    /// {@return the failure of a task that nobody will look at: [TheLog#expect] it, and what should be logged before has been}
    protected Throwable failUnseen() {
        var failure = new IllegalStateException("nobody looks at this one");
        executor.submit(cx -> {
            throw failure;
        });
        settle();
        return failure;
    }

    /// Holds the executor's thread, inside a poll, until it is closed.
    protected final class Hold implements AutoCloseable {
        private final CountDownLatch end = new CountDownLatch(1);

        public Hold() throws InterruptedException {
            var begun = new CountDownLatch(1);
            executor.submit(cx -> {
                begun.countDown();
                end.await();
                return Poll.ready(null);
            });
            begun.await();
        }

        @Override
        public void close() {
            end.countDown();
            settle();
        }
    }
}
