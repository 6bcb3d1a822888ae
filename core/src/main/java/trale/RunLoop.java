package trale;

import java.io.IOException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import trale.internal.Cancellation;
import trale.internal.Log;
import trale.internal.Owned;
import trale.internal.linux.Kernel;
import trale.reactor.Driver;

/// What an executor's thread does: takes the first task of the run-queue, polls it, and goes on with the next.
///
/// ```
///   spawn ──────▶ run-queue ──▶ poll ──Ready──▶ done, joiners woken
///                  ▲     ▲       │
///                  │     │    Pending           nothing to run: sleep, usually in epoll_wait
///                  │     │       ▼
///                  │     └wake─ wait-queue ◀─── woken by a timer, a slot of the reactor,
///                  │             │              another task, another thread
///   spawn by       │             │
///   another ────▶ injected ◀─── wake by
///   thread        queues        another thread
/// ```
final class RunLoop implements Runnable {

    /// Polls tasks until the executor is closed and the last task has ended, or those that are left are abandoned. A close asks for
    /// *rounds*: a round cancels each task once. `close(grace)` asks for up to three, and then abandons what is left.
    private void pollTasks() {
        while (rounds == wantedRounds || beginRound()) { // both are 0 until a close asks for a round of cancelling
            Thread.interrupted(); // an interrupt that is left over would end a sleep, or hit the next task
            fullHeap.beforePoll();
            if (kernel != null) runQueue.rotate(kernel);
            if (watching != null) watching.beforePoll(runQueue.first());
            var task = runQueue.take();
            if (task == null) {
                if (takeInjected()) continue;
                if (rounds > 0 && waitQueue.isEmpty()) return;
                if (rounds > 0 && waitQueue.cancelForgotten(CLOSED, rounds)) continue;
                if (fullHeap.makeRoom()) continue; // it made waiting tasks fail, and their ends woke others
                sleep();
                continue;
            }
            budget.pollBegins();
            running = task;
            var again = task.run();
            running = null;
            if (budget.isTurnDue()) turn();
            if (again) runQueue.push(task); // behind the I/O that is ready
        }
    }

    /// Nothing is runnable. No wake is lost: this thread writes `parked` and then looks at the queues, and a waker adds to a queue and then
    /// calls [#unpark()]. See `parked`.
    private void sleep() {
        parked = 1;
        if (events.isEmpty() && injected.isEmpty() && inspector.hasNoRequest() && rounds == wantedRounds) drive(true);
        parked = 0;
    }

    private void turn() {
        drive(false);
        takeInjected();
    }

    /// A system call may need some bytes of heap. If there are none, the call is made again at the next turn, or when nothing is runnable.
    private void drive(boolean sleep) {
        try {
            if (sleep) driver.sleep();
            else driver.turn();
        } catch (OutOfMemoryError e) {
            if (!fullHeap.makeRoom()) LockSupport.parkNanos(PAUSE); // it ended no task to free memory: try again a little later
        }
        budget.turned(); // a turn that failed counts too: until the next one is due, other tasks may free memory
    }

    /// Answers snapshots, takes some of the tasks that other threads spawned or woke, and makes them runnable. Threads that spawn without
    /// end starve neither the tasks nor the reactor: at most 64 tasks of each queue are taken at a time, and at most 64 polls lie between
    /// two turns of the reactor.
    private boolean takeInjected() {
        inspector.serve();
        if (watching != null) watching.takesInjected();
        var any = take(events);
        return take(injected) || any;
    }

    private static boolean take(InjectedQueue queue) {
        for (var i = 0; i < MAX_INJECTED; i++) {
            var task = queue.take();
            if (task == null) return i > 0;
            task.wakeInjected();
        }
        return true;
    }

    private static final int MAX_INJECTED = 64;
    private static final long PAUSE = 1_000_000; // ns
    private static final String FAILED = Log.loaded("an executor failed: ");
    private static final String NOT_ENDED = Log.loaded("the end of a task failed: ");

    /// After this number of rounds `close(grace)` abandons the tasks that are left.
    static final int ROUNDS = 3;

    static final Cancellation CLOSED = new Cancellation("the executor was closed", null);

    private static final AtomicIntegerFieldUpdater<RunLoop> PARKED = AtomicIntegerFieldUpdater.newUpdater(RunLoop.class, "parked");

    final String name;
    final Thread thread;
    final @Nullable Kernel kernel = Kernel.current(); // answers system calls in the place of Linux; null: Linux
    final Driver driver; // has the reactor; it is how this thread sleeps

    // Written by the executor's thread alone. A thread that asks for a snapshot may read old values of `running` and `budget`.
    final RunQueue runQueue = new RunQueue();
    final WaitQueue waitQueue = new WaitQueue();
    final Budget budget = new Budget(true, Budget.AWAITS); // true: it reads the clock, too
    @Nullable Task<?> running;
    @Nullable Children<?> innermost; // the scope whose body runs in this poll; those around it follow by Children.around
    final FullHeap fullHeap = new FullHeap(this); // when the heap is full, it makes waiting tasks fail, so that the others find memory
    long spawned; // ever
    long scopes; // that a probe was told of, ever: a scope keeps its number, and the next probe hears of it again

    /// Tells a probe, such as that of `trale-watch`, what happens here; null while there is no probe. The executor's thread writes it.
    /// Another thread that wakes a task reads it once, so a probe that has just been taken away may be told one event more.
    volatile @Nullable Watching watching;

    /// The latest round of cancelling that has begun, 0 before the first; ROUNDS + 1: what is left is abandoned. The executor's thread
    /// writes it. In `adopt` another thread may read an old value.
    int rounds;

    final Inspector inspector = new Inspector(this);

    /// Tasks that other threads spawned or woke. Any thread adds; the executor's thread takes.
    final InjectedQueue injected = new InjectedQueue();

    /// Tasks that the executor's reactor thread woke, if there is one. They do not wait behind a backlog of those that other threads spawn.
    final InjectedQueue events = new InjectedQueue();

    /// 1 while the thread is asleep, or about to be. The executor's thread sets it, *then* looks at both queues once more,
    /// and only then sleeps; another thread adds to one of them, *then* looks at `parked`. Both sides are sequentially consistent, so at
    /// least one of the two sees the other, and no wake-up is lost. It can also happen that a task is added behind one whose add is half
    /// done: then the executor's thread does not find it, and sleeps. No wake-up is lost then either, because the thread that completes the
    /// half-done add sees `parked`. The waking thread that turns it from 1 to 0 ends the sleep by one `driver.wake()`, however many wakes
    /// there are. If that call fails, it throws to the waking thread, and `parked` is 1 again. The tasks in the queues then wait for the
    /// next wake.
    private volatile int parked;

    /// The tasks that have arrived and have not ended. [FullHeap] and `taskCount` read it; the end of the loop does not depend on it.
    /// Written by the executor's thread alone. It is not volatile, because a volatile write costs more, and there are two for each task. So
    /// another thread may read an old value. Two things hold all the same:
    ///
    /// - A thread that has seen the end of a task does not count it: `tasks` is written *before* `Outcome.ended`, which tells the end.
    /// - A reader misses no task that has left `arriving`: `tasks` is written *before* `arriving`, and read after it.
    ///
    /// No call stands between the push of a task and its count. So a StackOverflowError can't come between the two.
    int tasks;

    /// Spawned by other threads and not yet taken by the executor's. The spawning thread adds, *then* queues the task, and subtracts if it
    /// could not, or if the task is rejected. The executor's thread subtracts after it has counted the task in `tasks`.
    final AtomicInteger arriving = new AtomicInteger();

    /// How many rounds of cancelling the closing threads have asked for. If it is not 0, `submit` rejects. Written under the monitor,
    /// *before* [#unpark()]. A submit may read 0, and queue its task after a round has begun. A round cancels each task once:
    ///
    /// | a task | is cancelled by |
    /// |---|---|
    /// | in the run-queue or the wait-queue | [#beginRound()] |
    /// | child of a scope | its scope, when the task of the scope is cancelled |
    /// | child of a scope that was left behind | [WaitQueue#cancelForgotten], when nothing is runnable |
    /// | arrives in the round | its arrival (`Task.arrive`); not if it has been cancelled before, by its handle or by [#adopt] |
    /// | arrives when the next round has been asked for | that round |
    private volatile int wantedRounds;

    /// No task is polled any more. Written by the executor's thread *before* it takes what is injected for the last time; or by
    /// [#startThread()], if the thread cannot be started. A spawning thread first adds its task to `injected`, and *then* reads this. So a
    /// task that slips in is ended by one of the two threads.
    private volatile boolean closed;

    /// Whether tasks were abandoned. Written by the executor's thread before it ends, read by threads that have joined it.
    boolean abandoned;

    RunLoop(Executor executor, String name, boolean reactorThread) throws IOException {
        if (reactorThread && isSimulated())
            throw new IllegalStateException("a simulated executor has one thread; build it without reactorThread(true)");
        this.name = name;
        thread = new Worker(executor, name, this);
        driver = Driver.open(thread, reactorThread ? run -> new Worker(executor, name + "-reactor", run) : null);
        if (kernel != null) kernel.started(thread, () -> inspector.snapshot(true)); // for a simulation that hangs
    }

    void startThread() {
        try {
            thread.start();
        } catch (Throwable t) { // no memory for another thread
            closed = true;
            driver.close();
            throw t;
        }
    }

    boolean isSimulated() {
        return kernel != null && kernel.hasOneThread(); // a kernel for fault tests has threads: it makes some calls of Linux fail
    }

    boolean isCurrent() {
        return Thread.currentThread() == thread;
    }

    /// {@return whether the caller is the reactor thread of this executor} Not asked by the executor's thread.
    boolean isReactorThread() {
        return Thread.currentThread() instanceof Worker w && w.executor.loop == this;
    }

    /// {@return the task in whose poll this is called, by the executor's thread; else null}
    @Nullable Task<?> running() {
        return isCurrent() ? running : null;
    }

    /// {@return whether tasks may be spawned} If not, it is being closed, or is closed.
    boolean isOpen() {
        return wantedRounds == 0 && !closed;
    }

    /// {@return whether a task that arrives now is cancelled by its arrival} See [#wantedRounds].
    boolean cancelsAtArrival(Task<?> task) {
        return rounds > 0 && rounds == wantedRounds && task.parent() == null && !task.isCancelled();
    }

    /// {@return whether no task is polled any more}
    boolean isClosed() {
        return closed;
    }

    int taskCount() {
        return arriving.get() + tasks; // in this order, so that a task that arrives is counted, at worst twice
    }

    /// Makes a task of a future that is not spawned or awaited yet: the task becomes its owner. By any thread, also at the same time as a
    /// close: then the task is cancelled, or this throws.
    ///
    /// @throws RejectedExecutionException it has been closed
    /// @throws IllegalStateException the future has an owner
    <T extends @Nullable Object> JoinHandle<T> spawn(Future<T> f) {
        var task = new Task<>(this, f);
        if (f instanceof Owned owned) owned.claim(task);
        return start(task);
    }

    /// Makes a task of a future that its owner has given up. By the thread that drops it, which usually is the executor's.
    <T extends @Nullable Object> void adopt(Future<T> f) {
        var task = new Task<>(this, f);
        task.requestCancel(Cancellation.PLAIN); // it counts as cancelled, so its CancellationException is no failure
        task.nextCancellation(); // counts it as delivered: the drop has told the body already
        // The drop has cancelled this body already, so the first round of a close must not break off its cleanup. There are three cases:
        // 1. `rounds` is not 0: the arrival does not cancel this task, because it has been cancelled before.
        // 2. `rounds` is 0, and the first round begins after the arrival. That round cancels this task. The ++ counts this as delivered.
        // 3. 0 is read, but the first round begins before the task arrives. The arrival does not cancel this task, as in case 1. The ++
        //    then counts the cancellation by the second round as delivered. That does no harm.
        if (rounds == 0) task.cancelsDelivered++;
        start(task);
    }

    /// Queues a task that is in no queue yet. By any thread. A task that could not be queued gives its future back: the caller may spawn
    /// that again.
    <T extends @Nullable Object> JoinHandle<T> start(Task<T> task) {
        if (!isCurrent()) return startElsewhere(task);
        try {
            var handle = new JoinHandle<>(task); // first: a spawn that finds no memory queues no task
            task.arrive();
            return handle;
        } catch (Throwable t) {
            task.release();
            throw t;
        }
    }

    /// By another thread. The task is counted in `arriving` before it is queued.
    private <T extends @Nullable Object> JoinHandle<T> startElsewhere(Task<T> task) {
        JoinHandle<T> handle;
        var queued = false;
        arriving.getAndIncrement();
        try {
            handle = new JoinHandle<>(task); // first, as above
            queued = task.inject();
            unpark();
        } catch (Throwable t) {
            if (!queued) {
                arriving.getAndDecrement();
                task.release();
            }
            throw t; // if the executor's thread can't be woken, the task is queued, and runs after the next wake
        }
        if (closed && task.reject()) throw rejected();
        return handle;
    }

    RejectedExecutionException rejected() {
        return new RejectedExecutionException("executor " + name + " is closed; spawn on one that is open");
    }

    /// Asked by any other thread before it spawns or wakes a task here.
    ///
    /// @throws IllegalStateException the executor runs in a simulation, and the thread does not
    void requireKnown() {
        if (kernel != null) kernel.requireKnown(Thread.currentThread());
    }

    /// By a thread that is about to block until the task has ended. A simulated kernel lets the executor go on until then. On Linux nothing
    /// happens here.
    void awaitTask(Task<?> task) {
        if (kernel != null) kernel.awaitTask(task::isDone);
    }

    /// By a thread that is about to block until the executor's thread has ended. A simulated kernel lets the executor go on until then. On
    /// Linux nothing happens here, and the caller blocks by itself.
    ///
    /// @return false: it would take longer than `nanos`
    boolean awaitEnd(long nanos) {
        return kernel == null || kernel.awaitEnd(thread, nanos);
    }

    /// Takes a task that has ended out of the wait-queue and the counts.
    void remove(Task<?> task) {
        waitQueue.remove(task);
        if (task.number != 0) tasks--;
        else arriving.getAndDecrement(); // it was rejected
    }

    /// Ends the sleep of the executor's thread, if it sleeps. By any thread, after it has published what there is to do.
    void unpark() {
        if (parked == 0 || PARKED.getAndSet(this, 0) == 0) return;
        try {
            driver.wake();
        } catch (Throwable t) {
            parked = 1;
            throw t;
        }
    }

    /// From now on `submit` throws, and the tasks are cancelled. A cleanup may still become a task, and a scope may still fork.
    ///
    /// @param round 1 for the first time. A later round reaches the tasks that have gone on. ROUNDS + 1 abandons what is left
    synchronized void close(int round) {
        if (wantedRounds < round) wantedRounds = round;
        unpark();
    }

    /// Begins the round of cancelling that a close has asked for: takes what other threads have spawned, and cancels every task.
    ///
    /// @return false: the rounds are over, and what is left is abandoned
    private boolean beginRound() {
        var round = wantedRounds;
        // How many to take. After the last round none: endAll takes them. Else at most as many as there are tasks. Without this limit,
        // tasks that other threads wake again and again would keep the thread in this loop. A new task that is left over is cancelled at
        // its arrival.
        var left = round > ROUNDS ? 0 : taskCount();
        for (Task<?> task; left > 0 && (task = takeUnlessEmpty()) != null; left--) task.wakeInjected(); // these are cancelled below
        rounds = round; // a task that comes later is cancelled when it comes: see cancelsAtArrival
        if (round > ROUNDS) return false;
        runQueue.cancelAll(CLOSED);
        waitQueue.cancelAll(CLOSED);
        return true;
    }

    /// The executor's thread. Each step is reached, whatever becomes of those before it.
    @Override
    public void run() {
        Throwable failure = null;
        Kernel.Crash crash = null;
        try {
            pollTasks();
        } catch (Kernel.Crash t) {
            crash = t;
        } catch (Throwable t) {
            failure = t;
            abandoned = taskCount() > 0;
        }
        closed = true;
        try {
            endAll(crash != null ? new CancellationException(crash.getMessage()) : cause(failure), crash != null);
        } finally {
            try {
                driver.close();
            } finally {
                if (failure != null) Log.error(FAILED, name, failure);
            }
        }
    }

    private static Throwable cause(@Nullable Throwable failure) {
        try {
            return failure == null
                    ? new CancellationException(CLOSED.why())
                    : new RejectedExecutionException("the executor failed", failure);
        } catch (OutOfMemoryError e) {
            return failure == null ? e : failure;
        }
    }

    /// A task whose end throws keeps no other one from its end.
    private void endAll(Throwable cause, boolean crashed) {
        for (Task<?> task; (task = takeUnlessEmpty()) != null; ) task.wakeInjected();
        for (Task<?> task; (task = firstLeft()) != null; ) {
            try {
                if (crashed) {
                    task.crash(cause);
                } else {
                    if (rounds <= ROUNDS) task.abandonDropped();
                    else if (task.abandonBody()) abandoned = true; // then the drop in `abandon` runs no finally block
                    task.abandon(cause);
                }
            } catch (Throwable t) {
                Log.error(NOT_ENDED, task, t);
            }
        }
    }

    private @Nullable Task<?> takeUnlessEmpty() {
        var task = events.takeUnlessEmpty();
        return task == null ? injected.takeUnlessEmpty() : task;
    }

    private @Nullable Task<?> firstLeft() {
        var task = runQueue.take();
        if (task == null) task = waitQueue.first();
        if (task != null) waitQueue.remove(task);
        return task;
    }
}
