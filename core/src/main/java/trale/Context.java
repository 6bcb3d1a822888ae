package trale;

import java.lang.ref.Reference;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import trale.internal.Waiters;
import trale.internal.probe.TaskWaker;

/// The argument of a poll: it has the waker to keep if the poll returns Pending.
public abstract sealed class Context {

    /// The task that is polled. Null in [#DROPPED], and in a context of [#of(Waker)]: a future makes such a one to poll another future with
    /// a waker of its own.
    final @Nullable Task<?> task;

    private Context(@Nullable Task<?> task) {
        this.task = task;
    }

    /// {@return a context that hands out this waker; for a future that polls others, and for tests}
    /// @param waker what is woken when another poll makes sense
    public static Context of(Waker waker) {
        return new OfWaker(Objects.requireNonNull(waker, "waker"), new Budget(false, Budget.AWAITS));
    }

    /// {@return what to wake when another poll makes sense}
    public abstract Waker waker();

    /// {@return the limit of the awaits of one poll; it also keeps the last reading of the clock}
    abstract Budget budget();

    /// A body or a scope that was dropped is polled no more by its owner. So its `drop` makes one last poll itself, with this context. This
    /// poll throws CancellationException at the await where the body waits, and so begins its cleanup. If the poll returns Pending, the
    /// cleanup waits for something. Then a new task goes on with the body, and polls it with another waker. So the waker of this context
    /// wakes nothing. A budget limits the awaits of one poll, by number and by time, so that other tasks have their turn. This one has
    /// practically no limit: Integer.MAX_VALUE awaits, and no clock (`false`). All threads share it, so its count may be wrong; that does
    /// no harm.
    static final Context DROPPED = new OfWaker(Waiters.NONE, new Budget(false, Integer.MAX_VALUE));

    private static final class OfWaker extends Context {
        private final Waker waker;
        private final Budget budget;

        OfWaker(Waker waker, Budget budget) {
            super(null);
            this.waker = waker;
            this.budget = budget;
        }

        @Override
        public Waker waker() {
            return waker;
        }

        @Override
        Budget budget() {
            return budget;
        }
    }

    /// The context of a task's polls, and the task's waker. It is one object for both, so a future that keeps one of the two keeps it
    /// alive. A snapshot ([Executor#snapshot()]) is a report of what each task waits for. It also finds tasks that nothing can wake: for
    /// that it makes the task's own reference to this a weak one. If a garbage collection then clears that reference, no future holds the
    /// waker. See [Task#context].
    static final class OfTask extends Context implements TaskWaker {
        OfTask(Task<?> task) {
            super(task);
        }

        @Override
        public Waker waker() {
            return this;
        }

        @Override
        Budget budget() {
            return task().loop.budget;
        }

        @Override
        public Task<?> task() {
            return Objects.requireNonNull(task);
        }

        @Override
        public void wake() {
            try {
                task().wake();
            } finally {
                // Else the JVM may collect this during the wake, and a snapshot says that nothing can wake the task.
                Reference.reachabilityFence(this);
            }
        }
    }
}
