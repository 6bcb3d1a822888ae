package trale.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.await;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import trale.Async;
import trale.Future;
import trale.StateMachine;
import trale.explain.StateGraph.Edge;
import trale.explain.StateGraph.Size;
import trale.explain.StateGraph.Variable;
import trale.support.Child;

/// What is shown of a body is what it is compiled to.
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class StateGraphTest {
    @TempDir
    Path folder;

    private static final String BEFORE = """
            import static trale.Async.*;
            import java.util.*;
            class Main {
                static trale.Future<Integer> f(int n) { return cx -> trale.Poll.ready(n); }
                static trale.Future<Integer> g() { return f(0); }
            """;

    private static final String HEAD = "state  line  awaits";

    /// The graphs of the bodies in a class whose members begin at line 6.
    private List<StateGraph> graphs(String members) throws Exception {
        var file = Files.writeString(folder.resolve("Main.java"), BEFORE + members + "\n}\n");
        return SourceFile.compile(file, "", StateGraphTest.class.getClassLoader()).stream()
                .flatMap(c -> StateGraph.of(c).stream()).toList();
    }

    private StateGraph graph(String members) throws Exception {
        var graphs = graphs(members);
        assertEquals(1, graphs.size());
        return graphs.getFirst();
    }

    /// The first line, and the table; how large the object is depends on the JVM.
    private static void assertShows(String expected, StateGraph graph) {
        assertEquals(expected, graph.toString().replaceFirst("\nclass \\S+, an object of \\d+ bytes: header .*\n", "\n"));
    }

    @Test
    void aLoopWithTryAndFinally() throws Exception {
        var graph = graph("""
                static Object body(List<String> names) {
                    return async(() -> {
                        int sum = 0;
                        for (var name : names) {
                            try {
                                sum += await(f(name.length()));
                            } finally {
                                await(g());
                            }
                        }
                        return sum;
                    });
                }
                """);
        assertShows("""
                async body Main.body(Main.java:8-16)

                state  line  awaits              keeps                  then       on exception
                    0     8  (not started)       L$0 List names         1, return  3, throw
                    1    11  Future Main.f(int)  L$0 Iterator i$        2          3, throw
                                                 I$0 int (operand)
                    2    13  Future Main.g()     I$0 int sum            1, return  3, throw
                                                 L$0 Iterator i$
                    3    13  Future Main.g()     L$0 Throwable local 4  -          throw
                """, graph);
    }

    @Test
    void valuesOnTheOperandStack() throws Exception {
        assertShows("""
                async body Main.body(Main.java:7-8)

                state  line  awaits              keeps                 then    on exception
                    0     7  (not started)       L$0 long[] a          1       throw
                                                 L$1 String s
                    1     7  Future Main.f(int)  L$0 long[] (operand)  2       throw
                                                 I$0 int (operand)
                                                 J$0 long (operand)
                                                 L$1 String (operand)
                    2     7  Future Main.g()     L$0 long[] (operand)  return  throw
                                                 I$0 int (operand)
                                                 J$0 long (operand)
                                                 L$1 String (operand)
                                                 L$2 String (operand)
                """, graph("""
                static Object body(long[] a, String s) {
                    return async(() -> { a[1] += Long.parseLong(s + await(f(1)) + await(g()));
                    });
                }
                """));
    }

    @Test
    void anObjectThatIsNotInitialisedIsMadeAfterItsArguments() throws Exception {
        var graph = graph("""
                static Object body(String s) {
                    return async(() -> new StringBuilder(new String(s.repeat(await(f(3))))));
                }
                """);
        assertShows("""
                async body Main.body(Main.java:7)

                state  line  awaits              keeps                     then    on exception
                    0     7  (not started)       L$0 String s              1       throw
                    1     7  Future Main.f(int)  L$0 String (operand)      return  throw
                                                 new StringBuilder, moved
                                                 new String, moved
                """, graph);
        assertEquals(List.of("StringBuilder", "String"), graph.states().get(1).moved());
    }

    @Test
    void noAwaitAtAll() throws Exception {
        assertShows("""
                async body Main.body(Main.java:6)

                state  line  awaits         keeps      then    on exception
                    0     6  (not started)  I$0 int n  return  -
                """, graph("static Object body(int n) { return async(() -> { return n > 3 ? \"\" : null; }); }"));
    }

    @Test
    void whereTheFutureComesFrom() throws Exception {
        assertEquals(
                List.of("", "Main.f(int)", "h", "", "", "Map.get(Object)"),
                graph("""
                        static trale.Future<Integer> h;
                        Object body(boolean b, Map<String, trale.Future<Integer>> map) {
                            return async(() -> {
                                await(f(1));
                                var h = g();
                                await(h);
                                await(b ? f(1) : g());
                                await(Main.h);
                                await(map.get(""));
                            });
                        }
                        """).states().stream().map(StateGraph.State::future).toList());
    }

    @Test
    void aVariableThatIsAlwaysNullTakesNoField() throws Exception {
        var states = graph("""
                static Object body() {
                    return async(() -> { String s = null; await(g()); return s; });
                }
                """).states();
        assertEquals(List.of(new Variable("s", "null", "")), states.get(1).variables());
    }

    @Test
    void bodiesInsideOfBodiesAndLambdasAndClassesAreShownEachOnItsOwn() throws Exception {
        var places = graphs("""
                Object field = async(() -> 1);
                static Object body() {
                    return async(() -> {
                        Runnable r = () -> async(() -> 2);
                        return await(async(() -> {
                            return await(async(() -> 3));
                        }));
                    });
                }
                private static int method() { return 4; }
                static final java.util.concurrent.Callable<Integer> PLAIN = Main::method;
                static final Object REFERENCE = async(Main::method), TWICE = async(Main::method);
                record Member(int n) { Object body() { return async(() -> n); } }
                """).stream().map(StateGraph::place).toList();
        assertEquals(
                List.of(
                        "Main.new(Main.java:6)",
                        "Main.body(Main.java:9-10)",
                        "Main.body(Main.java:9)",
                        "Main.body(Main.java:11)",
                        "Main.body(Main.java:11)",
                        "Main.method(Main.java:15)",
                        "Main$Member.body(Main.java:18)"),
                places);
    }

    @Test
    void aLambdaOfTheProgramAndItsClassShowTheSame() {
        Async.Body<Integer> value = () -> 1 + await(Async.async(() -> 2));
        Async.VoidBody nothing = () -> await(Async.async(() -> 3));
        var all = StateGraph.of(StateGraphTest.class);
        assertTrue(all.contains(StateGraph.of(value)), all::toString);
        assertTrue(all.contains(StateGraph.of(nothing)), all::toString);
    }

    @Test
    void aLambdaThatCannotBeCompiledIsRefusedAsByAsync() {
        Async.VoidBody locked = () -> {
            synchronized (folder) {
                await(Async.async(() -> 1));
            }
        };
        assertEquals(
                assertThrows(IllegalArgumentException.class, () -> Async.async(locked)).getMessage(),
                assertThrows(IllegalArgumentException.class, () -> StateGraph.of(locked)).getMessage());
    }

    @Test
    void bodiesOfAClassThatCannotBeCompiledSayWhy() throws Exception {
        var graphs = graphs("""
                static Object body(List<String> list) {
                    async(() -> { synchronized (list) { await(g()); } });
                    async(list::size);
                    async(() -> { Object o = 1; %s });
                    return async(new Body<Integer>() { public Integer run() { return 1; } });
                }
                """.formatted("await(f(1)); await(g()); ".repeat(1_800)));
        assertEquals(
                List.of(
                        "Main.java:7: await inside synchronized: the monitor would be held while the task is suspended."
                                + " Move the await out of the block.",
                        "Main.java:8: the async body is a reference to java.util.List::size, a method of another class."
                                + " Write a lambda that calls it; if it awaits, let it return async(() -> …) and await that.",
                        "Main.java:9: the async body is too large: its state machine would be a method of more than 64 KB,"
                                + " or have a jump of more than 32 KB."
                                + " Move parts of it to methods that return async(() -> …).",
                        "Main.java:10: the async body is an object of Main$1, whose code cannot be compiled. Pass a lambda: () -> { … }."),
                graphs.stream().map(StateGraph::rejection).toList());
        assertEquals("""
                async body Main.body(Main.java:7)
                cannot be compiled: Main.java:7: await inside synchronized: the monitor would be held while the task is suspended. \
                Move the await out of the block.
                """, graphs.getFirst().toString());
        assertEquals(List.of(), graphs.getFirst().states());
        assertWellFormed(graphs.getFirst().toDot());
    }

    @Test
    void withoutDebugTablesThereAreNoLinesAndNames() throws Exception {
        var text = "class Plain { static Object body(String s) {"
                + " return trale.Async.async(() -> { trale.Async.await((trale.Future<?>) null); return s; }); } }";
        var file = Files.writeString(folder.resolve("Plain.java"), text);
        var javac = javax.tools.ToolProvider.getSystemJavaCompiler();
        assertEquals(0,
                javac.run(null, null, null, "-g:none", "-d", folder.toString(), "-cp", System.getProperty("java.class.path"),
                        file.toString()));
        try (var loader = new java.net.URLClassLoader(new java.net.URL[] {folder.toUri().toURL()})) {
            assertShows("""
                    async body Plain.body(Plain)

                    state  line  awaits         keeps               then    on exception
                        0     -  (not started)  L$0 String local 0  1       throw
                        1     -  Future         L$0 String local 0  return  throw
                    """, StateGraph.of(loader.loadClass("Plain")).getFirst());
        }
    }

    @Test
    void nothingOfTheClassIsRun() throws Exception {
        System.clearProperty("trale.initialised");
        var graphs = graphs("""
                static { System.setProperty("trale.initialised", "yes"); }
                static class Other { static int n = Integer.parseInt(System.setProperty("trale.initialised", "yes")); \
                        private static void m() {} Other(int n) {} }
                private static int n;
                static Object body() { return async(() -> { n = Other.n; Other.m(); await(g()); new Other(await(g())); }); }
                """);
        assertEquals(1, graphs.size());
        assertEquals("", graphs.getFirst().rejection());
        assertNull(System.getProperty("trale.initialised"));
    }

    @Test
    void whatIsABodyIsSaidByItsInterface() throws Exception {
        var graphs = graphs("""
                interface Job extends java.io.Serializable { void run() throws Exception; }
                interface Errand extends Body<Integer> {}
                Job job = () -> {};
                Runnable both = (Runnable & java.io.Serializable) () -> {};
                Errand errand = () -> 1;
                Object second = (java.io.Serializable & VoidBody) () -> {};
                class Named implements Errand { public Integer run() { return 1; } }
                """);
        assertEquals(List.of("Main.new(Main.java:10)", "Main.new(Main.java:11)", "Main$Named.run(Main.java)"),
                graphs.stream().map(StateGraph::place).toList());
    }

    @Test
    void everyBodyOfTheCorpusIsAWellFormedGraph() throws Exception {
        int bodies = 0;
        for (var name : List.of("Captures", "Exceptions", "Locals", "Loops", "Members", "Nesting", "Objects", "Operands", "References",
                "Switches"))
            for (var graph : StateGraph.of(Class.forName("trale.corpus." + name, false, StateGraphTest.class.getClassLoader()))) {
                bodies++;
                assertEquals("", graph.rejection());
                assertFalse(graph.toString().contains(" \n"), "spaces at the end of a line");
                assertWellFormed(graph.toDot());
                var reached = new HashSet<Integer>(List.of(0));
                for (var e : graph.edges()) reached.add(e.to());
                for (var s : graph.states()) assertTrue(reached.contains(s.number()), () -> "no way to state " + s.number() + "\n" + graph);
            }
        assertTrue(bodies > 100, "only " + bodies);
    }

    @Test
    void theWaysBetweenStatesAreThoseOfTheControlFlow() throws Exception {
        var graph = graph("""
                static Object body(int n) {
                    return async(() -> {
                        switch (n) {
                            case 1: await(f(1));
                            case 2: await(f(2)); break;
                            default: throw new IllegalStateException();
                        }
                        try {
                            await(f(3));
                        } catch (RuntimeException e) {
                            return;
                        }
                    });
                }
                """);
        int end = StateGraph.RETURN;
        int fails = StateGraph.THROW;
        assertEquals(
                List.of(
                        new Edge(0, 1, false), new Edge(0, 2, false), new Edge(0, fails, true),
                        new Edge(1, 2, false), new Edge(1, fails, true),
                        new Edge(2, 3, false), new Edge(2, end, true), new Edge(2, fails, true),
                        new Edge(3, end, false), new Edge(3, end, true), new Edge(3, fails, true)),
                graph.edges());
    }

    @Test
    void thePictureHasANodeForEachStateAndDashesForExceptions() throws Exception {
        assertEquals("""
                digraph "Main.body(Main.java:6)" {
                    node [shape=box, fontname=monospace];
                    0 [label="0, line 6\\l(not started)\\lkeeps L$0 String s\\l"];
                    1 [label="1, line 6\\lFuture Main.g()\\lkeeps L$0 String s\\l"];
                    return [shape=oval];
                    throw [shape=oval];
                    0 -> 1;
                    0 -> throw [style=dashed];
                    1 -> return;
                    1 -> throw [style=dashed];
                }
                """, graph("static Object body(String s) { return async(() -> { await(g()); return s; }); }").toDot());
    }

    @Test
    void theCheckOfThePicturesNoticesAnEdgeToNowhere() {
        assertThrows(AssertionError.class, () -> assertWellFormed("digraph \"x\" {\n    0 [label=\"\"];\n    0 -> 1;\n}\n"));
        assertThrows(AssertionError.class, () -> assertWellFormed("digraph \"x\" {\n    0 [label=\"a\"b\"];\n}\n"));
        assertThrows(AssertionError.class, () -> assertWellFormed("digraph \"x\" {\n    0 [label=\"\"];\n"));
    }

    /// Reads the part of the language that is used here; and asks `dot` itself where it is installed.
    private static void assertWellFormed(String dot) throws AssertionError {
        var string = "\"(?:[^\"\\\\]++|\\\\.)*+\"";
        var node = Pattern.compile(" {4}(\\w+) \\[(?:\\w+=(?:\\w+|" + string + ")(?:, )?)+];");
        var edge = Pattern.compile(" {4}(\\w+) -> (\\w+)(?: \\[style=dashed])?;");
        var lines = dot.lines().toList();
        assertTrue(lines.getFirst().matches("digraph " + string + " \\{"), dot);
        assertEquals("}", lines.getLast(), dot);
        var nodes = new HashSet<String>();
        for (var line : lines.subList(1, lines.size() - 1)) {
            var isNode = node.matcher(line);
            var isEdge = edge.matcher(line);
            if (isNode.matches()) nodes.add(isNode.group(1));
            else assertTrue(isEdge.matches() && nodes.contains(isEdge.group(1)) && nodes.contains(isEdge.group(2)), line);
        }
    }

    @Test
    void graphvizTakesThePictures() throws Exception {
        var path = System.getenv("PATH");
        var isInstalled = path != null && Pattern.compile(":").splitAsStream(path).anyMatch(p -> Files.isExecutable(Path.of(p, "dot")));
        org.junit.jupiter.api.Assumptions.assumeTrue(isInstalled, "Graphviz is not installed");
        var dot = new StringBuilder();
        for (var graph : StateGraph.of(Class.forName("trale.corpus.Exceptions"))) dot.append(graph.toDot());
        var file = Files.writeString(folder.resolve("all.dot"), dot);
        var process = new ProcessBuilder("dot", "-Tcanon", "-o", "/dev/null", file.toString()).redirectErrorStream(true).start();
        assertEquals("", new String(process.getInputStream().readAllBytes()));
        assertEquals(0, process.waitFor());
    }

    @Test
    void theSizeIsShownInItsParts() {
        var graph = new StateGraph("Main", "body", "Main.java", -1, -1, new Size(12, 10, 20, 6, 4), List.of(), List.of(), "",
                "Main$async$body", List.of());
        assertEquals(48, graph.size().bytes());
        assertEquals("""
                async body Main.body(Main.java)
                class Main$async$body, an object of 48 bytes: header 12, state machine 10, fields 20, padding 6; a reference is 4 bytes

                %s  keeps  then  on exception
                """.formatted(HEAD), graph.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"-XX:+UseCompressedOops", "-XX:-UseCompressedOops", "-XX:+UseCompactObjectHeaders",
            "-XX:ObjectAlignmentInBytes=16"})
    void theSizeIsWhatTheJvmAllocates(String option) throws Exception {
        try (var child = Child.startWith(option, Allocated.class)) {
            assertEquals("7 bodies\n", child.end());
        }
    }

    /// Makes many of each body and compares what that allocates with what is said.
    static final class Allocated {
        private static final int MANY = 1_000;

        static void main() throws Exception {
            int i = 1;
            long l = 2;
            double d = 3;
            var s = "captured";
            var bodies = List.<Async.Body<?>>of(
                    () -> 1,
                    () -> s,
                    () -> await(f(i)) + s,
                    () -> l + d + await(f(i)) + s,
                    () -> l + await(f(1)) + await(f(2)) + await(f(3)),
                    () -> i + await(f(1)) + s + l + await(f(2)),
                    () -> new StringBuilder(s).append(i).append(await(f(1))).append(d).append(await(f(2))).append(l).append(s));
            for (var body : bodies) {
                var size = StateGraph.of(body).size().bytes();
                var allocated = allocated(body);
                if (size != allocated) throw new AssertionError(StateGraph.of(body) + "takes " + allocated);
            }
            System.out.println(bodies.size() + " bodies");
        }

        private static long allocated(Async.Body<?> body) {
            var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            var kept = new ArrayList<Future<?>>(MANY + 1);
            kept.add(Async.async(body)); // links whatever there is to link
            threads.getCurrentThreadAllocatedBytes();
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int n = 0; n < MANY; n++) kept.add(Async.async(body));
            long bytes = threads.getCurrentThreadAllocatedBytes() - before;
            if (!(kept.getLast() instanceof StateMachine<?>) || bytes % MANY != 0) throw new AssertionError(bytes + " bytes");
            return bytes / MANY;
        }

        private static Future<Integer> f(int n) {
            return Async.async(() -> n);
        }
    }

    @Test
    void aClassWithoutAClassFileIsRefused() {
        var e = assertThrows(IllegalArgumentException.class, () -> StateGraph.of(int[].class));
        assertTrue(e.getMessage().startsWith("[I: its class loader, the boot loader, has no resource "), e::getMessage);
    }
}
