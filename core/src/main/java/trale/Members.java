package trale;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import trale.internal.Cancellation;
import trale.internal.Failures;
import trale.internal.Log;
import trale.internal.Owned;

/// `all`, `any` and `race`: several futures as the children of one, without a body beside them.
abstract sealed class Members<M extends @Nullable Object, T extends @Nullable Object> extends Children<T> {
    private static final String LOST_FAILED = Log.loaded("a member failed after another one had won: ");
    private static final String NOT_DROPPED = Log.loaded("a member could not be dropped: ");

    private final String name;
    private final int size;
    private List<Future<? extends M>> members; // those that are still to be forked
    final List<JoinHandle<? extends M>> handles;

    /// Where the values of some children come from: a JoinHandle or a stage, whose value other code may have too, or other members, which
    /// may have several values, or such a value. Null: there is no such child.
    private @Nullable Map<Task<?>, Object> origins;

    Members(String name, Collection<? extends Future<? extends M>> futures) {
        this.name = name;
        members = new ArrayList<>(futures);
        size = members.size();
        handles = new ArrayList<>(size);
        for (var f : members) Objects.requireNonNull(f, "a future is null"); // before any of them is taken
        try {
            for (var f : members) if (f instanceof Owned owned) owned.claimFirst(this);
        } catch (Throwable t) { // it takes all of them, or none
            for (var f : members) if (f instanceof Owned owned) owned.release(this);
            throw t;
        }
    }

    /// Argument order is the order of the run-queue, so it decides ties.
    @Override
    void begin() {
        try {
            for (var f : members) {
                var handle = forkOwn(f);
                handles.add(handle);
                var origin = f instanceof Owned owned ? owned.origin() : f;
                if (!(origin instanceof JoinHandle<?> || origin instanceof StageFuture<?> || origin instanceof Members<?, ?>)) continue;
                if (origins == null) origins = new HashMap<>();
                origins.put(handle.task, origin);
            }
        } finally {
            if (handles.size() < size) dropUnbegun();
            members = List.of(); // a task forgets its future when it ends
        }
    }

    /// Those that hold something already, as a stage does, release it.
    @Override
    void dropUnbegun() {
        for (var f : members.subList(handles.size(), members.size())) {
            try {
                f.drop();
            } catch (Throwable t) {
                Log.error(NOT_DROPPED, this, t);
            }
        }
        members = List.of();
    }

    @Override
    boolean isBodyOver() {
        return true;
    }

    @Override
    boolean advance(Context cx) {
        return true;
    }

    @Override
    void cancelBody(Cancellation cancellation) {}

    @Override
    void abandonBody() {}

    /// A loser has failed in its cleanup: a winner's failure keeps it, a winner's value can't.
    void lost(Throwable failed) {
        if (failure != null) Failures.suppress(failure, failed);
        else Log.error(LOST_FAILED, this, failed);
    }

    /// Closes the value of a child, or the values of its members, unless other code has it too. If the stack ends in this, the next call
    /// closes it.
    final void discard(Task<?> child, @Nullable Throwable failed) {
        var origin = origins == null ? null : origins.get(child);
        if (child.value() == null || origin instanceof JoinHandle<?> || origin instanceof StageFuture<?>) return;
        if (origin instanceof Members<?, ?> inner) inner.discardValues(failed);
        else Failures.discard(child.value(), failed);
        child.set(null, null); // it is closed once
    }

    /// @param early a failure that is not the outcome, or null
    T failed(@Nullable Throwable early) throws Exception {
        var thrown = failure != null ? failure : Objects.requireNonNull(outside).exception("cancelled");
        if (early != null) Failures.suppress(thrown, early);
        JoinHandle.<Exception>rethrow(thrown);
        throw new AssertionError("unreachable");
    }

    @Override
    public String toString() {
        return name + " of " + size + " futures";
    }

    static final class All<M extends @Nullable Object> extends Members<M, List<M>> {

        All(Collection<? extends Future<? extends M>> futures) {
            super("all", futures);
        }

        @Override
        void ended(Task<?> child, @Nullable Throwable failed) {
            if (failed == null) return;
            child.failure(); // seen
            fail(failed);
        }

        @Override
        List<M> result() throws Exception {
            if (failure != null || (outside != null && !allHaveValues())) return failed(null);
            var values = new ArrayList<M>(handles.size());
            for (var h : handles) values.add(h.task.value());
            return Collections.unmodifiableList(values);
        }

        @Override
        void discardValues(@Nullable Throwable failed) {
            StackOverflowError thrown = null;
            for (var i = 0; i < handles.size(); i++) { // without an iterator, for which there may be no memory
                try {
                    discard(handles.get(i).task, failed);
                } catch (StackOverflowError e) {
                    thrown = e; // of a close() that never returns, or of a full stack: the other values are closed all the same
                }
            }
            if (thrown != null) throw thrown;
        }

        private boolean allHaveValues() {
            if (handles.isEmpty()) return false; // cancelled before it began
            for (var h : handles) if (h.task.failure() != null) return false;
            return true;
        }
    }

    /// The first to end decides: the first with a value, or, with `failures`, the first of any kind.
    static final class First<M extends @Nullable Object> extends Members<M, M> {
        private static final Cancellation LOST = new Cancellation("another one won", null);

        private final boolean failures;
        private @Nullable Task<? extends M> winner;
        private @Nullable Throwable early; // of `any`: the first failure before it was cancelled; not the outcome, as not all have failed
        private boolean cancelled;

        First(boolean failures, Collection<? extends Future<? extends M>> futures) {
            super(failures ? "race" : "any", futures);
            this.failures = failures;
            if (futures.isEmpty()) throw new IllegalArgumentException((failures ? "race" : "any")
                    + " of no futures would never be ready; give it at least one");
        }

        @Override
        boolean isForAll() {
            return false;
        }

        /// A failure decides nothing in `any`.
        @Override
        boolean hasFailed() {
            return failures && failure != null;
        }

        @Override
        @SuppressWarnings("unchecked") // a child is the task of a member
        void ended(Task<?> child, @Nullable Throwable failed) {
            if (failed != null) child.failure(); // seen
            if (winner != null || (failures && failure != null)) {
                if (failed != null) lost(failed);
                else discard(child, failure);
            } else if (failed == null) {
                winner = (Task<? extends M>) child;
                failure = null; // of `any`: those that failed before do not count
                settle(LOST);
            } else if (failures) {
                fail(failed);
            } else if (failure == null) {
                failure = failed; // of `any`, which goes on
            } else {
                Failures.suppress(failure, failed);
            }
        }

        @Override
        void cancelBody(Cancellation cancellation) {
            if (!failures && !cancelled) {
                early = failure;
                failure = null;
            }
            cancelled = true;
        }

        /// A loser's value was closed when it ended.
        @Override
        void discardValues(@Nullable Throwable failed) {
            if (winner != null) discard(winner, failed);
        }

        @Override
        M result() throws Exception {
            return winner != null ? winner.value() : failed(early);
        }
    }
}
