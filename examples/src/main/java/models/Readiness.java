package models;

import static models.Interleavings.END;
import static models.Interleavings.WAIT;
import static models.Model.check;

import java.util.List;
import models.Model.Actor;
import models.Model.Program;

/// Slot.poll, done and event. A peer sends three bytes and the end of the stream. The reader asks for two, so that its last read of
/// bytes is short.
enum Readiness implements Model.Twin {
    AS_WRITTEN(""),
    NOTHING_AFTER_THE_CALL("The slot becomes NOTHING after the call, and only if that says EAGAIN."),
    STORES_THE_WAKER_BLINDLY("poll stores its waker, whatever the slot has become."),
    EVENT_LEAVES_NO_READY("An event that finds no waker leaves the slot as it is."),
    END_SET_AFTER_READY("An event sets READY first and `ended` then."),
    FORGETS_THE_END("A short read waits for the next event, although there is none after the end.");

    static final Model<Readiness> MODEL = new Model<>("readiness",
            "Every byte and the end are read, whatever the order of calls and events.",
            Readiness.class, List.of("slot", "ended", "bytes", "fin", "edge", "woken", "got", "done"),
            Readiness::threads, Model::nothingWrong);

    private static final int SLOT = 0;
    private static final int ENDED = 1;
    private static final int BYTES = 2;
    private static final int FIN = 3;
    private static final int EDGE = 4; // 1: an event is due, 2: it says RDHUP
    private static final int WOKEN = 5;
    private static final int GOT = 6;
    private static final int DONE = 7;

    private static final int READY = 0; // as it is at first
    private static final int NOTHING = 1;
    private static final int WAKER = 2;

    private final String mistake;

    Readiness(String mistake) {
        this.mistake = mistake;
    }

    @Override
    public String mistake() {
        return mistake;
    }

    private List<Actor> threads() {
        Program reader = (at, m) -> switch (at) {
            case 0 -> {
                m.at("Slot.poll", "STATE.compareAndSet(this, READY, NOTHING)").gives(m.get(SLOT) == READY);
                if (m.get(SLOT) != READY) yield 1;
                if (this == NOTHING_AFTER_THE_CALL) yield 2;
                yield m.compareAndSet(SLOT, READY, NOTHING) ? 2 : 0;
            }
            case 1 -> {
                m.at("Slot.poll", "STATE.compareAndSet(this, s, cx.waker())");
                if (this == STORES_THE_WAKER_BLINDLY) m.set(SLOT, WAKER);
                else if (!m.gives(m.compareAndSet(SLOT, NOTHING, WAKER))) yield 0;
                yield 5;
            }
            case 2 -> {
                var n = Math.min(2, m.get(BYTES));
                m.outside("read(fd, 2 bytes)").gives(n > 0 || m.get(FIN) == 1 ? n : "EAGAIN");
                m.getAndAdd(BYTES, -n);
                m.getAndAdd(GOT, n);
                if (n == 0 && m.get(FIN) == 1) {
                    check(m.get(GOT) == 3, "the end was read before the last byte");
                    m.set(DONE, 1);
                    yield END;
                }
                yield n == 0 ? 3 : n == 2 ? 4 : 6;
            }
            case 3 -> {
                m.outside("polls again");
                if (this == NOTHING_AFTER_THE_CALL) m.set(SLOT, NOTHING);
                yield 0;
            }
            case 4 -> {
                m.at("Slot.done", "STATE.compareAndSet(this, NOTHING, READY)").gives(m.compareAndSet(SLOT, NOTHING, READY));
                yield 0;
            }
            case 5 -> m.outside("waits for its waker").getAndSet(WOKEN, 0) == 0 ? WAIT : 0;
            default -> { // after a short read
                m.at("Slot.done", "more || ended").gives(m.get(ENDED) == 1);
                if (this == NOTHING_AFTER_THE_CALL) yield 3;
                yield m.get(ENDED) == 1 && this != FORGETS_THE_END ? 4 : 0;
            }
        };
        Program peer = (at, m) -> {
            m.outside(at == 2 ? "sends a byte, and the end" : "sends a byte");
            if (at == 2) m.set(FIN, 1); // together with the last byte
            m.getAndAdd(BYTES, 1);
            m.set(EDGE, Math.max(m.get(EDGE), at == 2 ? 2 : 1));
            return at == 2 ? END : at + 1;
        };
        var endFirst = this != END_SET_AFTER_READY;
        Program reactor = (at, m) -> switch (at) {
            case 0 -> {
                m.outside("epoll_wait").gives(m.get(EDGE) == 2 ? "IN | RDHUP" : "IN");
                if (m.get(EDGE) == 0) yield m.get(DONE) == 1 ? END : WAIT;
                yield m.getAndSet(EDGE, 0) == 2 ? 2 : 1;
            }
            case 2, 3 -> {
                if (at == 2 == endFirst) m.at("Slot.event", "ended = true").set(ENDED, 1);
                else ready(m);
                yield at == 2 ? 3 : 0;
            }
            default -> {
                ready(m);
                yield 0;
            }
        };
        return List.of(new Actor("reader", reader), new Actor("peer", peer), new Actor("reactor", reactor));
    }

    private void ready(Interleavings.Memory m) {
        m.at("Slot.event", "turnInto(READY, READY)");
        var was = m.get(SLOT);
        if (this != EVENT_LEAVES_NO_READY || was == WAKER) m.set(SLOT, READY);
        if (was == WAKER) m.set(WOKEN, 1);
    }
}
