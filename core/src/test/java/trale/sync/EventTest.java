package trale.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.sync.Wakers.NONE;
import static trale.sync.Wakers.THROWING;
import static trale.sync.Wakers.counting;
import static trale.sync.Wakers.pending;
import static trale.sync.Wakers.ready;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import trale.support.TheLog;
import trale.support.UnderBothArrangements;

/// Event: once, for good, for all.
@Timeout(60)
class EventTest extends UnderBothArrangements {

    @Test
    void anEventWakesAllAlsoOnAnotherExecutor() {
        var event = new Event();
        assertFalse(event.isSet());
        try (var other = arrangement.open("other")) {
            var a = executor.submit(event.await());
            var b = other.submit(event.await());
            settle();
            event.set();
            assertNull(a.join());
            assertNull(b.join());
        }
        assertTrue(event.isSet());
        assertEquals("Event[set]", event.toString());
    }

    @Test
    void whatComesLaterDoesNotWaitBehindATurnThatIsNotPolled() throws Exception {
        var event = new Event();
        var held = pending(event.await(), NONE);
        event.set();
        event.set();
        assertNull(ready(event.await()));
        assertNull(ready(held));
    }

    @Test
    void eachWaiterIsWokenOnceAlsoIfAnothersWakerThrows() throws Exception {
        try (var log = new TheLog()) {
            var event = new Event();
            var wakes = new AtomicInteger();
            var a = pending(event.await(), THROWING);
            var b = pending(event.await(), counting(wakes));
            var c = pending(event.await(), counting(wakes));
            event.set();
            assertEquals(2, wakes.get());
            ready(a);
            b.drop();
            ready(c);
            assertEquals(2, wakes.get());
            assertEquals("a waker that throws", log.next().getThrown().getMessage());
        }
    }

    @Test
    void aFutureThatGivesUpLeavesNothing() throws Exception {
        var event = new Event();
        var a = pending(event.await(), NONE);
        var b = pending(event.await(), NONE);
        assertEquals("Event[2 wait]", event.toString());
        a.drop();
        a.drop();
        assertEquals("Event[1 wait]", event.toString());
        b.drop();
        assertEquals("Event[0 wait]", event.toString());
    }
}
