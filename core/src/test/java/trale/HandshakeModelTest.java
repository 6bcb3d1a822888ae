package trale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.support.Interleavings.END;
import static trale.support.Interleavings.WAIT;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import trale.support.Interleavings;
import trale.support.Interleavings.Program;

/// The places where a wake-up could be lost or go to a stranger, as models of which every order of steps is tried. Each step of the right
/// one is a line of the code that is named; the wrong twins show that the model would notice.
class HandshakeModelTest {

    private static void check(Enum<?> twin, int cells, Program... threads) {
        var failure = Interleavings.failure(cells, threads);
        if (twin.ordinal() == 0) assertEquals("", failure.orElse(""));
        else assertTrue(failure.isPresent(), "the wrong twin passes: this model shows nothing");
    }

    /// Executor.park and unpark.
    enum Sleep {
        AS_WRITTEN,
        DOES_NOT_LOOK_AGAIN,
        LOOKS_AGAIN_BEFORE_IT_SETS_PARKED,
        SETS_PARKED_PLAINLY,
        WAKER_LOOKS_BEFORE_IT_PUSHES,
        WAKER_PUSHES_PLAINLY,
        WAKER_DOES_NOT_TAKE_PARKED_BACK
    }

    @ParameterizedTest
    @EnumSource
    void E18_aWakeOfAnExecutorThatFallsAsleepIsNotLost_andOneWriteIsEnough(Sleep twin) {
        int parked = 0;
        int injected = 1;
        int eventFd = 2;
        int taken = 3;
        int sleeps = 4;
        int writes = 5;
        Program executor = (at, m) -> switch (at) {
            case 0 -> { // takeInjected
                if (m.get(injected) == 0) yield m.get(taken) == 2 ? END : 1;
                m.getAndAdd(injected, -1);
                m.getAndAdd(taken, 1);
                yield 0;
            }
            case 1 -> { // parked.set(true)
                if (twin == Sleep.LOOKS_AGAIN_BEFORE_IT_SETS_PARKED && m.get(injected) != 0) yield 0;
                m.getAndAdd(sleeps, 1);
                yield 2;
            }
            case 2 -> {
                if (twin == Sleep.SETS_PARKED_PLAINLY) m.put(parked, 1);
                else m.set(parked, 1);
                yield twin == Sleep.DOES_NOT_LOOK_AGAIN || twin == Sleep.LOOKS_AGAIN_BEFORE_IT_SETS_PARKED ? 4 : 3;
            }
            case 3 -> m.get(injected) == 0 ? 4 : 5; // injected.isEmpty()
            case 4 -> { // epoll_wait, or LockSupport.park
                if (m.get(eventFd) == 0) yield WAIT;
                m.set(eventFd, 0);
                yield 5;
            }
            default -> { // parked.set(false)
                m.set(parked, 0);
                yield 0;
            }
        };
        Program waker = (at, m) -> switch (at) {
            case 0 -> { // injected.add
                if (twin == Sleep.WAKER_LOOKS_BEFORE_IT_PUSHES) yield m.get(parked) == 0 ? 4 : 3;
                if (twin == Sleep.WAKER_PUSHES_PLAINLY) m.put(injected, m.get(injected) + 1);
                else m.getAndAdd(injected, 1);
                yield 1;
            }
            case 1 -> m.get(parked) == 0 ? END : 2; // !parked.get()
            case 2 -> { // !parked.getAndSet(false)
                if (twin == Sleep.WAKER_DOES_NOT_TAKE_PARKED_BACK) yield 5;
                yield m.getAndSet(parked, 0) == 0 ? END : 5;
            }
            case 3, 4 -> { // only the twin pushes here
                m.getAndAdd(injected, 1);
                yield at == 3 ? 2 : END;
            }
            default -> { // reactor.wakeup(), or LockSupport.unpark
                var sofar = m.getAndAdd(writes, 1);
                assertTrue(sofar < m.get(sleeps), "more writes than sleeps");
                m.set(eventFd, 1);
                yield END;
            }
        };
        check(twin, 6, executor, waker, waker);
    }

    /// Reactor.wakeup and close.
    enum End {
        AS_WRITTEN,
        WRITES_WITHOUT_THE_LOCK,
        WRITES_WITHOUT_LOOKING,
        CLOSES_BEFORE_IT_SAYS_SO
    }

    @ParameterizedTest
    @EnumSource
    void E17_aWakeThatRacesWithCloseDoesNotWriteToWhoGetsTheNumberNext(End twin) {
        int monitor = 0;
        int closed = 1;
        int strangers = 2; // the number is somebody else's
        Program waker = (at, m) -> switch (at) {
            case 0 -> twin == End.WRITES_WITHOUT_THE_LOCK || m.compareAndSet(monitor, 0, 1) ? 1 : WAIT;
            case 1 -> m.get(closed) == 0 || twin == End.WRITES_WITHOUT_LOOKING ? 2 : 3;
            case 2 -> { // eventFd.signal()
                assertEquals(0, m.get(strangers), "wrote to a stranger");
                yield 3;
            }
            default -> {
                if (twin != End.WRITES_WITHOUT_THE_LOCK) m.set(monitor, 0);
                yield END;
            }
        };
        Program closer = (at, m) -> switch (at) {
            case 0 -> m.compareAndSet(monitor, 0, 1) ? 1 : WAIT;
            case 1 -> {
                m.set(twin == End.CLOSES_BEFORE_IT_SAYS_SO ? strangers : closed, 1);
                yield 2;
            }
            case 2 -> {
                m.set(monitor, 0);
                yield 3;
            }
            default -> { // eventFd.close()
                m.set(twin == End.CLOSES_BEFORE_IT_SAYS_SO ? closed : strangers, 1);
                yield END;
            }
        };
        check(twin, 3, waker, waker, closer);
    }

    /// Task.wake from other threads, and wakeInjected.
    enum Wake {
        AS_WRITTEN,
        CLEARED_AFTER_THE_POLL,
        CLEARED_PLAINLY,
        LOOKS_WITHOUT_SETTING
    }

    @ParameterizedTest
    @EnumSource
    void S2_aWakeFromAnotherThreadIsFollowedByAPollThatSeesWhatWasWrittenBefore(Wake twin) {
        int injected = 0;
        int queue = 1;
        int written = 2; // and 3, by the other waker
        Program executor = (at, m) -> switch (at) {
            case 0 -> { // injected.poll()
                if (m.get(queue) == 0) yield WAIT;
                m.getAndAdd(queue, -1);
                yield twin == Wake.CLEARED_AFTER_THE_POLL ? 2 : 1;
            }
            case 1 -> { // INJECTED.getAndSet(this, 0)
                if (twin == Wake.CLEARED_PLAINLY) m.put(injected, 0);
                else m.set(injected, 0);
                yield twin == Wake.CLEARED_AFTER_THE_POLL ? 0 : 2;
            }
            default -> { // the poll
                if (m.get(written) + m.get(written + 1) == 2) yield END;
                yield twin == Wake.CLEARED_AFTER_THE_POLL ? 1 : 0;
            }
        };
        check(twin, 4, executor, waker(twin, injected, queue, written), waker(twin, injected, queue, written + 1));
    }

    private static Program waker(Wake twin, int injected, int queue, int written) {
        return (at, m) -> switch (at) {
            case 0 -> {
                m.put(written, 1);
                yield 1;
            }
            case 1 -> { // INJECTED.getAndSet(this, 1) == 0
                if (twin == Wake.LOOKS_WITHOUT_SETTING && m.get(injected) == 1) yield END;
                yield m.getAndSet(injected, 1) == 0 ? 2 : END;
            }
            default -> { // injected.add
                m.getAndAdd(queue, 1);
                yield END;
            }
        };
    }

    /// Slot.poll, done and event.
    enum Readiness {
        AS_WRITTEN,
        NOTHING_AFTER_THE_CALL,
        STORES_THE_WAKER_BLINDLY,
        EVENT_LEAVES_NO_READY,
        END_SET_AFTER_READY,
        FORGETS_THE_END
    }

    private static final int NOTHING = 1;
    private static final int READY = 0; // as it is at first
    private static final int WAKER = 2;

    /// Three bytes and the end of the stream; the reader asks for two, so that its last read of bytes is short.
    @ParameterizedTest
    @EnumSource
    void E1_E3_everyByteAndTheEndAreReadWhateverTheOrderOfCallsAndEvents(Readiness twin) {
        int slot = 0;
        int ended = 1;
        int bytes = 2;
        int fin = 3;
        int edge = 4; // 1: an event is due, 2: it says RDHUP
        int woken = 5;
        int got = 6;
        int done = 7;
        Program reader = (at, m) -> switch (at) {
            case 0 -> { // poll
                if (m.get(slot) != READY) yield 1;
                if (twin == Readiness.NOTHING_AFTER_THE_CALL) yield 2;
                yield m.compareAndSet(slot, READY, NOTHING) ? 2 : 0;
            }
            case 1 -> { // poll: the waker
                if (twin == Readiness.STORES_THE_WAKER_BLINDLY) m.set(slot, WAKER);
                else if (!m.compareAndSet(slot, NOTHING, WAKER)) yield 0;
                yield 5;
            }
            case 2 -> { // read(fd, 2)
                var n = Math.min(2, m.get(bytes));
                m.getAndAdd(bytes, -n);
                m.getAndAdd(got, n);
                if (n == 0 && m.get(fin) == 1) {
                    assertEquals(3, m.get(got), "bytes before the end");
                    m.set(done, 1);
                    yield END;
                }
                yield n == 0 ? 3 : n == 2 ? 4 : 6;
            }
            case 3 -> { // EAGAIN
                if (twin == Readiness.NOTHING_AFTER_THE_CALL) m.set(slot, NOTHING);
                yield 0;
            }
            case 4 -> { // done(true)
                m.compareAndSet(slot, NOTHING, READY);
                yield 0;
            }
            case 5 -> m.getAndSet(woken, 0) == 0 ? WAIT : 0; // Pending
            default -> { // done(false), after a short read
                if (twin == Readiness.NOTHING_AFTER_THE_CALL) yield 3;
                yield m.get(ended) == 1 && twin != Readiness.FORGETS_THE_END ? 4 : 0;
            }
        };
        Program peer = (at, m) -> {
            if (at == 2) m.set(fin, 1); // together with the last byte
            m.getAndAdd(bytes, 1);
            m.set(edge, Math.max(m.get(edge), at == 2 ? 2 : 1));
            return at == 2 ? END : at + 1;
        };
        var endFirst = twin != Readiness.END_SET_AFTER_READY;
        Program reactor = (at, m) -> switch (at) {
            case 0 -> { // epoll_wait
                if (m.get(edge) == 0) yield m.get(done) == 1 ? END : WAIT;
                yield m.getAndSet(edge, 0) == 2 ? 2 : 1;
            }
            case 2, 3 -> { // event(true): the end, then READY
                if (at == 2 == endFirst) m.set(ended, 1);
                else ready(twin, m, slot, woken);
                yield at == 2 ? 3 : 0;
            }
            default -> {
                ready(twin, m, slot, woken);
                yield 0;
            }
        };
        check(twin, 8, reader, peer, reactor);
    }

    private static void ready(Readiness twin, Interleavings.Memory m, int slot, int woken) {
        var was = m.get(slot);
        if (twin != Readiness.EVENT_LEAVES_NO_READY || was == WAKER) m.set(slot, READY);
        if (was == WAKER) m.set(woken, 1);
    }
}
