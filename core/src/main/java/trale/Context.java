package trale;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The argument of a poll: it has the waker of the task that is polled.
public final class Context {
    /// For a body that is given up: one poll takes it as far as it can go. If it returns Pending, it becomes a task of its own.
    static final Context GIVEN_UP = new Context(() -> {}, new Budget(false, Integer.MAX_VALUE), null);

    private final Waker waker;
    final Budget budget;

    /// The task that is polled. Null if a future polls another future with a waker of its own.
    final @Nullable Task<?> task;

    private Context(Waker waker, Budget budget, @Nullable Task<?> task) {
        this.waker = waker;
        this.budget = budget;
        this.task = task;
    }

    /// {@return the context of a task's polls}
    static Context of(Task<?> task, Budget budget) {
        return new Context(task, budget, task);
    }

    /// {@return a context that hands out this waker; for a future that polls others, and for tests}
    /// @param waker what is woken once another poll is worth its while
    public static Context of(Waker waker) {
        return new Context(Objects.requireNonNull(waker, "waker"), new Budget(false, Budget.AWAITS), null);
    }

    /// {@return what to wake once another poll is worth its while}
    public Waker waker() {
        return waker;
    }
}
