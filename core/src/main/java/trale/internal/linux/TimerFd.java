package trale.internal.linux;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/// A timerfd on CLOCK_MONOTONIC (timerfd_create(2)). Watched edge-triggered it need not be read back: every expiry is an
/// edge.
public final class TimerFd extends Fd {
    private static final int CLOCK_MONOTONIC = 1;
    private static final int ABSTIME = 1;
    private static final long NANOS = 1_000_000_000;

    private static final MemorySegment CREATE = Libc.function("timerfd_create");
    private static final MemorySegment SETTIME = Libc.function("timerfd_settime");
    private static final MemorySegment GETTIME = Libc.function("clock_gettime");

    /// CLOCK_MONOTONIC − System.nanoTime(). Both run at the same rate, but Java does not say where its count starts.
    private final long offset;

    public TimerFd() throws IOException {
        var s = Scratch.get();
        var before = Libc.nanoTime();
        var failed = Libc.callTwice(GETTIME, CLOCK_MONOTONIC, s.memory.address(), 0, 0);
        if (failed != 0) throw Errno.exception("clock_gettime", failed);
        var monotonic = s.struct.getLong(0) * NANOS + s.struct.getLong(8);
        // The same clock, however long the thread has stood still between two readings; or another origin.
        offset = before <= monotonic && monotonic <= Libc.nanoTime() ? 0 : monotonic - before;
        super("timerfd_create", Libc.callTwice(CREATE, CLOCK_MONOTONIC, NONBLOCK | CLOEXEC, 0, 0)); // last: a failure before loses none
    }

    /// Expires once, at a time of System.nanoTime(); one that has passed expires at once.
    ///
    /// A value of zero would disarm the timer, so the least that is set is 1 ns; absolute time needs no arithmetic after
    /// EINTR and can't go wrong between two readings of the clock.
    ///
    /// @param nanoTime the deadline; one thread at a time may set it
    /// @throws IllegalStateException Linux refuses; the timer is as before
    public void arm(long nanoTime) {
        var value = Math.max(1, nanoTime + offset);
        var s = Scratch.get();
        // struct itimerspec: interval (0: once), value; seconds and nanoseconds each
        s.struct.putLong(0, 0).putLong(8, 0).putLong(16, value / NANOS).putLong(24, value % NANOS);
        var failed = Libc.callTwice(SETTIME, fd, ABSTIME, s.memory.address(), 0);
        if (failed != 0) throw new IllegalStateException(Errno.exception("timerfd_settime", failed));
    }
}
