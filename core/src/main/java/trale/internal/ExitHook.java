package trale.internal;

import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Runs actions when the JVM exits. The hook is registered only while there are actions, so a class loader that has loaded trale can be
/// unloaded once its executors are closed.
public final class ExitHook {
    private static final Set<Runnable> ACTIONS = new LinkedHashSet<>(); // guarded by the class; from the exit on it stays as it is
    private static @Nullable Thread hook; // guarded by the class

    /// Written once, by the hook, under the class's monitor.
    private static volatile boolean exiting;

    private ExitHook() {}

    /// {@return whether the JVM is exiting: the actions are being run}
    public static boolean isExiting() {
        return exiting;
    }

    /// Adds an action that runs when the JVM exits.
    ///
    /// @return false if the JVM is exiting already
    public static synchronized boolean add(Runnable action) {
        if (exiting) return false;
        if (hook == null) {
            var h = new Thread(ExitHook::run, "trale-exit");
            try {
                Runtime.getRuntime().addShutdownHook(h);
            } catch (IllegalStateException e) { // first used by a shutdown hook
                exiting = true;
                return false;
            }
            hook = h;
        }
        ACTIONS.add(action);
        return true;
    }

    public static synchronized void remove(Runnable action) {
        if (exiting) return; // an executor that is closed meanwhile has nothing to do at the exit
        ACTIONS.remove(action);
        if (!ACTIONS.isEmpty() || hook == null) return;
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
            hook = null;
        } catch (IllegalStateException e) {
            // The JVM exits; the hook finds nothing to do.
        }
    }

    /// The heap may be full: no copy is made.
    private static void run() {
        synchronized (ExitHook.class) {
            exiting = true;
        }
        for (var action : ACTIONS) {
            try {
                action.run();
            } catch (Throwable t) {
                Log.error("an action at the JVM's exit failed", t);
            }
        }
    }
}
