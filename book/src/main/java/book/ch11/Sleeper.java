package book.ch11;

import static book.ch11.Model.BLOCKED;
import static book.ch11.Model.END;
import static book.ch11.Model.EVENT;
import static book.ch11.Model.INJECTED;
import static book.ch11.Model.NEXT;
import static book.ch11.Model.PARKED;

import book.ch11.Model.Step;
import java.util.List;

/// The steps of [Executor] where two threads meet.
public final class Sleeper {
    private Sleeper() {}

    // region executor
    /// Takes one task, and sleeps until there is one.
    public static List<Step> executor() {
        return List.of(
                new Step("injected.poll()", m -> m[INJECTED] > 0 ? END : NEXT),
                new Step("parked = true", m -> {
                    m[PARKED] = 1;
                    return NEXT;
                }),
                new Step("injected.isEmpty()?", m -> m[INJECTED] > 0 ? 4 : NEXT), // 4: parked = false
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

    // region waker
    /// Adds one task.
    public static List<Step> waker() {
        return List.of(
                new Step("injected.add(task)", m -> {
                    m[INJECTED]++;
                    return NEXT;
                }),
                new Step("parked.getAndSet(false)", m -> {
                    if (m[PARKED] == 0) return END;
                    m[PARKED] = 0;
                    return NEXT;
                }),
                new Step("write to the eventfd", m -> {
                    m[EVENT] = 1;
                    return END;
                }));
    }
    // end
}
