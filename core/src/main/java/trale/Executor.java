package trale;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import trale.internal.Log;
import trale.internal.Waiters;
import trale.internal.linux.Libc;
import trale.internal.probe.Installer;
import trale.internal.probe.Probe;
import trale.reactor.Reactor;

/// Runs tasks on one thread: takes the first task of the run-queue, polls it, and goes on with the next. This class is what a program
/// calls. `RunLoop` is the code of the thread.
///
/// By default the executor's thread turns the [Reactor]: it takes events and wakes tasks. With [Builder#reactorThread(boolean)] a second
/// thread turns the reactor and wakes tasks, as in the Rust trale. Each batch of events then costs a hand-over between threads.
///
/// **What a poll throws ends its own task alone**, also a StackOverflowError or an OutOfMemoryError. If a hand-written waker or a logger
/// throws, all tasks go on. A failure that reaches no join, await or CompletableFuture is logged when its task has become garbage
/// (System.Logger `trale`), or when a thousand later failures were not joined or awaited either. The failures left at the JVM's exit go to
/// System.err, because logging may have been shut down by then.
///
/// **Fairness.** Runnable tasks are polled in turn. A body whose awaits are always ready yields at its 128th await in a poll, or after 0.1
/// ms of them. The reactor is turned after 64 polls, or when a poll ends later than 0.5 ms after the reactor's last turn. Reading the clock
/// costs time. So while polls and awaits are short, only each 32nd of them reads it. If they then become long, up to 32 may pass before a
/// time limit is noticed.
///
/// Any thread may call the methods. Those that block, [#blockOn(Future)] and [#close()], are refused inside a task.
///
/// The threads are daemons: they do not keep the JVM alive. They keep their executor alive until it is [closed][#close()]. They inherit no
/// thread locals and no context class loader from the thread that starts them. Their stacks have 16 MiB, whatever `-Xss` says: room for a
/// chain of ten thousand bodies, each of which awaits the next. A task with a much longer chain, such as a recursion without end, fails
/// with StackOverflowError. The other tasks go on.
///
/// ```java
/// var task = Executor.spawn(() -> {
///     await(Timer.sleep(Duration.ofMillis(10)));
///     return "Hello task";
/// });
/// IO.println(task.join());
/// ```
public final class Executor implements AutoCloseable {

    private static final Duration FOR_EVER = Duration.ofNanos(Long.MAX_VALUE / 2); // 146 years

    /// If an executor's thread has not come back to the loop for this long, a body holds it.
    private static final Duration UNTIL_STUCK = Duration.ofMillis(200);

    /// Written under the class's monitor. Read without it, because every spawn reads it.
    private static volatile @Nullable Executor processWide;

    final RunLoop loop;

    private Executor(String name, boolean reactorThread) throws IOException {
        Libc.require();
        var dump = Dump.seconds();
        Libc.link();
        Log.prepare();
        UnseenFailure.prepare();
        HeapReserve.prepare();
        new Waiters().add(this, Waiters.NONE); // loads the class now: later there may be no descriptor left for its class file
        loop = new RunLoop(this, name, reactorThread);
        loop.startThread();
        try {
            if (dump > 0) Dump.start(loop, dump);
        } catch (Throwable t) { // no memory for another thread
            loop.close(1); // it has no task, so its thread ends
            throw t;
        }
    }

    /// {@return the executor of the calling thread: in a task, the task's executor; on a thread of no executor, the process-wide one, which
    /// is started at first use}
    ///
    /// With `-Dtrale.reactor=thread` the process-wide executor has a reactor thread; with `own`, or without the property, its
    /// own thread turns the reactor.
    ///
    /// @throws UncheckedIOException no file descriptor left for epoll, eventfd and timerfd
    /// @throws UnsupportedOperationException not on Linux x86-64 or aarch64
    /// @throws IllegalStateException native access is denied
    /// @throws IllegalArgumentException the property `trale.reactor` has another value, or `trale.dump` is not a number from 1 to 999999:
    ///      the seconds without a poll after which a snapshot is printed
    public static Executor get() {
        if (Thread.currentThread() instanceof Worker w) return w.executor;
        var executor = processWide;
        return executor != null && executor.loop.isOpen() ? executor : startProcessWide();
    }

    private static synchronized Executor startProcessWide() {
        var executor = processWide;
        if (executor == null || !executor.loop.isOpen()) {
            var turnedBy = System.getProperty("trale.reactor", "own");
            var reactorThread = switch (turnedBy) {
                case "thread" -> true;
                case "own" -> false;
                default -> throw new IllegalArgumentException("-Dtrale.reactor=" + turnedBy
                        + ": use thread (a second thread turns the reactor) or own (the default: the executor's thread turns it)");
            };
            executor = builder().name("trale").reactorThread(reactorThread).build();
            processWide = executor;
        }
        return executor;
    }

    /// Runs a future as a task of [#get()], concurrently with the caller. Any thread may call this. Tasks that one thread spawns begin in
    /// the order in which they were spawned.
    ///
    /// A cancellation of the caller does not reach the task: [JoinHandle#cancel()] of the handle does, and so does [#close()]. Outside a
    /// task this may fail as [#get()] does.
    ///
    /// <!-- run in a task: -->
    /// ```java
    /// var handle = Executor.spawn(Timer.sleep(Duration.ofMillis(10)));
    /// IO.println("both run");
    /// await(handle);
    /// ```
    ///
    /// @return the task's handle; it may be ignored
    /// @throws RejectedExecutionException the executor is closed or being closed
    /// @throws IllegalStateException `f` is awaited or spawned already. That is allowed for a [JoinHandle], and not noticed
    ///         for a future written by hand. Or Linux refuses to end the sleep of the executor's thread. The task is queued then, and runs
    ///         when another wake ends the sleep
    public static <T extends @Nullable Object> JoinHandle<T> spawn(Future<T> f) {
        return get().submit(f);
    }

    /// As [#spawn(Future)], with the future of [Async#async(Async.Body)], and fails as that does if the body cannot be compiled.
    public static <T extends @Nullable Object> JoinHandle<T> spawn(Async.Body<T> body) {
        return get().submit(body);
    }

    /// As [#spawn(Future)], with the future of [Async#async(Async.VoidBody)], and fails as that does if the body cannot be compiled.
    public static JoinHandle<Void> spawn(Async.VoidBody body) {
        return get().submit(body);
    }

    /// Runs a future as a task and blocks until that task has ended: `spawn(f).join()`. It does not wait for tasks that the task has
    /// spawned. From any thread that runs no tasks.
    ///
    /// <!-- run: -->
    /// ```java
    /// int answer = Executor.blockOn(() -> {
    ///     await(Timer.sleep(Duration.ofMillis(1)));
    ///     return 42;
    /// });
    /// IO.println(answer); // 42
    /// ```
    ///
    /// An interrupt does not end the wait; the thread's flag is kept. Outside a task this may fail as [#get()] does.
    ///
    /// Do not call this in a static initialiser. A body that is written there uses the class, so the body waits for the end of the
    /// class's initialisation. The initialisation waits for the body.
    ///
    /// @return what it became
    /// @throws java.util.concurrent.CompletionException it failed; the cause is what it threw
    /// @throws CancellationException it was cancelled, or it did not catch the CancellationException of a task that it awaited
    /// @throws IllegalStateException called inside a task; `await` the future there
    public static <T extends @Nullable Object> T blockOn(Future<T> f) {
        requireOutside("blockOn(future)", "await(future)");
        return spawn(f).join();
    }

    /// As [#blockOn(Future)], with the future of [Async#async(Async.Body)], and fails as that does if the body cannot be compiled.
    public static <T extends @Nullable Object> T blockOn(Async.Body<T> body) {
        return blockOn(Async.async(body));
    }

    /// As [#blockOn(Future)], with the future of [Async#async(Async.VoidBody)], and fails as that does if the body cannot be compiled.
    public static void blockOn(Async.VoidBody body) {
        blockOn(Async.async(body));
    }

    /// Runs a future as a task of this executor. Any thread may call this. Tasks of one thread begin in the order in which they were
    /// submitted.
    ///
    /// A cancellation of the caller does not reach the task: [JoinHandle#cancel()] of the handle does, and so does [#close()].
    ///
    /// <!-- run: -->
    /// ```java
    /// try (var executor = Executor.builder().name("second").build()) {
    ///     IO.println(executor.submit(() -> 42).join());
    /// }
    /// ```
    ///
    /// @return the task's handle; it may be ignored
    /// @throws RejectedExecutionException this executor is closed or being closed
    /// @throws IllegalStateException `f` is awaited or spawned already. That is allowed for a [JoinHandle], and not noticed
    ///         for a future written by hand. Or Linux refuses to end the sleep of the executor's thread. The task is queued then, and runs
    ///         when another wake ends the sleep
    public <T extends @Nullable Object> JoinHandle<T> submit(Future<T> f) {
        Objects.requireNonNull(f, "the future is null");
        if (!loop.isOpen()) throw loop.rejected();
        return loop.spawn(f);
    }

    /// As [#submit(Future)], with the future of [Async#async(Async.Body)], and fails as that does if the body cannot be compiled.
    public <T extends @Nullable Object> JoinHandle<T> submit(Async.Body<T> body) {
        return submit(Async.async(body));
    }

    /// As [#submit(Future)], with the future of [Async#async(Async.VoidBody)], and fails as that does if the body cannot be compiled.
    public JoinHandle<Void> submit(Async.VoidBody body) {
        return submit(Async.async(body));
    }

    /// Runs the rest of a body that was given up and whose cleanup awaits something. Also while the executor is being closed.
    static void adopt(Future<?> body) {
        get().loop.adopt(body);
    }

    /// {@return the task in whose poll this is called, or null}
    static @Nullable Task<?> current() {
        return Thread.currentThread() instanceof Worker w ? w.executor.loop.running() : null;
    }

    static void requireOutside(String method, String remedy) {
        if (Thread.currentThread() instanceof Worker)
            throw new IllegalStateException(
                    method + " inside a task would block the executor, this task included; use " + remedy);
    }

    /// {@return the reactor of this executor, with which leaf futures register} From any thread.
    public Reactor reactor() {
        return loop.driver.reactor();
    }

    /// {@return how many tasks have been spawned here and have not ended} From any thread.
    public int taskCount() {
        return loop.taskCount();
    }

    /// {@return its name, how many tasks it has, and whether it is closed}
    @Override
    public String toString() {
        var state = loop.isOpen() ? "]" : loop.isClosed() ? ", closed]" : ", being closed]";
        return "Executor[" + loop.name + ", tasks: " + taskCount() + state;
    }

    /// Tells what this executor does now: each task, its line, and what it waits for. Any thread may call this, at any time. A program that
    /// takes no snapshot pays a comparison and two writes in a poll.
    ///
    /// The executor's thread makes it between two polls, so it is consistent. Inside a task it is made in that task's poll. If a poll holds
    /// the thread for 200 ms, this says on which line that is, and lists no other task. Of a closed executor it is empty.
    ///
    /// A task that nothing can wake, because its future has lost the waker, is found if a garbage collection has run between an earlier
    /// snapshot and this one. See [#snapshot(boolean)].
    ///
    /// <!-- run: -->
    /// ```java
    /// var sleeper = Executor.spawn(Timer.sleep(Duration.ofHours(1))).named("sleeper");
    /// IO.println(Executor.get().snapshot()); // it has a line for the task, with the time that is left
    /// sleeper.cancel();
    /// ```
    public Snapshot snapshot() {
        return loop.inspector.snapshot(false);
    }

    /// As [#snapshot()].
    ///
    /// @param collect have a garbage collection run first (System.gc()), so that a task which nothing can wake is found at once. The
    ///        executor stands still meanwhile
    public Snapshot snapshot(boolean collect) {
        return loop.inspector.snapshot(collect);
    }

    /// From now on this probe, instead of the one before, is told what the executor does.
    ///
    /// @param probe null: none
    /// @throws RejectedExecutionException this executor is closed
    /// @throws IllegalStateException the probe threw when it was installed; the cause is what it threw
    /// @hidden
    @SuppressWarnings("exports") // to modules of trale
    public void probe(@Nullable Probe probe) {
        loop.inspector.probe(probe);
    }

    /// Cancels every task as [JoinHandle#cancel()] does, waits until their cleanup is done, and closes epoll, eventfd and timerfd. From the
    /// moment it is called, `spawn` and `submit` throw; a scope may still fork, and a cleanup may still become a task. Idempotent; any
    /// number of threads may call it, and all wait. An interrupt does not end the wait; the thread's flag is kept.
    ///
    /// A body that catches its CancellationException and goes on is not cancelled again: this waits as long as it runs, for ever
    /// if it loops. [#close(Duration)] cancels it again, and abandons it in the end. Sockets of the tasks keep their ports until they are
    /// closed themselves.
    ///
    /// After the process-wide executor has been closed, [#get()] starts another.
    ///
    /// In a shutdown hook call [#close(Duration)] instead. If a task has called `System.exit`, that call waits for the hooks, so the task
    /// does not end, and this would wait for ever.
    ///
    /// <!-- run: -->
    /// ```java
    /// var executor = Executor.builder().build();
    /// var sleeper = executor.submit(Timer.sleep(Duration.ofHours(1)));
    /// executor.close();
    /// IO.println(sleeper.isDone()); // true
    /// ```
    ///
    /// @throws IllegalStateException called inside a task of any executor: it would hold the executor's thread, and a cleanup that
    ///         needs this thread would never end. Close it from another thread; a task has one by [Blocking#run]
    @Override
    public void close() {
        requireOutside("close()", "another thread, as in await(Blocking.run(() -> executor.close()))");
        loop.close(1);
        joinUninterruptibly(null);
    }

    /// As [#close()], but bounded. It cancels every task. After the first and the second `grace` it cancels those that are left, and after
    /// the third it abandons them. An abandoned task ends with CancellationException, its resources of [JoinHandle#closing(AutoCloseable)]
    /// are closed, what it waits for is dropped, but its body goes no further: no `finally` block of it runs.
    ///
    /// The cleanup of a body or a scope that was dropped before counts as cancelled already: the first cancelling leaves it alone.
    ///
    /// Which tasks were abandoned, and where they are, is logged (System.Logger `trale`).
    ///
    /// After the third `grace` it waits some 0.5 s at most if a body holds the executor's thread, and some 5 s at most while that thread
    /// polls nothing any more, but ends the abandoned tasks.
    ///
    /// <!-- run: -->
    /// ```java
    /// var executor = Executor.builder().build();
    /// executor.submit(Timer.sleep(Duration.ofHours(1)));
    /// if (!executor.close(Duration.ofSeconds(1))) IO.println("some tasks did not end");
    /// ```
    ///
    /// @param grace how long a cleanup may take; zero or less: it waits for no cleanup, and may abandon tasks before they were cancelled
    /// @return whether every task came to an end by itself. False also if a body holds the executor's thread: that thread
    ///         goes on until the body returns, and the descriptors are closed then
    /// @throws IllegalStateException called inside a task of any executor
    public boolean close(Duration grace) {
        Objects.requireNonNull(grace, "the grace is null");
        requireOutside("close(grace)", "another thread, as in await(Blocking.run(() -> executor.close(...)))");
        for (var round = 1; round <= RunLoop.ROUNDS; round++) {
            loop.close(round);
            if (joinUninterruptibly(grace)) return !loop.abandoned;
        }
        loop.close(RunLoop.ROUNDS + 1);
        // Once closed it polls no task: it ends those that are left, closes their resources, and logs them. That may take longer.
        if (joinUninterruptibly(UNTIL_STUCK) || (loop.isClosed() && joinUninterruptibly(Duration.ofSeconds(5)))) return !loop.abandoned;
        Log.error("executor " + loop.name + " cannot be closed yet:\n" + snapshot(), null);
        return false;
    }

    private boolean joinUninterruptibly(@Nullable Duration limit) {
        var nanos = limit == null || limit.compareTo(FOR_EVER) > 0 ? FOR_EVER.toNanos() : limit.isNegative() ? 0 : limit.toNanos();
        if (!loop.awaitEnd(nanos)) return false;
        var end = System.nanoTime() + nanos;
        var interrupted = false;
        while (loop.thread.isAlive()) {
            try {
                var left = end - System.nanoTime();
                if (left <= 0) break;
                loop.thread.join(Duration.ofNanos(left));
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) Thread.currentThread().interrupt();
        return !loop.thread.isAlive();
    }

    /// {@return a builder of a new executor} From any thread.
    ///
    /// <!-- run: -->
    /// ```java
    /// try (var executor = Executor.builder().name("second").reactorThread(true).build()) {
    ///     IO.println(executor.submit(() -> Thread.currentThread().getName()).join()); // second
    /// }
    /// ```
    public static Builder builder() {
        return new Builder();
    }

    /// Sets up an [Executor]; see [Executor#builder()]. One thread uses it.
    public static final class Builder {
        private String name = "trale-executor";
        private boolean reactorThread;

        private Builder() {}

        /// Names the executor's thread. A reactor thread has this name with `-reactor` behind it.
        ///
        /// @return this
        public Builder name(String name) {
            this.name = Objects.requireNonNull(name, "the name is null");
            return this;
        }

        /// Says whether a second thread turns the reactor. By default the executor's thread does.
        ///
        /// @param second true: a second thread; false: the executor's thread
        /// @return this
        public Builder reactorThread(boolean second) {
            reactorThread = second;
            return this;
        }

        /// {@return a new executor, running}
        /// @throws UncheckedIOException no file descriptor left for epoll, eventfd and timerfd
        /// @throws UnsupportedOperationException not on Linux x86-64 or aarch64
        /// @throws IllegalStateException native access is denied
        /// @throws IllegalArgumentException the property `trale.dump` is not a number from 1 to 999999: the seconds without a poll after
        ///      which a snapshot is printed
        public Executor build() {
            try {
                var executor = new Executor(name, reactorThread);
                Installer.tell(executor); // for -Dtrale.watch
                return executor;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
