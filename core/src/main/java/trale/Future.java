package trale;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// A value that is not there yet. A future is a description of work. Each [#poll(Context)] does as much of that work as can be done without
/// blocking. Between polls no code of the future runs. What it waits for may go on: another task, a thread, Linux.
///
/// The contract of a future:
///
/// - **It is polled** by one thread at a time, until it has returned [Poll.Ready] or thrown. It may be polled at any time without a reason,
///   so a poll without news must be harmless.
/// - **If it returns [Poll.Pending]**, it has arranged that [Context#waker()] is called when another poll makes sense. Only the waker of
///   the latest poll counts. There is one exception. A [JoinHandle] is what a spawn returns: a future that waits for the end of the task.
///   Several tasks may await it, so it keeps the wakers of all polls.
///
/// **A future that polls other futures** passes its context on to them. Or it polls each of them with another waker ([Context#of]), to know
/// which of the wakers was called. Then it must give the same future the same waker at every poll, because a [JoinHandle] keeps each
/// different waker.
///
/// ```java
/// // Ready at the second poll: wakes itself, so that it goes to the back of the run-queue.
/// Future<Void> yieldNow() {
///     var yielded = new boolean[1];
///     return cx -> {
///         if (yielded[0]) return Poll.ready(null);
///         yielded[0] = true;
///         cx.waker().wake();
///         return Poll.pending();
///     };
/// }
/// ```
///
/// @param <T> its value
/// @see <a href="https://doc.rust-lang.org/std/future/trait.Future.html">Rust's Future</a>
@FunctionalInterface
public interface Future<T extends @Nullable Object> {

    /// Does as much of the work as can be done now, and never blocks.
    ///
    /// @param cx has the waker to keep if the result is [Poll.Pending]
    /// @return [Poll#ready(Object)], once; until then [Poll#pending()]
    /// @throws Exception the failure of the work; the future has ended then
    Poll<T> poll(Context cx) throws Exception;

    /// Gives up the future before it is ready. It releases what it holds: a waker in a slot, a deadline in the timer heap. The owner of a
    /// future is the task that runs it, or the future that awaits it. The owner calls `drop` at most once, before the end, on the thread
    /// that would have polled the future, and does not poll the future again.
    ///
    /// There is one exception. If the stack ends in a poll or in a `drop`, with StackOverflowError, that call may have done nothing, or a
    /// part. So the owner calls `drop` then, once more if it has called it before. This `drop` releases what is left.
    default void drop() {}

    /// Runs futures concurrently and waits for all of them.
    ///
    /// Below, "this" is the future that is returned. Each of the futures runs as a task of the executor that polls this. They begin in the
    /// order given. The first failure cancels the others: each throws CancellationException at its await. Its `catch` and `finally` blocks
    /// then run, and may await: that is its cleanup. When they have ended, cleanup included, this throws that failure, the same object,
    /// with later failures suppressed in it.
    ///
    /// If the task that awaits this is cancelled, this cancels all, awaits their ends, and throws CancellationException, or what a cleanup
    /// failed with. If all futures have values all the same, this returns the values. Then the awaiting task throws the
    /// CancellationException at its next await. When this has ended, none of the futures is running. A [JoinHandle] among them only waits
    /// for its task. A handle that is cancelled stops waiting, and the task runs on; so may the thread of a [Blocking#run]. If this throws,
    /// no code gets the values of those that have succeeded. Values that are [AutoCloseable], such as a permit or a connection, are closed;
    /// what closing throws is suppressed. The value of a [JoinHandle], or of a future made by [#from], stays open, because other code may
    /// have it. The same holds for each member of an `all`, `any` or `race` among the futures. A value that is not AutoCloseable, such as
    /// the item of a channel's receive, is lost. A drop before the first poll drops the futures; a later one cancels them, and their
    /// cleanup goes on. Any thread may call this method.
    ///
    /// <!-- run: -->
    /// ```java
    /// List<Integer> values = Executor.blockOn(Future.all(async(() -> 1), async(() -> 2)));
    /// IO.println(values); // [1, 2]
    /// ```
    ///
    /// @param futures polled by this from now on, and by no other
    /// @return their values, in the order given, in a list that cannot be changed; of no futures an empty list
    /// @throws IllegalStateException one of them is awaited or spawned already, or is given twice. That is allowed
    ///         for a [JoinHandle], and not noticed for a future written by hand
    @SafeVarargs
    @SuppressWarnings("varargs") // it is only read
    static <T extends @Nullable Object> Future<List<T>> all(Future<? extends T>... futures) {
        return all(Arrays.asList(futures));
    }

    /// As [#all(Future...)].
    static <T extends @Nullable Object> Future<List<T>> all(Collection<? extends Future<? extends T>> futures) {
        return new Members.All<>(futures);
    }

    /// Runs futures concurrently until one has a value.
    ///
    /// The others are cancelled before any of them is polled again: each throws CancellationException at its await. This is ready when they
    /// have ended, cleanup included. If all fail, this throws the first failure, with the others suppressed in it, in the order in which
    /// they came. What a loser's cleanup fails with is logged. If a loser returns a value all the same, that value is closed if it is
    /// [AutoCloseable], unless the loser is a [JoinHandle] or was made by [#from]. If several are ready at their first poll, the first of
    /// the arguments wins.
    ///
    /// If the task that awaits this is cancelled, this cancels all, awaits their ends, and throws CancellationException, or what a cleanup
    /// failed with; failures from before are suppressed in it. If one of the futures has a value all the same, this returns it, and the
    /// next await of that task throws the CancellationException. Nothing of the futures is left running, but what a [Blocking#run] may
    /// leave. A [JoinHandle] that loses stops waiting, and its task runs on. A drop before the first poll drops the futures. Any thread may
    /// call this method.
    ///
    /// <!-- run: -->
    /// ```java
    /// String mirror = Executor.blockOn(Future.<String>any(
    ///         async(() -> {
    ///             throw new IOException("the first mirror is down");
    ///         }),
    ///         async(() -> "the second")));
    /// IO.println(mirror); // the second
    /// ```
    ///
    /// @param futures at least one; polled by this from now on, and by no other
    /// @return the first value
    /// @throws IllegalArgumentException there are none
    /// @throws IllegalStateException one of them is awaited or spawned already, or is given twice. That is allowed
    ///         for a [JoinHandle], and not noticed for a future written by hand
    @SafeVarargs
    @SuppressWarnings("varargs") // it is only read
    static <T extends @Nullable Object> Future<T> any(Future<? extends T>... futures) {
        return any(Arrays.asList(futures));
    }

    /// As [#any(Future...)].
    static <T extends @Nullable Object> Future<T> any(Collection<? extends Future<? extends T>> futures) {
        return new Members.First<>(false, futures);
    }

    /// Runs futures concurrently until one has ended. Its value or its failure is the outcome. What a loser's cleanup fails with is
    /// suppressed in a failure that won, and logged if a value has won. In all else, also when the task that awaits this is cancelled, it
    /// is as [#any(Future...)].
    ///
    /// <!-- run in a task: -->
    /// ```java
    /// var winner = await(Future.race(
    ///         async(() -> {
    ///             await(Timer.sleep(Duration.ofMillis(10)));
    ///             return "the hare";
    ///         }),
    ///         async(() -> {
    ///             await(Timer.sleep(Duration.ofHours(1)));
    ///             return "the tortoise";
    ///         })));
    /// ```
    ///
    /// @param futures at least one; polled by this from now on, and by no other
    /// @return the value of the first one that ends; if that one fails, this throws its failure
    /// @throws IllegalArgumentException there are none
    /// @throws IllegalStateException one of them is awaited or spawned already, or is given twice. That is allowed
    ///         for a [JoinHandle], and not noticed for a future written by hand
    @SafeVarargs
    @SuppressWarnings("varargs") // it is only read
    static <T extends @Nullable Object> Future<T> race(Future<? extends T>... futures) {
        return race(Arrays.asList(futures));
    }

    /// As [#race(Future...)].
    static <T extends @Nullable Object> Future<T> race(Collection<? extends Future<? extends T>> futures) {
        return new Members.First<>(true, futures);
    }

    /// {@return a future with the value or the failure of the stage}
    ///
    /// A failure is the stage's own, not wrapped in a CompletionException. A [JoinHandle.AwaitedHere] is added to it as a suppressed
    /// exception, whose stack trace shows the line of the await. A stage that other code cancelled fails with CancellationException.
    ///
    /// Cancelled or dropped, this cancels the stage by `toCompletableFuture().cancel(true)`, and forgets the waiting task. A
    /// CompletableFuture then completes with CancellationException, and the thread that computes it goes on. A value that comes at the same
    /// time is lost to this future; the stage has it. Any thread may call this method.
    ///
    /// If the stack ends while a thread completes a CompletableFuture, the JDK may have taken the awaiting task off its list already. Then
    /// that task is not woken.
    ///
    /// <!-- run: -->
    /// ```java
    /// var stage = CompletableFuture.supplyAsync(() -> 42);
    /// int value = Executor.blockOn(Future.from(stage)); // in a body: await(stage)
    /// IO.println(value); // 42
    /// ```
    ///
    /// @param stage completed by any thread
    static <T extends @Nullable Object> Future<T> from(CompletionStage<T> stage) {
        return new StageFuture<>(stage);
    }
}
