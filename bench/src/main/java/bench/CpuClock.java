package bench;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/// The CPU time of another process, user and system, of all its threads: clock_getcpuclockid(3). It counts nanoseconds; `/proc/PID/stat`
/// counts hundredths of a second.
final class CpuClock {
    private static final MethodHandle GET_ID = libc("clock_getcpuclockid",
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
    private static final MethodHandle GET_TIME = libc("clock_gettime",
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS));

    private CpuClock() {}

    @SuppressWarnings("restricted") // bench/run allows native access
    private static MethodHandle libc(String function, FunctionDescriptor type) {
        var linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().find(function).orElseThrow(), type);
    }

    /// {@return the nanoseconds that the process has run}
    static long nanos(long pid) {
        try (var arena = Arena.ofConfined()) {
            var id = arena.allocate(ValueLayout.JAVA_INT);
            var time = arena.allocate(ValueLayout.JAVA_LONG, 2); // struct timespec
            if ((int) GET_ID.invokeExact((int) pid, id) != 0
                    || (int) GET_TIME.invokeExact(id.get(ValueLayout.JAVA_INT, 0), time) != 0)
                throw new IllegalStateException("there is no process " + pid);
            return time.getAtIndex(ValueLayout.JAVA_LONG, 0) * 1_000_000_000 + time.getAtIndex(ValueLayout.JAVA_LONG, 1);
        } catch (RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError("a downcall throws nothing", e);
        }
    }
}
