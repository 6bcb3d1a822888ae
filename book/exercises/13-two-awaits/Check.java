import static book.learn.Expect.equal;
import static book.learn.Expect.that;

import java.util.ArrayList;
import java.util.List;
import trale.Context;
import trale.Poll;

void main() throws Exception {
    var asked = new ArrayList<String>();
    var cx = Context.of(() -> {});
    var greeting = new Greeting(question -> {
        asked.add(question);
        boolean[] polled = {false};
        return _ -> {
            if (polled[0]) return Poll.ready(question.equals("name") ? "Ada" : "London");
            polled[0] = true;
            return Poll.pending();
        };
    });
    that(greeting.poll(cx) instanceof Poll.Pending<?>, "It is ready after the first poll.");
    equal(List.of("name"), asked, "what was asked in the first poll");
    that(greeting.poll(cx) instanceof Poll.Pending<?>, "It is ready after the second poll.");
    equal(List.of("name", "town"), asked, "what was asked in two polls");
    that(greeting.poll(cx).equals(Poll.ready("Ada of London")), "It does not become \"Ada of London\".");
    equal(List.of("name", "town"), asked, "what was asked in all");
}
