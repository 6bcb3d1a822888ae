package trale;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.System.Logger.Level;
import java.lang.ref.Cleaner;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/// What a task failed with, and whether anybody knows.
///
/// Nobody will, once the task is unreachable: then the failure is logged. What nobody knows of when the JVM exits is printed
/// to System.err instead: the hooks of an exit run at the same time, and java.util.logging's closes its handlers. A success
/// costs nothing of this.
final class Failure implements Runnable {
    private static final String REPORT = "a task failed, and nobody joined or awaited it";

    /// Until somebody looks, the watch keeps what the task threw; and if that knows the task, or its handle, the task never
    /// becomes unreachable. So that these do not pile up, the oldest of more than so many is logged at once.
    private static final int MAX_UNSEEN = 1000;

    /// Made when the first task fails.
    private static final class Watch {
        static final Cleaner CLEANER = Cleaner.create();

        /// The oldest first. Guarded by itself: whoever takes a failure out reports it, or has been told of it.
        static final SequencedSet<Failure> UNSEEN = new LinkedHashSet<>();

        /// No one will print what is still unseen later. Guarded by UNSEEN.
        static boolean exited;

        static {
            Runtime.getRuntime().addShutdownHook(new Thread(Failure::exit, "trale-failures"));
        }
    }

    private final Throwable cause;

    /// Keeps this until it is cleaned. Set before this is among the unseen, and before the task's end is published.
    private Cleaner.@Nullable Cleanable watch;

    private Failure(Throwable cause) {
        this.cause = cause;
    }

    /// Reports the failure when the task has become garbage. A cancelled task has nothing to report.
    static Failure of(Task<?> task, Throwable cause) {
        var failure = new Failure(cause);
        if (!(cause instanceof CancellationException)) failure.watch(task);
        return failure;
    }

    private void watch(Task<?> task) {
        try {
            watch = Watch.CLEANER.register(task, this);
        } catch (IllegalStateException | NoClassDefFoundError | ExceptionInInitializerError e) {
            print(); // the JVM is shutting down already
            return;
        }
        Failure oldest = null;
        boolean exited;
        synchronized (Watch.UNSEEN) {
            exited = Watch.exited;
            if (!exited) Watch.UNSEEN.add(this);
            if (Watch.UNSEEN.size() > MAX_UNSEEN) oldest = Watch.UNSEEN.removeFirst();
        }
        if (exited) print();
        if (oldest == null) return;
        oldest.unwatch();
        oldest.log(" so far, while " + MAX_UNSEEN + " others failed");
    }

    private boolean takeOut() {
        synchronized (Watch.UNSEEN) {
            return Watch.UNSEEN.remove(this);
        }
    }

    /// Once this is not among the unseen: the Cleaner forgets it, and with it the cause.
    private void unwatch() {
        if (watch != null) watch.clean();
    }

    Throwable look() {
        if (watch != null && takeOut()) unwatch();
        return cause;
    }

    /// By the Cleaner.
    @Override
    public void run() {
        if (takeOut()) log("");
    }

    private static void exit() {
        List<Failure> unseen;
        synchronized (Watch.UNSEEN) {
            unseen = List.copyOf(Watch.UNSEEN);
            Watch.UNSEEN.clear();
            Watch.exited = true;
        }
        unseen.forEach(Failure::print);
    }

    private void log(String more) {
        System.getLogger("trale").log(Level.ERROR, REPORT + more, cause);
    }

    /// In one piece.
    private void print() {
        var trace = new StringWriter();
        cause.printStackTrace(new PrintWriter(trace, true));
        System.err.print("trale: " + REPORT + System.lineSeparator() + trace);
    }
}
