package trale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import trale.support.TheLog;
import trale.support.Workshop;

/// Class files that are large, old, of a preview, or compiled with other options.
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ClassFileTest {
    @TempDir
    Path folder;

    private static final String HEAD = """
            import static trale.Async.*;
            class Main {
                static <T> trale.Future<T> f(T value) {
                    var polled = new boolean[1];
                    return cx -> (polled[0] ^= true) ? trale.Poll.pending() : trale.Poll.ready(value);
                }
            """;

    @SuppressWarnings("unchecked")
    private static <T> Async.Body<T> body(String members, String... options) throws Exception {
        try {
            return (Async.Body<T>) Sources.compile("Main", HEAD + members + "}", options).call("Main", "body");
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    private static <T> Object run(Async.Body<T> body) throws Exception {
        var f = Async.async(body);
        for (var i = 0; i < 10_000; i++)
            if (f.poll(Context.of(() -> {})) instanceof Poll.Ready<T> ready) return ready.value();
        throw new AssertionError("never ready: " + f);
    }

    /// As many statements as wanted, of three bytes each.
    private static Async.Body<Integer> huge(int statements) throws Exception {
        return body("static Body<Integer> body() { return () -> { int n = await(f(1));\n" + "n++;\n".repeat(statements)
                + "return n + await(f(2)); }; }");
    }

    @Test // J16
    void aBodyOfMoreThan8000BytesOfBytecodeWorksAndIsWarnedAboutOnce() throws Exception {
        try (var log = new TheLog()) {
            var body = huge(3_000);
            for (var i = 0; i < 3; i++) assertEquals(3_003, run(body));
            var message = log.next().getMessage();
            assertTrue(message.matches("Main\\.java:7: the async body is \\d+ bytes of bytecode; beyond 8000 HotSpot only interprets it\\."
                    + " Move parts of it to methods that return async\\(\\(\\) -> …\\)\\."), message);
            assertEquals(List.of(), log.rest());
            int length = Integer.parseInt(message.replaceAll(".* is (\\d+) bytes.*", "$1"));

            int most = 3_000 - (length - 8_000 + 2) / 3; // this number of statements makes 7,998 to 8,000 bytes
            assertEquals(most + 3, run(huge(most)));
            assertEquals(List.of(), log.rest());
            assertEquals(most + 4, run(huge(most + 1)));
            assertTrue(log.next().getMessage().matches(".* is 800[123] bytes .*"));
        }
    }

    /// Its own code is small; what is kept at each await is not.
    @Test // J16
    void aBodyThatKeepsMuchAtManyAwaitsIsWarnedAboutToo() throws Exception {
        try (var log = new TheLog()) {
            assertEquals(4_957, run(keeping(100, 7)));
            assertTrue(log.next().getMessage().startsWith("Main.java:7: the async body is "));
            assertEquals(List.of(), log.rest());
        }
    }

    private static Async.Body<Integer> keeping(int variables, int awaits) throws Exception {
        var declared = IntStream.range(0, variables).mapToObj(i -> "Integer v" + i + " = " + i + ";").collect(Collectors.joining());
        var sum = IntStream.range(0, variables).mapToObj(i -> "v" + i).collect(Collectors.joining("+"));
        return body("static Body<Integer> body() { return () -> { " + declared + "\n" + "v0 += await(f(1));\n".repeat(awaits) + "return "
                + sum + "; }; }");
    }

    @Test // J16
    void bodiesUpToTheLimitsOfAMethodWork() throws Exception {
        try (var log = new TheLog()) {
            assertEquals(20_003, run(huge(20_000)));
            Async.Body<Long> farJump = body("""
                    static Body<Long> body() {
                        return () -> {
                            long s = 0;
                            for (int i = 0; i < 3; i++) {
                                if (i == 1) continue;
                                %s
                                s += await(f(i));
                            }
                            return s;
                        };
                    }
                    """.formatted("s += i * 3 + s / 2; s ^= 1;\n".repeat(2_000)));
            assertInstanceOf(Long.class, run(farJump));
            assertEquals(2, log.rest().size());
        }
    }

    @Test // J16
    void aBodyThatKeepsTooMuchIsRejected() throws Exception {
        assertTooLarge(keeping(100, 100));
    }

    /// An access to a private member becomes longer, which the body's own code does not show.
    @Test // J16
    void aLoopThatBecomesTooLongForItsJumpIsRejected() throws Exception {
        var body = body("private int p; static Body<Integer> body() { return () -> { var x = new Main();"
                + " for (int i = 0; i < 3; i++) { await(f(1));\n"
                + "x.p++;\n".repeat(1_300) + "} return x.p; }; }");
        assertTooLarge(body);
    }

    private static void assertTooLarge(Async.Body<?> body) {
        var e = assertThrows(IllegalArgumentException.class, () -> Async.async(body));
        assertEquals(
                "Main.java:7: the async body is too large: its state machine would be a method of more than 64 KB,"
                        + " or have a jump of more than 32 KB. Move parts of it to methods that return async(() -> …).",
                e.getMessage());
        assertNotNull(e.getCause(), "what the JDK said");
    }

    private static final String BODY = """
                private int count = 1;
                private record Pair<A, B>(A a, B b) {}
                private String secret(Object... o) { return "secret" + o.length + count++; }
                static Body<String> body() { return new Main().make("captured"); }
                Body<String> make(String captured) {
                    return () -> {
                        var s = captured;
                        for (int i = 0; i < 3; i++) s += await(f(5)) + secret(i, await(f("x")));
                        switch (s.substring(0, await(f(3)))) {
                            case "cap" -> s += "!";
                            default -> s += "?";
                        }
                        Object pair = new Pair<>(await(f(1)), s);
                        Runnable r = () -> count += 10;
                        r.run();
                        return pair instanceof Pair<?, ?>(Integer a, String b) ? b + a + count : "none";
                    };
                }
            """;

    @ParameterizedTest // J19
    @ValueSource(strings = {"-g", "-g:none", "-g:lines", "-g:source", "-g:vars", "-parameters"})
    void aBodyWorksWithTheOptionOfJavac(String option) throws Exception {
        var body = ClassFileTest.<String>body(BODY, option);
        assertEquals("captured5secret215secret225secret23!114", run(body));
        boolean hasSource = !option.equals("-g:none") && !option.equals("-g:lines") && !option.equals("-g:vars");
        boolean hasLines = !option.equals("-g:none") && !option.equals("-g:source") && !option.equals("-g:vars");
        var place = (hasSource ? "Main.java" : "Main") + (hasLines ? ":13" : "");
        if (option.equals("-parameters")) place = "Main.java:13"; // and what javac writes without an option
        var f = (StateMachine<?>) Async.async(body);
        assertEquals("async body Main.make(" + place + ") not started", f.toString());
        assertSame(Poll.pending(), f.poll(Context.of(() -> {})));
        assertEquals("async body Main.make(" + (place.endsWith(":13") ? place.replace("13", "14") : place) + ") waiting", f.toString());
    }

    @Test // J19
    void aRejectionWithoutDebugTablesNamesTheClass() throws Exception {
        var body = body("static Body<Integer> body() { return () -> { synchronized (Main.class) { return await(f(1)); } }; }", "-g:none");
        assertEquals(
                "Main: await inside synchronized: the monitor would be held while the task is suspended. Move the await out of the block.",
                assertThrows(IllegalArgumentException.class, () -> Async.async(body)).getMessage());
    }

    /// From the time when private members of nestmates were reached through methods that javac added.
    @ParameterizedTest // J19
    @ValueSource(strings = {"8", "11", "17", "21"})
    void classFilesOfAnEarlierReleaseWork(String release) throws Exception {
        var older = BODY.replace("private record Pair<A, B>(A a, B b) {}",
                "private static class Pair { private Object a, b; private Pair(Object a, Object b) { this.a = a; this.b = b; } }")
                .replace("new Pair<>", "new Pair")
                .replace("case \"cap\" -> s += \"!\";", "case \"cap\": s += \"!\"; break;")
                .replace("default -> s", "default: s")
                .replace("pair instanceof Pair<?, ?>(Integer a, String b) ? b + a + count : \"none\"",
                        "((Pair) pair).b + \"\" + ((Pair) pair).a + count")
                .replace("var ", "String ");
        var source = HEAD.replace("var ", "boolean[] ") + older + "}";
        var sources = Sources.compile("Main", source, "--release", release, "-Xlint:-options");
        try (var file = sources.getResourceAsStream("Main.class")) {
            assertEquals(Integer.parseInt(release) + 44, file.readAllBytes()[7]);
        }
        @SuppressWarnings("unchecked")
        var body = (Async.Body<String>) call(sources);
        assertEquals("captured5secret215secret225secret23!114", run(body));
    }

    private static Object call(Sources sources) throws Exception {
        try {
            return sources.call("Main", "body");
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    @Test // J19
    void classFilesWithPreviewFeaturesWork() throws Exception {
        var release = String.valueOf(Runtime.version().feature());
        var workshop = new Workshop(folder)
                .write("Main.java", """
                        import static trale.Async.*;
                        class Main {
                            static String what(int n) throws Exception {
                                return trale.Executor.blockOn(() -> {
                                    int m = await(trale.Executor.spawn(() -> n));
                                    return switch (m) { // primitive patterns: JEP 507
                                        case 0 -> "zero" + await(trale.Executor.spawn(() -> 1));
                                        case int i when i > 1_000 -> "large" + await(trale.Executor.spawn(() -> i));
                                        case int i -> m instanceof byte b ? "byte" + b : "int" + i;
                                    };
                                });
                            }
                            public static void main(String[] args) throws Exception {
                                IO.println(what(0) + " " + what(5_000) + " " + what(7) + " " + what(999));
                            }
                        }
                        """);
        workshop.javac("--enable-preview", "--release", release, "-d", workshop.at("classes"), "-cp", Workshop.trale().toString(),
                workshop.at("Main.java"));
        var file = Files.readAllBytes(folder.resolve("classes/Main.class"));
        assertEquals(65_535, (file[4] & 0xff) << 8 | file[5] & 0xff, "the minor version");
        assertEquals("zero1 large5000 byte7 int999\n",
                workshop.java("--enable-preview", "--enable-native-access=ALL-UNNAMED", "-cp", Workshop.trale() + ":classes", "Main"));
    }
}
