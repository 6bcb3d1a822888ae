package trale.explain;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.classfile.ClassFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import trale.support.Child;

/// `./trale explain`: what it takes, prints, and ends with.
class ExplainCommandTest {
    @TempDir
    Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... args) {
        return Main.run(args, new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8));
    }

    private String file(String name, String text) throws Exception {
        return Files.writeString(folder.resolve(name), text).toString();
    }

    private static String loops(Function<StateGraph, String> form) throws Exception {
        return String.join("\n", StateGraph.of(Class.forName("trale.corpus.Loops")).stream().map(form).toList());
    }

    @Test
    void aClassOnTheClassPath() throws Exception {
        assertEquals(0, run("trale.corpus.Loops"));
        assertEquals("", err.toString(UTF_8));
        assertEquals(loops(StateGraph::toString), out.toString(UTF_8));
    }

    @Test
    void asPictures() throws Exception {
        assertEquals(0, run("--dot", "trale.corpus.Loops"));
        assertEquals(loops(StateGraph::toDot), out.toString(UTF_8));
    }

    @Test
    void aSourceFileWhoseClassIsOnTheClassPathInAnotherVersion() throws Exception {
        assertEquals(0, run(file("Loops.java", """
                package trale.corpus;
                class Loops { Object body() { return trale.Async.async(() -> 1); } }
                class Second { Object body() { return trale.Async.async(() -> 2); } }
                """)));
        assertEquals(List.of("async body trale.corpus.Loops.body(Loops.java:2)", "async body trale.corpus.Second.body(Loops.java:3)"),
                out.toString(UTF_8).lines().filter(l -> l.startsWith("async body")).toList());
    }

    @Test
    void aCompactSourceFile() throws Exception {
        assertEquals(0, run(file("Hello.java", """
                import static trale.Async.await;
                int started = 1 / 0;
                void main() {
                    trale.Executor.blockOn(() -> {
                        await(trale.Async.async(() -> 1));
                    });
                }
                """)));
        assertTrue(out.toString(UTF_8).startsWith("async body Hello.main(Hello.java:5-6)\n"), out::toString);
        assertTrue(out.toString(UTF_8).contains("\nasync body Hello.main(Hello.java:5)\n"), out::toString);
    }

    @Test
    void aClassAndASourceFileWithAClassPathOfTheirOwn() throws Exception {
        var classes = Files.createDirectory(folder.resolve("classes")).toString();
        var other = file("Other.java", "public class Other { static Object body() { return trale.Async.async(() -> 1); } }");
        var javac = javax.tools.ToolProvider.getSystemJavaCompiler();
        assertEquals(0, javac.run(null, null, null, "-d", classes, "-cp", System.getProperty("java.class.path"), other));
        Files.delete(Path.of(other));
        assertEquals(0,
                run("Other", file("User.java", "class User { Object body(Other o) { return trale.Async.async(() -> o.hashCode()); } }"),
                        "-cp", classes));
        assertEquals(List.of("async body Other.body(Other.java:1)", "async body User.body(User.java:1)"),
                out.toString(UTF_8).lines().filter(l -> l.startsWith("async body")).toList());
    }

    @Test
    void theGeneratedClassesAsFiles() throws Exception {
        assertEquals(1, run("--class-files", folder.resolve("a/b").toString(), file("Hello.java", """
                package some.where;
                class Hello {
                    Object one() { return trale.Async.async(() -> trale.Async.await((trale.Future<?>) null)); }
                    Object bad() { return trale.Async.async("x"::length); }
                    Object two() { return trale.Async.async(() -> 2); }
                }
                """)));
        for (var method : List.of("one", "two")) {
            var bytes = Files.readAllBytes(folder.resolve("a/b/some/where/Hello$async$" + method + ".class"));
            assertEquals("some/where/Hello$async$" + method, ClassFile.of().parse(bytes).thisClass().asInternalName());
        }
    }

    @Test
    void aBodyThatCannotBeCompiledIsShownAsSuchAndTheStatusIs1() throws Exception {
        var bad = file("Bad.java", "class Bad { Object bad() { return trale.Async.async(\"x\"::length); } }");
        for (var args : new String[][] {{bad}, {"--dot", bad}, {bad, "trale.corpus.Loops"}}) {
            out.reset();
            assertEquals(1, run(args));
            assertTrue(out.toString(UTF_8).contains("Bad.java:1: "), out::toString);
        }
        assertEquals("", err.toString(UTF_8));
    }

    @Test // M3
    void aForgottenAwaitIsWarnedOf() throws Exception {
        assertEquals(0, run(file("Hello.java", """
                import static trale.Async.*;
                class Hello {
                    static trale.Future<Integer> work() { return async(() -> 1); }
                    Object body() {
                        return async(() -> {
                            work();
                        });
                    }
                }
                """)));
        assertTrue(out.toString(UTF_8).endsWith("\nwarning: Hello.java:6: the future of Hello.work is thrown away: nothing polls it,"
                + " so what it stands for does not happen. Await it, or spawn it.\n"), out::toString);
    }

    @Test
    void junkIsAnsweredInALine() throws Exception {
        assertEquals(1, run("no.such.Class"));
        assertEquals(1, run("no/such/File.java"));
        assertEquals(1, run("trale/corpus/Loops"));
        assertEquals(1, run(file("Junk.java", "class Junk { int }")));
        assertEquals(0, run("java.lang.Runnable"));
        assertEquals("", out.toString(UTF_8));
        assertEquals("""
                trale: there is no class 'no.such.Class' on the class path; a source file ends with .java
                trale: there is no file 'no/such/File.java'
                trale: there is no class 'trale/corpus/Loops' on the class path; a source file ends with .java
                trale: %s:1: <identifier> expected
                trale: java.lang.Runnable has no async body
                """.formatted(folder.resolve("Junk.java")), err.toString(UTF_8));
    }

    @Test
    void wrongArgumentsAreAnsweredWithTheRightOnes() {
        for (var args : new String[][] {{}, {"--dot"}, {"--no", "x"}, {"x", "--class-files"}}) {
            err.reset();
            assertEquals(2, run(args));
            assertTrue(err.toString(UTF_8).startsWith("usage: ./trale explain "), err::toString);
        }
    }

    @Test
    void itsStatusIsThatOfTheProcess() throws Exception {
        try (var child = Child.start(Main.class, "trale.corpus.Loops")) {
            assertTrue(child.end().startsWith("async body trale.corpus.Loops."));
        }
    }
}
