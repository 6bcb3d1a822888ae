package trale;

import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import trale.internal.Explanation;
import trale.internal.Owned;
import trale.internal.linux.Kernel;

/// Blocking code — name look-ups, files, JDBC — beside an executor, not on it.
public final class Blocking {
    private Blocking() {}

    /// {@return a future that runs `body` on a virtual thread of its own and becomes what that returns or throws}
    ///
    /// Nothing runs before the first poll. Dropping or cancelling it interrupts the thread and waits for nothing: the body
    /// may still be running afterwards, but what becomes of it is nobody's business any more.
    ///
    /// Some blocking calls hold a carrier of the virtual threads too, as getaddrinfo(3) does: as many of those run at once
    /// as `jdk.virtualThreadScheduler.maxPoolSize` says.
    ///
    /// <!-- given: Path path; -->
    /// ```java
    /// var text = await(Blocking.run(() -> Files.readString(path)));
    /// ```
    ///
    /// @param body any code but that which waits for the awaiting task
    public static <T extends @Nullable Object> Future<T> run(Callable<T> body) {
        return new Call<>(Objects.requireNonNull(body, "the body is null"));
    }

    private static final class Call<T extends @Nullable Object> extends Owned implements Future<T> {

        /// Knows how to interrupt the body and nothing after it.
        private final FutureTask<T> task;

        /// Written by the poll, *then* it asks whether the body is done; done, the body's thread *then* reads it. By the
        /// total order of volatile accesses one of the two sees the other.
        private volatile @Nullable Waker waker;

        private boolean started; // by the thread that polls

        Call(Callable<T> body) {
            task = new FutureTask<>(body) {
                @Override
                protected void done() {
                    var w = waker;
                    if (w != null) w.wake();
                }
            };
        }

        @Override
        public Poll<T> poll(Context cx) throws Exception {
            if (!started) start();
            started = true;
            waker = cx.waker();
            if (!task.isDone()) return Poll.pending();
            if (task.state() == FutureTask.State.SUCCESS) return Poll.ready(task.resultNow());
            var failure = task.exceptionNow();
            JoinHandle.markAwaited(failure); // its trace has no line of the tasks
            JoinHandle.<Exception>rethrow(failure);
            throw new AssertionError("unreachable");
        }

        private void start() {
            var kernel = Kernel.current();
            if (kernel != null && kernel.hasOneThread()) task.run(); // a step of the simulation
            else Thread.ofVirtual().name("trale-blocking").start(task);
        }

        @Override
        public void drop() {
            task.cancel(true);
        }

        @Override
        protected void explain(Explanation to) {
            to.waitsFor(new Snapshot.Other(toString()));
        }

        @Override
        public String toString() {
            return "blocking code on a thread of its own";
        }
    }
}
