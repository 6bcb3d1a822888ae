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
        cancel();
        expired = false;
        var time = value.getLong(16) * NANOS + nanos;
        expiry = time == 0 ? null : world.at(time, this::expire);
        return 0;
    }

    /// @param value `struct itimerspec`, which gets the time that is left
    int get(ByteBuffer value) {
        var left = expiry == null ? 0 : Math.max(1, expiry.time - world.now);
        value.putLong(0, 0).putLong(8, 0).putLong(16, left / NANOS).putLong(24, left % NANOS);
        return 0;
    }

    private void expire() {
        expiry = null;
        expired = true;
        wake(IN);
    }

    private void cancel() {
        if (expiry != null) expiry.cancel();
    }

    @Override
    int ready() {
        return expired ? IN : 0;
    }

    @Override
    void close() {
        super.close();
        cancel();
    }
}
