package trale.sync;

import static org.junit.jupiter.api.Assertions.*;
import static trale.Async.async;
import static trale.Async.await;

import java.nio.channels.ClosedChannelException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import trale.Context;
import trale.Poll;
import trale.support.UnderBothArrangements;

/// Channel, Semaphore and Event: first come first served, and whoever gives up has taken nothing.
@Timeout(60)
class WaitingTest extends UnderBothArrangements {
    private static Context counting(AtomicInteger wakes) {
        return Context.of(wakes::incrementAndGet);
    }

    @Test
    void everyItemArrivesInItsOrderThroughAChannelOfOne() {
        var channel = new Channel<Integer>(1);
        executor.submit(async(() -> {
            for (var i = 0; i < 1000; i++) await(channel.send(i));
            channel.close();
        }));
        assertEquals(1000, executor.submit(async(() -> {
            var n = 0;
            for (;;) {
                Integer i = await(channel.receive());
                if (i == null) return n;
                assertEquals(n++, i);
            }
        })).join());
    }

    @Test
    void aWokenWaiterThatIsDroppedPassesTheWakeOn() throws Exception {
        var semaphore = new Semaphore(1);
        var none = Context.of(() -> {});
        var permit = ((Poll.Ready<Semaphore.Permit>) semaphore.acquire().poll(none)).value();
        var wakes = new AtomicInteger();
        var a = semaphore.acquire();
        var b = semaphore.acquire();
        a.poll(none);
        b.poll(counting(wakes));
        permit.close();
        permit.close();
        assertEquals(0, wakes.get());
        a.drop();
        assertEquals(1, wakes.get());
        assertInstanceOf(Poll.Ready.class, b.poll(none));
        assertEquals("Semaphore[0 free, 0 wait]", semaphore.toString());
    }

    @Test
    void aWokenFutureThatIsHeldAndNotPolledOwnsNoPermit() throws Exception {
        var semaphore = new Semaphore(1);
        var none = Context.of(() -> {});
        var permit = ((Poll.Ready<Semaphore.Permit>) semaphore.acquire().poll(none)).value();
        var held = semaphore.acquire();
        held.poll(none);
        permit.close();
        var wakes = new AtomicInteger();
        var later = semaphore.acquire();
        assertInstanceOf(Poll.Pending.class, later.poll(counting(wakes)));
        assertEquals(1, wakes.get());
        assertInstanceOf(Poll.Ready.class, later.poll(none));
        assertInstanceOf(Poll.Pending.class, held.poll(none));
        held.drop();
    }

    @Test
    void closingWakesEverySenderAndEveryReceiver() {
        var full = new Channel<Integer>(1);
        assertTrue(full.offer(1));
        assertFalse(full.offer(2));
        var s = executor.submit(full.send(2));
        var t = executor.submit(full.send(3));
        var empty = new Channel<Integer>(1);
        var r = executor.submit(empty.receive());
        var q = executor.submit(empty.receive());
        settle();
        assertEquals("Channel[1 of 1, 2 senders wait]", full.toString());
        full.close();
        empty.close();
        for (var h : new trale.JoinHandle<?>[] {s, t})
            assertInstanceOf(ClosedChannelException.class, assertThrows(CompletionException.class, h::join).getCause());
        assertNull(r.join());
        assertNull(q.join());
    }

    @Test
    void anEventWakesAll() {
        var event = new Event();
        var a = executor.submit(event.await());
        var b = executor.submit(event.await());
        settle();
        event.set();
        assertNull(a.join());
        assertNull(b.join());
        assertTrue(event.isSet());
    }

    @Test
    void whatCouldNeverWorkIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Channel<>(0));
        assertThrows(IllegalArgumentException.class, () -> new Semaphore(0));
        assertThrows(NullPointerException.class, () -> new Channel<String>(1).send(null));
    }
}
