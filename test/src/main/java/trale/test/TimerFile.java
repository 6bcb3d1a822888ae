package trale.test;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// A timerfd of CLOCK_MONOTONIC that expires once, at an absolute time (timerfd_create(2)).
final class TimerFile extends File {
    private static final long NANOS = 1_000_000_000;

    private final World world;
    private World.@Nullable Event expiry;
    private boolean expired;

    TimerFile(World world) {
        this.world = world;
    }

    /// @param value `struct itimerspec`
    int set(ByteBuffer value) {
        var nanos = value.getLong(24);
        if (nanos < 0 || nanos >= NANOS || value.getLong(16) < 0) return -Linux.EINVAL;
        close(expiry);
        expired = false;
        var time = value.getLong(16) * NANOS + nanos;
        expiry = time == 0 ? null : world.at(time, this::expire);
        return 0;
    }

    private void expire() {
        expiry = null;
        expired = true;
        wake(IN);
    }

    private static void close(World.@Nullable Event event) {
        if (event != null) event.cancel();
    }

    @Override
    int ready() {
        return expired ? IN : 0;
    }

    @Override
    void close() {
        super.close();
        close(expiry);
    }
}
