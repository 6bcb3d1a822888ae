package trale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.await;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import trale.internal.async.Inspection;

/// What an async body is given is one more value that it captured.
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class BodyWithAParameterTest {
    private interface Given<A, T> extends Serializable {
        T run(A given) throws Exception;
    }

    private interface Texts extends Serializable {
        void run(StringBuilder given) throws Exception;
    }

    private interface Number extends Serializable {
        long run(int n) throws Exception;
    }

    private interface Two extends Serializable {
        int run(int a, int b) throws Exception;
    }

    private static Future<String> later(String value) {
        var polled = new boolean[1];
        return cx -> {
            if (polled[0] ^= true) {
                cx.waker().wake();
                return Poll.pending();
            }
            return Poll.ready(value);
        };
    }

    private static <A, T> Object run(Given<A, T> body, A given) {
        try (var _ = Inspection.verify()) {
            return Executor.blockOn(Async.machine(body, given));
        }
    }

    private final List<String> log = new ArrayList<>();

    @Test
    void aLambda() {
        assertEquals("given12",
                BodyWithAParameterTest.<String, String>run(given -> given + await(later("1")) + await(later("2")), "given"));
    }

    @Test
    void aLambdaThatCapturesToo() {
        long captured = 5;
        var text = "text";
        for (var i = 0; i < 2; i++) {
            var round = i;
            assertEquals("text5given" + i + "[]",
                    BodyWithAParameterTest.<String, String>run(given -> text + captured + await(later(given)) + round + log, "given"));
        }
    }

    @Test
    void anInterfaceThatIsGivenAndReturnsPrimitives() {
        Number body = n -> n + Integer.parseInt(await(later("2")));
        assertEquals(42L, Executor.blockOn(Async.machine(body, 40)));
        Number method = this::widened;
        assertEquals(42L, Executor.blockOn(Async.machine(method, 40)));
    }

    private long widened(long n) throws Exception {
        return n + Integer.parseInt(await(later("2")));
    }

    @Test
    void anInterfaceThatReturnsNothing() {
        var text = new StringBuilder("a");
        Texts body = given -> given.append(await(later("b")));
        Executor.blockOn(Async.machine(body, text));
        assertEquals("ab", text.toString());
    }

    private static String ofClass(String given) throws Exception {
        return "static " + await(later(given));
    }

    private String ofThis(String given) throws Exception {
        return log + await(later(given));
    }

    private String unbound() throws Exception {
        return "unbound" + await(later("")) + log;
    }

    @Test
    void aReferenceToAMethod() {
        assertEquals("static x", BodyWithAParameterTest.<String, String>run(BodyWithAParameterTest::ofClass, "x"));
        assertEquals("[]x", BodyWithAParameterTest.<String, String>run(this::ofThis, "x"));
        log.add("mine");
        assertEquals("unbound[mine]", BodyWithAParameterTest.<BodyWithAParameterTest, String>run(BodyWithAParameterTest::unbound, this));
    }

    static class Host {
        static final Given<Host, String> BODY = Host::overridable;

        String overridable() throws Exception {
            return await(later("own"));
        }
    }

    @Test
    void aReferenceToAMethodThatTheReceiverItIsGivenMayOverrideIsRefused() {
        assertEquals("own", run(Host.BODY, new Host()));
        var e = assertThrows(IllegalArgumentException.class, () -> run(Host.BODY, new Host() {
            @Override
            String overridable() {
                return "another";
            }
        }));
        assertTrue(e.getMessage().contains("which may override it"), e.getMessage());
    }

    @Test
    void whatIsGivenIsForgottenWhenItIsNotReadAgain() throws Exception {
        Given<Object, Object> body = given -> given.hashCode() + await(later("x"));
        var machine = Async.machine(body, new Object());
        assertInstanceOf(Poll.Pending.class, machine.poll(Context.of(() -> {})));
        var mayKeepIt = Arrays.stream(machine.getClass().getDeclaredFields()).filter(f -> f.getType().equals(Object.class)).toList();
        assertFalse(mayKeepIt.isEmpty());
        for (var field : mayKeepIt) {
            field.setAccessible(true);
            assertEquals(null, field.get(machine));
        }
    }

    @Test
    void aSecondParameterIsRefused() {
        Two body = (a, b) -> a + b;
        var e = assertThrows(IllegalArgumentException.class, () -> Async.machine(body, 1));
        assertTrue(e.getMessage().matches("BodyWithAParameterTest\\.java:\\d+: the async body has 2 parameters: it may have one\\. "
                + "Capture what it needs\\."), e.getMessage());
    }
}
