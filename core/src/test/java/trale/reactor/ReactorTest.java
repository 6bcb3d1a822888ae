package trale.reactor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import trale.Context;
import trale.internal.linux.Epoll;
import trale.internal.probe.Probe;
import trale.internal.probe.TaskWaker;
import trale.internal.probe.Watched;
import trale.support.Ground;
import trale.support.Linux;
import trale.support.UnderBothArrangements;

/// A reactor that the test turns itself.
class ReactorTest extends UnderBothArrangements {

    @Test // E17
    void aClosedReactorSetsNoTimer() throws Exception {
        var reactor = new Reactor();
        reactor.close();
        var others = new ArrayList<Integer>();
        for (var i = 0; i < 3; i++) others.add(Linux.timerFd());
        var refusal = assertThrows(
                IllegalStateException.class, () -> reactor.schedule(new Deadline(Ground.nanoTime() + 1_000_000_000), () -> {}));
        for (var fd : others) assertFalse(Linux.isArmed(fd), "a wrong timer was set");
        assertEquals("this reactor is closed; sleep in a task of an executor that is open", refusal.getMessage());
        assertThrows(ClosedChannelException.class, () -> reactor.add(others.getFirst()));
        reactor.wakeup();
        reactor.close();
        others.forEach(Linux::close);
    }

    @Test
    void aClosedReactorDoesNotTurn_asItsDescriptorMayBeAnothers() throws Exception {
        var closed = new Reactor();
        closed.turn(false);
        closed.close();
        var other = new Reactor();
        other.wakeup();
        for (var block : new boolean[] {false, true})
            assertEquals("this reactor is closed", assertThrows(IllegalStateException.class, () -> closed.turn(block)).getMessage());
        other.turn(true); // the wake-up is still there
        other.close();
    }

    /// Linux reports the rest of a batch once, too.
    @Test // R26
    void anEventIsNotLostIfThereIsNoMemoryToTellTheProbe() throws Exception {
        var woken = new ArrayList<String>();
        var waker = new TaskWaker() {
            @Override
            public Watched task() {
                throw new OutOfMemoryError("for the text of the slot");
            }

            @Override
            public void wake() {
                woken.add("woken");
            }
        };
        var source = new SourceTable().add(null, 7);
        assertTrue(source.read().poll(Context.of(waker)));
        assertFalse(source.read().poll(Context.of(waker)));
        source.event(Epoll.IN, new Probe() {});
        assertEquals(List.of("woken"), woken);
    }

    @Test
    void keysGoOnBeyondTheLastGeneration() {
        var table = new SourceTable();
        table.generation = Integer.MAX_VALUE - 2;
        for (var i = 0; i < 5; i++) {
            var source = table.add(null, 7);
            assertSame(source, table.get(source.key));
            assertEquals(0, (int) source.key);
            assertNotEquals(0, source.key, "the key of the eventfd and the timerfd");
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
        assertEquals(500, table.size());
        for (var i = 0; i < 500; i++) table.add(null, i);
        assertEquals(1000, table.size());
    }
}
