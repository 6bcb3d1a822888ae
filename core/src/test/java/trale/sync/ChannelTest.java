package trale.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.async;
import static trale.Async.await;
import static trale.sync.Wakers.NONE;
import static trale.sync.Wakers.THROWING;
import static trale.sync.Wakers.pending;
import static trale.sync.Wakers.ready;

import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import trale.Executor;
import trale.Future;
import trale.JoinHandle;
import trale.support.NeedsLinux;
import trale.support.Optimized;
import trale.support.TheLog;
import trale.support.UnderBothArrangements;
import trale.time.Timer;

/// Channel: first come first served, and a future that gives up has sent and taken nothing.
@Timeout(60)
@Optimized
class ChannelTest extends UnderBothArrangements {
    private record Item(int sender, int number) {}

    private static Future<Void> sendAll(Channel<Integer> channel, int n) {
        return async(() -> {
            for (var i = 0; i < n; i++) await(channel.send(i));
            channel.close();
        });
    }

    private static Future<Integer> receiveAllInOrder(Channel<Integer> channel) {
        return async(() -> {
            var n = 0;
            for (;;) {
                Integer i = await(channel.receive());
                if (i == null) return n;
                assertEquals(n++, i);
            }
        });
    }

    @Test
    void everyItemArrivesInItsOrderThroughAChannelOfOne() {
        var channel = new Channel<Integer>(1);
        executor.submit(sendAll(channel, 1000));
        assertEquals(1000, executor.submit(receiveAllInOrder(channel)).join());
    }

    @Test
    void aChannelConnectsTwoExecutors() {
        for (var capacity : new int[] {1, 3, 100}) {
            var channel = new Channel<Integer>(capacity);
            try (var other = arrangement.open("other")) {
                var sent = other.submit(sendAll(channel, 5000));
                assertEquals(5000, executor.submit(receiveAllInOrder(channel)).join());
                assertNull(sent.join());
            }
        }
    }

    /// A wake storm.
    @NeedsLinux(NeedsLinux.THREADS)
    @Test // P12
    void itemsOfEightPlainThreadsArriveInTheOrderOfEachThread() throws Exception {
        var each = 5_000;
        var channel = new Channel<Item>(16);
        var received = executor.submit(async(() -> {
            var next = new int[8];
            for (var n = 0; n < 8 * each; n++) {
                Item item = await(channel.receive());
                assertEquals(next[item.sender()]++, item.number());
            }
            return next;
        }));
        var threads = new ArrayList<Thread>();
        for (var t = 0; t < 8; t++) {
            var sender = t;
            threads.add(Thread.ofPlatform().daemon().start(() -> {
                for (var i = 0; i < each; i++) {
                    while (!channel.offer(new Item(sender, i))) Thread.onSpinWait();
                }
            }));
        }
        for (var n : received.join()) assertEquals(each, n);
        for (var t : threads) t.join();
        assertEquals("Channel[0 of 16]", channel.toString());
    }

    @NeedsLinux(NeedsLinux.ORDER)
    @Test // P11
    void channelsThatAreAlwaysReadyDoNotStarveAThirdTask() {
        var channel = new Channel<Integer>(1_000_000);
        for (var i = 0; i < 1000; i++) assertTrue(channel.offer(i));
        var end = new AtomicBoolean();
        var rounds = executor.submit(async(() -> {
            var n = 0;
            for (; !end.get(); n++) {
                if (n == 10) Executor.spawn(async(() -> end.set(true)));
                await(channel.send(await(channel.receive())));
            }
            return n;
        })).join();
        assertTrue(rounds > 10 && rounds <= 10 + 128, "it had its turn after " + rounds);
        assertEquals(1000, channel.size());
    }

    @Test
    void sendersAndReceiversAreServedFirstComeFirstServed() throws Exception {
        var channel = new Channel<Integer>(1);
        var senders = new ArrayList<Future<Void>>();
        ready(channel.send(0));
        for (var i = 1; i < 5; i++) senders.add(pending(channel.send(i), NONE));
        assertFalse(channel.offer(9));
        for (var i = 0; i < 4; i++) {
            assertEquals(i, ready(channel.receive()));
            assertFalse(channel.offer(9), "it would overtake a sender");
            ready(senders.get(i));
        }
        assertEquals(4, ready(channel.receive()));

        var order = new ArrayList<Integer>();
        var receivers = new ArrayList<Future<Integer>>();
        for (var i = 0; i < 4; i++) {
            var me = i;
            receivers.add(pending(channel.receive(), trale.Context.of(() -> order.add(me))));
        }
        for (var i = 0; i < 4; i++) {
            ready(channel.send(i));
            assertEquals(i, ready(receivers.get(i)));
        }
        assertEquals(List.of(0, 1, 2, 3), order);
    }

    @Test // P1
    void aRaceOfTwoReceivesLosesNoItem() {
        var one = new Channel<Integer>(4);
        var other = new Channel<Integer>(4);
        var sum = executor.submit(async(() -> {
            var total = 0;
            for (var i = 0; i < 1000; i++) total += await(Future.race(one.receive(), other.receive()));
            return total;
        }));
        for (var channel : List.of(one, other)) {
            executor.submit(async(() -> {
                for (var i = 0; i < 500; i++) await(channel.send(i));
            }));
        }
        assertEquals(500 * 499, sum.join());
        assertEquals(0, one.size() + other.size());
    }

    @Test
    void pollTakesTheOldestItem_alsoOfAClosedChannel_andNeverWaits() throws Exception {
        var channel = new Channel<Integer>(3);
        assertNull(channel.poll());
        for (var i = 0; i < 3; i++) ready(channel.send(i));
        assertEquals(0, channel.poll());
        assertEquals(1, ready(channel.receive()));
        channel.close();
        assertEquals(2, channel.poll());
        assertNull(channel.poll());
        assertNull(ready(channel.receive()));
    }

    @Test // P8
    void eachPollWakesTheNextSender_andOneThatIsGivenUpPassesTheRoomOn() throws Exception {
        var channel = new Channel<Integer>(2);
        var order = new ArrayList<Integer>();
        var senders = new ArrayList<Future<Void>>();
        ready(channel.send(0));
        ready(channel.send(1));
        for (var i = 2; i < 6; i++) {
            var me = i;
            senders.add(pending(channel.send(i), trale.Context.of(() -> order.add(me))));
        }
        assertEquals(0, channel.poll());
        assertEquals(List.of(2), order);
        assertEquals(1, channel.poll());
        assertEquals(List.of(2, 3), order);
        assertNull(channel.poll(), "their items enter when they are polled");
        senders.removeFirst().drop();
        assertEquals(List.of(2, 3, 4), order);
        ready(senders.removeFirst());
        ready(senders.removeFirst());
        assertEquals(3, channel.poll());
        assertEquals(List.of(2, 3, 4, 5), order);
        ready(senders.removeFirst());
        assertEquals(4, channel.poll());
        assertEquals(5, channel.poll());
        assertEquals("Channel[0 of 2]", channel.toString());
    }

    @Test
    void pollTakesTheItemForWhichAReceiverWasWoken_whichKeepsItsTurn() throws Exception {
        var channel = new Channel<Integer>(1);
        var wakes = new AtomicInteger();
        var first = pending(channel.receive(), Wakers.counting(wakes));
        var second = pending(channel.receive(), Wakers.counting(wakes));
        assertTrue(channel.offer(1));
        assertEquals(1, channel.poll());
        assertEquals(1, wakes.get());
        pending(first, Wakers.counting(wakes));
        assertTrue(channel.offer(2));
        assertEquals(2, wakes.get());
        pending(second, NONE);
        assertEquals(2, ready(first));
        second.drop();
        assertEquals("Channel[0 of 1]", channel.toString());
    }

    /// The recipe of docs/guide.md, beside a receiver that waits: it was woken, and its poll comes after the loop.
    @Test
    void aReaderThatIsSlowGetsTheNewestItemsIfTheOldestAreDropped() {
        var channel = new Channel<Integer>(3);
        var received = executor.submit(async(() -> {
            var all = new ArrayList<Integer>();
            for (Integer i; (i = await(channel.receive())) != null; ) all.add(i);
            return all;
        }));
        settle();
        onExecutor(() -> {
            for (var i = 0; i < 1000; i++) {
                if (channel.offer(i)) continue;
                assertEquals(i - 3, channel.poll());
                assertTrue(channel.offer(i));
            }
            channel.close();
            return null;
        });
        assertEquals(List.of(997, 998, 999), received.join());
    }

    @NeedsLinux(NeedsLinux.THREADS)
    @Test
    void threadsThatPollBesideATaskThatReceivesTakeEachItemOnce() throws Exception {
        var each = 5_000;
        var channel = new Channel<Integer>(4);
        var polled = new AtomicLong();
        var sent = new AtomicBoolean();
        var threads = new ArrayList<Thread>();
        for (var t = 0; t < 2; t++) {
            threads.add(Thread.ofPlatform().daemon().start(() -> {
                while (!sent.get()) {
                    var item = channel.poll();
                    if (item == null) Thread.onSpinWait();
                    else polled.addAndGet(item);
                }
            }));
        }
        var received = executor.submit(async(() -> {
            var sum = 0L;
            for (Integer i; (i = await(channel.receive())) != null; ) sum += i;
            return sum;
        }));
        var senders = new ArrayList<JoinHandle<Void>>();
        for (var s = 0; s < 3; s++) {
            senders.add(executor.submit(async(() -> {
                for (var i = 1; i <= each; i++) await(channel.send(i));
            })));
        }
        for (var s : senders) s.join();
        channel.close();
        var sum = received.join();
        sent.set(true);
        for (var t : threads) t.join();
        assertEquals(3L * each * (each + 1) / 2, sum + polled.get());
        assertEquals("Channel[0 of 4, closed]", channel.toString());
    }

    private void leavesNothing(Channel<Integer> channel, Future<?> f, String before) {
        var cancelled = executor.submit(f);
        settle();
        cancelled.cancel();
        assertThrows(CancellationException.class, cancelled::join);
        assertEquals(before, channel.toString());
    }

    @Test
    void aSendOrReceiveThatIsCancelledOrTimedOutLeavesNothing() {
        var channel = new Channel<Integer>(1);
        leavesNothing(channel, channel.receive(), "Channel[0 of 1]");
        leavesNothing(channel, async(() -> await(channel.receive())), "Channel[0 of 1]");
        assertTimesOut(Timer.timeout(Duration.ofMillis(1), channel.receive()));
        assertEquals("Channel[0 of 1]", channel.toString());
        assertTrue(channel.offer(1));
        leavesNothing(channel, channel.send(2), "Channel[1 of 1]");
        leavesNothing(channel, async(() -> await(channel.send(2))), "Channel[1 of 1]");
        assertTimesOut(Timer.timeout(Duration.ofMillis(1), channel.send(2)));
        assertEquals("Channel[1 of 1]", channel.toString());
        assertEquals(1, executor.submit(channel.receive()).join());
    }

    private void assertTimesOut(Future<?> f) {
        var e = assertThrows(CompletionException.class, executor.submit(f)::join);
        assertInstanceOf(TimeoutException.class, e.getCause());
    }

    @Test // P8
    void aWokenReceiverThatIsDroppedPassesTheWakeOn() throws Exception {
        var channel = new Channel<Integer>(2);
        var wakes = new AtomicInteger();
        var first = pending(channel.receive(), NONE);
        var second = pending(channel.receive(), Wakers.counting(wakes));
        assertTrue(channel.offer(1));
        assertEquals(0, wakes.get());
        first.drop();
        assertEquals(1, wakes.get());
        assertEquals(1, ready(second));
    }

    @Test // P9
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
        for (var h : List.<JoinHandle<?>>of(s, t))
            assertInstanceOf(ClosedChannelException.class, assertThrows(CompletionException.class, h::join).getCause());
        assertNull(r.join());
        assertNull(q.join());
        assertFalse(empty.offer(1));
        assertEquals(1, executor.submit(full.receive()).join(), "what is left is still received");
        assertNull(executor.submit(full.receive()).join());
    }

    @Test
    void aWakerThatThrowsLeavesNoneAsleepAndLosesNoItem() throws Exception {
        try (var log = new TheLog()) {
            var channel = new Channel<Integer>(1);
            var wakes = new AtomicInteger();
            var first = pending(channel.receive(), THROWING);
            assertNull(ready(channel.send(7)));
            assertEquals(7, ready(first));
            pending(channel.receive(), THROWING);
            pending(channel.receive(), Wakers.counting(wakes));
            channel.close();
            assertEquals(1, wakes.get());
            assertEquals("a waker that throws", log.next().getThrown().getMessage());
            assertEquals("a waker that throws", log.next().getThrown().getMessage());
            assertEquals(List.of(), log.rest());
        }
    }

    @Test // P9
    void closingAHundredThousandReceiversTakesTimeInProportion() throws Exception {
        var channel = new Channel<Integer>(1);
        var wakes = new AtomicInteger();
        for (var i = 0; i < 100_000; i++) pending(channel.receive(), Wakers.counting(wakes));
        channel.close(); // 5 * 10⁹ steps if each wake looked through those before it
        assertEquals(100_000, wakes.get());
    }

    @Test
    void aFutureHasOneOwner() {
        var channel = new Channel<Integer>(1);
        var f = channel.receive();
        var handle = executor.submit(f);
        var e = assertThrows(IllegalStateException.class, () -> executor.submit(f));
        assertTrue(e.getMessage().startsWith("two owners: "), e.getMessage());
        assertTrue(channel.offer(1));
        assertEquals(1, handle.join());
    }

    @Test
    void whatCouldNeverWorkIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Channel<>(0));
        assertThrows(NullPointerException.class, () -> new Channel<String>(1).send(null));
        assertThrows(NullPointerException.class, () -> new Channel<String>(1).offer(null));
    }
}
