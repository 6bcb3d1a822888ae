package trale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static trale.Async.async;
import static trale.Async.await;

import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import trale.internal.Cancellation;
import trale.support.Gate;

/// J21: a body that is suspended keeps alive what it will read again, and nothing else; one that has ended, nothing.
class SuspendedBodyTest {
    private final Context cx = Context.of(() -> {});
    private final Map<String, WeakReference<Object>> seen = new HashMap<>();
    private final Gate<String> gate = new Gate<>();
    private final Gate<String> second = new Gate<>();

    /// Remembers an object, weakly.
    private <T> T see(String name, T object) {
        seen.put(name, new WeakReference<>(object));
        return object;
    }

    private void assertPending(Future<?> f) throws Exception {
        assertSame(Poll.pending(), f.poll(cx));
    }

    private void assertCollected(String... names) {
        for (var name : names) {
            var ref = seen.get(name);
            assertNotNull(ref, name);
            for (var i = 0; i < 100 && ref.get() != null; i++) {
                System.gc();
                Thread.onSpinWait();
            }
            assertNull(ref.get(), name);
        }
    }

    private void assertKept(String... names) {
        System.gc();
        for (var name : names) assertNotNull(seen.get(name).get(), name);
    }

    /// A future that is ready at the second poll, made in a method of its own so that no slot here keeps it.
    private Future<Object> leaf(String name, Object value) {
        var polled = new boolean[1];
        return see(name, cx -> {
            if (polled[0]) return Poll.ready(value);
            polled[0] = true;
            return Poll.pending();
        });
    }

    private Future<String> capturing() {
        var early = see("captured, read early", new Object());
        var late = see("captured, read late", new StringBuilder("late"));
        return async(() -> {
            early.hashCode();
            await(gate);
            late.append("r");
            await(second);
            return "done";
        });
    }

    @Test // J21
    void aCapturedObjectIsKeptUntilItWasReadForTheLastTime() throws Exception {
        var f = capturing();
        System.gc();
        assertKept("captured, read early", "captured, read late");
        assertPending(f);
        assertCollected("captured, read early");
        assertKept("captured, read late");
        gate.open("");
        assertPending(f);
        assertCollected("captured, read late");
        second.open("");
        assertEquals(Poll.ready("done"), f.poll(cx));
    }

    private static final class Owner {
        private final String name = String.valueOf("owner");

        Future<Integer> body(Gate<String> gate) {
            return async(() -> name.length() + await(gate).length());
        }
    }

    private Future<Integer> ofAnOwner() {
        return see("this", new Owner()).body(gate);
    }

    @Test // J21
    void thisIsNotKeptIfItIsNotReadAgain() throws Exception {
        var f = ofAnOwner();
        assertKept("this");
        assertPending(f);
        assertCollected("this");
        gate.open("12");
        assertEquals(Poll.ready(7), f.poll(cx));
    }

    private Future<String> withOperands() {
        return async(() -> {
            var joined = see("operand", new StringBuilder("a")).append(await(gate)).toString();
            return joined + await(second);
        });
    }

    @Test // J21
    void aValueOnTheOperandStackIsKeptUntilItIsTaken() throws Exception {
        var f = withOperands();
        assertPending(f);
        assertKept("operand");
        gate.open("bc");
        assertPending(f);
        assertCollected("operand");
        second.open("!");
        assertEquals(Poll.ready("abc!"), f.poll(cx));
    }

    private Future<Integer> looping() {
        return async(() -> {
            Object last = null;
            for (var i = 0; i < 3; i++) {
                var inLoop = see("loop " + i, new Object());
                await(leaf("leaf " + i, null));
                last = inLoop;
            }
            await(gate);
            return last.hashCode() == 0 ? 0 : 1;
        });
    }

    @Test // J21
    void aVariableOfALoopIsKeptForItsTurn() throws Exception {
        var f = looping();
        for (var i = 0; i < 3; i++) assertPending(f);
        assertKept("loop 2"); // `last` is about to be assigned
        assertCollected("loop 0", "loop 1");
        assertPending(f);
        assertCollected("leaf 0", "leaf 1", "leaf 2");
        assertKept("loop 2");
    }

    private Future<Object> awaitingOneAfterTheOther() {
        return async(() -> {
            var future = leaf("awaited", see("value", new Object()));
            var value = await(future);
            value.hashCode();
            return await(second);
        });
    }

    @Test // J21
    void anAwaitedFutureAndItsValueAreReleased() throws Exception {
        var f = awaitingOneAfterTheOther();
        assertPending(f);
        assertKept("awaited", "value");
        assertPending(f);
        assertCollected("awaited", "value");
        assertSame(second, ((StateMachine<?>) f).awaiting());
    }

    private Future<Object> holdingMuch(boolean fails) {
        var captured = see("captured", new Object());
        return async(() -> {
            var local = see("local", new Object());
            var inner = async(() -> {
                var deep = see("deep", new Object());
                await(leaf("leaf", null));
                await(gate);
                return deep;
            });
            try {
                see("inner", inner);
                if (await(inner) != local && fails) throw new IllegalStateException();
            } finally {
                captured.hashCode();
            }
            return local == captured;
        });
    }

    private static final String[] ALL = {"captured", "local", "deep", "leaf", "inner"};

    private Future<Object> suspended(boolean fails) throws Exception {
        var f = holdingMuch(fails);
        assertPending(f);
        assertPending(f);
        assertKept("captured", "local", "deep", "inner");
        assertCollected("leaf");
        return f;
    }

    @Test // J21
    void afterItsEndItKeepsNothing() throws Exception {
        var f = suspended(false);
        gate.open("");
        assertEquals(Poll.ready(false), f.poll(cx));
        assertCollected(ALL);
        assertThrows(IllegalStateException.class, () -> f.poll(cx));
    }

    @Test // J21
    void afterAFailureItKeepsNothing() throws Exception {
        var f = suspended(true);
        gate.open("");
        assertThrows(IllegalStateException.class, () -> f.poll(cx));
        assertCollected(ALL);
        assertInstanceOf(StateMachine.class, f);
    }

    @Test // J21
    void afterItWasCancelledItKeepsNothing() throws Exception {
        var f = (StateMachine<?>) suspended(false);
        f.cancel(Cancellation.PLAIN);
        assertThrows(CancellationException.class, () -> f.poll(cx));
        assertCollected(ALL);
        assertNull(f.awaiting());
    }

    @Test // J21
    void afterItWasDroppedItKeepsNothing() throws Exception {
        var f = suspended(false);
        f.drop();
        assertCollected(ALL);
        assertEquals(1, gate.drops.get());
        assertThrows(IllegalStateException.class, () -> f.poll(cx));
    }
}
