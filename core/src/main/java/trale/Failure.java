package trale;

import java.lang.System.Logger.Level;
import java.lang.ref.Cleaner;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;

/// What a task failed with, and whether anybody knows.
///
/// Nobody will, once the task is unreachable: then the failure is logged. It is also logged when the JVM exits before
/// that. A success costs nothing of this.
final class Failure implements Runnable {

    /// Made when the first task fails.
    private static final class Watch {
        static final Cleaner CLEANER = Cleaner.create();
        static final Set<Failure> UNSEEN = ConcurrentHashMap.newKeySet();

        static {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> UNSEEN.forEach(Failure::run), "trale-failures"));
        }
    }

    private final Throwable cause;
    private boolean watched; // set before the task's end is published

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
            Watch.UNSEEN.add(this);
            Watch.CLEANER.register(task, this);
            watched = true;
        } catch (IllegalStateException | NoClassDefFoundError | ExceptionInInitializerError e) {
            log(); // the JVM is shutting down already
        }
    }

    Throwable look() {
        if (watched) Watch.UNSEEN.remove(this);
        return cause;
    }

    @Override
    public void run() {
        if (Watch.UNSEEN.remove(this)) log();
    }

    private void log() {
        System.getLogger("trale").log(Level.ERROR, "a task failed, and nobody joined or awaited it", cause);
    }
}
