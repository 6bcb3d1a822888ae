package models;

import static models.Interleavings.END;
import static models.Interleavings.WAIT;

import java.util.List;
import models.Interleavings.Memory;
import models.Model.Actor;
import models.Model.Program;

/// Slot.release, event and close: a task gives up an operation and begins another, while data arrives and the source is closed.
enum Release implements Model.Twin {
    AS_WRITTEN(""),
    RELEASES_BLINDLY("release sets NOTHING, whatever the slot has become."),
    STORES_THE_WAKER_BLINDLY("poll stores its waker, whatever the slot has become."),
    CLOSES_BLINDLY("close looks for a waker, and sets CLOSED by a plain write then."),
    EVENT_REOPENS("event does not leave CLOSED as it is."),
    CLOSE_WAKES_FIRST("close wakes the waiting task, and sets CLOSED then.");

    static final Model<Release> MODEL = new Model<>("release",
            "A task that gives up an operation and begins another learns of the data and of the close.",
            Release.class, List.of("state", "woken by 1", "woken by 2", "bytes"), Release::threads, Model::nothingWrong);

    private static final int STATE = 0;
    private static final int WOKEN = 0; // + the waker
    private static final int BYTES = 3;

    private static final int NOTHING = 0;
    private static final int WAKER_1 = 1;
    private static final int WAKER_2 = 2;
    private static final int READY = 3;
    private static final int CLOSED = 4;
    private static final int CLOSED_WHILE_WAITING = 5;
    private static final List<String> NAMES = List.of("NOTHING", "waker 1", "waker 2", "READY", "CLOSED", "CLOSED_WHILE_WAITING");

    private final String mistake;

    Release(String mistake) {
        this.mistake = mistake;
    }

    @Override
    public String mistake() {
        return mistake;
    }

    /// The reactor's event, or a close. A step number has in it what the step before has read: 10 + s is about to replace s, and 20 + s
    /// to wake it; 30 + s is for the twin that wakes first.
    private Program turner(boolean close) {
        var place = "Slot.turnInto";
        return (at, m) -> {
            if (at == 0 && !close) {
                m.outside("a byte arrives").set(BYTES, 1);
                return 1;
            }
            if (at <= 1) {
                var s = m.get(STATE);
                m.at(place, "var s = state").gives(NAMES.get(s));
                if (s == READY && !close) return END;
                if (s >= CLOSED && (close || this != EVENT_REOPENS)) return END;
                return close && this == CLOSE_WAKES_FIRST && isWaker(s) ? 30 + s : 10 + s;
            }
            if (at >= 30) {
                m.at(place, "Reactor.wake(waker)").set(WOKEN + at - 30, 1);
                return at - 20;
            }
            if (at >= 20) {
                m.at(place, "Reactor.wake(waker)").set(WOKEN + at - 20, 1);
                return END;
            }
            var s = at - 10;
            var next = !close ? READY : isWaker(s) ? CLOSED_WHILE_WAITING : CLOSED;
            m.at(place, "STATE.compareAndSet(this, s, ").gives(NAMES.get(next));
            if (close && this == CLOSES_BLINDLY) m.set(STATE, next);
            else if (!m.compareAndSet(STATE, s, next)) {
                m.gives(false);
                return 1;
            }
            return isWaker(s) && !(close && this == CLOSE_WAKES_FIRST) ? 20 + s : END;
        };
    }

    private static boolean isWaker(int s) {
        return s == WAKER_1 || s == WAKER_2;
    }

    private List<Actor> threads() {
        Program task = (at, m) -> switch (at) {
            case 0 -> poll(m, 1); // this operation is given up when it waits
            case 1 -> {
                m.at("Slot.release", "STATE.compareAndSet(this, waker, NOTHING)");
                if (this == RELEASES_BLINDLY) m.set(STATE, NOTHING);
                else m.gives(m.compareAndSet(STATE, WAKER_1, NOTHING));
                yield 2;
            }
            case 2 -> poll(m, 2);
            case 3 -> {
                m.outside("waits for waker 2");
                yield m.getAndSet(WOKEN + WAKER_2, 0) == 0 ? WAIT : 2;
            }
            default -> { // 10 * operation + what poll has read
                var s = at % 10;
                var back = at / 10 == 1 ? 0 : 2;
                m.at("Slot.poll", s == READY ? "STATE.compareAndSet(this, READY, NOTHING)" : "STATE.compareAndSet(this, s, cx.waker())");
                if (s == READY) {
                    if (m.gives(m.compareAndSet(STATE, READY, NOTHING))) m.set(BYTES, 0);
                    yield back;
                }
                var waker = back == 0 ? WAKER_1 : WAKER_2;
                if (this == STORES_THE_WAKER_BLINDLY) m.set(STATE, waker);
                else if (!m.gives(m.compareAndSet(STATE, s, waker))) yield back;
                yield back == 0 ? 1 : 3;
            }
        };
        return List.of(new Actor("task", task), new Actor("reactor", turner(false)), new Actor("closer", turner(true)));
    }

    private static int poll(Memory m, int operation) {
        var s = m.get(STATE);
        m.at("Slot.poll", "var s = state").gives(NAMES.get(s));
        return s >= CLOSED ? END : 10 * operation + s;
    }
}
