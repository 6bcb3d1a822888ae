package trale;

import java.io.Serializable;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import trale.internal.Cancellation;
import trale.internal.Failures;

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
/// that failure as the cause of their CancellationException. When all have ended the scope throws *that very object*. Later
/// failures are suppressed in it. A failure leaves a running cleanup alone: once the scope has told its children to stop, a failure tells
/// them nothing more.
///
/// **Cancellation.** A scope that is cancelled from outside cancels its body and its children, in the order in which they were
/// forked, and awaits their cleanup. Then it throws CancellationException, also if the body has returned a value. If a cleanup
/// failed the scope throws that failure instead: a failure is never hidden by a cancellation. A cancellation that comes when the
/// body and all children have ended changes nothing here: the awaiting body gets the value, and its next await throws the
/// CancellationException.
///
/// If the body has returned a value and the scope throws, the value reaches no code. It is closed, if it is [AutoCloseable]: a permit is
/// free again.
///
/// A child that was cancelled by its own handle is no failure. What its leaf's `drop`, or a `close()`, throws meanwhile is logged. A child
/// that ends with a CancellationException that was not asked for is a failure.
///
/// **Threads.** The children are tasks of the executor on which the body runs. A scope is used on that executor's thread alone, by
/// its body, by its children, or by any other task there.
///
/// **What it leaves behind**: nothing, however it ends. An ended child is forgotten at once, so an accept loop may fork for years.
/// A scope whose future is dropped is cancelled, and its cleanup runs on as a task of the executor.
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
    /// The future throws the first failure, of the body or of a child; or CancellationException, if it was cancelled. A cancellation leaves
    /// nothing of body and children running. From any thread.
    ///
    /// <!-- run: -->
    /// ```java
    /// int sum = Executor.blockOn(Scope.call(scope -> {
    ///     var one = scope.fork(() -> 1);
    ///     return await(one) + 1;
    /// }));
    /// IO.println(sum); // 2
    /// ```
    ///
    /// @param body a lambda that may await
    /// @return what the body returns, when the body and all children have ended; it can be polled to its end once
    /// @throws IllegalArgumentException the body cannot be compiled; the message says where, why, and what to do
    public static <T extends @Nullable Object> Future<T> call(Body<T> body) {
        return new Run<>(body);
    }

    /// As [#call(Body)], of a body that returns nothing. It has another name so that a lambda which never returns is not ambiguous,
    /// as in [java.lang.ScopedValue]. A cancellation leaves nothing of body and children running. From any thread.
    ///
    /// <!-- run in a task: -->
    /// ```java
    /// await(Scope.run(scope -> {
    ///     for (int i = 0; i < 3; i++) scope.fork(Timer.sleep(Duration.ofMillis(10)));
    /// }));
    /// IO.println("all three have ended");
    /// ```
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
    /// The child's first poll comes in its turn, behind the tasks that are runnable; the caller goes on. A child may fork into the scope of
    /// its parent. A fork that fails, for want of memory or stack, has forked nothing. A child ends when it is
    /// cancelled by its handle, or with its scope; a cancelled await of the handle leaves the child alone.
    ///
    /// <!-- run in a task: -->
    /// ```java
    /// await(Scope.run(scope -> {
    ///     var child = scope.fork(() -> 42);
    ///     IO.println(await(child));
    /// }));
    /// ```
    ///
    /// @param f polled by the child from now on, and by no other
    /// @return the child's handle; it may be ignored. Awaiting it gives the child's value; its failure reaches the scope in any case
    /// @throws IllegalStateException the scope is over; or this is not the thread of its executor; or `f` is awaited or spawned already.
    ///      The last is allowed for a [JoinHandle], and not noticed for a future written by hand
    public <T extends @Nullable Object> JoinHandle<T> fork(Future<T> f) {
        return run.fork(Objects.requireNonNull(f, "the future is null"));
    }

    /// As [#fork(Future)], of [Async#async(Async.Body)], and fails as that does if the body cannot be compiled.
    public <T extends @Nullable Object> JoinHandle<T> fork(Async.Body<T> body) {
        return fork(Async.async(body));
    }

    /// As [#fork(Future)], of [Async#async(Async.VoidBody)], and fails as that does if the body cannot be compiled.
    public JoinHandle<Void> fork(Async.VoidBody body) {
        return fork(Async.async(body));
    }

    /// Cancels the children, and those that are still to be forked. The body goes on, for example to return, and then the scope
    /// waits for the children's cleanup. Each call is delivered once to each child, as [JoinHandle#cancel()]. Nothing happens if the
    /// scope is over.
    ///
    /// A child that ends with its CancellationException is no failure. What a cleanup fails with is one.
    ///
    /// <!-- run: -->
    /// ```java
    /// String answer = Executor.blockOn(Scope.call(scope -> {
    ///     scope.fork(() -> {
    ///         for (;;) await(Timer.sleep(Duration.ofMillis(1))); // a helper that never ends
    ///     });
    ///     await(Timer.sleep(Duration.ofMillis(5)));
    ///     scope.cancel();
    ///     return "42";
    /// }));
    /// IO.println(answer); // 42
    /// ```
    ///
    /// @throws IllegalStateException this is not the thread of its executor
    public void cancel() {
        run.cancelByBody();
    }

    /// {@return the body's place in the source, or that of its current await, and its state}
    @Override
    public String toString() {
        return run.toString();
    }

    private static final class Run<T extends @Nullable Object> extends Children<T> {
        private final StateMachine<T> body;
        private boolean bodyEnded;
        private boolean bodyTold; // that a child failed; not a body that was cancelled from outside, which is in its cleanup
        private @Nullable T value;
        private @Nullable CancellationException cancelled; // what the body ended with
        private @Nullable Cancellation answered; // from outside, by `cancelled`; a later one may come in the cleanup of a child

        @SuppressWarnings({"unchecked", "this-escape"}) // step returns what the body returned
        Run(Serializable body) {
            this.body = (StateMachine<T>) Async.machine(body, new Scope(this));
        }

        @Override
        void begin() {
            // The body forks.
        }

        /// Nothing was forked, and the body has not started: there is nothing to give up.
        @Override
        void dropUnbegun() {}

        @Override
        @Nullable Future<?> body() {
            return bodyEnded ? null : body;
        }

        @Override
        boolean isBodyOver() {
            return bodyEnded;
        }

        @Override
        boolean advance(Context cx) {
            if (!bodyEnded && !advanceBody(cx)) return false;
            bodyEnded = true;
            body.abandon(); // does nothing, unless the stack ended as the body was to give up what it waits for
            return true;
        }

        private boolean advanceBody(Context cx) {
            if (failure != null && outside == null && !bodyTold) {
                bodyTold = true;
                body.cancel(Cancellation.of(null, failure));
            }
            try {
                if (!(body.poll(cx) instanceof Poll.Ready<T>(var v))) return false;
                value = v;
            } catch (Throwable t) {
                bodyFailed(t);
            }
            return true;
        }

        private void bodyFailed(Throwable t) {
            var isLeft = outside != null && body.undelivered(true) == outside; // no await was left to throw it
            if (t instanceof CancellationException e && (outside != null || failure != null)) {
                cancelled = e;
                if (!isLeft) answered = outside;
            } else {
                fail(t);
                if (isLeft) undelivered = outside;
            }
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
            if (outside == null) return value();
            if (cancelled != null && answered == outside) throw cancelled;
            var thrown = outside.exception("cancelled"); // the latest
            if (cancelled != null) for (var t : cancelled.getSuppressed()) Failures.suppress(thrown, t); // what dropping threw
            throw thrown;
        }

        @Override
        void discardValues(@Nullable Throwable failed) {
            Failures.discard(value, failed);
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
            cancelEach(new Cancellation("the scope was cancelled", null));
        }

        @Override
        public String toString() {
            return "scope of " + body;
        }
    }
}
