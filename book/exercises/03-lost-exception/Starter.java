/// An event loop that tells a callback's exception to the code that wants to know.
///
/// `later` registers a callback, and `runAll` calls all of them. If one throws, the loop drops the exception: it has the others to
/// serve. Each callback comes with a second one, `failed`. Change `runAll` so that an exception is given to the `failed` of the very callback that
/// threw it. The others still run, also if `failed` throws itself.

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
        for (Registered registered : List.copyOf(ready)) {
            try {
                registered.callback().call();
            } catch (Exception e) {
                // whom could that be told?
            }
        }
        ready.clear();
    }
}
