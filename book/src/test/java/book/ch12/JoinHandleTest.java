package book.ch12;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import trale.Context;
import trale.Poll;

@Timeout(20)
class JoinHandleTest {

    @Test
    void aTaskThatPollsAHandleTwiceIsWokenOnceByTheEnd() throws Exception {
        var wakes = new AtomicInteger();
        var cx = Context.of(wakes::incrementAndGet);
        try (var executor = new Executor()) {
            var handle = new JoinHandle<Integer>(executor);
            assertEquals(Poll.pending(), handle.poll(cx));
            assertEquals(Poll.pending(), handle.poll(cx));
            handle.end(42, null);
            assertEquals(1, wakes.get());
            assertEquals(Poll.ready(42), handle.poll(cx));
        }
    }
}
