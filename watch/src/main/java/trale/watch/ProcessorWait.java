package trale.watch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// How long a thread could have run and had no processor: the second number of /proc/PID/task/TID/schedstat, which Linux counts
/// (Documentation/scheduler/sched-stats). Where Linux does not count that, it is always 0.
final class ProcessorWait {
    private static final Path PROC = Path.of("/proc");

    private final Path file;

    private ProcessorWait(Path file) {
        this.file = file;
    }

    /// {@return that of the calling thread; any thread may ask it}
    static ProcessorWait ofThisThread() {
        try {
            return new ProcessorWait(PROC.resolve(Files.readSymbolicLink(PROC.resolve("thread-self"))).resolve("schedstat"));
        } catch (IOException | UnsupportedOperationException e) {
            return new ProcessorWait(PROC.resolve("none"));
        }
    }

    /// {@return in nanoseconds}
    long nanos() {
        try {
            return Long.parseLong(Files.readString(file).split(" ", -1)[1]);
        } catch (IOException | RuntimeException e) {
            return 0; // there is no such file, or the thread has ended
        }
    }
}
