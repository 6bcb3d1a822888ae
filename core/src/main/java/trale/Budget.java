package trale;

import trale.internal.linux.Libc;

/// How long tasks may run before others have their turn, and before the reactor has.
///
/// A poll ends at the latest after 128 awaits that were ready, or after 0.1 ms of them; the reactor is turned after 64 polls, or
/// after 0.5 ms of running. To read the clock costs as much as a short poll. So it is read once in a number of *steps* — polls
/// and ready awaits — which doubles while they are short, and is one as soon as they are long. So a limit of time may be passed by
/// 31 long steps after many short ones, once.
///
/// Each executor has one, for its thread alone. A context that is polled elsewhere has one that only counts.
final class Budget {
    static final int AWAITS = 128;
    private static final int FEW = 4; // after so few a poll goes on in any case, also if a debugger holds it
    private static final int POLLS = 64;
    private static final int MAX_STEPS = 32;
    private static final long SLICE = 100_000; // ns
    private static final long TURN = 500_000; // ns
    private static final long LONG = 50_000; // ns between two readings of the clock
    private static final long SHORT = 10_000;

    private final boolean timed;
    private final int limit; // of awaits in a poll
    private int steps = 1; // between two readings
    private int left = 1; // until the next reading
    long now = Libc.nanoTime(); // the last reading
    private long turned; // when the reactor was
    private int polls; // since then

    int polled; // ever
    private int awaits; // that were ready, in this poll
    private boolean over; // this poll should have ended; if it goes on, as a time-out does at its deadline, awaits are only counted
    private boolean sliced; // whether `slice` is of this poll
    private long slice; // its first reading

    Budget(boolean timed, int limit) {
        this.timed = timed;
        this.limit = limit;
    }

    /// A poll begins.
    void poll() {
        polled++;
        awaits = 0;
        sliced = false;
        over = false;
    }

    /// An await begins, in a poll.
    ///
    /// @return false: the poll should end now, and go on after the others. What it awaits has not been polled, so nothing is lost
    boolean spend() {
        if (++awaits < limit && (!timed || over || --left > 0 || isInTime())) return true;
        awaits = 0;
        over = true;
        return false;
    }

    private boolean isInTime() {
        look();
        if (!sliced) {
            sliced = true;
            slice = now;
            return true;
        }
        return now - slice < SLICE || awaits < FEW;
    }

    /// A poll has ended.
    ///
    /// @return whether the reactor is to be turned before the next
    boolean isTurnDue() {
        if (++polls >= POLLS) return true;
        if (--left > 0) return false;
        look();
        return now - turned >= TURN;
    }

    /// The reactor is to be turned after this poll.
    void turnNext() {
        polls = POLLS;
    }

    /// The reactor has been turned.
    void turned() {
        polls = 0;
        now = turned = Libc.nanoTime();
        left = steps;
    }

    private void look() {
        var before = now;
        now = Libc.nanoTime();
        if (now - before > LONG) steps = 1;
        else if (now - before < SHORT) steps = Math.min(MAX_STEPS, steps * 2);
        left = steps;
    }
}
