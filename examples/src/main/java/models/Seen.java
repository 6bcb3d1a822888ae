package models;

import static models.Interleavings.END;

import java.util.List;
import models.Model.Actor;
import models.Model.Program;

/// Outcome.report and see.
enum Seen implements Model.Twin {
    AS_WRITTEN(""),
    LOOKS_ONCE("The executor's thread does not look at `seen` again once it has set `unseen`."),
    LOOKS_AGAIN_TOO_EARLY("The executor's thread looks at `seen` again, but before it sets `unseen`."),
    JOINER_LOOKS_FIRST("The joiner reads `unseen` first and sets `seen` then."),
    SETS_UNSEEN_PLAINLY("`unseen` is not volatile: it may still be in the store buffer when `seen` is read."),
    SETS_SEEN_PLAINLY("`seen` is not volatile: it may still be in the store buffer when `unseen` is read.");

    static final Model<Seen> MODEL = new Model<>("seen",
            "A failure that a join is given is not reported.",
            Seen.class, List.of("seen", "unseen", "watched"), Seen::threads,
            m -> m.get(2) == 0 ? "" : "the failure is still watched: it is reported although the joiner has seen it");

    private static final int SEEN = 0;
    private static final int UNSEEN = 1;
    private static final int WATCHED = 2;

    private final String mistake;

    Seen(String mistake) {
        this.mistake = mistake;
    }

    @Override
    public String mistake() {
        return mistake;
    }

    private List<Actor> threads() {
        Program executor = (at, m) -> switch (at) {
            case 0 -> m.at("Outcome.report", "if (seen)").gives(m.get(SEEN) == 1) ? END : 1;
            case 1 -> {
                m.at("Outcome.report", "UnseenFailure.watch(this, failed)").set(WATCHED, 1);
                yield this == LOOKS_AGAIN_TOO_EARLY ? 3 : 2;
            }
            case 2 -> {
                m.at("Outcome.report", "unseen =");
                if (this == SETS_UNSEEN_PLAINLY) m.put(UNSEEN, 1);
                else m.set(UNSEEN, 1);
                yield this == LOOKS_ONCE || this == LOOKS_AGAIN_TOO_EARLY ? END : 3;
            }
            case 3 -> {
                var seen = m.at("Outcome.report", "if (seen)").gives(m.get(SEEN) == 1);
                yield this == LOOKS_AGAIN_TOO_EARLY ? seen ? 4 : 2 : seen ? 4 : END;
            }
            default -> {
                m.at("Outcome.see", "u.forget()").set(WATCHED, 0);
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
            case 1 -> m.at("Outcome.see", "var u = unseen").gives(m.get(UNSEEN) == 0 ? "null" : "u").equals("u") ? 2 : END;
            case 2 -> {
                m.at("Outcome.see", "u.forget()").set(WATCHED, 0);
                yield END;
            }
            default -> {
                m.at("Outcome.see", "seen = true").set(SEEN, 1);
                yield END;
            }
        };
        return List.of(new Actor("executor", executor), new Actor("joiner", joiner));
    }
}
