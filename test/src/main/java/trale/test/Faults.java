package trale.test;

import java.util.ArrayList;
import java.util.List;
import trale.internal.linux.Errno;

/// System calls that fail, on all hosts of a [Simulation], though nothing is wrong. Those that an executor makes when it starts
/// and ends do not.
///
/// Used by tasks of the simulation, and by the thread of the test while nothing runs.
public final class Faults {
    /// The system calls that trale makes, by libc's names. A test compares them with those in its sources.
    private static final List<String> CALLS = List.of(
            "accept4", "bind", "clock_gettime", "close", "connect", "epoll_create1", "epoll_ctl", "epoll_wait", "eventfd", "eventfd_write",
            "getpeername", "getsockname", "getsockopt", "listen", "recvfrom", "sendto", "setsockopt", "shutdown", "socket",
            "timerfd_create", "timerfd_settime");

    private final World world;
    private double probability;
    private final List<At> at = new ArrayList<>(0);

    private record At(String call, int errno, double probability) {}

    Faults(World world) {
        this.world = world;
    }

    /// Lets each call fail with this probability, in one of the ways in which Linux may let it fail: EINTR, EAGAIN, short counts,
    /// ECONNRESET, EPIPE, EMFILE, ENFILE, ENOBUFS, ENOMEM, ENOSPC.
    ///
    /// @param probability 0: none fails any more
    /// @return this
    /// @throws IllegalArgumentException it is no probability
    public Faults errors(double probability) {
        this.probability = require(probability);
        return this;
    }

    /// Lets one call fail in one way. ECONNRESET, EPIPE and ETIMEDOUT of a stream's `recvfrom` or `sendto` end its connection. Every other
    /// fault leaves the socket as it is.
    ///
    /// @param call  as libc calls it: `accept4`, `recvfrom`, `sendto`, `connect` …
    /// @param errno its name, such as `EMFILE`
    /// @param probability 0: it does not fail so any more
    /// @return this
    /// @throws IllegalArgumentException trale makes no such call, there is no such errno, or it is no probability
    public Faults at(String call, String errno, double probability) {
        if (!CALLS.contains(call))
            throw new IllegalArgumentException(call + " is no system call that trale makes; those are: " + String.join(", ", CALLS));
        var number = Errno.of(errno);
        if (number <= 0) throw new IllegalArgumentException(errno + " is no error of Linux; see errno(3) for their names");
        at.removeIf(a -> a.call.equals(call) && a.errno == number);
        if (require(probability) > 0) at.add(new At(call, number, probability));
        return this;
    }

    static double require(double probability) {
        if (!(probability >= 0 && probability <= 1)) throw new IllegalArgumentException(probability + " is no probability; one is 0 to 1");
        return probability;
    }

    boolean isNone() {
        return probability == 0 && at.isEmpty();
    }

    /// The plan of a [FaultyKernel].
    int fault(String call, int[] possible) {
        for (var a : at) if (a.call.equals(call) && world.chance(a.probability)) return a.errno;
        return possible.length > 0 && world.chance(probability) ? possible[world.pick(possible.length)] : 0;
    }
}
