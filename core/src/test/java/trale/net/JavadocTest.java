package trale.net;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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

/// The Javadoc of what [GivingUpTest] gives up says what is left then, and shows how it is used. DocumentationTest, in the module of the examples,
/// runs the examples.
@NeedsLinux("no kernel: it reads sources")
@NeedsSoundCalls("it makes none")
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class JavadocTest {
    private static final List<String> PACKAGES = List.of("trale", "trale/net", "trale/reactor", "trale/sync", "trale/time");

    /// These return no future, and have an example all the same.
    private static final Set<String> MORE = Set.of("Async.isCancelled", "AsyncRead.of", "AsyncWrite.of", "Channel.offer", "Channel.poll",
            "Executor.close", "Interval.every", "JoinHandle.cancel", "JoinHandle.toCompletableFuture", "LineReader.tie");

    private static final Pattern EXAMPLE = Pattern.compile("<!-- run(?: in a task)?:.*-->\\s*```java\n");
    private static final Pattern GIVEN_UP = Pattern.compile("[Cc]ancel|[Dd]rop");

    /// A public method, or all its overloads.
    ///
    /// @param overrides with Javadoc of its own; it shares the example of what it overrides
    private record Documented(String name, String javadoc, boolean isFuture, boolean overrides) {
        Documented and(Documented overload) {
            return new Documented(name, javadoc + overload.javadoc, isFuture, overrides);
        }

        Stream<String> lacks() {
            var lacks = new ArrayList<String>();
            if (!overrides && !EXAMPLE.matcher(javadoc).find()) lacks.add(name + " has no example that is run");
            if (isFuture && !GIVEN_UP.matcher(javadoc).find()) lacks.add(name + " does not say what a cancellation leaves behind");
            return lacks.stream();
        }
    }

    @Test
    void everyMethodThatReturnsAFutureHasAnExampleAndSaysWhatACancellationLeavesBehind() throws Exception {
        var methods = methods(sources());
        assertEquals(List.of(), methods.values().stream().flatMap(Documented::lacks).toList());
        var expected = new TreeSet<>(GivingUpTest.methods());
        expected.removeIf(name -> name.startsWith("ByteStream.")); // they have the Javadoc of AsyncRead and AsyncWrite
        expected.addAll(MORE);
        assertEquals(expected, methods.keySet());
    }

    @Test
    void aMethodThatLacksBothIsNoticed() throws Exception {
        var lacking = """
                public class A {
                    /// Waits.
                    ///
                    /// ```java
                    /// a.f();
                    /// ```
                    public Future<Void> f() {}
                    public JoinHandle<Void> g() {}
                }
                """;
        assertEquals(List.of("A.f has no example that is run", "A.f does not say what a cancellation leaves behind",
                "A.g has no example that is run", "A.g does not say what a cancellation leaves behind"), lacks(lacking));
        assertEquals(List.of(), lacks("""
                public class A {
                    /// Waits. Cancelled, it leaves nothing behind.
                    ///
                    /// <!-- run: A a = new A(); -->
                    /// ```java
                    /// a.f();
                    /// ```
                    public Future<Void> f() {}

                    /// As [#f()].
                    public Future<Void> f(int i) {}
                }
                """));
    }

    private static List<String> lacks(String source) throws IOException {
        var file = new SimpleJavaFileObject(URI.create("string:///A.java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return source;
            }
        };
        return methods(List.of(file)).values().stream().flatMap(Documented::lacks).toList();
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

    private static TreeMap<String, Documented> methods(Iterable<? extends JavaFileObject> sources) throws IOException {
        var found = new TreeMap<String, Documented>();
        var task = (JavacTask) ToolProvider.getSystemJavaCompiler().getTask(null, null, null, List.of("-proc:none"), null, sources);
        var docs = DocTrees.instance(task);
        for (var unit : task.parse()) {
            new TreePathScanner<Void, Void>() {
                @Override
                public Void visitMethod(MethodTree m, Void unused) {
                    var type = (ClassTree) getCurrentPath().getParentPath().getLeaf();
                    var returned = String.valueOf(m.getReturnType());
                    var name = type.getSimpleName() + "." + m.getName();
                    var isFuture = returned.matches("(Future|JoinHandle)<.*");
                    if (isPublic(type, m) && (isFuture || MORE.contains(name))) {
                        var javadoc = docs.getDocComment(getCurrentPath());
                        var overrides = m.getModifiers().getAnnotations().stream().anyMatch(a -> a.toString().startsWith("@Override"));
                        if (!overrides || javadoc != null)
                            found.merge(name, new Documented(name, javadoc == null ? "" : javadoc, isFuture, overrides), Documented::and);
                    }
                    return super.visitMethod(m, unused);
                }
            }.scan(unit, null);
        }
        return found;
    }

    /// A package-private superclass of public classes exports its methods too.
    private static boolean isPublic(ClassTree type, MethodTree m) {
        var flags = type.getModifiers().getFlags();
        var isExported = flags.contains(Modifier.PUBLIC) || flags.contains(Modifier.ABSTRACT);
        var isInterface = type.getKind() == Tree.Kind.INTERFACE;
        return isExported && (isInterface ? !m.getModifiers().getFlags().contains(Modifier.PRIVATE) : m.getModifiers().getFlags().contains(Modifier.PUBLIC));
    }
}
