package trale.net;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import trale.support.NeedsLinux;
import trale.support.NeedsSoundCalls;

/// The Javadoc of a public method says from which threads it is called. That of a method that returns a future, which [GivingUpTest]
/// gives up, says what is left then and how it fails, and shows how it is used. DocumentationTest, in the module of the examples, runs
/// the examples.
@NeedsLinux("no kernel: it reads sources")
@NeedsSoundCalls("it makes none")
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class JavadocTest {
    private static final List<String> PACKAGES = List.of("trale", "trale/net", "trale/reactor", "trale/sync", "trale/time");

    /// Of which every public method, or the type for all of them, says from which threads it is called.
    private static final Set<String> TYPES = Set.of(
            "Async", "AsyncRead", "AsyncWrite", "Blocking", "Builder", "ByteStream", "Channel", "Endpoint", "Event",
            "Executor", "Future", "Interval", "JoinHandle", "LineReader", "Listener", "Permit", "Reactor", "Scope",
            "Semaphore", "Slot", "Source", "TcpListener", "TcpStream", "Timer", "UdpSocket", "UnixListener", "UnixStream",
            "WriteBuffer");

    /// These return no future, and have an example all the same.
    private static final Set<String> MORE = Set.of("Async.allow", "Async.await", "Async.isCancelled", "AsyncRead.of", "AsyncWrite.of",
            "ByteStream.shutdownOutput", "Channel.offer", "Channel.poll", "Endpoint.getOption", "Endpoint.setOption", "Executor.blockOn",
            "Executor.builder", "Executor.close", "Executor.snapshot", "Interval.every", "JoinHandle.cancel", "JoinHandle.join",
            "JoinHandle.toCompletableFuture", "LineReader.tie", "Reactor.add", "Reactor.register", "Scope.cancel", "TcpListener.bind",
            "TcpStream.noDelay", "UdpSocket.bind", "UdpSocket.connect", "UdpSocket.disconnect", "UdpSocket.join", "UdpSocket.leave",
            "UnixListener.bind");

    /// The streams' methods have the Javadoc of AsyncRead and AsyncWrite, and TcpStream's says how they fail.
    private static final Set<String> SOCKETS = Set.of("Listener", "UdpSocket");

    private static final Pattern EXAMPLE = Pattern.compile("<!-- run(?: in a task)?:.*-->\\s*```java\n");
    private static final Pattern GIVEN_UP = Pattern.compile("[Cc]ancel|[Dd]rop");
    private static final Pattern FAILURE = Pattern.compile("fail|throw");
    private static final Pattern THREADS = Pattern.compile(
            ("(?i)any thread|one (task|operation|thread)( at a time)? uses|one (task|operation|thread) at a time|"
                    + "executor's thread|by the task").replace(" ", "\\s+"));
    private static final List<String> ENDS_OF_SOCKETS =
            List.of("[IllegalStateException]", "ClosedChannelException]", "AsynchronousCloseException]");

    /// Names a method of the same type whose Javadoc holds here too, such as an overload.
    private static final Pattern AS = Pattern.compile("(?:As|see)\\s+\\[#(\\w+\\([^)]*\\))]");

    /// A public method.
    ///
    /// @param signature as `accept()`, `connect(String, int)`
    /// @param javadoc   its own, and then that of the methods which this one names
    /// @param overrides with Javadoc of its own; it shares the example of what it overrides
    private record Documented(String type, String signature, String javadoc, String ofType, boolean isFuture, boolean overrides) {
        String name() {
            return type + "." + signature;
        }

        String withoutParameters() {
            return name().replaceAll("\\(.*", "");
        }

        Documented as(Map<String, Documented> all) {
            var both = new StringBuilder(javadoc);
            AS.matcher(javadoc).results().map(m -> all.get(type + "." + plain(m.group(1)))).filter(d -> d != null && d != this)
                    .forEach(d -> both.append(d.javadoc));
            return new Documented(type, signature, both.toString(), ofType, isFuture, overrides);
        }

        Stream<String> lacks() {
            var lacks = new ArrayList<String>();
            var needsAnExample = isFuture || MORE.contains(withoutParameters());
            if (needsAnExample && !overrides && !EXAMPLE.matcher(javadoc).find()) lacks.add(name() + " has no example that is run");
            if (isFuture && !GIVEN_UP.matcher(javadoc).find()) lacks.add(name() + " does not say what a cancellation leaves behind");
            if (isFuture && !type.equals("JoinHandle") && !FAILURE.matcher(javadoc).find())
                lacks.add(name() + " does not say how it fails");
            if (isFuture && SOCKETS.contains(type))
                for (var end : ENDS_OF_SOCKETS) if (!javadoc.contains(end)) lacks.add(name() + " does not say when it fails with " + end);
            if (!THREADS.matcher(javadoc + ofType).find()) lacks.add(name() + " does not say from which threads");
            return lacks.stream();
        }
    }

    @Test
    void everyMethodHasAnExampleAndSaysFromWhichThreadsHowItFailsAndWhatACancellationLeavesBehind() throws Exception {
        var methods = methods(sources());
        assertEquals(List.of(), methods.stream().flatMap(Documented::lacks).toList());
        var expected = new TreeSet<>(GivingUpTest.methods().stream().map(name -> name.replaceAll("\\(.*", "")).toList());
        expected.removeIf(name -> name.startsWith("ByteStream.")); // they have the Javadoc of AsyncRead and AsyncWrite
        expected.addAll(MORE);
        var found = methods.stream().filter(d -> d.isFuture || MORE.contains(d.withoutParameters()))
                .map(Documented::withoutParameters).toList();
        assertEquals(expected, new TreeSet<>(found));
        assertEquals(TYPES, methods.stream().map(Documented::type).collect(toSet()));
    }

    @Test
    void aMethodThatLacksAnyOfThemIsNoticed() throws Exception {
        var right = """
                /// All of it from any thread.
                public class Source {
                    /// Waits. Cancelled, it leaves nothing behind.
                    ///
                    /// <!-- run: Source a = new Source(); -->
                    /// ```java
                    /// a.f();
                    /// ```
                    ///
                    /// @return never fails
                    public Future<Void> f() {}

                    /// As [#f()].
                    public Future<Void> f(List<int[]> is, Async.Body<Void>... bodies) {}

                    public void g() {}
                }
                """;
        assertEquals(List.of(), lacks(right));
        var f = "Source.f()";
        var other = "Source.f(List, Body...)";
        var lines = List.of(" has no example that is run", " does not say what a cancellation leaves behind", " does not say how it fails");
        assertEquals(List.of(f + lines.get(0), other + lines.get(0)), lacks(right.replace("<!-- run:", "<!-- given:")));
        assertEquals(List.of(f + lines.get(1), other + lines.get(1)), lacks(right.replace("Cancelled", "Given up")));
        assertEquals(List.of(f + lines.get(2), other + lines.get(2)), lacks(right.replace("never fails", "null")));
        assertEquals(lines.stream().map(other::concat).toList(), lacks(right.replace("As [#f()]", "As the other")), "an overload alone");
        var threads = " does not say from which threads";
        assertEquals(List.of(f + threads, other + threads, "Source.g()" + threads), lacks(right.replace("any thread", "a thread")));
        assertEquals(List.of("UdpSocket.f()", "UdpSocket.f(List, Body...)").stream()
                .flatMap(name -> ENDS_OF_SOCKETS.stream().map(end -> name + " does not say when it fails with " + end)).toList(),
                lacks(right.replace("class Source", "class UdpSocket")));
    }

    private static List<String> lacks(String source) throws IOException {
        var file = new SimpleJavaFileObject(URI.create("string:///A.java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return source;
            }
        };
        return methods(List.of(file)).stream().flatMap(Documented::lacks).toList();
    }

    private static Iterable<? extends JavaFileObject> sources() throws IOException {
        var files = new ArrayList<Path>();
        for (var p : PACKAGES) {
            try (var found = Files.list(Path.of("src/main/java", p))) {
                found.filter(f -> f.toString().endsWith(".java")).forEach(files::add);
            }
        }
        return ToolProvider.getSystemJavaCompiler().getStandardFileManager(null, null, null).getJavaFileObjectsFromPaths(files);
    }

    private static List<Documented> methods(Iterable<? extends JavaFileObject> sources) throws IOException {
        var found = new TreeMap<String, Documented>();
        var task = (JavacTask) ToolProvider.getSystemJavaCompiler().getTask(null, null, null, List.of("-proc:none"), null, sources);
        var docs = DocTrees.instance(task);
        for (var unit : task.parse()) {
            new TreePathScanner<Void, Void>() {
                @Override
                public Void visitMethod(MethodTree m, Void unused) {
                    var path = getCurrentPath().getParentPath();
                    var type = path.getLeaf() instanceof ClassTree t && TYPES.contains(t.getSimpleName().toString()) ? t : null;
                    if (type != null && m.getReturnType() != null && !m.getName().contentEquals("toString") && isPublic(type, m)) {
                        var javadoc = docs.getDocComment(getCurrentPath());
                        var overrides = m.getModifiers().getAnnotations().stream().anyMatch(a -> a.toString().startsWith("@Override"));
                        var signature = m.getName() + m.getParameters().stream().map(JavadocTest::type).collect(joining(", ", "(", ")"));
                        var isFuture = m.getReturnType().toString().matches("(Future|JoinHandle)<.*");
                        var method = new Documented(type.getSimpleName().toString(), plain(signature), javadoc == null ? "" : javadoc,
                                String.valueOf(docs.getDocComment(path)), isFuture, overrides);
                        if (!overrides || javadoc != null) found.put(method.name(), method);
                    }
                    return super.visitMethod(m, unused);
                }
            }.scan(unit, null);
        }
        return found.values().stream().map(d -> d.as(found)).toList();
    }

    private static String type(VariableTree parameter) {
        var type = parameter.getType().toString();
        return parameter.toString().contains("...") ? type.replaceFirst("(\\[]|\\.\\.\\.)$", "...") : type;
    }

    /// {@return the signature without type arguments, annotations and names of packages and outer types}
    private static String plain(String source) {
        for (String before; ; source = before) {
            before = source.replaceAll("<[^<>]*>", "").replaceAll("@\\w+(\\(\\))? ", "").replaceAll("\\w+\\.(?=\\w)", "");
            if (before.equals(source)) return source;
        }
    }

    /// A package-private superclass of public classes exports its methods too.
    private static boolean isPublic(ClassTree type, MethodTree m) {
        var flags = type.getModifiers().getFlags();
        var isExported = flags.contains(Modifier.PUBLIC) || flags.contains(Modifier.ABSTRACT);
        var isInterface = type.getKind() == Tree.Kind.INTERFACE;
        return isExported
                && (isInterface ? !m.getModifiers().getFlags().contains(Modifier.PRIVATE)
                        : m.getModifiers().getFlags().contains(Modifier.PUBLIC));
    }
}
