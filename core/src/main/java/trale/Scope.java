package trale;

import java.io.Serializable;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import trale.internal.Cancellation;

/// Tasks that have all ended when their scope has: structured concurrency.
///
/// ```java
/// int total = Executor.blockOn(Scope.call(scope -> {
///     var left = scope.fork(() -> {
///         await(Timer.sleep(Duration.ofMillis(10)));
///         return 20;
///     });
///     var right = scope.fork(() -> 22);
///     return await(left) + await(right);
/// }));
/// IO.println(total); // 42
/// ```
///
/// **The end.** `run` and `call` are ready when the body *and* all children have ended, their cleanup included, never before. A body
/// that returns early waits for its children; one with helpers that never end calls [#cancel()] first.
///
/// **Failure.** The first failure, of a child or of the body, cancels the body's innermost await and all the other children, with
/// that failure as the cause of their CancellationException. When all have ended the scope throws *that very object*; later
/// failures are suppressed in it.
///
/// **Cancellation.** A scope that is cancelled from outside cancels its body and its children and awaits their cleanup. Then it
/// throws CancellationException, or what a cleanup failed with: a failure is never hidden by a cancellation. A child that was
/// cancelled by its own handle is no failure. A child that ends with a CancellationException that was not asked for is one.
///
/// Ended children are forgotten at once, so an accept loop may fork for years. The children are tasks of the executor on which
/// the body runs, and a scope is used on that executor's thread alone.
public final class Scope {
    private final Run<?> run;

    private Scope(Run<?> run) {
        this.run = run;
    }

    /// A body with a scope, that returns a value.
    ///
    /// @param <T> what it returns
    @FunctionalInterface
    public interface Body<T extends @Nullable Object> extends Serializable {

        /// The code. It is compiled, not called.
        ///
        /// @param scope forks its children
        /// @return the value
        /// @throws Exception what it failed with
        T run(Scope scope) throws Exception;
    }

    /// A body with a scope, that returns nothing; see [Body].
    @FunctionalInterface
    public interface VoidBody extends Serializable {

        /// The code. It is compiled, not called.
        ///
        /// @param scope forks its children
        /// @throws Exception what it failed with
        void run(Scope scope) throws Exception;
    }

    /// Makes a future of a body with a scope. Nothing of it runs before the first poll; the body runs in the task that awaits it.
    ///
    /// @param body a lambda that may await
    /// @return what the body returns, when the body and all children have ended
    /// @throws IllegalArgumentException the body cannot be compiled; the message says where, why, and what to do
    public static <T extends @Nullable Object> Future<T> call(Body<T> body) {
        return new Run<>(body);
    }

    /// As [#call(Body)], of a body that returns nothing. It has another name so that a lambda which never returns is not ambiguous,
    /// as in [java.lang.ScopedValue].
    ///
    /// @param body a lambda that may await
    /// @return null, when the body and all children have ended
    /// @throws IllegalArgumentException the body cannot be compiled; the message says where, why, and what to do
    public static Future<Void> run(VoidBody body) {
        return new Run<>(body);
    }

    /// Runs a future as a child of this scope, concurrently with the caller: as [Executor#spawn(Future)], but the scope does not end
    /// before it. A child of a scope that is cancelled, or has failed, is cancelled before it starts.
    ///
    /// @return the child's handle; it may be ignored. Awaiting it gives the child's value; its failure reaches the scope in any case
    /// @throws IllegalStateException the scope is over, or this is not the thread of its executor
    public <T extends @Nullable Object> JoinHandle<T> fork(Future<T> f) {
        return run.fork(Objects.requireNonNull(f, "the future is null"));
    }

    /// As [#fork(Future)], of [Async#async(Async.Body)].
    public <T extends @Nullable Object> JoinHandle<T> fork(Async.Body<T> body) {
        return fork(Async.async(body));
    }

    /// As [#fork(Future)], of [Async#async(Async.VoidBody)].
    public JoinHandle<Void> fork(Async.VoidBody body) {
        return fork(Async.async(body));
    }

    /// Cancels the children, and those that are still to be forked. The body goes on. Their cancellations are no failures; what
    /// their cleanup fails with is one. On the thread of the scope's executor.
    ///
    /// @throws IllegalStateException this is not the thread of its executor
    public void cancel() {
        run.cancelByBody();
    }

    /// {@return the body's place in the source, and where it is in it}
    @Override
    public String toString() {
        return run.toString();
    }

    private static final class Run<T extends @Nullable Object> extends Children<T> {
        private final StateMachine<T> body;
        private boolean bodyEnded;
        private boolean bodyTold; // of the failure of a child; one that is cancelled from outside is in its cleanup, and left alone
        private @Nullable T value;
        private @Nullable CancellationException cancelled; // what the body ended with

        @SuppressWarnings({"unchecked", "this-escape"}) // step returns what the body returned
        Run(Serializable body) {
            this.body = (StateMachine<T>) Async.machine(body, new Scope(this));
        }

        @Override
        void begin() {
            // The body forks.
        }

        /// The body has not started either, and never will.
        @Override
        void dropUnbegun() {}

        @Override
        boolean isBodyOver() {
            return bodyEnded;
        }

        @Override
        boolean advance(Context cx) {
            if (bodyEnded) return true;
            if (failure != null && outside == null && !bodyTold) {
                bodyTold = true;
                body.cancel(Cancellation.because(failure));
            }
            try {
                if (!(body.poll(cx) instanceof Poll.Ready<T>(var v))) return false;
                value = v;
            } catch (Throwable t) {
                bodyFailed(t);
            }
            bodyEnded = true;
            return true;
        }

        private void bodyFailed(Throwable t) {
            if (t instanceof CancellationException e && (outside != null || failure != null)) cancelled = e;
            else fail(t);
        }

        @Override
        void ended(Task<?> child, @Nullable Throwable failed) {
            if (failed == null) return;
            child.failure(); // this scope has seen it
            fail(failed);
        }

        @Override
        T result() throws Exception {
            if (failure != null) JoinHandle.<Exception>rethrow(failure);
            if (outside != null) throw cancelled != null ? cancelled : outside.exception("cancelled");
            return value();
        }

        @SuppressWarnings("NullAway") // null if T may be null
        private T value() {
            return value;
        }

        @Override
        void cancelBody(Cancellation cancellation) {
            if (!bodyEnded) body.cancel(cancellation);
        }

        @Override
        void abandonBody() {
            body.abandon();
        }

        void cancelByBody() {
            if (isOver()) return;
            requireHome("cancel");
            tell(new Cancellation("the scope was cancelled", null));
        }

        @Override
        public String toString() {
            return "scope of " + body;
        }
    }
}
