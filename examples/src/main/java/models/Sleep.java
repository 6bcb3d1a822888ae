package models;

import static models.Interleavings.END;
import static models.Interleavings.WAIT;
import static models.Model.check;

import java.util.List;
import models.Model.Actor;
import models.Model.Program;

/// RunLoop.sleep and unpark. Linux refuses the write to the eventfd for a while; a wake that fails is made again.
enum Sleep implements Model.Twin {
    AS_WRITTEN(""),
    DOES_NOT_LOOK_AGAIN("The executor's thread does not look at `injected` again once it has set `parked`."),
    LOOKS_AGAIN_BEFORE_IT_SETS_PARKED("The executor's thread looks at `injected` again, but before it sets `parked`."),
    SETS_PARKED_PLAINLY("`parked` is not volatile: its 1 may still be in the store buffer when `injected` is read."),
    WAKER_LOOKS_BEFORE_IT_ADDS("A waker looks at `parked` first and adds its task then."),
    WAKER_ADDS_PLAINLY("A waker adds its task by a plain write."),
    WAKER_DOES_NOT_TAKE_PARKED_BACK("A waker writes if `parked` is 1, and leaves it 1."),
    PARKED_STAYS_0_WHEN_THE_WRITE_FAILS("The write to the eventfd fails, and `parked` is not set to 1 again.");

    static final Model<Sleep> MODEL = new Model<>("sleep",
            "A wake of an executor that falls asleep is not lost, and one write for each sleep is enough.",
            Sleep.class, List.of("parked", "injected", "eventfd", "taken", "sleeps", "writes", "refuses"),
            Sleep::threads, Model::nothingWrong);

    private static final int PARKED = 0;
    private static final int INJECTED = 1;
    private static final int EVENTFD = 2;
    private static final int TAKEN = 3;
    private static final int SLEEPS = 4;
    private static final int WRITES = 5;
    private static final int REFUSES = 6;

    private final String mistake;

    Sleep(String mistake) {
        this.mistake = mistake;
    }

    @Override
    public String mistake() {
        return mistake;
    }

    private List<Actor> threads() {
        Program executor = (at, m) -> switch (at) {
            case 0 -> {
                m.at("RunLoop.take", "queue.take()");
                if (m.get(INJECTED) == 0) {
                    m.gives("null");
                    yield m.get(TAKEN) == 2 ? END : this == LOOKS_AGAIN_BEFORE_IT_SETS_PARKED ? 2 : 1;
                }
                m.gives("a task");
                m.getAndAdd(INJECTED, -1);
                m.getAndAdd(TAKEN, 1);
                yield 0;
            }
            case 1 -> {
                m.at("RunLoop.sleep", "parked = 1");
                m.getAndAdd(SLEEPS, 1);
                if (this == SETS_PARKED_PLAINLY) m.put(PARKED, 1);
                else m.set(PARKED, 1);
                yield this == DOES_NOT_LOOK_AGAIN || this == LOOKS_AGAIN_BEFORE_IT_SETS_PARKED ? 3 : 2;
            }
            case 2 -> {
                var empty = m.at("RunLoop.sleep", "injected.isEmpty()").gives(m.get(INJECTED) == 0);
                yield empty ? this == LOOKS_AGAIN_BEFORE_IT_SETS_PARKED ? 1 : 3 : this == LOOKS_AGAIN_BEFORE_IT_SETS_PARKED ? 0 : 4;
            }
            case 3 -> {
                m.at("RunLoop.drive", "driver.sleep()");
                if (m.get(EVENTFD) == 0) yield WAIT;
                m.set(EVENTFD, 0);
                yield 4;
            }
            default -> {
                m.at("RunLoop.sleep", "parked = 0").set(PARKED, 0);
                yield 0;
            }
        };
        Program waker = (at, m) -> switch (at) {
            case 0 -> {
                if (this == WAKER_LOOKS_BEFORE_IT_ADDS) yield m.at("RunLoop.unpark", "parked == 0").gives(m.get(PARKED) == 0) ? 5 : 6;
                m.at("Task.inject", "queue.add(this)");
                if (this == WAKER_ADDS_PLAINLY) m.put(INJECTED, m.get(INJECTED) + 1);
                else m.getAndAdd(INJECTED, 1);
                yield 1;
            }
            case 1 -> m.at("RunLoop.unpark", "parked == 0").gives(m.get(PARKED) == 0) ? END
                    : this == WAKER_DOES_NOT_TAKE_PARKED_BACK ? 3 : 2;
            case 2 -> m.at("RunLoop.unpark", "PARKED.getAndSet(this, 0) == 0").gives(m.getAndSet(PARKED, 0) == 0) ? END : 3;
            case 3 -> {
                m.at("RunLoop.unpark", "driver.wake()");
                if (m.get(REFUSES) == 1) {
                    m.gives("throws");
                    yield this == PARKED_STAYS_0_WHEN_THE_WRITE_FAILS ? 1 : 4;
                }
                check(m.getAndAdd(WRITES, 1) < m.get(SLEEPS), "the eventfd is written to more often than the executor has slept");
                m.set(EVENTFD, 1);
                yield END;
            }
            case 4 -> {
                m.at("RunLoop.unpark", "parked = 1").set(PARKED, 1);
                yield 7;
            }
            case 5, 6 -> {
                m.at("Task.inject", "queue.add(this)").getAndAdd(INJECTED, 1);
                yield at == 6 ? 2 : END;
            }
            default -> { // the caller got the exception, and wakes again when Linux lets it
                m.outside("wakes again");
                yield m.get(REFUSES) == 1 ? WAIT : 1;
            }
        };
        Program linux = (at, m) -> {
            m.outside(at == 0 ? "refuses writes" : "accepts writes").set(REFUSES, 1 - at);
            return at == 0 ? 1 : END;
        };
        var actors = List.of(new Actor("executor", executor), new Actor("waker", waker), new Actor("other waker", waker),
                new Actor("kernel", linux));
        var refuses = this == AS_WRITTEN || this == PARKED_STAYS_0_WHEN_THE_WRITE_FAILS;
        return actors.subList(0, refuses ? 4 : 3); // the other mistakes show without it
    }
}
