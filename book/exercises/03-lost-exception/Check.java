import static book.learn.Expect.equal;
import static book.learn.Expect.that;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

void main() {
    // What is logged on purpose below must not look like a failure of the check.
    java.util.logging.Logger.getLogger("EventLoop").setLevel(java.util.logging.Level.OFF);
    var log = new ArrayList<String>();
    var loop = new EventLoop();
    var failure = new IOException("the client of b is gone");
    loop.later(() -> log.add("a"), e -> log.add("a failed"));
    loop.later(() -> {
        throw failure;
    }, e -> log.add("b failed: " + (e == failure)));
    loop.later(() -> {
        throw new IllegalStateException();
    }, e -> {
        throw new IllegalStateException("c can't stand failures");
    });
    loop.later(() -> log.add("d"), e -> log.add("d failed"));
    loop.later(() -> loop.later(() -> log.add("f"), e -> log.add("f failed")), e -> log.add("e failed"));
    try {
        loop.runAll();
    } catch (IllegalStateException e) {
        that(false, "The failed callback of c threw, and runAll with it: d is not called any more.");
    }
    equal(List.of("a", "b failed: true", "d"), log, "what was called (b throws, and so does the failed of c)");
    loop.runAll();
    equal(List.of("a", "b failed: true", "d", "f"), log, "what was called after a second runAll (e registers f while it runs)");
}
