package trale.support;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.util.ServiceLoader;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import trale.Executor;
import trale.Poll;

/// What an [Arrangement] stands on instead of Linux, for one test. Module test has such grounds, and finds them through a
/// [java.util.ServiceLoader].
///
/// JUnit runs the steps of a test by threads of their own, one after the other: each of them [#enter()]s.
public abstract class Ground {
    /// Makes the grounds of the arrangements that have one.
    public interface Maker {
        /// {@return null: it has none for this}
        @Nullable Ground make(Arrangement arrangement);
    }

    /// An executor's thread that stands still until this is closed.
    public interface Held extends AutoCloseable {
        @Override
        void close();
    }

    private static volatile @Nullable Ground current; // of the test that runs now; null: Linux

    /// Before anything is done by the calling thread, a step of the test.
    protected abstract void enter();

    /// When the step is over.
    protected abstract void leave();

    /// {@return when that is so; meanwhile the executors go on}
    protected abstract void waitUntil(BooleanSupplier condition);

    /// Lets the executors poll what is runnable, which a run-queue that is first in, first out does by itself.
    protected void settle() {}

    /// Holds the executor's thread, inside a poll.
    ///
    /// @return lets it go on
    protected abstract Held hold(Executor executor) throws InterruptedException;

    /// The test is over, and its executors are closed.
    ///
    /// @throws AssertionError something is left
    protected abstract void close();

    /// {@return the time that the executors see, as System.nanoTime()}
    protected abstract long time();

    /// {@return how many descriptors are open that may be trale's}
    protected abstract int open();

    /// {@return the answer of a system call that the test makes itself, or −errno; null: Linux is to answer}
    protected @Nullable Integer call(String function, long... args) {
        return null;
    }

    public static @Nullable Ground open(Arrangement arrangement) {
        Ground made = null;
        for (var maker : ServiceLoader.load(Maker.class)) if (made == null) made = maker.make(arrangement);
        assertTrue(made != null || arrangement == Arrangement.OWN_THREAD || arrangement == Arrangement.REACTOR_THREAD,
                "module test is missing");
        current = made;
        if (made != null) made.enter();
        return made;
    }

    public static void end(@Nullable Ground ground) {
        current = null;
        if (ground == null) return;
        try {
            ground.close();
        } finally {
            ground.leave();
        }
    }

    public static @Nullable Ground current() {
        return current;
    }

    /// Waits, as a spinning thread would, until something is so that no task of the test's own tells it.
    public static void until(BooleanSupplier condition) {
        var ground = current;
        if (ground != null) ground.waitUntil(condition);
        while (!condition.getAsBoolean()) {
            if (Thread.currentThread().isInterrupted()) throw new AssertionError("the test takes too long"); // JUnit says so
            Thread.yield();
        }
    }

    /// {@return the time that the executors see, in nanoseconds}
    public static long nanoTime() {
        var ground = current;
        return ground == null ? System.nanoTime() : ground.time();
    }

    /// {@return how many descriptors are open that may be trale's}
    public static int descriptors() {
        var ground = current;
        return ground != null ? ground.open() : descriptorsOfLinux();
    }

    protected static int descriptorsOfLinux() {
        try {
            return NothingIsLeft.open().size();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Lets each step of a test begin on the ground.
    static final class Steps implements InvocationInterceptor {
        private static <T> T step(Invocation<T> invocation) throws Throwable {
            var ground = current;
            if (ground == null) return invocation.proceed();
            ground.enter();
            try {
                return invocation.proceed();
            } finally {
                ground.leave();
            }
        }

        @Override
        public void interceptBeforeEachMethod(Invocation<@Nullable Void> invocation, ReflectiveInvocationContext<Method> c,
                ExtensionContext e) throws Throwable {
            step(invocation);
        }

        @Override
        public void interceptTestMethod(Invocation<@Nullable Void> invocation, ReflectiveInvocationContext<Method> c,
                ExtensionContext e) throws Throwable {
            step(invocation);
        }

        @Override
        public void interceptTestTemplateMethod(Invocation<@Nullable Void> invocation, ReflectiveInvocationContext<Method> c,
                ExtensionContext e) throws Throwable {
            step(invocation);
        }

        @Override
        public void interceptAfterEachMethod(Invocation<@Nullable Void> invocation, ReflectiveInvocationContext<Method> c,
                ExtensionContext e) throws Throwable {
            step(invocation);
        }
    }

    /// Holds an executor's thread where the test's thread goes on by itself.
    protected static Held holdThread(Executor executor) throws InterruptedException {
        var begun = new CountDownLatch(1);
        var end = new CountDownLatch(1);
        executor.submit(cx -> {
            begun.countDown();
            end.await();
            return Poll.ready(null);
        });
        begun.await();
        return end::countDown;
    }
}
