package trale;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import trale.internal.linux.Kernel;
import trale.reactor.Reactor;

/// Runs tasks on one thread: takes the first of the run-queue, polls it, and goes on with the next.
///
/// ```
///   spawn, wake ────▶ run-queue ──▶ poll ──Ready──▶ done, joiners woken
///   (this thread)         ▲          │
///                         │       Pending
///   spawn, wake           │          ▼
///   (any other) ──▶ injected      wait-queue ◀─── its waker: a timer, a slot of the reactor,
///                   queue            │            another task, another thread
///                         ▲          │
///                         └── wake ──┘       nothing to run: sleep in epoll_wait until there is
/// ```
///
/// By default the executor's own thread turns the [Reactor] when it has nothing to run. With
/// [Builder#reactorThread(boolean)] a second thread does nothing but that and wakes tasks: the arrangement of the Rust
/// original, at the price of a hand-over between threads for every event.
///
/// A task that fails, and that nobody joins or awaits, is logged when it has become garbage (System.Logger `trale`), or when
/// a thousand others have failed since and nobody has looked at them either. What is left at the JVM's exit is printed to
/// System.err, where logging has been shut down by then.
///
/// The threads are daemons: they do not keep the JVM alive. But they keep their executor alive, until it is [closed][#close()].
/// They inherit nothing from the thread that starts them, neither its thread locals nor its context class loader, which they
/// would keep alive. Their stacks are of 16 MiB, whatever `-Xss` says: room for a chain of ten thousand bodies of which each
/// awaits the next. One that is much longer, such as a recursion without end, fails with StackOverflowError, alone.
///
/// ```java
/// var task = Executor.spawn(() -> {
///     await(Timer.sleep(Duration.ofMillis(10)));
///     return "Hello task";
/// });
/// IO.println(task.join());
/// ```
public final class Executor implements AutoCloseable {
    /// After so many polls the reactor is asked without waiting, so that busy tasks do not starve I/O.
    private static final int POLLS_PER_TURN = 64;

    /// In bytes. Each poll polls what it awaits, down to the leaf, so a chain of awaits is as deep on the stack: this is enough
    /// for some ten thousand. Of the memory only what is used is ever there.
    private static final long STACK_SIZE = 16 << 20;

    private static final int OPEN = 0;
    private static final int CLOSING = 1;
    private static final int CLOSED = 2;

    /// Written under the class's monitor; read without it, because it is read at every spawn.
    private static volatile @Nullable Executor processWide;

    private final @Nullable Kernel kernel = Kernel.current(); // of the thread that builds it; null: Linux
    private final Reactor.Owner reactor;
    private final Worker thread;
    private final @Nullable Worker reactorThread;

    /// Why the reactor thread has ended. Written by it *before* it looks at `parked`, read by the executor's thread *after*
    /// it has set that, before it sleeps.
    private volatile @Nullable Throwable reactorFailure;

    private final ArrayDeque<Task<?>> runQueue = new ArrayDeque<>(); // executor's thread only
    final WaitQueue waitQueue = new WaitQueue(); // executor's thread only

    /// Tasks that other threads spawned or woke. Pushed by any thread, emptied by the executor's.
    private final ConcurrentLinkedQueue<Task<?>> injected = new ConcurrentLinkedQueue<>();

    /// Whether the thread is asleep, or about to be. The executor's thread sets it, *then* looks at `injected` once more,
    /// and only then sleeps; another thread pushes to `injected`, *then* looks at `parked`. Both sides are sequentially
    /// consistent, so at least one of the two sees the other, and no wake-up is lost. Whoever turns it from true to false
    /// wakes the sleeper: one eventfd write, however many wakes there are.
    private final AtomicBoolean parked = new AtomicBoolean();

    /// Spawned and not yet ended. Any thread adds, *then* pushes to `injected`; the executor's subtracts at a task's end, or the
    /// spawning one if it is rejected.
    private final AtomicInteger tasks = new AtomicInteger();

    /// OPEN → CLOSING by whoever closes; CLOSING → CLOSED by the executor's thread when no task is left. submit() pushes,
    /// *then* looks at it once more; the executor's thread sees CLOSING, or writes CLOSED, *then* empties `injected`:
    /// a task that slips in meanwhile is cancelled, or rejected, by one of the two.
    private final AtomicInteger lifecycle = new AtomicInteger(OPEN);

    private boolean allCancelled; // close() has reached the tasks; executor's thread only

    private Executor(String name, boolean ownReactorThread) throws IOException {
        reactor = new Reactor.Owner();
        thread = new Worker(this, name, this::run);
        reactorThread = ownReactorThread ? new Worker(this, name + "-reactor", this::reactorLoop) : null;
        try {
            if (reactorThread != null) reactorThread.start();
            thread.start();
        } catch (Throwable t) { // no memory for another thread
            lifecycle.set(CLOSED);
            endReactor();
            throw t;
        }
    }

    /// {@return inside a task its executor, elsewhere the process-wide one, which is started at first use}
    ///
    /// With `-Dtrale.reactor=thread` the process-wide executor has a reactor thread; with `own`, or without the property, its
    /// own thread turns the reactor.
    ///
    /// @throws UncheckedIOException no file descriptor left for epoll, eventfd and timerfd
    /// @throws UnsupportedOperationException not on Linux x86-64 or aarch64
    /// @throws IllegalStateException native access is denied
    /// @throws IllegalArgumentException `trale.reactor` is something else
    public static Executor get() {
        if (Thread.currentThread() instanceof Worker w) return w.executor;
        var executor = processWide;
        return executor != null && executor.isOpen() ? executor : startProcessWide();
    }

    private static synchronized Executor startProcessWide() {
        var executor = processWide;
        if (executor == null || !executor.isOpen()) {
            var turnedBy = System.getProperty("trale.reactor", "own");
            var reactorThread = switch (turnedBy) {
                case "thread" -> true;
                case "own" -> false;
                default -> throw new IllegalArgumentException("-Dtrale.reactor=" + turnedBy
                        + ": thread has a thread turn the reactor; own, or nothing said, the executor's own");
            };
            executor = builder().name("trale").reactorThread(reactorThread).build();
            processWide = executor;
        }
        return executor;
    }

    /// {@return the task in whose poll this is called, or null}
    static @Nullable Task<?> current() {
        return Thread.currentThread() instanceof Worker w && w.executor.isCurrent() ? w.executor.runQueue.peekFirst() : null;
    }

    /// Runs a future as a task of [#get()], concurrently with the caller.
    ///
    /// @return the task's handle; it may be ignored
    /// @throws RejectedExecutionException the executor is closed or being closed
    public static <T extends @Nullable Object> JoinHandle<T> spawn(Future<T> f) {
        return get().submit(f);
    }

    /// As [#spawn(Future)], of [Async#async(Async.Body)].
    public static <T extends @Nullable Object> JoinHandle<T> spawn(Async.Body<T> body) {
        return get().submit(body);
    }

    /// As [#spawn(Future)], of [Async#async(Async.VoidBody)].
    public static JoinHandle<Void> spawn(Async.VoidBody body) {
        return get().submit(body);
    }

    /// Runs a future as a task and blocks until it, and it alone, has ended: `spawn(f).join()`.
    ///
    /// Not in a static initialiser: a body that uses the same class, as one that is written in it does, would wait for the
    /// end of its initialisation, and that for the body.
    ///
    /// @return what it became
    /// @throws java.util.concurrent.CompletionException it failed; the cause is what it threw
    /// @throws CancellationException it was cancelled, or it awaited a task that was and did not catch that
    /// @throws IllegalStateException called inside a task; `await` the future there
    public static <T extends @Nullable Object> T blockOn(Future<T> f) {
        requireOutside("blockOn(future)", "await(future)");
        return spawn(f).join();
    }

    /// As [#blockOn(Future)], of [Async#async(Async.Body)].
    public static <T extends @Nullable Object> T blockOn(Async.Body<T> body) {
        return blockOn(Async.async(body));
    }

    /// As [#blockOn(Future)], of [Async#async(Async.VoidBody)].
    public static void blockOn(Async.VoidBody body) {
        blockOn(Async.async(body));
    }

    /// Runs a future as a task of this executor. From any thread.
    ///
    /// @return the task's handle; it may be ignored
    /// @throws RejectedExecutionException this executor is closed or being closed
    public <T extends @Nullable Object> JoinHandle<T> submit(Future<T> f) {
        Objects.requireNonNull(f, "the future is null");
        if (!isOpen()) throw rejected();
        var handle = start(f);
        if (!isOpen()) handle.cancel(); // close() may have cancelled the others before this one came
        return handle;
    }

    /// As [#submit(Future)], of [Async#async(Async.Body)].
    public <T extends @Nullable Object> JoinHandle<T> submit(Async.Body<T> body) {
        return submit(Async.async(body));
    }

    /// As [#submit(Future)], of [Async#async(Async.VoidBody)].
    public JoinHandle<Void> submit(Async.VoidBody body) {
        return submit(Async.async(body));
    }

    /// Runs what is left of a body that was given up: its cleanup has to wait. Also while the executor is being closed.
    static void finish(StateMachine<?> body) {
        get().start(body);
    }

    private <T extends @Nullable Object> JoinHandle<T> start(Future<T> f) {
        var task = new Task<>(this, f);
        tasks.getAndIncrement();
        try {
            task.wake();
        } catch (OutOfMemoryError | IllegalStateException e) { // in no queue, so it will never end
            tasks.getAndDecrement();
            throw e;
        }
        if (lifecycle.get() == CLOSED && injected.remove(task)) {
            tasks.getAndDecrement();
            throw rejected();
        }
        return new JoinHandle<>(task);
    }

    private RejectedExecutionException rejected() {
        return new RejectedExecutionException("executor " + thread.getName() + " is closed; spawn on one that is open");
    }

    boolean isCurrent() {
        return Thread.currentThread() == thread;
    }

    /// By the executor's thread, with a task that has just become QUEUED.
    void push(Task<?> task) {
        runQueue.addLast(task);
    }

    /// By any other thread, with a task that it has spawned or woken.
    void inject(Task<?> task) {
        try {
            if (kernel != null) kernel.requireKnown(Thread.currentThread());
            injected.add(task); // nothing else here allocates
        } catch (OutOfMemoryError | IllegalStateException e) {
            task.notInjected();
            throw e;
        }
        unpark();
    }

    private void unpark() {
        if (!parked.get() || !parked.getAndSet(false)) return;
        if (reactorThread == null) reactor().wakeup();
        else LockSupport.unpark(thread);
    }

    private void park() {
        parked.set(true);
        if (injected.isEmpty() && (allCancelled || isOpen())) turn(true);
        parked.set(false);
    }

    private void turn(boolean block) {
        if (reactorThread == null) reactor.turn(block);
        else if (reactorFailure != null) throw new IllegalStateException("the reactor failed", reactorFailure);
        else if (block) LockSupport.park(this);
    }

    private void run() {
        Throwable cause = new CancellationException("the executor was closed");
        try {
            runTasks();
        } catch (Throwable t) {
            cause = new RejectedExecutionException("the executor failed", t);
            System.getLogger("trale").log(Level.ERROR, "executor " + thread.getName() + " failed", t);
        } finally {
            lifecycle.set(CLOSED);
            abandonAll(cause);
            endReactor();
        }
    }

    private void runTasks() {
        var polls = 0;
        for (;;) {
            Thread.interrupted(); // is nobody's: it would end the sleep, or be taken by the next task for its own
            if (!allCancelled && !isOpen()) {
                allCancelled = true;
                takeInjected();
                runQueue.forEach(Task::cancel);
                waitQueue.forEach(Task::cancel);
            }
            if (kernel != null && !runQueue.isEmpty())
                for (var k = kernel.pick(runQueue.size()); k > 0; k--) runQueue.addLast(runQueue.removeFirst());
            var task = runQueue.peekFirst();
            if (task == null) {
                if (takeInjected()) continue;
                if (allCancelled && tasks.get() == 0) return;
                park();
                continue;
            }
            var again = task.run(); // is the first of the queue meanwhile: see current()
            runQueue.removeFirst();
            if (++polls % POLLS_PER_TURN == 0) {
                turn(false);
                takeInjected();
            }
            if (again) runQueue.addLast(task); // behind the I/O that is ready
        }
    }

    private boolean takeInjected() {
        var any = false;
        for (Task<?> task; (task = injected.poll()) != null; any = true) task.wakeInjected();
        return any;
    }

    private void abandonAll(Throwable cause) {
        takeInjected();
        waitQueue.forEach(runQueue::addLast);
        for (Task<?> task; (task = runQueue.pollFirst()) != null; ) task.abandon(cause);
    }

    private void reactorLoop() {
        try {
            while (lifecycle.get() != CLOSED) reactor.turn(true);
        } catch (Throwable t) {
            reactorFailure = t;
            unpark();
        }
    }

    private void endReactor() {
        if (reactorThread != null) {
            reactor().wakeup();
            joinUninterruptibly(reactorThread);
        }
        reactor.close();
    }

    /// By the executor's thread: one task less.
    void ended(Task<?> task) {
        waitQueue.remove(task);
        tasks.getAndDecrement();
    }

    /// {@return the reactor of this executor, with which leaf futures register}
    ///
    /// Only the executor turns and closes it.
    public Reactor reactor() {
        return reactor.reactor();
    }

    /// {@return how many tasks have been spawned here and have not ended}
    public int taskCount() {
        return tasks.get();
    }

    private boolean isOpen() {
        return lifecycle.get() == OPEN;
    }

    /// {@return its name, how many tasks it has, and whether it is closed}
    @Override
    public String toString() {
        var state = switch (lifecycle.get()) {
            case OPEN -> "]";
            case CLOSING -> ", being closed]";
            default -> ", closed]";
        };
        return "Executor[" + thread.getName() + ", tasks: " + taskCount() + state;
    }

    /// Cancels every task as [JoinHandle#cancel()] does, waits until their cleanup is done, and closes epoll, eventfd and
    /// timerfd. Nothing can be spawned from the moment it is called. Idempotent; any number of threads may call it, and
    /// all wait. An interrupt does not end the wait; the thread's flag is kept.
    ///
    /// A body that catches its CancellationException and goes on is not cancelled again: this waits as long as it runs, for ever
    /// if it loops.
    ///
    /// After the process-wide executor has been closed, [#get()] starts another.
    ///
    /// @throws IllegalStateException called by one of this executor's own tasks, which it would wait for
    @Override
    public void close() {
        if (Thread.currentThread() instanceof Worker w && w.executor == this)
            throw new IllegalStateException(
                    "close() inside one of the executor's own tasks would wait for itself; close it from another thread");
        if (lifecycle.compareAndSet(OPEN, CLOSING)) unpark();
        joinUninterruptibly(thread);
    }

    private static void joinUninterruptibly(Thread thread) {
        var interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) Thread.currentThread().interrupt();
    }

    /// {@return a builder of an executor of one's own}
    public static Builder builder() {
        return new Builder();
    }

    /// Sets up an [Executor].
    public static final class Builder {
        private String name = "trale-executor";
        private boolean reactorThread;

        private Builder() {}

        /// Names the executor's thread; a reactor thread is called the same with `-reactor` behind it.
        ///
        /// @return this
        public Builder name(String name) {
            this.name = Objects.requireNonNull(name, "the name is null");
            return this;
        }

        /// Whether a thread of its own turns the reactor; by default the executor's does.
        ///
        /// @return this
        public Builder reactorThread(boolean own) {
            reactorThread = own;
            return this;
        }

        /// {@return a new executor, running}
        /// @throws UncheckedIOException no file descriptor left for epoll, eventfd and timerfd
        /// @throws UnsupportedOperationException not on Linux x86-64 or aarch64
        /// @throws IllegalStateException native access is denied
        public Executor build() {
            try {
                return new Executor(name, reactorThread);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /// A thread of an executor, by which a task, and a waker that the reactor calls, finds its executor.
    private static final class Worker extends Thread {
        final Executor executor;

        Worker(Executor executor, String name, Runnable loop) {
            super(null, loop, name, STACK_SIZE, false);
            this.executor = executor;
            setDaemon(true);
        }

        @Override
        public void run() {
            Kernel.use(executor.kernel);
            super.run();
        }
    }

    static void requireOutside(String call, String remedy) {
        if (Thread.currentThread() instanceof Worker)
            throw new IllegalStateException(
                    call + " inside a task would block the executor, this task included; use " + remedy);
    }
}
