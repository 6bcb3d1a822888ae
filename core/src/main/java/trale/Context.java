package trale;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What a poll is given: the waker of the task it is done for.
public final class Context {
    /// Of a body that is given up: it is polled once, as far as it can go, and if it has to wait it becomes a task.
    static final Context GIVEN_UP = new Context(() -> {}, new Budget(false, Integer.MAX_VALUE), null);

    private final Waker waker;
    final Budget budget;

    /// Whose poll this is, or null: a future polls another with a waker of its own.
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
