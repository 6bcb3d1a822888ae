package trale;

import trale.internal.linux.Libc;

/// How long a task may run before the other tasks have their turn, and before the reactor has its turn.
///
/// - A poll ends at its 128th await, or after 0.1 ms of ready awaits.
/// - The reactor is turned after 64 polls, or after 0.5 ms of running.
///
/// Reading the clock costs as much as a short poll, so the clock is not read at each *step* (a step is a poll or a ready await). The
/// number of steps between two readings doubles while steps are short, up to 32. It falls to one at the first reading that finds long
/// steps. In the worst case 32 long steps follow many short ones, and one poll or turn exceeds its limit.
///
/// Each executor has one budget, written by its thread alone. A context that another thread polls has a budget that only counts.
final class Budget {
    static final int AWAITS = 128;
    /// The await of a poll at which its time is first looked at. So three always go on, also when a debugger holds the thread.
    private static final int FEW = 4;

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
    private int polls; // since the reactor was turned

    private int awaits; // that were ready, in this poll
    private boolean over; // the time of this poll is spent; if a time-out then polls its future once more, awaits are only counted
    private boolean sliced; // whether the clock was read in this poll
    private long slice; // the first reading in this poll

    Budget(boolean timed, int limit) {
        this.timed = timed;
        this.limit = limit;
    }

    void pollBegins() {
        awaits = 0;
        sliced = false;
        over = false;
    }

    /// An await begins, in a poll.
    ///
    /// @return false: the body returns Pending now and goes on in its next poll. The awaited future was not polled, so its value is not
    ///         lost
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
        if (--left <= 0) look(); // else `now` is older: perhaps it was read by the await that has just ended the poll
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
