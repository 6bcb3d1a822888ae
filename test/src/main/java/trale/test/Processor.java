package trale.test;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import trale.Waker;

/// What an executor is to a [Machine]: a thread that runs when it is its turn, and sleeps in epoll_wait.
final class Processor {
    private static final long MILLI = 1_000_000; // ns
    private static final int MAX_POLLS = 64; // of one that does not sleep, before another has its turn

    final Machine machine;
    final Thread thread;

    /// {@return each task that has not ended, and where it is: a snapshot}
    final Supplier<?> tasks;

    private @Nullable EpollFile sleepsAt; // null: it does not
    private boolean isAwake = true; // or has been chosen to wake up
    private int polls; // since another could have its turn
    private final List<Waker> wakers = new ArrayList<>(0); // of what waits until nothing else can happen
    private boolean isIdle; // nothing else could

    Processor(Machine machine, Thread thread, Supplier<?> tasks) {
        this.machine = machine;
        this.thread = thread;
        this.tasks = tasks;
    }

    /// {@return whether it has something to do}
    boolean isReady() {
        return isAwake || machine.isCrashed || (sleepsAt != null && sleepsAt.ready() != 0);
    }

    /// It is to look for what it has to do, though no descriptor says so.
    void wakeUp() {
        isAwake = true;
    }

    /// Nothing else can happen without time.
    void reachIdle() {
        isIdle = true;
        isAwake = true;
    }

    /// epoll_wait(2), by its own thread, which may wait.
    int await(EpollFile epoll, ByteBuffer events, int atMost, int timeoutMillis) {
        var timeout = timeoutMillis < 0 ? null : machine.world.in(timeoutMillis * MILLI, this::wakeUp);
        int n;
        while ((n = epoll.report(events, atMost)) == 0) {
            sleepsAt = epoll;
            sleep();
            sleepsAt = null;
            if (isAwake) break;
        }
        if (isIdle) {
            isIdle = false;
            wakers.forEach(Waker::wake);
            wakers.clear();
        }
        if (timeout != null) timeout.cancel();
        isAwake = true;
        return n;
    }

    /// By its own thread, which is about to poll a task: one that never sleeps holds up neither the others nor the test.
    void poll() {
        machine.requirePower();
        if (++polls < MAX_POLLS && !machine.world.isReached()) return;
        polls = 0;
        machine.world.block(this);
        machine.requirePower();
    }

    /// By its own thread: others run until this is awake.
    void sleep() {
        machine.requirePower();
        polls = 0;
        isAwake = false;
        machine.world.block(this);
        machine.requirePower();
    }

    /// By its own thread: calls a waker when nothing else can happen without time.
    void whenIdle(Waker waker) {
        wakers.add(waker);
        machine.world.whenIdle(this);
    }
}
