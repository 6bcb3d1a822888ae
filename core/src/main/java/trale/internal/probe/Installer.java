package trale.internal.probe;

import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import trale.Executor;
import trale.internal.Log;

/// Watches each executor that a program builds, because `-Dtrale.watch` asks for it: a service, which trale-watch provides.
public interface Installer {

    /// An executor has been built, and nothing has been spawned on it.
    ///
    /// @param property the value of `trale.watch`
    void built(Executor executor, String property);

    /// Tells the installers of an executor.
    static void tell(Executor executor) {
        var property = System.getProperty("trale.watch");
        if (property == null) return;
        try {
            var any = false;
            for (var installer : ServiceLoader.load(Installer.class)) {
                installer.built(executor, property);
                any = true;
            }
            if (!any) Log.warn("-Dtrale.watch is set, and trale-watch is neither on the class path nor on the module path", null);
        } catch (ServiceConfigurationError | LinkageError | RuntimeException e) { // the program runs all the same
            Log.error("-Dtrale.watch: the watch does not start", e);
        }
    }
}
