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
import trale.internal.Waiters;
import trale.internal.probe.Watched;

/// A future that is being run.
///
/// The *state word* says where the task is. The executor's thread alone reads and writes the state word. One exception: a task whose spawn
/// fails or is rejected is in no queue, and the spawning thread ends it.
///
/// | event | IDLE | QUEUED | RUNNING | WOKEN (running) | DONE |
/// |---|---|---|---|---|---|
/// | woken | push, → QUEUED | – | → WOKEN | – | – |
/// | poll begins | | → RUNNING | | | |
/// | poll says Pending | | | wait-queue, → IDLE ¹ | wait-queue, → QUEUED, push at the back | |
/// | poll says Ready or throws | | | → DONE, wake joiners | → DONE, wake joiners | |
/// | cancel() | count, then as wake() | count | count, then as wake() | count | – |
///
/// ¹ If it was cancelled again meanwhile it is treated as WOKEN: each cancellation has a poll of its own.
///
/// A wake is never lost, unless it fails (see [#wake()]). Two wakes before a poll cause one poll. A wake of a task that has ended does
/// nothing. A wake from another thread puts the task into the executor's `injected` queue. A wake from the reactor thread, if there is one,
/// puts it into `events`. A task is in at most one of the two, once. The wake takes effect when the executor's thread takes the task out. A
/// spawn is the first wake.
final class Task<T extends @Nullable Object> extends InjectedQueue.Node implements Watched {
    static final byte IDLE = 0;
    static final byte QUEUED = 1;
    static final byte RUNNING = 2;
    static final byte WOKEN = 3;
    static final byte DONE = 4;

    private static final int REJECTED = 2; // `injected` of a task that was spawned too late: see reject

    @SuppressWarnings("rawtypes")
    private static final AtomicIntegerFieldUpdater<Task> INJECTED =
            AtomicIntegerFieldUpdater.newUpdater(Task.class, "injected");

    @SuppressWarnings("rawtypes")
    private static final AtomicIntegerFieldUpdater<Task> CANCELS =
            AtomicIntegerFieldUpdater.newUpdater(Task.class, "cancels");

    final RunLoop loop;

    /// The argument of its polls, a [Context], which is its waker too. A snapshot puts a WeakReference in its place while the task waits. If
    /// a garbage collection then clears that, nothing holds the waker, and only a cancellation can wake the task. The next poll puts the
    /// context back. Executor's thread only.
    Object context;

    /// Executor's thread only; null when done, so that a handle keeps the result alive and not the work.
    @Nullable Future<T> future;

    byte state = IDLE; // executor's thread only

    /// For people: its number, and when it was spawned, was last polled, and took its first cancellation (0: it has not). The executor's
    /// thread writes them; other threads may read them.
    long number;

    long spawnedAt;
    long polledAt;
    long cancelledAt;
    int polls;

    /// 1 while the task is in `injected` or `events` of its loop. A waker does getAndSet(1) and adds the task only if the answer is 0. The
    /// executor's thread takes the task out, then does getAndSet(0), then polls. A waker that finds 1 did its getAndSet before the
    /// executor's getAndSet(0), which reads what it wrote. So the poll that follows sees the waker's writes.
    volatile int injected;

    /// Links of the [RunQueue] and the [WaitQueue]. Executor's thread only.
    @Nullable Task<?> nextToRun;
    @Nullable Task<?> previous;
    @Nullable Task<?> next;
    boolean inWaitQueue;
    boolean counted; // among the executor's tasks

    /// Of a task that a scope, `all`, `any` or `race` forked: that scope, and the links between its children. Executor's thread only.
    @Nullable Children<?> parent;
    @Nullable Task<?> previousSibling;
    @Nullable Task<?> nextSibling;

    /// How often cancel() was called. Any thread adds before its wake(), which publishes it; read by the executor's thread.
    volatile int cancels;

    /// The latest cancellation that was asked for. Written before `cancels`, which publishes it. If two threads cancel at once, one of the
    /// two overwrites the other.
    private Cancellation asked = Cancellation.PLAIN;

    int cancelsDelivered; // executor's thread only; more than `cancels`: the next one is not delivered

    /// What users call it. Written by any thread, read for people.
    volatile @Nullable String name;

    /// The outcome. Written by the executor's thread before it sets `ended`; read by a thread that has seen that.
    private @Nullable T value;
    private @Nullable Throwable failure;

    /// Written under the monitor, in which joiners are added: so each joiner is woken by the end, or sees it.
    private volatile boolean ended;

    private @Nullable Waiters joiners; // guarded by this; null: there never was one
    private boolean joined; // guarded by this; a thread blocks until the end
    private @Nullable Closing closing; // resources to be closed at the end, the latest first; guarded by this
    private boolean closingDone; // guarded by this

    /// Whether a join, an await or a scope was given the failure. Its receiver writes this *before* it reads `unseen`. The executor's
    /// thread writes `unseen` *before* it reads `seen`. So one of the two sees the other, and calls [UnseenFailure#forget()], which cancels
    /// the log entry.
    private volatile boolean seen;
    private volatile @Nullable UnseenFailure unseen;

    Task(RunLoop loop, Future<T> future) {
        this.loop = loop;
        this.future = future;
        context = new Context.OfTask(this);
    }

    /// Wakes the task. A wake fails if the stack is full, or if Linux refuses the call that ends the sleep of the executor's thread.
    /// A wake that fails throws to its caller. A second wake at the same moment may be lost with it, and its caller is not told. The next
    /// wake tries again.
    void wake() {
        if (loop.isCurrent()) woken();
        else if (inject()) loop.unpark();
    }

    /// By another thread, which unparks the executor's then. {@return whether the executor's thread will take the task out of a queue: it has
    /// not ended}
    boolean inject() {
        var watching = loop.watching; // read once: the executor's thread may end the watching
        if (watching != null) watching.foreignWake(this, ended, injected != 0);
        if (ended) return false;
        loop.requireKnown();
        if (INJECTED.getAndSet(this, 1) == 0) {
            try {
                var queue = loop.isReactorThread() ? loop.events : loop.injected;
                queue.add(this); // allocates nothing
            } catch (Throwable t) {
                injected = 0; // a wake that found 1 in between is lost with this one, and its caller is not told
                throw t;
            }
        }
        return true;
    }

    /// By the executor's thread, with a task that it took from `injected` or `events`.
    void wakeInjected() {
        if (INJECTED.getAndSet(this, 0) != 1) return;
        var arrives = !counted;
        woken();
        if (arrives) loop.arriving.getAndDecrement();
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // the executor's thread alone counts
    private void woken() {
        if (loop.watching != null && counted) loop.watching.wake(this);
        if (state == IDLE) {
            loop.runQueue.push(this);
            state = QUEUED;
            if (counted) return;
            counted = true;
            if (loop.rounds > 0 && parent == null && cancels == 0) tell(RunLoop.CLOSED); // the last round came before this task
            number = ++loop.spawned;
            spawnedAt = polledAt = loop.budget.now;
            loop.tasks++;
            if (loop.watching != null) loop.watching.spawn(this);
        } else if (state == RUNNING) {
            state = WOKEN;
        }
    }

    /// Asks for one more cancellation, by any thread. Allocates nothing.
    void cancel(Cancellation cancellation) {
        tell(cancellation);
        var watching = loop.watching;
        if (watching == null) wake();
        else watching.cancel(this, cancellation.why());
    }

    /// As [#cancel], without the wake: the caller wakes the task, or it is queued already.
    void tell(Cancellation cancellation) {
        asked = cancellation;
        CANCELS.getAndIncrement(this);
    }

    boolean isCancelled() {
        return cancels != 0;
    }

    /// Takes one request, if there is one that has not been delivered. By the executor's thread.
    ///
    /// @return how the body is told, or null
    @Nullable Cancellation nextCancellation() {
        if (cancels <= cancelsDelivered) return null;
        if (cancelsDelivered++ == 0) cancelledAt = loop.budget.now;
        return asked;
    }

    /// Called by an await that begins. Of the bodies that await each other it is the last, so it throws the cancellation here. The children
    /// of the scopes around it are cancelled too.
    @Nullable Cancellation nextCancellationHere() {
        var cancellation = nextCancellation();
        if (cancellation != null) for (var c = loop.innermost; c != null; c = c.around) c.cancelChildren(cancellation);
        return cancellation;
    }

    /// Polls once. By the executor's thread, with a task of the run-queue.
    ///
    /// @return whether it was woken meanwhile, and is to be pushed at the back
    boolean run() {
        state = RUNNING;
        polls++;
        polledAt = loop.budget.now;
        Poll<T> poll;
        try {
            poll = poll();
        } catch (Throwable t) { // the task's, not the executor's
            if (t instanceof OutOfMemoryError) loop.fullHeap.starved = true;
            end(null, t);
            return false;
        }
        if (poll instanceof Poll.Ready<T>(var result)) {
            end(result, null);
            return false;
        }
        loop.waitQueue.add(this); // where the end of the executor finds it
        var again = state == WOKEN || cancels > cancelsDelivered; // each cancellation has a poll of its own
        state = again ? QUEUED : IDLE;
        if (loop.watching != null) loop.watching.pend(this, again);
        return again;
    }

    private Poll<T> poll() throws Exception {
        var f = Objects.requireNonNull(future, "polled after its end");
        var cx = context instanceof Context kept ? kept : contextAgain(); // before a leaf is dropped, which takes out its waker
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

    /// The leaf is given up also if there is no memory for the exception.
    private static CancellationException cancelled(Future<?> leaf, Cancellation cancellation) {
        try {
            return Failures.dropped(leaf, cancellation.exceptionOfLeaf("the task was cancelled"));
        } catch (Error e) {
            throw Failures.dropped(leaf, e);
        }
    }

    /// Publishes the end. Foreign code, and code that may find no memory, runs after the state is DONE. Each step that calls it catches
    /// what it throws, so the later steps run.
    private void end(@Nullable T result, @Nullable Throwable failed) {
        future = null;
        value = result;
        failure = failed;
        state = DONE;
        loop.ended(this);
        if (loop.watching != null) loop.watching.end(this, failed);
        var scope = parent;
        parent = null; // a handle keeps the outcome, not the scope
        if (scope != null) scope.childEnded(this, failed);
        closeResources();
        synchronized (this) {
            ended = true;
            if (joined) notifyAll();
        }
        for (Waker waker; (waker = nextJoiner()) != null; ) wake(waker);
        if (failed != null && !isExpected(failed)) report(failed);
    }

    private synchronized @Nullable Waker nextJoiner() {
        return joiners == null ? null : joiners.poll();
    }

    /// Wakes one of several that must all be woken: what a hand-written waker throws is logged.
    static void wake(Waker waker) {
        try {
            waker.wake();
        } catch (Throwable t) {
            Log.error("a waker threw: " + waker.getClass().getName(), t);
        }
    }

    /// Expected are a cancellation that was asked for, and the rejection of a spawn by an executor that is being closed. So is the error
    /// that [FullHeap] throws into tasks: it logs in one line how many there were.
    private boolean isExpected(Throwable failed) {
        return failed == loop.fullHeap.thrown
                || (failed instanceof CancellationException && (isCancelled() || loop.isClosed()))
                || (failed instanceof RejectedExecutionException && !loop.isOpen());
    }

    private void report(Throwable failed) {
        try {
            if (seen) return;
            unseen = UnseenFailure.watch(this, failed);
            if (seen) see();
        } catch (OutOfMemoryError e) {
            UnseenFailure.countLost();
        } catch (Throwable t) {
            Log.error(UnseenFailure.REPORT, failed);
        }
    }

    /// {@return whether the failure was given to anyone} By any thread.
    @Override
    public boolean isSeen() {
        return seen;
    }

    private void see() {
        seen = true;
        var u = unseen;
        if (u != null) u.forget();
    }

    /// Ends a task that will not be polled again: its executor is gone, or the heap is full.
    void abandon(Throwable cause) {
        if (state != DONE) end(null, future == null ? cause : Failures.dropped(future, cause));
    }

    /// Ends a task whose simulated machine has lost its power: nothing of it runs any more, and its failure is not reported.
    void crash(Throwable cause) {
        if (state == DONE) return;
        if (future instanceof StateMachine<T> body) body.abandon();
        synchronized (this) {
            closing = null;
        }
        end(null, cause);
    }

    /// Ends a task that was spawned too late. By the thread that spawned it, unless the executor's thread has taken it already.
    boolean reject(Throwable cause) {
        if (!INJECTED.compareAndSet(this, 1, REJECTED)) return false;
        seen = true; // by the caller
        if (future instanceof Owned owned) owned.release(this); // who may spawn it on another executor
        end(null, cause);
        return true;
    }

    @Override
    public int cancellations() {
        return cancelsDelivered;
    }

    /// Logs where the task waits, and abandons its future, if that is [Cancellable], without a poll.
    ///
    /// @return false: it has ended
    boolean giveUp() {
        var f = future;
        if (f == null) return false;
        try {
            Log.warn("abandoned, as close() waits no longer (cancellations: " + cancels + "): " + loop.inspector.line(this), null);
            if (f instanceof Cancellable c) c.abandon();
        } catch (Throwable t) {
            Log.error("a future that was abandoned failed", t);
        }
        return true;
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
    public String toString() {
        return "#" + number + (name == null ? "" : " " + name);
    }

    /// {@return whether it waits, and nothing has woken it}
    boolean isIdle() {
        return state == IDLE;
    }

    /// Makes a task that [waits][#isIdle()] fail, so that what it holds can be collected: the innermost await of its body throws the
    /// OutOfMemoryError. A body that catches it may go on.
    ///
    /// @param noMemory brings the error to the await; null: there was no memory for it, so the future is dropped
    /// @return whether it was woken meanwhile, and is to be pushed at the back
    boolean failForMemory(@Nullable Cancellation noMemory, OutOfMemoryError e) {
        if (noMemory != null && future instanceof Cancellable c) {
            c.cancel(noMemory);
            return run();
        }
        state = RUNNING; // a wake by its own cleanup must not queue it
        abandon(e);
        return false;
    }

    boolean isDone() {
        return ended;
    }

    /// Blocks until the end; by any thread but an executor's. An interrupt does not end the wait, and only an interrupt allocates.
    void awaitEnd() {
        var interrupted = false;
        synchronized (this) {
            while (!ended) {
                joined = true;
                try {
                    wait();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) Thread.currentThread().interrupt();
    }

    /// Arranges for the waker to be woken at the end. The same waker is kept once.
    ///
    /// @return false if the end has come already
    boolean onEnd(Waker waker) {
        if (ended) return false;
        synchronized (this) {
            if (ended) return false;
            if (joiners == null) joiners = new Waiters();
            joiners.add(waker, waker);
            return true;
        }
    }

    /// Removes the waker from those to be woken at the end. {@return whether it was among them}
    synchronized boolean forget(Waker waker) {
        return joiners != null && joiners.remove(waker);
    }

    /// Closes the resource at the end, or now if that has come.
    void closing(AutoCloseable resource) {
        synchronized (this) {
            if (!closingDone) {
                closing = new Closing(resource, closing);
                return;
            }
        }
        new Closing(resource, null).closeAll();
    }

    private void closeResources() {
        Closing first;
        synchronized (this) {
            closingDone = true;
            first = closing;
            closing = null;
        }
        if (first != null) first.closeAll();
    }

    /// {@return what it failed with, or null; the caller is told of the failure, so it need not be reported}
    @Nullable Throwable failure() {
        if (failure != null) see();
        return failure;
    }

    @SuppressWarnings("NullAway") // null if T may be null
    T value() {
        return value;
    }
}
