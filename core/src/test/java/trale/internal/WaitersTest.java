package trale.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import trale.Waker;
import trale.support.Child;
import trale.support.Optimized;

/// The waiters of one thing: each once, in the order in which they came.
@Optimized
class WaitersTest {

    /// Equal to every other of its kind, and not the same.
    private record Equal() implements Waker {
        @Override
        public void wake() {}
    }

    private final Waiters waiters = new Waiters();

    @Test // R8
    void wakersThatAreEqualAreNotTheSame() {
        var all = new ArrayList<Waker>();
        for (var i = 0; i < 4; i++) all.add(new Equal());
        for (var w : all) waiters.add(w, w);
        assertTrue(waiters.remove(all.get(2)));
        assertFalse(waiters.remove(new Equal()));
        for (var i : List.of(0, 1, 3)) assertSame(all.get(i), waiters.poll());
        assertNull(waiters.poll());
    }

    @Test
    void aWaiterThatComesAgainKeepsItsPlaceAndHasItsNewWaker() {
        Waker old = () -> {};
        Waker fresh = () -> {};
        for (var key : List.of("a", "b", "c")) waiters.add(key, old);
        waiters.add("a", fresh);
        waiters.add("c", fresh);
        assertSame(fresh, waiters.poll());
        assertSame(old, waiters.poll());
        assertSame(fresh, waiters.poll());
        assertTrue(waiters.isEmpty());
        assertNull(waiters.poll());
    }

    @Test
    void theAnswerOfRemoveIsWhetherTheWaiterWasIn() {
        assertFalse(waiters.remove("a"));
        for (var key : List.of("a", "b", "c")) waiters.add(key, () -> {});
        assertFalse(waiters.remove("d"));
        waiters.poll();
        assertFalse(waiters.remove("a"), "it was polled");
        assertTrue(waiters.remove("c"));
        assertFalse(waiters.remove("c"));
        assertTrue(waiters.remove("b"));
        assertTrue(waiters.isEmpty());
    }

    @Test
    void itBehavesAsAListWithoutRepetitions() {
        for (var seed = 0; seed < 200; seed++) {
            var random = new Random(seed);
            var keys = new Object[1 + random.nextInt(6)];
            for (var i = 0; i < keys.length; i++) keys[i] = new Equal();
            var tested = new Waiters();
            var model = new ArrayList<Integer>(); // numbers, because the keys are equal
            for (var step = 0; step < 300; step++) {
                var n = random.nextInt(keys.length);
                var where = "seed " + seed + ", step " + step;
                switch (random.nextInt(3)) {
                    case 0 -> {
                        tested.add(keys[n], (Waker) keys[n]);
                        if (!model.contains(n)) model.add(n);
                    }
                    case 1 -> assertEquals(model.remove((Object) n), tested.remove(keys[n]), where);
                    default -> assertSame(model.isEmpty() ? null : keys[model.removeFirst()], tested.poll(), where);
                }
                assertEquals(model.isEmpty(), tested.isEmpty(), where);
            }
        }
    }

    /// With 98,304 waiters in the index, one more needs an array of a megabyte. The heap has room for the waiter only.
    static final class Full {
        static void main(String[] args) {
            var waiters = new Waiters();
            for (var i = 0; i < 98_304; i++) waiters.add(i + 1000, () -> {});
            var hog = new ArrayList<byte[]>();
            try {
                for (;;) hog.add(new byte[4096]);
            } catch (OutOfMemoryError e) {
                for (var i = 0; i < 20; i++) hog.removeLast();
            }
            var failed = false;
            var late = new Object();
            try {
                for (var i = 0; i < 2; i++) waiters.add(late, () -> {});
            } catch (OutOfMemoryError e) {
                failed = true;
            }
            hog.clear();
            IO.println(failed + ", was in: " + waiters.remove(late));
            waiters.add(late, () -> {});
            IO.println("in now: " + waiters.remove(late));
            var left = 0;
            while (waiters.poll() != null) left++;
            IO.println(left);
        }
    }

    @Test // R22
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void aWaiterForWhomThereIsNoMemoryIsNotIn_andTheOthersStay() throws Exception {
        try (var child = Child.startWith(List.of("-Xmx32m", "-XX:+UseSerialGC"), Full.class)) {
            assertEquals("true, was in: false\nin now: true\n98304\n", child.end());
        }
    }

    @Test
    void aHundredThousandComeAndGoInLinearTime() {
        var keys = new Object[100_000];
        for (var i = 0; i < keys.length; i++) waiters.add(keys[i] = new Equal(), (Waker) keys[i]);
        for (var i = 1; i < keys.length; i += 2) assertTrue(waiters.remove(keys[i]));
        for (var i = 0; i < keys.length; i += 2) assertSame(keys[i], waiters.poll());
        assertTrue(waiters.isEmpty());
    }
}
