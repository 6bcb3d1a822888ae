package trale;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.ref.Cleaner;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.SequencedSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import trale.internal.Cancellation;
import trale.internal.ExitHook;
import trale.internal.Failures;
import trale.internal.Log;

/// The failure of a task that no join or await has been given yet.
///
/// ```
///   the task fails ──▶ UNSEEN ──┬── a join or an await is given it: forgotten
///                               ├── the task becomes garbage: logged
///                               ├── MAX others have failed since: logged
///                               └── the JVM exits: printed to System.err, as java.util.logging may be closed by then
/// ```
///
/// A task that succeeds pays nothing.
final class UnseenFailure implements Runnable {
    static final String REPORT = Log.loaded("a task failed, and was neither joined nor awaited");

    /// Until it is seen, the Cleaner keeps what the task threw. If that knows the task, or its handle, the task never becomes
    /// garbage. So that these do not pile up, the oldest is logged when there are more.
    private static final int MAX = 1000;

    private static final Cleaner CLEANER = Cleaner.create();

    /// The oldest first. Guarded by itself: the thread that takes a failure out reports it, or has been given it.
    private static final SequencedSet<UnseenFailure> UNSEEN = new LinkedHashSet<>();

    /// Failures that could not be kept, since the last report of them. Any thread.
    private static final AtomicInteger LOST = new AtomicInteger();

    private static final Runnable PRINT_ALL = UnseenFailure::printAll;

    private final Throwable failure;
    private final String of; // which task, as a text, so that this does not hold the task
    private Cleaner.@Nullable Cleanable cleanable; // set before this is among the unseen
    private boolean forgotten; // guarded by UNSEEN
    private volatile boolean seen; // else it was forgotten because it has been logged; written by the thread that was given it

    UnseenFailure(Throwable failure, Outcome<?> task) {
        this.failure = failure;
        of = ": task " + task.where();
    }

    /// Loads what a failure needs, while there is memory to load it with: a class whose initialisation fails is lost for good.
    static void prepare() {
        Objects.requireNonNull(Cancellation.PLAIN);
        Objects.requireNonNull(Context.DROPPED);
        Failures.prepare();
    }

    /// Counts a failure that cannot be kept until it is seen, for want of memory: it is reported with the next one that can.
    static void countLost() {
        LOST.getAndIncrement();
    }

    private static void reportLost() {
        var n = LOST.getAndSet(0);
        if (n != 0) Log.error(n + " tasks failed while there was no memory to wait for a look at their failures", null);
    }

    /// From now on the failure is reported, at once if the JVM exits already. Nothing is reported if it was forgotten before: the thread
    /// that forgot it may have let the JVM exit since.
    void watch(Outcome<?> task) {
        UnseenFailure oldest = null;
        boolean exited;
        synchronized (UNSEEN) {
            if (forgotten) return;
            cleanable = CLEANER.register(task, this);
            exited = UNSEEN.isEmpty() && !ExitHook.add(PRINT_ALL);
            if (!exited) add(this);
            if (UNSEEN.size() > MAX) oldest = UNSEEN.getFirst();
        }
        if (LOST.get() != 0) reportLost(); // there is memory again
        if (exited) print();
        if (oldest != null && oldest.forget()) Log.error(REPORT + " so far, while " + MAX + " others failed" + oldest.of, oldest.failure);
    }

    /// A set that finds no memory to grow has added already.
    private static void add(UnseenFailure unseen) {
        try {
            UNSEEN.add(unseen);
        } catch (Throwable t) {
            UNSEEN.remove(unseen);
            throw t;
        }
    }

    /// A join or an await has been given it. By that thread.
    void see() {
        seen = true;
        forget();
    }

    boolean isSeen() {
        return seen;
    }

    /// {@return whether it was unseen}
    private boolean forget() {
        synchronized (UNSEEN) {
            forgotten = true;
            if (!UNSEEN.remove(this)) return false;
            if (UNSEEN.isEmpty()) ExitHook.remove(PRINT_ALL);
        }
        if (cleanable != null) cleanable.clean();
        return true;
    }

    /// By the Cleaner, when the task is garbage, or in [#forget()], when there is nothing left to do.
    @Override
    public void run() {
        if (forget()) Log.error(REPORT, of, failure);
    }

    private static void printAll() {
        reportLost();
        List<UnseenFailure> all;
        synchronized (UNSEEN) {
            all = List.copyOf(UNSEEN);
            UNSEEN.clear();
        }
        all.forEach(UnseenFailure::print);
    }

    /// In one piece. An exception's printStackTrace is foreign code.
    private void print() {
        try {
            var trace = new StringWriter();
            try {
                failure.printStackTrace(new PrintWriter(trace, true));
            } catch (Throwable t) {
                trace.write(failure.getClass().getName() + ", whose printStackTrace threw " + t.getClass().getName()
                        + System.lineSeparator());
            }
            System.err.print("trale: " + REPORT + of + System.lineSeparator() + trace);
        } catch (Throwable t) {
            // System.err does not take it.
        }
    }
}
