/// The loop does not know what an exception means, but it knows whose it is.

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

final class EventLoop {
    interface Callback {
        void call() throws Exception;
    }

    private record Registered(Callback callback, Consumer<Exception> failed) {}

    private final List<Registered> ready = new ArrayList<>();

    void later(Callback callback, Consumer<Exception> failed) {
        ready.add(new Registered(callback, failed));
    }

    /// Calls what was registered, in this order, each once.
    void runAll() {
        var now = List.copyOf(ready);
        ready.clear(); // before the calls: a callback may register another one for the next time
        for (Registered registered : now) {
            try {
                registered.callback().call();
            } catch (Exception e) {
                tell(registered, e);
            }
        }
    }

    private static void tell(Registered registered, Exception e) {
        try {
            registered.failed().accept(e);
        } catch (RuntimeException again) {
            System.getLogger("EventLoop").log(System.Logger.Level.ERROR, "a callback failed, and so did the code that was told", again);
        }
    }
}
