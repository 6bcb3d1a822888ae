package trale.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static trale.sync.Wakers.counting;
import static trale.sync.Wakers.pending;
import static trale.sync.Wakers.ready;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import trale.Poll;
import trale.Waker;

/// Line: a thing that is there has a woken turn, also if a turn cannot take it.
class LineTest {
    private final Object lock = new Object();
    private final Line line = new Line(lock);
    private int things;

    private final class Taking extends Line.Turn<String> {
        private final boolean fails;

        Taking(boolean fails) {
            super(line);
            this.fails = fails;
        }

        @Override
        boolean available() {
            return things > 0;
        }

        @Override
        boolean endless() {
            return false;
        }

        @Override
        @Nullable Poll<String> take(Waker waker) {
            if (fails) throw new OutOfMemoryError("for a test");
            things--;
            return Poll.ready("taken");
        }

        @Override
        String wanted() {
            return "a thing";
        }
    }

    @Test
    void aTurnThatHasNoMemoryToTakePassesItsWakeOn() throws Exception {
        var wakes = new AtomicInteger();
        var first = pending(new Taking(true), Wakers.NONE);
        var second = pending(new Taking(false), counting(wakes));
        synchronized (lock) {
            things++;
            Line.wake(line.next());
        }
        assertEquals(0, wakes.get());
        assertThrows(OutOfMemoryError.class, () -> first.poll(Wakers.NONE));
        assertEquals(1, wakes.get());
        assertEquals(1, line.size);
        assertEquals("taken", ready(second));
        assertEquals(0, line.size);
    }
}
