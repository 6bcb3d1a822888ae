package models;

import static models.Interleavings.END;
import static models.Interleavings.WAIT;
import static models.Model.check;

import java.util.List;
import models.Model.Actor;
import models.Model.Program;

/// Reactor.wakeup and close.
enum Wakeup implements Model.Twin {
    AS_WRITTEN(""),
    WRITES_WITHOUT_THE_LOCK("wakeup does not take the monitor."),
    WRITES_WITHOUT_LOOKING("wakeup does not read `closed`."),
    CLOSES_BEFORE_IT_SAYS_SO("close gives the number back, and sets `closed` then.");

    static final Model<Wakeup> MODEL = new Model<>("wakeup",
            "A wake that races with the closing of a reactor does not write to the file that gets the eventfd's number next.",
            Wakeup.class, List.of("monitor", "closed", "given back"), Wakeup::threads, Model::nothingWrong);

    private static final int MONITOR = 0;
    private static final int CLOSED = 1;
    private static final int GIVEN_BACK = 2;

    private final String mistake;

    Wakeup(String mistake) {
        this.mistake = mistake;
    }

    @Override
    public String mistake() {
        return mistake;
    }

    private List<Actor> threads() {
        Program waker = (at, m) -> switch (at) {
            case 0 -> {
                m.at("Reactor.wakeup", "synchronized (this) {");
                yield this == WRITES_WITHOUT_THE_LOCK || m.compareAndSet(MONITOR, 0, 1) ? 1 : WAIT;
            }
            case 1 -> m.at("Reactor.wakeup", "!closed").gives(m.get(CLOSED) == 0) || this == WRITES_WITHOUT_LOOKING ? 2 : 3;
            case 2 -> {
                m.at("Reactor.wakeup", "eventFd.signal()");
                check(m.get(GIVEN_BACK) == 0, "the waker has written to a number that may be another file's");
                yield 3;
            }
            default -> {
                m.at("Reactor.wakeup", "}");
                if (this != WRITES_WITHOUT_THE_LOCK) m.set(MONITOR, 0);
                yield END;
            }
        };
        var closesFirst = this == CLOSES_BEFORE_IT_SAYS_SO;
        Program closer = (at, m) -> switch (at) {
            case 0 -> {
                m.at("Reactor.close", "synchronized (this) {");
                yield m.compareAndSet(MONITOR, 0, 1) ? 1 : WAIT;
            }
            case 1, 3 -> {
                var says = at == 1 != closesFirst;
                m.at("Reactor.close", says ? "closed = true" : "eventFd.close()").set(says ? CLOSED : GIVEN_BACK, 1);
                yield at == 1 ? 2 : END;
            }
            default -> {
                m.at("Reactor.close", "}").set(MONITOR, 0);
                yield 3;
            }
        };
        return List.of(new Actor("waker", waker), new Actor("other waker", waker), new Actor("closer", closer));
    }
}
