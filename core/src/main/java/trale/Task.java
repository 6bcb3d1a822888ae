package trale;

import java.lang.ref.WeakReference;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;
import trale.internal.Cancellable;
import trale.internal.Cancellation;
import trale.internal.Failures;
import trale.internal.Log;
import trale.internal.Owned;
import trale.internal.probe.Watched;

/// A future that is being run.
///
/// The *state word* says where the task is. The executor's thread alone uses the state word, the future, and the links of the run-queue and
/// the wait-queue. One exception: the thread that spawns a task uses them if the spawn fails, or if the task is rejected, that is, spawned
/// too late. A rejected task stays in `injected` (see below), and the executor's thread skips it.
///
/// | event | IDLE | QUEUED | RUNNING | WOKEN (running) | DONE |
/// |---|---|---|---|---|---|
/// | woken | push, → QUEUED | – | → WOKEN | – | – |
/// | poll begins | → RUNNING ² | → RUNNING | | | |
/// | poll says Pending | | | wait-queue, → IDLE ¹ | wait-queue, → QUEUED, push at the back | |
/// | poll says Ready or throws | | | → DONE, wake joiners | → DONE, wake joiners | |
/// | cancel() | count, then as wake() | count, then as wake() | count, then as wake() | count, then as wake() | count |
/// | rejected, abandoned | → DONE | → DONE | → DONE ² | → DONE ² | |
///
/// ¹ As WOKEN, if a cancel() has not been delivered yet: the next poll delivers it.
/// ² Only if the JVM's memory is full. This task is to fail then, so that others find memory: see [FullHeap].
///
/// A task is *abandoned* if it will not be polled again, because its executor is gone or the memory is full.
///
/// A wake is never lost, unless it fails (see [#wake()]). Wakes that take effect before a poll cause one poll. A wake of a task that has
/// ended does nothing. A wake from another thread puts the task into the executor's `injected` queue. If a second thread turns the reactor
/// (takes its events and wakes tasks: [Executor.Builder#reactorThread]), a wake by that thread puts it into `events`. A task is in at most
/// one of the two, once. The wake takes effect when the executor's thread takes the task out. A spawn is the first wake.
sealed class Task<T extends @Nullable Object> extends Outcome<T> implements Watched permits Child {
    private static final String ABANDONED = Log.loaded("abandoned, as close() waits no longer");
    private static final String ABANDONED_FAILED = Log.loaded("a future that was abandoned failed");

    static final byte IDLE = 0;
    static final byte QUEUED = 1;
    static final byte RUNNING = 2;
    static final byte WOKEN = 3;
    static final byte DONE = 4;

    private static final int REJECTED = 2; // `injection` of a task that was spawned too late: see reject

    @SuppressWarnings("rawtypes")
    private static final AtomicIntegerFieldUpdater<Task> INJECTION =
            AtomicIntegerFieldUpdater.newUpdater(Task.class, "injection");

    @SuppressWarnings("rawtypes")
    private static final AtomicIntegerFieldUpdater<Task> CANCELS =
            AtomicIntegerFieldUpdater.newUpdater(Task.class, "cancels");

    final RunLoop loop;

    /// The argument of its polls, a [Context], which is its waker too. A snapshot puts a WeakReference in its place while the task waits.
    /// If a garbage collection then clears that, nothing holds the waker, and only a cancellation can wake the task. The next poll puts the
    /// context back. Executor's thread only.
    Object context;

    /// Null when done, so that a handle keeps the result alive and not the work.
    @Nullable Future<T> future;

    byte state = IDLE;

    /// Shown in snapshots: its number (0: it has not arrived yet, see [#arrive()]), and when it was spawned, was last polled, and took its
    /// first cancellation (0: it has not). The executor's thread writes them. One exception: `RunLoop.adopt` writes `cancelledAt`, by any
    /// thread, before it queues the task. Another thread that reads them may find old values.
    long number;

    long spawnedAt;
    long polledAt;
    long cancelledAt;
    int polls;

    /// 1 while the task is in `injected` or `events` of its loop; REJECTED if it is still there when it is rejected. A waker does
    /// getAndSet(1) and adds the task only if the answer is 0. The executor's thread takes the task out, then does getAndSet(0), then
    /// polls. If a waker finds 1, its getAndSet(1) comes before the executor's getAndSet(0), and the executor's thread sees all that the
    /// waker wrote before. So the poll that follows sees it too. Nothing wakes a task that is being rejected: it was never polled, and its
    /// spawn returns no handle.
    volatile int injection;

    /// Links of the [RunQueue] and the [WaitQueue].
    @Nullable Task<?> nextToRun;
    @Nullable Task<?> previous;
    @Nullable Task<?> next;
    boolean inWaitQueue;

    /// How many cancellations were asked for. Any thread adds, and then wakes the task, unless the task is still to be queued. Read by the
    /// executor's thread.
    volatile int cancels;

    /// The latest cancellation that was asked for. Written before `cancels`, which publishes it. If two threads cancel at once, one of the
    /// two overwrites the other.
    private Cancellation asked = Cancellation.PLAIN;

    /// How many cancellations were delivered. For the cleanup of a dropped body, which runs as a task, `RunLoop.adopt` may count one in
    /// advance, so that the next cancellation leaves the cleanup alone.
    int cancelsDelivered;

    /// What users call it. Written by any thread, read for people.
    volatile @Nullable String name;

    Task(RunLoop loop, Future<T> future) {
        this.loop = loop;
        this.future = future;
        context = new Context.OfTask(this);
    }

    /// Wakes the task. A wake fails if the stack is full, if Linux refuses the call that ends the sleep of the executor's thread, or if the
    /// executor runs in a simulation (`trale.test`) and the calling thread does not. A wake that fails throws to its caller. A second wake
    /// at the same moment may be lost with it, and its caller is not told. The next wake tries again.
    void wake() {
        if (!loop.isCurrent()) {
            if (inject()) loop.unpark();
        } else if (hasArrived()) { // else it is in `injected`, and is woken by its arrival
            woken();
        }
    }

    /// Called by another thread, which calls [RunLoop#unpark()] after this, if the answer is true. {@return false: the task has ended, and
    /// is put into no queue}
    boolean inject() {
        var watching = loop.watching; // tells a probe what happens; read once, as the executor's thread may take the probe away
        if (watching != null) watching.foreignWake(this, isDone(), injection != 0);
        if (isDone()) return false;
        loop.requireKnown(); // a simulated executor is woken by simulated threads alone
        if (INJECTION.getAndSet(this, 1) == 0) {
            try {
                var queue = loop.isReactorThread() ? loop.events : loop.injected;
                queue.add(this); // allocates nothing
            } catch (Throwable t) {
                injection = 0; // a wake that found 1 in between is lost with this one, and its caller is not told
                throw t;
            }
        }
        return true;
    }

    /// By the executor's thread, with a task that it took from `injected` or `events`.
    void wakeInjected() {
        if (INJECTION.getAndSet(this, 0) != 1) return;
        if (hasArrived()) {
            woken();
        } else {
            arrive();
            loop.arriving.getAndDecrement();
        }
    }

    /// {@return whether it has been woken for the first time} By the executor's thread.
    private boolean hasArrived() {
        return number != 0;
    }

    private void woken() {
        if (loop.watching != null) loop.watching.wake(this);
        if (state == IDLE) {
            loop.runQueue.push(this);
            state = QUEUED;
        } else if (state == RUNNING) {
            state = WOKEN;
        }
    }

    /// The first wake: the task is queued, gets its number, and is counted. By the executor's thread, which has spawned the task or has
    /// taken it from `injected`. What fails after the push is not thrown. So if this throws, the task is not queued.
    void arrive() {
        if (loop.cancelsAtArrival(this)) requestCancel(RunLoop.CLOSED);
        loop.runQueue.push(this);
        state = QUEUED;
        number = ++loop.spawned;
        loop.tasks++;
        spawnedAt = polledAt = loop.budget.now;
        try {
            if (loop.watching != null) loop.watching.spawn(this);
        } catch (StackOverflowError e) {
            // What watches the executor misses this spawn.
        }
    }

    /// Asks for one more cancellation, by any thread. Allocates nothing.
    void cancel(Cancellation cancellation) {
        requestCancel(cancellation);
        wakeToCancel(cancellation);
    }

    /// The second half of [#cancel]. If it fails, it may be called again.
    void wakeToCancel(Cancellation cancellation) {
        var watching = loop.watching;
        if (watching == null) wake();
        else watching.cancel(this, cancellation.why()); // which wakes it, too
    }

    /// As [#cancel], without the wake: the caller wakes the task, or queues it after this.
    void requestCancel(Cancellation cancellation) {
        asked = cancellation;
        CANCELS.getAndIncrement(this);
    }

    boolean isCancelled() {
        return cancels != 0;
    }

    /// Takes one request, if there is one that has not been delivered. By the executor's thread, or before the task is queued.
    ///
    /// @return how the body is told, or null
    @Nullable Cancellation nextCancellation() {
        if (cancels <= cancelsDelivered) return null;
        if (cancelsDelivered++ == 0) cancelledAt = loop.budget.now;
        return asked;
    }

    /// Called when an await begins, to take a cancellation that the beginning of the poll has not taken. The await throws it, in the
    /// innermost body. The scopes around this await are not told by `cancel`, so their children (the tasks that a scope has forked) would
    /// not hear of it. This method cancels them: the children of `loop.innermost`, and of the scopes around it.
    @Nullable Cancellation nextCancellationHere() {
        var cancellation = nextCancellation();
        try {
            if (cancellation != null) for (var c = loop.innermost; c != null; c = c.around) c.cancelChildren(cancellation);
        } catch (Throwable t) { // the stack has ended: the next await takes it again, and some children are told twice
            cancelsDelivered--;
            throw t;
        }
        return cancellation;
    }

    /// Polls once. By the executor's thread, with a task that has been taken from the run-queue, or that waits and is to fail.
    ///
    /// @return whether it was woken meanwhile, or a cancellation is left: the caller pushes it at the back
    boolean run() {
        state = RUNNING;
        polls++;
        polledAt = loop.budget.now;
        Poll<T> poll;
        try {
            poll = poll();
        } catch (Throwable t) { // the task's, not the executor's
            if (t instanceof OutOfMemoryError) loop.fullHeap.starved = true;
            if (t instanceof StackOverflowError) abandon(t); // what it awaits may be left: here is stack for its drop
            else complete(null, t);
            return false;
        }
        if (poll instanceof Poll.Ready<T>(var result)) {
            complete(result, null);
            return false;
        }
        loop.waitQueue.add(this); // a close finds it there, and cancels or abandons it
        var again = state == WOKEN || cancels > cancelsDelivered; // a cancellation that is left: the next poll delivers it
        state = again ? QUEUED : IDLE;
        if (loop.watching != null) loop.watching.pend(this, again);
        return again;
    }

    private Poll<T> poll() throws Exception {
        var f = Objects.requireNonNull(future, "polled after its end");
        // This comes before the cancellation, which may drop `f`. The drop of a JoinHandle reads `context`, and needs the Context there,
        // not a snapshot's WeakReference.
        var cx = context instanceof Context kept ? kept : contextAgain();
        var cancellation = nextCancellation();
        if (cancellation != null) {
            if (!(f instanceof Cancellable c)) throw cancelled(f, cancellation);
            c.cancel(cancellation); // the poll throws it, at the line of the innermost await
        }
        var poll = f.poll(cx);
        if (poll == null) throw Failures.returnedNull(f);
        return poll;
    }

    private Context contextAgain() {
        var again = context instanceof WeakReference<?> weak && weak.get() instanceof Context kept ? kept : new Context.OfTask(this);
        context = again;
        return again;
    }

    /// A future that can't be cancelled is dropped, and the task fails with a CancellationException; or with the Error, if there is no
    /// memory for that exception. `Failures.drop` returns the exception that it is given.
    private static CancellationException cancelled(Future<?> f, Cancellation cancellation) {
        try {
            return Failures.drop(f, cancellation.exceptionOfLeaf("the task was cancelled"));
        } catch (Error e) {
            throw Failures.drop(f, e);
        }
    }

    /// Code that is not trale's, and code that may find no memory, runs after the state is DONE. The methods called here catch what such
    /// code throws, so the later ones run. Three of them are in [Outcome]: `set` keeps the result, `publish` wakes the joiners, and
    /// `report` has a failure logged if no join and no await gets it.
    private void complete(@Nullable T result, @Nullable Throwable failed) {
        set(result, failed);
        var f = future;
        future = null;
        state = DONE;
        loop.remove(this);
        var watching = loop.watching;
        if (watching != null && number != 0) watching.end(this, failed); // 0: it was rejected, and ends on another thread
        tellParent(f, failed);
        publish();
        if (failed != null && !isExpected(failed)) {
            var unseen = report(failed);
            if (unseen != null) tellKernel(failed, unseen);
        }
    }

    private void tellKernel(Throwable failed, UnseenFailure unseen) {
        try {
            // `unseen` does not hold this task, which is to become garbage.
            if (loop.kernel != null) loop.kernel.failed(where(), failed, unseen::isSeen);
        } catch (OutOfMemoryError e) {
            // A simulation does not show this failure.
        }
    }

    /// {@return the scope whose child it is, or null} By the executor's thread.
    @Nullable Children<?> parent() {
        return null;
    }

    /// At its end, before anything else is polled.
    void tellParent(@Nullable Future<?> f, @Nullable Throwable failed) {}

    /// Expected are a cancellation that was asked for, and the rejection of a spawn by an executor that is being closed. So is the error
    /// that [FullHeap] throws into tasks: it logs in one line how many there were.
    private boolean isExpected(Throwable failed) {
        return failed == loop.fullHeap.thrown
                || (failed instanceof CancellationException && (isCancelled() || loop.isClosed()))
                || (failed instanceof RejectedExecutionException && !loop.isOpen());
    }

    /// Ends a task that will not be polled again: its executor is gone, the heap is full, or the stack has ended in its poll.
    void abandon(Throwable cause) {
        if (state == DONE) return;
        try {
            if (future != null) Failures.drop(future, cause);
        } catch (OutOfMemoryError | LinkageError e) {
            // There is no memory to load what the drop needs. The task ends all the same.
        }
        complete(null, cause);
    }

    /// Gives up what a cleanup waits for, if its body was dropped: a second drop does nothing. The cleanup is not polled again.
    void abandonDropped() {
        if (future instanceof Cancellable c && c.isDropped()) giveUp();
    }

    /// Ends a task whose simulated machine has lost its power: nothing of it runs any more, and its failure is not reported.
    void crash(Throwable cause) {
        if (state == DONE) return;
        if (future instanceof StateMachine<T>) giveUp();
        forgetResources();
        complete(null, cause);
    }

    /// Ends a task that was spawned too late. By the thread that spawned it, unless the executor's thread has taken it already.
    boolean reject() {
        if (!INJECTION.compareAndSet(this, 1, REJECTED)) return false;
        release(); // the caller may spawn it on another executor
        complete(null, null); // the spawn throws, and returns no handle
        return true;
    }

    /// Gives the future back: the task was never queued, or is rejected.
    void release() {
        if (future instanceof Owned owned) owned.release(this);
    }

    @Override
    public int cancellations() {
        return cancelsDelivered;
    }

    /// Logs where the task waits. A body or a scope is told to go no further: none of its `finally` blocks runs.
    ///
    /// @return false: it has ended
    boolean abandonBody() {
        if (future == null) return false;
        var text = ABANDONED;
        try {
            text = text + " (cancellations: " + cancels + "): " + loop.inspector.line(this);
        } catch (Throwable t) {
            // What it waits for can't tell, or there is no memory for the text.
        }
        Log.warn(text, null);
        giveUp();
        return true;
    }

    private void giveUp() {
        try {
            if (future instanceof Cancellable c) c.abandon();
        } catch (Throwable t) {
            Log.error(ABANDONED_FAILED, t);
        }
    }

    @Override
    public long number() {
        return number;
    }

    @Override
    public @Nullable String name() {
        return name;
    }

    @Override
    String where() {
        return this + " of executor " + loop.name;
    }

    @Override
    public String toString() {
        return "#" + number + (name == null ? "" : " " + name);
    }

    /// Makes a task that is IDLE fail, so that what it holds can be collected: the innermost await of its body throws the
    /// OutOfMemoryError. A body that catches it may go on.
    ///
    /// @param cancellation brings the error to the await; null if there was no memory for it. If it is null, or if the future is not
    ///        [Cancellable], the future is dropped
    /// @return as [#run()]
    boolean failForMemory(@Nullable Cancellation cancellation, OutOfMemoryError e) {
        if (cancellation != null && future instanceof Cancellable c) {
            c.cancel(cancellation);
            return run();
        }
        state = RUNNING; // a wake by its own cleanup must not queue it
        abandon(e);
        return false;
    }
}
