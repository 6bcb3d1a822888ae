package trale;

import org.jspecify.annotations.Nullable;

/// A value that is not there yet. Nothing happens until it is polled: a future is a description of work, and each
/// [#poll(Context)] does as much of that work as can be done without blocking.
///
/// The contract, both ways:
///
/// - **You are polled** on one thread at a time, never again after you returned [Poll.Ready] or threw, and at any time
///   without a reason: a poll that finds nothing new must be harmless.
/// - **If you return [Poll.Pending]** you have arranged that [Context#waker()] will be woken once another poll is worth
///   its while. Only the waker of the latest poll counts.
///
/// **If you poll others** hand your own context on. If you need to know which of them was woken, make one waker for each and
/// keep it: a future that several wait for, as a [JoinHandle], cannot tell a waker that replaces another from one more.
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
/// @param <T> what it becomes
/// @see <a href="https://doc.rust-lang.org/std/future/trait.Future.html">Rust's Future</a>
@FunctionalInterface
public interface Future<T extends @Nullable Object> {

    /// Makes what progress it can and never blocks.
    ///
    /// @param cx the waker to keep if the answer is [Poll.Pending]
    /// @return [Poll#ready(Object)], once; until then [Poll#pending()]
    /// @throws Exception whatever the work failed with; the future is finished then
    Poll<T> poll(Context cx) throws Exception;

    /// Given up before it was ready: releases what it holds (a waker in a slot, a timer in the heap). It is not polled
    /// again. Called on the thread that would have polled it, at most once, never after the end.
    default void drop() {}
}
