package trale;

import java.lang.ref.Reference;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import trale.internal.probe.TaskWaker;

/// The argument of a poll: it has the waker to keep if the poll returns Pending.
public final class Context {
    /// For a body that is given up: one poll takes it as far as it can go. If the poll returns Pending, the body becomes a task of its own.
    static final Context GIVEN_UP = new Context(() -> {}, new Budget(false, Integer.MAX_VALUE));

    private final Waker waker;
    final Budget budget;

    /// The task that is polled. Null in a context made by [#of(Waker)], with which one future polls another, and in [#GIVEN_UP].
    final @Nullable Task<?> task;

    /// The waker of a task. The waker holds the context, and the context holds the waker. So both are collected together once nothing else
    /// holds either. A snapshot notices that: see [Task#context].
    private record OfTask(Context context) implements TaskWaker {
        @Override
        public Task<?> task() {
            return Objects.requireNonNull(context.task);
        }

        @Override
        public void wake() {
            try {
                task().wake();
            } finally {
                Reference.reachabilityFence(this); // until the wake has its effect
            }
        }
    }

    private Context(Waker waker, Budget budget) {
        this.waker = waker;
        this.budget = budget;
        task = null;
    }

    /// The context of a task's polls.
    Context(Task<?> task, Budget budget) {
        waker = new OfTask(this);
        this.budget = budget;
        this.task = task;
    }

    /// {@return a context that hands out this waker; for a future that polls others, and for tests}
    /// @param waker what is woken once another poll is worth its while
    public static Context of(Waker waker) {
        return new Context(Objects.requireNonNull(waker, "waker"), new Budget(false, Budget.AWAITS));
    }

    /// {@return what to wake once another poll is worth its while}
    public Waker waker() {
        return waker;
    }
}
