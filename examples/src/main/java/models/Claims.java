package models;

import static models.Interleavings.END;
import static models.Interleavings.WAIT;
import static models.Model.check;

import java.util.List;
import models.Model.Actor;
import models.Model.Program;

/// Descriptor.enter, leave, free, close and release: two operations that want the same direction, and a close.
enum Claims implements Model.Twin {
    AS_WRITTEN(""),
    ENTERS_WITHOUT_LOOKING("enter does not look whether another operation is in."),
    READS_LIFE_BEFORE_IT_ENTERS("enter reads `life`, and writes CALLING then."),
    ENTERS_PLAINLY("enter reads the direction's state and writes it by two steps, the second a plain write."),
    FORGETS_TO_FREE_WHEN_CLOSED("enter finds that the socket is closed, and leaves CALLING."),
    CLOSES_WITHOUT_WAITING("close does not wait for calls that are in progress."),
    LOOKS_BEFORE_IT_SETS_CLOSING("close looks whether a call is in progress, and sets CLOSING then."),
    SETS_CLOSING_PLAINLY("`life` is not volatile: CLOSING may still be in the store buffer when the direction's state is read.");

    static final Model<Claims> MODEL = new Model<>("claims",
            "No two operations make a call at once, none makes one on a number that was given back, and close comes to its end.",
            Claims.class, List.of("direction", "life", "given back", "calls"), Claims::threads, Model::nothingWrong);

    private static final int DIRECTION = 0;
    private static final int LIFE = 1; // 1: CLOSING
    private static final int GIVEN_BACK = 2;
    private static final int CALLS = 3;

    private static final int FREE = 0;
    private static final int CLAIMED = 1;
    private static final int CALLING = 2;

    private final String mistake;

    Claims(String mistake) {
        this.mistake = mistake;
    }

    @Override
    public String mistake() {
        return mistake;
    }

    private List<Actor> threads() {
        var looksFirst = this == READS_LIFE_BEFORE_IT_ENTERS;
        Program operation = (at, m) -> switch (at) {
            case 0 -> {
                if (looksFirst && !m.at("Descriptor.enter", "life == OPEN").gives(m.get(LIFE) == 0)) yield END;
                if (looksFirst) yield 1;
                yield enter(m);
            }
            case 1 -> enter(m);
            case 7 -> { // only the twin writes here
                m.at("Descriptor.enter", "writes CALLING").put(DIRECTION, CALLING);
                yield 2;
            }
            case 2 -> m.at("Descriptor.enter", "life == OPEN").gives(m.get(LIFE) == 0) ? 3 : 6;
            case 3 -> {
                m.outside("its call begins");
                check(m.getAndAdd(CALLS, 1) == 0, "two operations make a call at once");
                check(m.get(GIVEN_BACK) == 0, "the call is made on a number that may be another file's");
                yield 4;
            }
            case 4 -> {
                m.outside("its call returns");
                check(m.get(GIVEN_BACK) == 0, "the number was given back while the call was in progress");
                m.getAndAdd(CALLS, -1);
                yield 5;
            }
            case 5 -> {
                m.at("Descriptor.leave", "users(direction).lazySet(this, CLAIMED)").put(DIRECTION, CLAIMED);
                yield 8;
            }
            case 6 -> {
                m.at("Descriptor.enter", "reading = claimed ? CLAIMED : FREE");
                if (this != FORGETS_TO_FREE_WHEN_CLOSED) m.set(DIRECTION, FREE);
                yield END;
            }
            default -> {
                m.at("Descriptor.free", "users(direction).lazySet(this, FREE)").put(DIRECTION, FREE);
                yield END;
            }
        };
        var looks = this == LOOKS_BEFORE_IT_SETS_CLOSING;
        Program closer = (at, m) -> switch (at) {
            case 0, 2 -> {
                if (looks && at == 0) yield look(m, 2);
                m.at("Descriptor.close", "LIFE.compareAndSet(this, OPEN, CLOSING)");
                if (this == SETS_CLOSING_PLAINLY) m.put(LIFE, 1);
                else m.gives(m.compareAndSet(LIFE, 0, 1));
                yield looks || this == CLOSES_WITHOUT_WAITING ? 3 : 1;
            }
            case 1 -> look(m, 3);
            default -> {
                m.at("Descriptor.release", "Fd.close(fd, by)").set(GIVEN_BACK, 1);
                yield END;
            }
        };
        return List.of(new Actor("operation", operation), new Actor("other operation", operation), new Actor("closer", closer));
    }

    private int enter(Interleavings.Memory m) {
        var next = this == READS_LIFE_BEFORE_IT_ENTERS ? 3 : 2;
        m.at("Descriptor.enter", "users.compareAndSet(this, claimed ? CLAIMED : FREE, CALLING)");
        if (this == ENTERS_PLAINLY) return m.gives(m.get(DIRECTION) == FREE) ? 7 : END;
        if (this == ENTERS_WITHOUT_LOOKING) {
            m.set(DIRECTION, CALLING);
            return next;
        }
        return m.gives(m.compareAndSet(DIRECTION, FREE, CALLING)) ? next : END;
    }

    private static int look(Interleavings.Memory m, int next) {
        m.at("Descriptor.release", "reading == CALLING");
        return m.gives(m.get(DIRECTION) == CALLING) ? WAIT : next;
    }
}
