package book.ch11;

import static book.ch11.Model.BLOCKED;
import static book.ch11.Model.END;
import static book.ch11.Model.EVENT;
import static book.ch11.Model.INJECTED;
import static book.ch11.Model.NEXT;
import static book.ch11.Model.PARKED;

import book.ch11.Model.Step;
import java.util.List;

/// Does not look at `injected` again once it has set `parked`.
final class BrokenSleeper {
    private BrokenSleeper() {}

    // region executor
    /// Takes one task, and sleeps until there is one.
    static List<Step> executor() {
        return List.of(
                new Step("injected.poll()", m -> m[INJECTED] > 0 ? END : NEXT),
                new Step("parked = true", m -> {
                    m[PARKED] = 1;
                    return NEXT;
                }),
                new Step("epoll_wait", m -> {
                    if (m[EVENT] == 0) return BLOCKED;
                    m[EVENT] = 0; // edge-triggered: it is told once
                    return NEXT;
                }),
                new Step("parked = false", m -> {
                    m[PARKED] = 0;
                    return 0;
                }));
    }
    // end
}
