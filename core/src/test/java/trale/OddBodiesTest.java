package trale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import trale.support.TheLog;

/// Bodies that no person writes by hand: wide, deep, long. Their sources are made here; each is compared with its plain twin.
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class OddBodiesTest {

    private static String times(int n, IntFunction<String> text) {
        return IntStream.range(0, n).mapToObj(text).collect(Collectors.joining());
    }

    /// @param statements of a body that has a Probe p
    private static void compare(String statements) throws Exception {
        Twin.compare(Sources.compile("Main", """
                import static trale.Async.*;
                import trale.corpus.Probe;
                class Main {
                    static Body<?> body(Probe p) {
                        return () -> {
                            %s
                        };
                    }
                }
                """.formatted(statements)).loadClass("Main"));
    }

    @Test
    void aSwitchOfManyDenseCases() throws Exception {
        compare("int s = 0; for (int i = 0; i < 300; i += 37) switch (await(p.later(i))) {"
                + times(150, i -> "case %d -> s += await(p.later(%d));".formatted(i, i))
                + "default -> s += await(p.later(-1)); } return s;");
    }

    @Test
    void aSwitchOfManySparseCases() throws Exception {
        compare("long s = 0; for (int i = 0; i < 10; i++) s += switch (await(p.later(i * 3000))) {"
                + times(100, i -> "case %d -> await(p.later(%dL)) + s;".formatted(i * 1000, i))
                + "default -> -1L; }; return s;");
    }

    @Test
    void anExpressionThatIsNestedDeeply() throws Exception {
        compare("long s = 1; return " + times(400, i -> i % 3 == 0 ? "s + (" : i % 3 == 1 ? i + " - (" : "\"%d\".length() * (".formatted(i))
                + "await(p.later(5L))" + ")".repeat(400) + ";");
    }

    @Test
    void blocksThatAreNestedDeeply() throws Exception {
        compare("int s = 0;" + times(30,
                i -> "try { synchronized (p) { s++; } if (s < 1000) { for (int i%d = 0; i%d < 1; i%d++) {".formatted(i, i, i))
                + "s += await(p.later(1));" + times(30, i -> "} } } catch (RuntimeException e) { p.log(e); s += await(p.later(2)); }")
                + "return s;");
    }

    @Test
    void morePlacesToSuspendThanAByteCounts() throws Exception {
        compare("long s = 0;" + "s += await(p.later(1));".repeat(300) + "return s;");
    }

    @Test
    void slotsBeyond255OfEveryKind() throws Exception {
        compare(times(130, i -> "double d%d = %d;".formatted(i, i))
                + "int i = await(p.later(1)); long l = i; float f = 2; String s = \"s\"; i += 5000; i++; int[] a = {i};"
                + "a[await(p.later(0))] += i + await(p.later(3)); l <<= await(p.later(2)); s += await(p.later(f)); f++;"
                + "return \"\" + i + l + f + s + a[0] + await(p.later(d129)) + d0;");
    }

    /// It is short, but keeps so much at each of its awaits.
    @Test // J16
    void aBodyThatHotSpotWillNotCompileIsWarnedOf() throws Exception {
        try (var log = new TheLog()) {
            compare(times(60, i -> "long v%d = %d;".formatted(i, i)) + "await(p.later(1));".repeat(14)
                    + "return " + times(60, i -> "v%d + ".formatted(i)) + "0;");
            var message = log.next().getMessage();
            assertTrue(message.matches("Main\\.java:6: the async body is \\d+ bytes of bytecode; beyond 8000 HotSpot only interprets it\\."
                    + " Move parts of it to methods that return async\\(\\(\\) -> …\\)\\."), message);
            assertEquals(List.of(), log.rest());
        }
    }

    @Test
    void theClassOfACompactSourceFile() throws Exception {
        Twin.compare(Sources.compile("Compact", """
                import static trale.Async.await;

                int count = 1;
                private String name = "compact";

                private int twice(int n) {
                    return 2 * n;
                }

                public trale.Async.Body<?> inAnInstanceMethod(trale.corpus.Probe p) {
                    count = 1;
                    return () -> {
                        count += twice(await(p.later(2)));
                        return name + count + await(trale.Async.async(() -> twice(count) + await(p.later(3))));
                    };
                }

                void main() {
                    IO.println("run elsewhere");
                }
                """).loadClass("Compact"));
    }
}
