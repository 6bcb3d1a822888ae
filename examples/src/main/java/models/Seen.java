package models;

import static models.Interleavings.END;
import static models.Model.check;

import java.util.List;
import models.Interleavings.Memory;
import models.Model.Actor;
import models.Model.Program;

/// Outcome.report and see.
enum Seen implements Model.Twin {
    AS_WRITTEN(""),
    DOES_NOT_LOOK_AGAIN("The executor's thread does not look at `seen` again once it has set `unseen`."),
    LOOKS_AGAIN_TOO_EARLY("The executor's thread looks at `seen` again, but before it sets `unseen`."),
    JOINER_LOOKS_FIRST("The joiner reads `unseen` first and sets `seen` then."),
    SETS_UNSEEN_PLAINLY("`unseen` is not volatile: it may still be in the store buffer when `seen` is read."),
    SETS_SEEN_PLAINLY("`seen` is not volatile: it may still be in the store buffer when `unseen` is read."),
    FORGETS_ONLY_WHAT_IS_WATCHED("A failure that is forgotten before it is watched is watched all the same."),
    WATCHES_FIRST("The executor's thread watches the failure first and sets `unseen` then.");

    static final Model<Seen> MODEL = new Model<>("seen",
            "A failure that a join is given is not reported, also if the JVM exits at once.",
            Seen.class, List.of("seen", "unseen", "forgotten", "watched", "exits"), Seen::threads,
            m -> m.get(3) == 0 ? "" : "the failure is still watched: it is reported although the joiner has seen it");

    private static final int SEEN = 0;
    private static final int UNSEEN = 1;
    private static final int FORGOTTEN = 2;
    private static final int WATCHED = 3;
    private static final int EXITS = 4;

    private final String mistake;

    Seen(String mistake) {
        this.mistake = mistake;
    }

    @Override
    public String mistake() {
        return mistake;
    }

    /// In the monitor.
    private void watch(Memory m) {
        m.at("Outcome.report", "u.watch(this)");
        if (m.get(FORGOTTEN) == 1 && this != FORGETS_ONLY_WHAT_IS_WATCHED) return;
        check(m.get(EXITS) == 0, "the failure is printed at the exit although the joiner has seen it");
        m.set(WATCHED, 1);
    }

    /// In the monitor.
    private static void forget(Memory m) {
        m.at("Outcome.see", "u.see()").set(FORGOTTEN, 1);
        m.set(WATCHED, 0);
    }

    private List<Actor> threads() {
        var isEarly = this == LOOKS_AGAIN_TOO_EARLY;
        Program executor = (at, m) -> switch (at) {
            case 0 -> m.at("Outcome.report", "if (seen)").gives(m.get(SEEN) == 1) ? END : this == WATCHES_FIRST ? 3 : isEarly ? 2 : 1;
            case 1 -> {
                m.at("Outcome.report", "unseen = u");
                if (this == SETS_UNSEEN_PLAINLY) m.put(UNSEEN, 1);
                else m.set(UNSEEN, 1);
                yield this == WATCHES_FIRST ? 4 : isEarly || this == DOES_NOT_LOOK_AGAIN ? 3 : 2;
            }
            case 2 -> m.at("Outcome.report", "if (!seen)").gives(m.get(SEEN) == 0) ? isEarly ? 1 : 3 : END;
            case 3 -> {
                watch(m);
                yield this == WATCHES_FIRST ? 1 : END;
            }
            case 4 -> m.outside("looks at seen").gives(m.get(SEEN) == 1) ? 5 : END;
            default -> {
                forget(m);
                yield END;
            }
        };
        Program joiner = (at, m) -> switch (at) {
            case 0 -> {
                if (this == JOINER_LOOKS_FIRST) yield m.at("Outcome.see", "var u = unseen").gives(m.get(UNSEEN) == 1) ? 2 : 3;
                m.at("Outcome.see", "seen = true");
                if (this == SETS_SEEN_PLAINLY) m.put(SEEN, 1);
                else m.set(SEEN, 1);
                yield 1;
            }
            case 1 -> m.at("Outcome.see", "var u = unseen").gives(m.get(UNSEEN) == 0 ? "null" : "u").equals("u") ? 2 : 4;
            case 2 -> {
                forget(m);
                yield 4;
            }
            case 3 -> {
                m.at("Outcome.see", "seen = true").set(SEEN, 1);
                yield 4;
            }
            default -> {
                m.outside("the JVM exits, and prints what is watched").set(EXITS, 1);
                check(m.get(WATCHED) == 0, "the failure is printed at the exit although the joiner has seen it");
                yield END;
            }
        };
        return List.of(new Actor("executor", executor), new Actor("joiner", joiner));
    }
}
