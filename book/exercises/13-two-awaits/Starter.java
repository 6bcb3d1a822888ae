/// A body with two awaits, compiled by hand.
///
/// ```java
/// String name = await(ask.apply("name"));
/// String town = await(ask.apply("town"));
/// return name + " of " + town;
/// ```
///
/// Here each poll begins at the first line. Give it states: which places are there, and what is read later at each of them?

import java.util.function.Function;
import trale.Context;
import trale.Future;
import trale.Poll;

final class Greeting implements Future<String> {
    private final Function<String, Future<String>> ask;

    Greeting(Function<String, Future<String>> ask) {
        this.ask = ask;
    }

    @Override
    public Poll<String> poll(Context cx) throws Exception {
        if (!(ask.apply("name").poll(cx) instanceof Poll.Ready<String>(var name))) return Poll.pending();
        if (!(ask.apply("town").poll(cx) instanceof Poll.Ready<String>(var town))) return Poll.pending();
        return Poll.ready(name + " of " + town);
    }
}
