/// Three places: the start, the first await, the second. At the second one `name` is read later.

import java.util.function.Function;
import trale.Context;
import trale.Future;
import trale.Poll;

final class Greeting implements Future<String> {
    private final Function<String, Future<String>> ask;
    private int state;
    private Future<String> awaiting;
    private String name;

    Greeting(Function<String, Future<String>> ask) {
        this.ask = ask;
    }

    @Override
    public Poll<String> poll(Context cx) throws Exception {
        if (state == 0) {
            awaiting = ask.apply("name");
            state = 1;
        }
        if (state == 1) {
            if (!(awaiting.poll(cx) instanceof Poll.Ready<String>(var value))) return Poll.pending();
            name = value;
            awaiting = ask.apply("town");
            state = 2;
        }
        if (!(awaiting.poll(cx) instanceof Poll.Ready<String>(var town))) return Poll.pending();
        return Poll.ready(name + " of " + town);
    }
}
