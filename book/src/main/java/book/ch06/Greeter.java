package book.ch06;

import trale.Context;
import trale.Future;
import trale.Poll;

/// Waits for a name and greets it.
// region greeter
final class Greeter implements Future<Void> {
    private final Executor executor;
    private final Future<String> name;
    private boolean ended;

    Greeter(Executor executor, Future<String> name) {
        this.executor = executor;
        this.name = name;
    }

    @Override
    public Poll<Void> poll(Context cx) throws Exception {
        if (ended) throw new IllegalStateException("polled after its end");
        if (!(name.poll(cx) instanceof Poll.Ready<String>(var value))) {
            executor.log.add("greeter: no name yet");
            return Poll.pending();
        }
        executor.log.add("greeter: hello " + value);
        ended = true;
        return Poll.ready(null);
    }
}
// end
