package trale.internal.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// A timerfd on CLOCK_MONOTONIC (timerfd_create(2)). Watched edge-triggered it need not be read back: every expiry is an
/// edge.
public final class TimerFd extends Fd {
    private static final int CLOCK_MONOTONIC = 1;
    private static final int ABSTIME = 1;
    private static final long NANOS = 1_000_000_000;

    private static final MethodHandle CREATE = Libc.function("timerfd_create", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle SETTIME =
            Libc.function("timerfd_settime", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle GETTIME = Libc.function("clock_gettime", JAVA_INT, JAVA_INT, ADDRESS);

    /// CLOCK_MONOTONIC − System.nanoTime(): both tick alike, but Java promises nothing of where its count starts.
    private final long offset;

    /// `struct itimerspec`: interval (0: once), value; seconds and nanoseconds each. Guarded by the caller.
    private final MemorySegment spec = Arena.ofAuto().allocate(32, 8);

    public TimerFd() throws IOException {
        super("timerfd_create", Libc.call(s -> (int) CREATE.invokeExact(s.errno, CLOCK_MONOTONIC, NONBLOCK | CLOEXEC)));
        var before = System.nanoTime();
        var failed = Libc.call(s -> (int) GETTIME.invokeExact(s.errno, CLOCK_MONOTONIC, spec));
        assert failed == 0;
        var monotonic = spec.get(JAVA_LONG, 0) * NANOS + spec.get(JAVA_LONG, 8);
        // An origin of its own is told from the time between the two readings by its size.
        offset = Math.abs(monotonic - before) < NANOS ? 0 : monotonic - before;
        spec.fill((byte) 0);
    }

    /// Expires once, at a time of System.nanoTime(); one that has passed expires at once.
    ///
    /// A value of zero would disarm the timer, so the least that is set is 1 ns; absolute time needs no arithmetic after
    /// EINTR and can't go wrong between two readings of the clock.
    ///
    /// @param nanoTime the deadline; one thread at a time may set it
    public void arm(long nanoTime) {
        var value = Math.max(1, nanoTime + offset);
        spec.set(JAVA_LONG, 16, value / NANOS);
        spec.set(JAVA_LONG, 24, value % NANOS);
        var failed = Libc.call(s -> (int) SETTIME.invokeExact(s.errno, fd, ABSTIME, spec, MemorySegment.NULL));
        assert failed == 0;
    }
}
