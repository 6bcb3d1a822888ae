package trale;

/// What a poll is given: the waker of the task it is done for.
public final class Context {
    private final Waker waker;

    private Context(Waker waker) {
        this.waker = waker;
    }

    /// {@return a context that hands out this waker; for a future that polls others, and for tests}
    /// @param waker who is to be woken
    public static Context of(Waker waker) {
        return new Context(java.util.Objects.requireNonNull(waker, "waker"));
    }

    /// {@return whom to wake once another poll is worth its while; always the same object for the same task}
    public Waker waker() {
        return waker;
    }
}
