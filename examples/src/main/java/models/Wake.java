package models;

import static models.Interleavings.END;
import static models.Interleavings.WAIT;

import java.util.List;
import models.Model.Actor;
import models.Model.Program;

/// Task.inject by two threads, and wakeInjected. The task ends with the poll that sees what both have written.
enum Wake implements Model.Twin {
    AS_WRITTEN(""),
    CLEARED_AFTER_THE_POLL("The executor's thread polls the task, and sets `injection` to 0 then."),
    CLEARED_PLAINLY("`injection` is set to 0 by a plain write: it may still be in the store buffer when the task is polled."),
    LOOKS_WITHOUT_SETTING("A waker that reads 1 from `injection` does not write to it.");

    static final Model<Wake> MODEL = new Model<>("wake",
            "A wake by another thread is followed by a poll, which sees what that thread wrote before.",
            Wake.class, List.of("injection", "queue", "what the waker did", "what the other waker did"),
            Wake::threads, Model::nothingWrong);

    private static final int INJECTION = 0;
    private static final int QUEUE = 1;
    private static final int WRITTEN = 2; // and 3, by the other waker

    private final String mistake;

    Wake(String mistake) {
        this.mistake = mistake;
    }

    @Override
    public String mistake() {
        return mistake;
    }

    private Program waker(int written) {
        return (at, m) -> switch (at) {
            case 0 -> {
                m.outside("writes what the task waits for").put(written, 1);
                yield 1;
            }
            case 1 -> {
                m.at("Task.inject", "INJECTION.getAndSet(this, 1)");
                if (this == LOOKS_WITHOUT_SETTING && m.get(INJECTION) == 1) {
                    m.gives(1);
                    yield END;
                }
                yield m.gives(m.getAndSet(INJECTION, 1)) == 0 ? 2 : END;
            }
            default -> {
                m.at("Task.inject", "queue.add(this)").getAndAdd(QUEUE, 1);
                yield END;
            }
        };
    }

    private List<Actor> threads() {
        var pollsFirst = this == CLEARED_AFTER_THE_POLL;
        Program executor = (at, m) -> switch (at) {
            case 0 -> {
                m.at("RunLoop.take", "queue.take()");
                if (m.get(QUEUE) == 0) yield WAIT;
                m.getAndAdd(QUEUE, -1);
                yield pollsFirst ? 2 : 1;
            }
            case 1 -> {
                m.at("Task.wakeInjected", "INJECTION.getAndSet(this, 0)");
                if (this == CLEARED_PLAINLY) m.put(INJECTION, 0);
                else m.set(INJECTION, 0);
                yield pollsFirst ? 0 : 2;
            }
            case 2 -> {
                m.outside("polls: reads what the waker wrote").gives(m.get(WRITTEN));
                yield m.get(WRITTEN) == 1 ? 3 : pollsFirst ? 1 : 0;
            }
            default -> {
                m.outside("polls: reads what the other waker wrote").gives(m.get(WRITTEN + 1));
                yield m.get(WRITTEN + 1) == 1 ? END : pollsFirst ? 1 : 0;
            }
        };
        return List.of(new Actor("executor", executor), new Actor("waker", waker(WRITTEN)), new Actor("other waker", waker(WRITTEN + 1)));
    }
}
