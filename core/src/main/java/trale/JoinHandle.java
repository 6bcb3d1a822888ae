package trale;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import trale.internal.Cancellation;
import trale.internal.Explanation;
import trale.internal.Failures;
import trale.internal.Log;
import trale.internal.Waiting;

/// A handle of a spawned task, to wait for its end or to ask it to stop.
///
/// Outside tasks [#join()] blocks until the task has ended. Inside a task `await(handle)` waits without holding the thread. Any number of
/// tasks may await a handle, any number of times. A handle that is ignored *detaches* its task: the task runs on. If it fails, the failure
/// is logged, or printed when the JVM exits; see [Executor]. Any thread may call the methods.
///
/// ```java
/// var handle = Executor.spawn(() -> {
///     await(Timer.sleep(Duration.ofMillis(10)));
///     return 24;
/// });
/// IO.println(handle.join()); // 24
/// ```
///
/// @param <T> what the task returns
public final class JoinHandle<T extends @Nullable Object> extends Waiting implements Future<T> {
    /// The most marks in one exception: A handle may be awaited over and over, and its exception stays bounded.
    private static final int MAX_MARKS = 16;

    final Task<T> task;

    JoinHandle(Task<T> task) {
        this.task = task;
    }

    /// Blocks until the task has ended. From any thread that runs no tasks. An interrupt does not end the wait; the thread's flag is kept.
    ///
    /// <!-- run: -->
    /// ```java
    /// IO.println(Executor.spawn(() -> 24).join()); // 24
    /// ```
    ///
    /// @return what the task returned
    /// @throws CompletionException the task failed; the cause is what it threw
    /// @throws CancellationException the task was cancelled, or it did not catch the CancellationException of a task that it awaited
    /// @throws IllegalStateException called inside a task: blocking would stop the executor. `await` the handle instead
    public T join() {
        Executor.requireOutside("join()", "await(handle)");
        task.loop.awaitTask(task);
        task.awaitEnd();
        var failure = task.failure();
        if (failure == null) return task.value();
        if (failure instanceof CancellationException cancelled) throw cancelled;
        throw new CompletionException(Log.describe(failure), failure); // without the text, it calls a toString that may throw
    }

    /// {@return whether the task has ended: returned, failed or been cancelled}
    public boolean isDone() {
        return task.isDone();
    }

    /// Asks the task to stop; nothing happens if it has ended. It does not wait: join or await the handle for that. From any thread.
    ///
    /// <!-- run: -->
    /// ```java
    /// var sleeper = Executor.spawn(Timer.sleep(Duration.ofHours(1)));
    /// sleeper.cancel();
    /// try {
    ///     sleeper.join();
    /// } catch (CancellationException e) {
    ///     IO.println("it has ended");
    /// }
    /// ```
    ///
    /// The tasks that it has spawned run on, also one whose handle it is awaiting. To end those too, cancel their handles in
    /// a `finally`.
    ///
    /// A body that waits gets [CancellationException] at its await. A body that runs gets it at its next await, even if that is ready. Its
    /// `finally` blocks run and may await, and the task ends with whatever the body then returns or throws. Any other future is dropped,
    /// and the task ends with CancellationException. A body that had not started never runs.
    ///
    /// Each call is delivered once, also if two come at the same time. So a second one reaches a body that has caught the first and
    /// goes on, or a cleanup that waits too long.
    ///
    /// If the task runs a [Scope], the scope's children are cancelled with it, and so are the members of `all`, `any` and `race`.
    public void cancel() {
        task.cancel(Cancellation.PLAIN);
    }

    /// As [#cancel()], with a reason: the message of the CancellationException. If several are asked for before one is delivered, each has
    /// the latest reason.
    ///
    /// <!-- run: JoinHandle<Void> sleeper = Executor.spawn(Timer.sleep(Duration.ofHours(1))); -->
    /// ```java
    /// sleeper.cancel("the user has closed the window");
    /// ```
    ///
    /// @param why for a person who reads the exception
    public void cancel(String why) {
        task.cancel(Cancellation.of(Objects.requireNonNull(why, "the reason is null"), null));
    }

    /// Names the task, for messages, logs and snapshots. From any thread, at any time. A task that is
    /// cancelled keeps its name.
    ///
    /// <!-- run: -->
    /// ```java
    /// var janitor = Executor.spawn(Timer.sleep(Duration.ofMillis(1))).named("janitor");
    /// IO.println(janitor); // the end of task janitor
    /// ```
    ///
    /// @return this
    public JoinHandle<T> named(String name) {
        task.name = Objects.requireNonNull(name, "the name is null");
        return this;
    }

    /// Has a resource closed when the task has ended, in whatever way, also if it was cancelled before its first poll: a body that
    /// never runs closes nothing itself. Several are closed in the reverse order. It happens on the executor's thread, before the
    /// tasks that wait for the end go on; or at once, on this thread, if the end has come already, or others are being closed. What
    /// `close()` throws is logged. From any thread.
    ///
    /// <!-- run: TcpStream stream = echo(); -->
    /// ```java
    /// Executor.spawn(() -> {
    ///     await(stream.writeAll(ByteBuffer.wrap("hello\n".getBytes())));
    /// }).closing(stream);
    /// ```
    ///
    /// @return this
    public JoinHandle<T> closing(AutoCloseable resource) {
        task.closing(Objects.requireNonNull(resource, "the resource is null"));
        return this;
    }

    /// {@return a new CompletableFuture that ends as the task ends} From any thread.
    ///
    /// It is completed on the executor's thread: dependent stages that may block belong into the `…Async` methods. Cancelling it
    /// cancels the task, once; completing it does not touch the task. If the task ends while `cancel` runs, or other code completes the
    /// CompletableFuture then, `cancel` may return false although the task was asked to stop. Its `join` and `get`, and those of its
    /// dependent stages, throw IllegalStateException inside a task, unless they are complete, as [#join()] does: they would block the
    /// executor. A failure of the task that completes it counts as looked at: trale does not log it, even if no code looks at the
    /// CompletableFuture.
    ///
    /// <!-- run: -->
    /// ```java
    /// var length = Executor.spawn(() -> "hello").toCompletableFuture().thenApply(String::length);
    /// IO.println(length.get()); // 5
    /// ```
    public CompletableFuture<@Nullable T> toCompletableFuture() {
        return TaskFuture.of(task);
    }

    /// As a future: ready when the task has ended; any number of times.
    ///
    /// Any number of tasks may wait, so every waker passed to poll is kept (once) until the task ends. A future that polls this with
    /// wakers of its own should keep one waker for each child: one for each poll would pile up.
    ///
    /// @throws Exception what the task threw, itself and not a copy; where it was awaited is added as a suppressed
    ///         [AwaitedHere], the first few times
    /// @throws IllegalStateException the task awaits its own end
    @Override
    public Poll<T> poll(Context cx) throws Exception {
        if (cx.task == task) throw awaitsItself();
        if (task.onEnd(cx.waker())) return Poll.pending();
        var failure = task.failure();
        if (failure == null) return Poll.ready(task.value());
        markAwaited(failure);
        JoinHandle.<Exception>rethrow(failure);
        throw new AssertionError("unreachable");
    }

    static IllegalStateException awaitsItself() {
        return new IllegalStateException(
                "a task awaits its own handle, and would wait for ever; return the value, or await another task's");
    }

    /// Adds to a failure of another thread or task the place where it is awaited.
    static void markAwaited(Throwable failure) {
        if (failure.getSuppressed().length < MAX_MARKS) Failures.suppress(failure, new AwaitedHere());
    }

    /// Gives up waiting; the task runs on. The polling task's own waker is taken out. A waker of [Context#of] stays until the end, because
    /// another future may wait with the same one.
    @Override
    public void drop() {
        var awaiting = Executor.current();
        // Woken, because the awaiting task may await this handle in another place.
        if (awaiting != null && awaiting.context instanceof Context cx && task.forget(cx.waker())) awaiting.wake();
    }

    @Override
    protected void explain(Explanation to) {
        to.waitsFor(new Snapshot.End(task.number, task.loop.name), List.of(task));
    }

    @SuppressWarnings("unchecked") // poll may throw any Exception, and a throw is not checked at run time
    static <E extends Throwable> void rethrow(Throwable t) throws E {
        throw (E) t;
    }

    /// Marks, among an exception's suppressed ones, the place where its task was awaited.
    public static final class AwaitedHere extends Throwable {
        private static final long serialVersionUID = 1;

        private AwaitedHere() {
            super("awaited here", null, false, true);
        }
    }

    /// {@return which task it is the handle of, for people}
    @Override
    public String toString() {
        return task.name == null ? "the end of another task" : "the end of task " + task.name;
    }
}
