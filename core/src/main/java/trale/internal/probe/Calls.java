package trale.internal.probe;

import org.jspecify.annotations.Nullable;
import trale.internal.linux.Kernel;

/// Reports the system calls of a thread, and passes them on to what answers them.
public final class Calls implements Kernel {
    private final Probe probe;
    private final Kernel kernel;

    private Calls(Probe probe, Kernel kernel) {
        this.probe = probe;
        this.kernel = kernel;
    }

    /// From now on the calling thread's calls are reported.
    ///
    /// @param probe null: they are not
    public static void report(@Nullable Probe probe) {
        var kernel = Kernel.current();
        Kernel.callThrough(probe == null ? null : new Calls(probe, kernel == null ? Kernel.linux() : kernel));
    }

    @Override
    public int call(String function, long a, long b, long c, long d, long e, long f) {
        var start = System.nanoTime();
        var result = kernel.call(function, a, b, c, d, e, f);
        probe.call(function, a, b, c, d, e, f, result, System.nanoTime() - start);
        return result;
    }

    @Override
    public void logged(String text) {
        probe.log(text);
    }
}
