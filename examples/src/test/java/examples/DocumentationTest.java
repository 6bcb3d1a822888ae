package examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import trale.Executor;
import trale.Future;
import trale.time.Timer;

/// Every block of Java in README.md, docs/ and the Javadoc compiles, and every program among them runs:
///
/// ~~~
/// ```java                            has a main: a program, compiled and run in a JVM of its own, must end with 0
/// ```output                          what the program before it prints
/// ```java no_run                     a program that does not end by itself, such as a server: only compiled
/// ```java                            without a main: statements, members or classes that compile; the packages of
///                                    trale and module java.base count as imported
/// <!-- given: TcpStream peer; -->    on the line before a fragment: fields that it takes for granted
/// <!-- run: int port = 1; -->        on the line before a fragment: it is run too, with these fields and the methods of Given
/// <!-- run in a task: -->            the same, as the body of a task
/// ```explain                         what ./trale explain prints for the block of Java before it, as class Main
/// ```javap Main.m                    what javap prints for the first method of class Main whose name begins with m, without
///                                    the numbers of constants; a line with … alone stands for any lines. The classes that
///                                    are generated for the bodies in Main are Main$async$ and the method's name
/// ~~~
///
/// What is not meant to compile is marked otherwise (`text`, `sh`). A block keeps the line numbers of the file that it
/// stands in, so that an error names the line to look at; if it is explained, its first line is line 1.
class DocumentationTest {

    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Path CORE = ROOT.resolve("core/src/main/java");
    private static final Path EXPLAIN = ROOT.resolve("explain/src/main/java");
    private static final Path TEST = ROOT.resolve("test/src/main/java");
    private static final Path WATCH = ROOT.resolve("watch/src/main/java");

    private static final JavaCompiler COMPILER = javax.tools.ToolProvider.getSystemJavaCompiler();
    private static final JavaFileManager FILES = COMPILER.getStandardFileManager(null, null, null); // reads the class path once for all

    /// @param at     where the fence is: `README.md:12`
    /// @param line   the number of the first line of code
    /// @param info   what the fence says after `java`
    /// @param how    what is done with a fragment: given, run, or run in a task
    /// @param given  declarations of fields
    /// @param shown  the blocks of what comes of it that follow: by what their fences say, as `output`
    record Snippet(String at, int line, String info, String how, String given, String code, Map<String, String> shown) {

        boolean isProgram() {
            return code.contains(" main(");
        }

        boolean isExplained() {
            return shown.keySet().stream().anyMatch(fence -> !fence.equals("output"));
        }
    }

    private static final Pattern COMMENT = Pattern.compile("<!-- (given|run|run in a task):(.*)-->");

    @TempDir
    Path folder;

    private Duration patience = Duration.ofSeconds(20); // with a fragment that is run

    /// A body is compiled in some milliseconds. If the next one's class comes so much later, the machine stood still, or the program did.
    private static final long STILL = 100; // ms; sleeps in the documentation differ by more
    private static final int ATTEMPTS = 5;

    @TestFactory
    Stream<DynamicTest> everySnippetCompilesAndEveryProgramRuns() throws IOException {
        var snippets = new ArrayList<Snippet>();
        for (Path file : filesWithSnippets()) {
            snippets.addAll(snippetsOf(ROOT.relativize(file).toString(), Files.readAllLines(file)));
        }
        return snippets.stream().map(s -> dynamicTest(s.at, () -> check(s)));
    }

    /// A table that stands in two places is changed in both.
    @Test
    void theStatesOfATaskAreThoseOfItsSource() throws IOException {
        var table = Files.readAllLines(CORE.resolve("trale/Task.java")).stream()
                .filter(line -> line.startsWith("/// |"))
                .map(line -> line.substring("/// ".length()))
                .collect(joining("\n"));
        assertTrue(table.contains("| woken |") && Files.readString(ROOT.resolve("docs/design.md")).contains(table), table);
    }

    @Test
    void aSnippetThatDoesNotCompileOrFailsOrPrintsSomethingElseIsNoticed() {
        assertEquals(3, failures("int i = \"\";", "void main() { int i = 1 / 0; }", "void main() { IO.println(2); }"));
        assertEquals(0, failures("int i = 1;", "void main() { IO.println(1); }"));
    }

    @Test
    void aFragmentThatFailsOrHangsOrPrintsSomethingElseIsNoticed() throws Exception {
        for (var how : List.of("run: int i = 0;", "run in a task: int i = 0;")) {
            for (var code : List.of("IO.println(2 / i);", "IO.println(2);", "assert i == 1; IO.println(1);")) {
                var lines = List.of("<!-- " + how + " -->", "```java", code, "```", "```output", "1", "```");
                var snippet = snippetsOf("README.md", lines).getFirst();
                assertTrue(assertThrows(AssertionError.class, () -> check(snippet)).getMessage().contains("README.md"));
            }
            check(snippetsOf("README.md", List.of("<!-- " + how + " -->", "```java", "IO.println(1 + i);", "```", "```output", "1", "```"))
                    .getFirst());
        }
        patience = Duration.ofMillis(100);
        for (var code : List.of("run in a task: -->\nawait(Timer.sleep(Duration.ofHours(1)));",
                "run: -->\nExecutor.blockOn(Timer.sleep(Duration.ofHours(1)));")) {
            var lines = List.of("<!-- " + code.lines().findFirst().orElseThrow(), "```java", code.lines().toList().getLast(), "```");
            assertThrows(AssertionError.class, () -> check(snippetsOf("README.md", lines).getFirst()));
        }
    }

    @Test
    void anExplanationOrAListingOfSomethingElseIsNoticed() throws Exception {
        String explained = """
                async body Main.f(Main.java:1)
                class Main$async$f, an object of 32 bytes: header 12, state machine 16, fields 0, padding 4; a reference is 4 bytes

                state  line  awaits         keeps  then    on exception
                    0     1  (not started)  -      return  throw
                """;
        String listed = "0: getstatic  Field java/lang/Boolean.TRUE:Ljava/lang/Boolean;\n…\n";
        for (boolean isRight : List.of(true, false)) {
            for (String fence : List.of("explain", "javap Main$async$f.step")) {
                String block = fence.equals("explain") ? explained : "…\n" + listed.replace("0: ", "1: ");
                var lines = new ArrayList<>(List.of("```java", "Object f() { return async(() -> Boolean.TRUE); }", "```", "```" + fence));
                lines.addAll((isRight ? block : block.replace("1", "2")).lines().toList());
                lines.add("```");
                Snippet snippet = snippetsOf("README.md", lines).getFirst();
                if (isRight) {
                    check(snippet);
                } else {
                    assertTrue(assertThrows(AssertionError.class, () -> check(snippet)).getMessage().contains("README.md"));
                }
            }
        }
    }

    /// As a reader does it: the program saved beside a built `core`, the command as it is printed, `java` that of the JDK ≥ 25.
    @Test
    void theReadmesFirstProgramPrintsTheSameByTheReadmesCommand() throws Exception {
        List<String> readme = Files.readAllLines(ROOT.resolve("README.md"));
        Snippet hello = snippetsOf("README.md", readme).getFirst();
        Files.writeString(folder.resolve("Hello.java"), hello.code);
        Files.createSymbolicLink(folder.resolve("core"), ROOT.resolve("core"));
        String command = readme.stream().filter(line -> line.startsWith("java ")).findFirst().orElseThrow();
        assertPrints(hello, folder, List.of("sh", "-c", command));
    }

    @Test
    void aProgramWhoseLinesComeInTheWrongOrderIsNoticedThoughItStoodStill() throws Exception {
        var isStill = "void main() throws Exception { Executor.spawn(() -> 2).join(); Thread.sleep(200);"
                + " IO.println(Executor.spawn(() -> 2).join()); IO.println(1); }";
        for (var code : List.of("void main() { IO.println(2); IO.println(1); }", "import trale.*; " + isStill)) {
            var wrong = snippetsOf("README.md", List.of("```java", code, "```", "```output", "1", "2", "```")).getFirst();
            assertTrue(assertThrows(AssertionError.class, () -> check(wrong)).getMessage().contains("README.md"));
        }
    }

    @Test
    void timeThatPassesBetweenTwoBodiesIsSeen() throws Exception {
        var log = folder.resolve("load.txt");
        for (var second : List.of("1.915s", "2.115s")) {
            Files.writeString(log, """
                    [1.5s] Hello source: file:/Hello.java
                    [1.908s] Hello$async$main source: __JVM_LookupDefineClass__
                    [SECOND] Hello$async$main$2 source: __JVM_LookupDefineClass__
                    """.replace("SECOND", second));
            assertEquals(second.startsWith("2"), stoodStill(log));
        }
    }

    private int failures(String... codes) {
        int failures = 0;
        for (String code : codes) {
            var lines = List.of("prose", "```java", code, "```", "```output", "1", "```");
            List<Snippet> found = snippetsOf("README.md", lines);
            assertEquals(1, found.size());
            try {
                check(found.getFirst());
            } catch (AssertionError | Exception e) {
                assertTrue(e.getMessage().contains("README.md"), e.getMessage());
                failures++;
            }
        }
        return failures;
    }

    private static List<Path> filesWithSnippets() throws IOException {
        var files = new ArrayList<Path>();
        for (Path start : List.of(ROOT.resolve("README.md"), ROOT.resolve("docs"), CORE, EXPLAIN, TEST, WATCH)) {
            if (Files.exists(start)) {
                try (Stream<Path> found = Files.walk(start)) {
                    found.filter(f -> f.toString().endsWith(".md") || f.toString().endsWith(".java"))
                            .sorted()
                            .forEach(files::add);
                }
            }
        }
        return files;
    }

    /// The public packages that have something in them.
    private static String imports() throws IOException {
        try (Stream<Path> files = Files.walk(CORE)) {
            return files.filter(f -> f.toString().endsWith(".java") && !f.endsWith("package-info.java"))
                    .map(f -> CORE.relativize(f.getParent()).toString().replace('/', '.'))
                    .filter(p -> !p.startsWith("trale.internal"))
                    .distinct()
                    .map(p -> "import " + p + ".*; ")
                    .collect(joining("", "import module java.base; ",
                            "import trale.explain.*; import trale.test.*; import trale.watch.*; import static trale.Async.*; "));
        }
    }

    private static List<Snippet> snippetsOf(String file, List<String> lines) {
        var snippets = new ArrayList<Snippet>();
        String before = "";
        for (int i = 0; i < lines.size(); i++) {
            String line = textOf(file, lines.get(i)).strip();
            if (line.startsWith("```")) {
                int start = i + 1;
                var code = new StringBuilder();
                while (!textOf(file, lines.get(++i)).strip().startsWith("```")) {
                    code.append(textOf(file, lines.get(i))).append('\n');
                }
                String info = line.substring(3).strip();
                if (info.equals("java") || info.startsWith("java ")) {
                    var comment = COMMENT.matcher(before);
                    var has = comment.matches();
                    snippets.add(new Snippet(file + ":" + start, start + 1, info.substring("java".length()).strip(),
                            has ? comment.group(1) : "", has ? comment.group(2) : "", code.toString(), new LinkedHashMap<>()));
                } else if (info.equals("output") || info.equals("explain") || info.startsWith("javap ")) {
                    snippets.getLast().shown.put(info, code.toString());
                }
            }
            before = line;
        }
        return snippets;
    }

    /// Javadoc without its slashes; other lines of a Java file are not documentation.
    private static String textOf(String file, String line) {
        if (!file.endsWith(".java")) {
            return line;
        }
        String text = line.strip();
        return text.startsWith("/// ") ? text.substring(4) : "";
    }

    private void check(Snippet snippet) throws Exception {
        assertTrue(snippet.info.isEmpty() || snippet.info.equals("no_run"), () -> snippet.at + ": " + snippet.info + "?");
        Path classes = Files.createTempDirectory(folder, "snippet");
        String padding = "\n".repeat(snippet.isExplained() ? 0 : snippet.line - 1);
        String imports = imports();
        String fields = imports + "class Main { " + snippet.given;
        if (snippet.isProgram()) {
            List<String> errors = compile(snippet, padding + snippet.code, classes);
            assertTrue(errors.isEmpty(), () -> String.join("\n", errors));
            if (snippet.info.isEmpty()) {
                assertPrints(snippet, classes, command(classes, "Main"));
            }
            explain(snippet, classes);
            return;
        }
        if (snippet.how.startsWith("run")) {
            String start = padding + imports + "import static examples.Given.*; class Main { Main() throws Exception {} " + snippet.given;
            List<String> errors = compile(snippet, start + (snippet.how.equals("run")
                    ? " void fragment() throws Exception { " + snippet.code + "}}"
                    : " trale.Future<Void> fragment() { return async(() -> { " + snippet.code + "}); }}"), classes);
            assertTrue(errors.isEmpty(), () -> String.join("\n", errors));
            assertShown(snippet, "output", runHere(snippet, classes));
            return;
        }
        List<String> best = List.of();
        for (String source : List.of(
                padding + fields + " void fragment() throws Exception { " + snippet.code + "}}",
                padding + fields + " " + snippet.code + "}",
                padding + imports + " " + snippet.code)) {
            List<String> errors = compile(snippet, source, classes);
            if (best.isEmpty() || errors.size() < best.size()) {
                best = errors;
            }
            if (errors.isEmpty()) {
                break;
            }
        }
        assertEquals(List.of(), best);
        explain(snippet, classes);
    }

    private static void explain(Snippet snippet, Path classes) throws Exception {
        if (!snippet.isExplained()) {
            return;
        }
        assertShown(snippet, "explain",
                output(snippet, classes, command(classes, "trale.explain.Main", "--class-files", classes.toString(), "Main")));
        for (String fence : snippet.shown.keySet()) {
            if (fence.startsWith("javap ")) {
                String listing = javap(fence.substring("javap ".length()), classes);
                int from = 0;
                for (String part : snippet.shown.get(fence).split("(?m)^ *…\\s*")) {
                    String expected = withoutConstants(part);
                    int found = listing.indexOf(expected, from);
                    assertTrue(found >= 0, () -> snippet.at + ": " + fence + " does not print\n" + expected + "but\n" + listing);
                    from = found + expected.length();
                }
            }
        }
    }

    private static String javap(String method, Path classes) {
        int dot = method.lastIndexOf('.');
        var out = new StringWriter();
        ToolProvider.findFirst("javap").orElseThrow().run(
                new PrintWriter(out), new PrintWriter(out), "-c", "-p", "-cp", classes.toString(), method.substring(0, dot));
        return Arrays.stream(out.toString().split("\n\n|\n}"))
                .filter(block -> block.lines().findFirst().orElse("").contains(" " + method.substring(dot + 1)))
                .map(DocumentationTest::withoutConstants)
                .findFirst()
                .orElse(method + "?");
    }

    /// `   11: invokestatic  #87                 // Method read:()V` is `11: invokestatic Method read:()V`.
    private static String withoutConstants(String listing) {
        return listing.lines()
                .map(line -> line.replaceAll("#\\d+(, +\\d+|:)?|//", " ").strip().replaceAll(" +", " "))
                .collect(joining("\n", "", "\n"));
    }

    private static void assertShown(Snippet snippet, String fence, String what) {
        if (snippet.shown.containsKey(fence)) {
            assertEquals(snippet.shown.get(fence).strip(), what.strip(),
                    () -> snippet.at + ": the block " + fence + " shows something else");
        }
    }

    private static List<String> compile(Snippet snippet, String code, Path classes) {
        var source = new SimpleJavaFileObject(URI.create("string:///Main.java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return code;
            }
        };
        var diagnostics = new DiagnosticCollector<JavaFileObject>();
        var options = List.of("-d", classes.toString(), "-cp", System.getProperty("java.class.path"), "-g", "-proc:none");
        COMPILER.getTask(null, FILES, diagnostics, options, null, List.of(source)).call();
        String file = snippet.at.substring(0, snippet.at.lastIndexOf(':'));
        return diagnostics.getDiagnostics().stream()
                .filter(d -> d.getKind() == Diagnostic.Kind.ERROR)
                .map(d -> file + ":" + d.getLineNumber() + ": " + d.getMessage(null))
                .toList();
    }

    /// Runs a fragment in this JVM.
    ///
    /// @return what it printed
    private String runHere(Snippet snippet, Path classes) throws Exception {
        var out = System.out;
        var printed = new ByteArrayOutputStream();
        try (var loader = new URLClassLoader(new URL[] {classes.toUri().toURL()}, DocumentationTest.class.getClassLoader())) {
            loader.setDefaultAssertionStatus(true);
            System.setOut(new PrintStream(printed, true, UTF_8));
            var main = loader.loadClass("Main").getDeclaredConstructor();
            main.setAccessible(true);
            var fragment = main.getDeclaringClass().getDeclaredMethod("fragment");
            fragment.setAccessible(true);
            assertTimeoutPreemptively(patience, () -> {
                if (fragment.invoke(main.newInstance()) instanceof Future<?> future) Executor.blockOn(Timer.timeout(patience, future));
            });
        } catch (Throwable t) {
            throw new AssertionError(snippet.at + " failed, or does not end: " + t, t);
        } finally {
            System.setOut(out);
        }
        return printed.toString(UTF_8);
    }

    private static List<String> command(Path classes, String... main) {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-ea",
                // Sizes in the documentation are those of today's default; a later one must not make them wrong.
                "-XX:+IgnoreUnrecognizedVMOptions",
                "-XX:-UseCompactObjectHeaders",
                "-cp",
                classes + File.pathSeparator + System.getProperty("java.class.path")));
        command.addAll(List.of(main));
        return command;
    }

    /// Lines that come by time come in their order if the tasks are spawned in less time than their sleeps differ by. A run in which they
    /// were not, and whose lines come in another order, proves nothing: the program is run again. Each time it must print the lines, and
    /// at last in their order.
    private static void assertPrints(Snippet snippet, Path folder, List<String> command) throws IOException, InterruptedException {
        for (var attempt = 1; ; attempt++) {
            var output = output(snippet, folder, command);
            if (attempt == ATTEMPTS || !isInAnotherOrder(output, snippet.shown.get("output")) || !stoodStill(folder.resolve(LOG))) {
                assertShown(snippet, "output", output);
                return;
            }
        }
    }

    private static boolean isInAnotherOrder(String printed, String shown) {
        return shown != null && !printed.strip().equals(shown.strip())
                && printed.strip().lines().sorted().toList().equals(shown.strip().lines().sorted().toList());
    }

    private static final String LOG = "load.txt"; // when which class came, as the JVM writes it
    private static final Pattern BODY = Pattern.compile("\\[([\\d.]+)s\\] \\S+\\$async\\$\\S+ source: __JVM_LookupDefineClass__");

    private static boolean stoodStill(Path log) throws IOException {
        var times = Files.readAllLines(log).stream().map(BODY::matcher).filter(Matcher::matches)
                .map(m -> Double.valueOf(m.group(1))).toList();
        for (int i = 1; i < times.size(); i++) if (times.get(i) - times.get(i - 1) > STILL / 1000.0) return true;
        return false;
    }

    /// {@return what it printed}
    private static String output(Snippet snippet, Path folder, List<String> command) throws IOException, InterruptedException {
        Path printed = Files.createTempFile(folder, "printed", ".txt");
        var builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(printed.toFile());
        builder.environment().merge("PATH", Path.of(System.getProperty("java.home"), "bin").toString(),
                (path, jdk) -> jdk + File.pathSeparator + path);
        builder.environment().put("JDK_JAVA_OPTIONS", "-Xlog:class+load:file=" + LOG + ":uptime");
        Process process = builder.start();
        boolean ended = process.waitFor(55, TimeUnit.SECONDS);
        process.destroyForcibly().waitFor();
        String output = Files.readString(printed, UTF_8).replaceAll("NOTE: Picked up JDK_JAVA_OPTIONS: .*\\R", "");
        assertTrue(ended, () -> snippet.at + " does not end; is it to be marked no_run? It printed:\n" + output);
        assertEquals(0, process.exitValue(), () -> snippet.at + " failed:\n" + output);
        return output;
    }
}
