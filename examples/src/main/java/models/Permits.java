package models;

import static models.Interleavings.END;
import static models.Interleavings.WAIT;
import static models.Model.check;

import java.util.List;
import models.Interleavings.Memory;
import models.Model.Actor;
import models.Model.Program;

/// Semaphore.acquire by two tasks on two executors, and Permit.close. At first a third one holds the only permit; each gives it back. In a
/// mutex `inside` is changed where `free` is here.
enum Permits implements Model.Twin {
    AS_WRITTEN(""),
    DOES_NOT_LOOK_AGAIN("A turn that is in the line does not look at `free` again."),
    COUNTS_ITSELF_PLAINLY("`size` is not volatile: its new value may still be in the store buffer when `free` is read."),
    RELEASE_LOOKS_FIRST("release looks at `size` first and adds the permit then.");

    static final Model<Permits> MODEL = new Model<>("permits",
            "No permit lies free beside tasks that all wait for one, though it is taken and given back without the lock.",
            Permits.class, List.of("free", "size", "lock", "turn", "other turn"), Permits::threads, Permits::wrongAtTheEnd);

    private static final int FREE = 0;
    private static final int SIZE = 1;
    private static final int LOCK = 2;
    private static final int TURN = 3; // and 4: of the other task

    private static final int ASLEEP = 1; // in the line; 0: it is not
    private static final int WOKEN = 2;

    private static final int RELEASE = 20;

    private final String mistake;

    Permits(String mistake) {
        this.mistake = mistake;
    }

    @Override
    public String mistake() {
        return mistake;
    }

    private static String wrongAtTheEnd(Memory m) {
        return m.get(FREE) == 1 && m.get(SIZE) == 0 ? "" : "the permit is lost";
    }

    private static int lock(Memory m, int next) {
        m.outside("takes the lock");
        return m.get(LOCK) == 1 ? WAIT : next(m.getAndSet(LOCK, 1), next);
    }

    private static int unlock(Memory m, int next) {
        m.outside("gives the lock back").set(LOCK, 0);
        return next;
    }

    private static int next(int old, int next) {
        check(old == 0, "two have the lock");
        return next;
    }

    private static void wakeNext(Memory m) {
        for (var turn = TURN; turn <= TURN + 1; turn++) {
            if (m.get(turn) != ASLEEP) continue;
            m.set(turn, WOKEN);
            return;
        }
    }

    private static boolean take(Memory m) {
        m.at("Semaphore.take", "free.compareAndSet(n, n - 1)");
        if (!m.gives(m.get(FREE) > 0)) return false;
        m.getAndAdd(FREE, -1);
        return true;
    }

    private int release(int at, Memory m) {
        var first = this == RELEASE_LOOKS_FIRST;
        return switch (at) {
            case RELEASE -> {
                if (first) yield m.at("Semaphore.wakeNext", "line.size == 0").gives(m.get(SIZE) == 0) ? RELEASE + 5 : RELEASE + 1;
                check(m.at("Semaphore.giveBack", "free.getAndIncrement()").getAndAdd(FREE, 1) == 0, "there are two permits");
                yield RELEASE + 1;
            }
            case RELEASE + 1 -> {
                if (!first) yield m.at("Semaphore.wakeNext", "line.size == 0").gives(m.get(SIZE) == 0) ? END : RELEASE + 2;
                m.at("Semaphore.giveBack", "free.getAndIncrement()").getAndAdd(FREE, 1);
                yield RELEASE + 2;
            }
            case RELEASE + 2 -> lock(m, RELEASE + 3);
            case RELEASE + 3 -> {
                wakeNext(m.at("Semaphore.wakeNext", "line.next()"));
                yield RELEASE + 4;
            }
            case RELEASE + 4 -> unlock(m, END);
            default -> {
                m.at("Semaphore.giveBack", "free.getAndIncrement()").getAndAdd(FREE, 1);
                yield END;
            }
        };
    }

    private Program task(int turn) {
        return (at, m) -> switch (at) {
            case 0 -> m.at("Semaphore.acquire", "line.size == 0").gives(m.get(SIZE) == 0) ? 1 : 2;
            case 1 -> take(m) ? RELEASE : 2;
            case 2 -> lock(m, 3);
            case 3 -> {
                var available = m.at("Semaphore.acquire", "free() > 0").gives(m.get(FREE) > 0);
                yield available && (m.get(turn) == WOKEN || m.get(SIZE) == 0) ? 4 : 5;
            }
            case 4 -> take(m) ? m.get(turn) == 0 ? 10 : 9 : 5;
            case 5 -> {
                var isIn = m.get(turn) != 0;
                m.at("Line.sleep", "p.woken = false").set(turn, ASLEEP);
                yield isIn ? 7 : 6;
            }
            case 6 -> {
                m.at("Line.sleep", "size++");
                if (this == COUNTS_ITSELF_PLAINLY) m.put(SIZE, m.get(SIZE) + 1);
                else m.set(SIZE, m.get(SIZE) + 1);
                yield this == DOES_NOT_LOOK_AGAIN ? 11 : 7;
            }
            case 7 -> m.at("Semaphore.acquire", "free() > 0").gives(m.get(FREE) > 0) ? 8 : 11;
            case 8 -> {
                wakeNext(m.at("Line.next", "p.woken = true"));
                yield 11;
            }
            case 9 -> {
                m.at("Line.step", "size--").set(SIZE, m.get(SIZE) - 1);
                m.set(turn, 0);
                yield 10;
            }
            case 10 -> unlock(m, RELEASE);
            case 11 -> unlock(m, 12);
            case 12 -> {
                m.outside("waits for its wake");
                yield m.get(turn) == WOKEN ? 0 : WAIT;
            }
            default -> release(at, m);
        };
    }

    private List<Actor> threads() {
        Program holder = (at, m) -> release(at == 0 ? RELEASE : at, m);
        return List.of(new Actor("holder", holder), new Actor("task", task(TURN)), new Actor("other task", task(TURN + 1)));
    }
}
