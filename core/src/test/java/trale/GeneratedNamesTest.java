package trale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import trale.support.Workshop;

/// The class of a body has a name that can be told from the source: a breakpoint can be set before it is there.
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class GeneratedNamesTest {
    private static final String MAIN = """
            import static trale.Async.*;
            class Main {
                static Object early = async(() -> "early");
                final Object made = async(() -> "made");
                static Object one() { return async(() -> 1); }
                static Object two(int n) {
                    if (n == 0) return async(() -> {
                        Body<Integer> inner = () -> 3;
                        return await(async(inner));
                    });
                    return async(() -> 2);
                }
                static Object two() { return async(() -> 4); }
                static Object sameLine() { return java.util.List.of(async(() -> 1), async(() -> 2), \
                        async(() -> await(async(() -> await(async(() -> 3)))))); }
                static int referred() { return 5; }
                static Object reference() { return async(Main::referred); }
                static Object again() { return async(Main::referred); }
            }
            """;

    private final Sources main = Sources.compile("Main", MAIN);

    private String name(String method) throws Exception {
        try {
            return main.call("Main", method).getClass().getName();
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    private String two(int n) throws Exception {
        var m = main.loadClass("Main").getDeclaredMethod("two", int.class);
        m.setAccessible(true);
        var body = m.invoke(null, n);
        return body.getClass().getName();
    }

    private String field(String name, Object of) throws Exception {
        var f = main.loadClass("Main").getDeclaredField(name);
        f.setAccessible(true);
        return f.get(of).getClass().getName();
    }

    /// The bodies of a method, and of others of the same name, are numbered by their lines.
    @Test // M10
    void aClassIsNamedAfterTheMethodItsBodyStandsInWhateverIsUsedFirst() throws Exception {
        assertEquals("Main$async$two$4", name("two"));
        assertEquals("Main$async$two$3", two(1));
        assertEquals("Main$async$two", two(0));
        assertEquals("Main$async$one", name("one"));
        assertEquals("Main$async$static", field("early", null));
        var constructor = main.loadClass("Main").getDeclaredConstructor();
        constructor.setAccessible(true);
        assertEquals("Main$async$new", field("made", constructor.newInstance()));
    }

    @Test
    void bodiesOnOneLineAreNumberedFromLeftToRight() throws Throwable {
        var names = new ArrayList<String>();
        for (var body : (List<?>) main.call("Main", "sameLine")) names.add(body.getClass().getName());
        assertEquals(List.of("Main$async$sameLine", "Main$async$sameLine$2", "Main$async$sameLine$3"), names);
        assertEquals(3, Executor.blockOn((Future<?>) ((List<?>) main.call("Main", "sameLine")).getLast()));
        for (var n = 4; n <= 5; n++) assertEquals(main, main.loadClass("Main$async$sameLine$" + n).getClassLoader());
    }

    @Test
    void bodiesOnOneLineMayReferToMethodsThatReferToEachOther() throws Throwable {
        var sources = Sources.compile("Main", """
                import static trale.Async.*;
                import java.util.function.IntPredicate;
                class Main {
                    static boolean even(int n) { IntPredicate odd = Main::odd; return n == 0 || odd.test(n - 1); }
                    static boolean odd(int n) { IntPredicate even = Main::even; return n != 0 && even.test(n - 1); }
                    static Object body() { return java.util.List.of(async(() -> { IntPredicate p = Main::even; return p.test(4); }), \
                            async(() -> { IntPredicate p = Main::odd; return p.test(4); })); }
                }
                """);
        var names = new ArrayList<String>();
        var values = new ArrayList<Object>();
        for (var body : (List<?>) sources.call("Main", "body")) {
            names.add(body.getClass().getName());
            values.add(Executor.blockOn((Future<?>) body));
        }
        assertEquals(List.of("Main$async$body", "Main$async$body$2"), names);
        assertEquals(List.of(true, false), values);
    }

    @Test
    void theClassOfAMethodReferenceIsNamedAfterTheMethod() throws Exception {
        assertEquals("Main$async$referred", name("reference"));
        assertEquals("Main$async$referred_2", name("again"));
        assertEquals("Main$async$referred", name("reference"));
    }

    /// The loader of `java Main.java` compiles the file again to find a class that is not there.
    @Test
    void noClassIsAskedForThatIsNotThere() throws Throwable {
        var sources = Sources.compile("Main", """
                class Main {
                    static Object body() { return trale.Async.async(() -> "mine"); }
                }
                """);
        assertEquals("mine", Executor.blockOn((Future<?>) sources.call("Main", "body")));
        assertEquals(List.of(), sources.missed);
    }

    @Test // C7
    void aClassThatHasTheNameKeepsIt() throws Throwable {
        var sources = Sources.compile("Main", """
                class Main {
                    static Object body() { return trale.Async.async(() -> "mine"); }
                    static class async$body { static String text = "yours"; }
                    static String text() { return async$body.text; }
                }
                """);
        var body = (Future<?>) sources.call("Main", "body");
        assertEquals("Main$async$body_2", body.getClass().getName());
        assertEquals("mine", Executor.blockOn(body));
        assertEquals("yours", sources.call("Main", "text"));
    }

    @TempDir
    Path folder;

    /// With the JDK's own debugger, as the documentation says.
    @Test // M10
    void jdbStopsAtALineOfABody() throws Exception {
        var workshop = new Workshop(folder).write("Deep.java", """
                import static trale.Async.await;
                import trale.*;
                class Deep {
                    public static void main(String[] args) {
                        Executor.blockOn(() -> {
                            int n = await(deeper(20));
                            IO.println(n);
                        });
                    }
                    static Future<Integer> deeper(int n) {
                        return Async.async(() -> {
                            int twice = n + n;
                            return twice + 2;
                        });
                    }
                }
                """);
        workshop.javac("-d", workshop.at("."), "-cp", Workshop.trale().toString(), workshop.at("Deep.java"));
        var jdb = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "jdb").toString(), "-J-Duser.home=" + folder,
                "-R--enable-native-access=ALL-UNNAMED", "-classpath", folder + ":" + Workshop.trale(), "Deep")
                .redirectErrorStream(true).start();
        try (var commands = jdb.outputWriter(StandardCharsets.UTF_8); var output = jdb.inputReader(StandardCharsets.UTF_8)) {
            jdb.onExit().orTimeout(50, TimeUnit.SECONDS).exceptionally(_ -> jdb.destroyForcibly());
            var printed = new StringBuilder();
            say(commands, "stop at Deep$async$main:7");
            say(commands, "stop at Deep$async$deeper:13");
            say(commands, "run");
            readTo(output, printed, "Deep$async$deeper.step(), line=13");
            say(commands, "print twice");
            readTo(output, printed, "twice = 40");
            say(commands, "cont");
            readTo(output, printed, "Deep$async$main.step(), line=7");
            say(commands, "print n");
            readTo(output, printed, "n = 42");
            say(commands, "cont");
            readTo(output, printed, "exited");
        } finally {
            jdb.descendants().forEach(ProcessHandle::destroyForcibly);
            jdb.destroyForcibly();
        }
    }

    private static void say(java.io.Writer commands, String line) throws java.io.IOException {
        commands.write(line + "\n");
        commands.flush();
    }

    private static void readTo(java.io.Reader output, StringBuilder printed, String text) throws java.io.IOException {
        int from = printed.length();
        for (int c; (c = output.read()) >= 0;) {
            printed.append((char) c);
            if (printed.indexOf(text, from) >= 0) return;
        }
        assertTrue(printed.indexOf(text, from) >= 0, () -> "no " + text + " in " + printed);
    }
}
