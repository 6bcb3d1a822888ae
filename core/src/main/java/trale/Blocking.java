package trale;

import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import trale.internal.Explanation;
import trale.internal.Owned;
import trale.internal.linux.Kernel;

/// Runs blocking code — name look-ups, files, JDBC — on threads beside the executor.
public final class Blocking {
    private Blocking() {}

    /// {@return a future that runs `body` on a virtual thread of its own, and has its value or failure}
    ///
    /// From any thread. The bodies run concurrently, in no order. Nothing runs before the first poll. Cancelling or dropping the future
    /// interrupts the thread and does not wait: the body may run on for a while, and its value or failure is lost.
    ///
    /// Some blocking calls, such as getaddrinfo(3), hold a carrier thread of the virtual threads. At most
    /// `jdk.virtualThreadScheduler.maxPoolSize` of them run at once.
    ///
    /// <!-- run in a task: Path path = Path.of("pom.xml"); -->
    /// ```java
    /// var text = await(Blocking.run(() -> Files.readString(path)));
    /// ```
    ///
    /// @param body any code that does not wait for the awaiting task
    public static <T extends @Nullable Object> Future<T> run(Callable<T> body) {
        return new Call<>(Objects.requireNonNull(body, "the body is null"));
    }

    /// All that the body's thread holds. The body may run on for long after a drop; then that is not the task that awaited it.
    /// A FutureTask, because that interrupts the body, but no code that runs after it.
    private static final class Body<T extends @Nullable Object> extends FutureTask<T> {

        /// The poll writes it, *then* asks whether the body is done. The body's thread marks the body done, *then* reads it. Volatile
        /// accesses have one total order, so one of the two sees the other.
        volatile @Nullable Waker waker;

        Body(Callable<T> body) {
            super(body);
        }

        @Override
        protected void done() {
            var w = waker;
            if (w != null) w.wake();
        }
    }

    private static final class Call<T extends @Nullable Object> extends Owned implements Future<T> {

        private final Body<T> task;
        private boolean started; // by the thread that polls

        Call(Callable<T> body) {
            task = new Body<>(body);
        }

        @Override
        public Poll<T> poll(Context cx) throws Exception {
            if (!started) start();
            started = true;
            task.waker = cx.waker();
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
            task.waker = null;
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
