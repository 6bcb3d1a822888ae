package trale;

import java.lang.ref.Reference;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import trale.internal.Waiters;
import trale.internal.probe.TaskWaker;

/// The argument of a poll: it has the waker to keep if the poll returns Pending.
public sealed class Context {
    /// For the last poll of an async body that was dropped before its end. The poll runs the body's cleanup as far as it can go. If the poll
    /// returns Pending, the body becomes a task of its own.
    static final Context GIVEN_UP = new Context(Waiters.NONE, new Budget(false, Integer.MAX_VALUE), null);

    private final @Nullable Waker waker; // null: this is the waker too
    final Budget budget;

    /// The task that is polled. Null in [#GIVEN_UP], and in a context of [#of(Waker)], with which a future gives another one a waker of its
    /// own.
    final @Nullable Task<?> task;

    private Context(@Nullable Waker waker, Budget budget, @Nullable Task<?> task) {
        this.waker = waker;
        this.budget = budget;
        this.task = task;
    }

    /// {@return a context that hands out this waker; for a future that polls others, and for tests}
    /// @param waker what is woken once another poll is worth its while
    public static Context of(Waker waker) {
        return new Context(Objects.requireNonNull(waker, "waker"), new Budget(false, Budget.AWAITS), null);
    }

    /// {@return what to wake once another poll is worth its while}
    public Waker waker() {
        return waker == null ? (OfTask) this : waker;
    }

    /// The context of a task's polls, and the task's waker. It is one object for both, so [Executor#snapshot()] finds a task that nothing can
    /// wake: nothing holds this. See [Task#context].
    static final class OfTask extends Context implements TaskWaker {
        OfTask(Task<?> task) {
            super(null, task.loop.budget, task);
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
                Reference.reachabilityFence(this); // a snapshot must not call the task lost while it is being woken
            }
        }
    }
}
