package trale.reactor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import trale.support.Linux;
import trale.support.NothingIsLeft;

/// A reactor that the test turns itself.
@ExtendWith(NothingIsLeft.class)
class ReactorAlone {

    @Test
    void E17_aClosedReactorSetsNobodysTimer() throws Exception {
        var reactor = new Reactor();
        reactor.close();
        var strangers = new ArrayList<Integer>();
        for (var i = 0; i < 3; i++) strangers.add(Linux.timerFd());
        var refusal = assertThrows(
                IllegalStateException.class, () -> reactor.schedule(new Deadline(System.nanoTime() + 1_000_000_000), () -> {}));
        for (var fd : strangers) assertFalse(Linux.isArmed(fd), "somebody set it");
        assertEquals("this reactor is closed; sleep in a task of an executor that is open", refusal.getMessage());
        assertThrows(ClosedChannelException.class, () -> reactor.add(strangers.getFirst()));
        reactor.wakeup();
        reactor.close();
        strangers.forEach(Linux::close);
    }

    @Test
    void aClosedReactorDoesNotTurn_asItsDescriptorMayBeAnothers() throws Exception {
        var closed = new Reactor();
        closed.turn(false);
        closed.close();
        try (var other = new Reactor()) {
            other.wakeup();
            for (var block : new boolean[] {false, true})
                assertEquals("this reactor is closed", assertThrows(IllegalStateException.class, () -> closed.turn(block)).getMessage());
            other.turn(true); // the wake-up is still there
        }
    }

    @Test
    void onlyOneThreadTurnsIt_andAnotherWhenThatHasEnded() throws Exception {
        try (var reactor = new Reactor()) {
            var turned = new CountDownLatch(1);
            var end = new CountDownLatch(1);
            var first = Thread.ofPlatform().name("first").start(() -> {
                reactor.turn(false);
                turned.countDown();
                try {
                    end.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            });
            turned.await();
            for (var refusal : new IllegalStateException[] {
                assertThrows(IllegalStateException.class, () -> reactor.turn(false)),
                assertThrows(IllegalStateException.class, reactor::close)
            }) assertEquals("thread first turns and closes this reactor, not " + Thread.currentThread().getName(), refusal.getMessage());
            end.countDown();
            first.join();
            reactor.turn(false);
        }
    }

    @Test
    void ofTwoThreadsThatTurnItFirstAtTheSameTimeOneIsRefused() throws Exception {
        for (var round = 0; round < 200; round++) {
            try (var reactor = new Reactor()) {
                var refused = new AtomicInteger();
                var start = new CountDownLatch(1);
                var end = new CountDownLatch(2);
                Runnable turns = () -> {
                    try {
                        start.await();
                        reactor.turn(false);
                    } catch (IllegalStateException e) {
                        refused.incrementAndGet();
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                    end.countDown();
                    try {
                        end.await(); // alive until both have tried
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                };
                var threads = new Thread[] {Thread.ofPlatform().start(turns), Thread.ofPlatform().start(turns)};
                start.countDown();
                for (var thread : threads) thread.join();
                assertEquals(1, refused.get());
            }
        }
    }

    @Test
    void keysGoOnBeyondTheLastGeneration() {
        var table = new SourceTable();
        table.generation = Integer.MAX_VALUE - 2;
        for (var i = 0; i < 5; i++) {
            var source = table.add(null, 7);
            assertSame(source, table.get(source.key));
            assertEquals(0, (int) source.key);
            table.remove(source);
            assertSame(null, table.get(source.key));
        }
    }

    @Test
    void theTableGrowsAndEverySourceIsFoundInIt() {
        var table = new SourceTable();
        var all = new ArrayList<Source>();
        for (var i = 0; i < 1000; i++) all.add(table.add(null, i));
        for (var source : all) assertSame(source, table.get(source.key));
        for (var i = 0; i < 1000; i += 2) table.remove(all.get(i));
        for (var i = 0; i < 1000; i++) assertSame(i % 2 == 0 ? null : all.get(i), table.get(all.get(i).key));
        assertEquals(500, table.all().size());
        for (var i = 0; i < 500; i++) table.add(null, i);
        assertEquals(1000, table.all().size());
    }
}
