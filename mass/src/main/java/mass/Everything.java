package mass;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import trale.internal.async.Compiler;

/// All bodies of a library, whether something would reach them or not: each is compiled, and the JVM verifies what came of it.
public final class Everything {
    /// A static method of each class; the Strewer writes it.
    static final String COLLECTOR = "mass$bodies";

    private static int compiled;

    /// By the body's class and the message.
    private static final List<String> FAILURES = new ArrayList<>();

    final String name;
    final Strewer strewer;
    final List<String> failures = new ArrayList<>();
    int bodies;

    /// Classes that cannot be initialised as they are either, because what they need is not there, and why.
    final Map<String, Throwable> unusable = new LinkedHashMap<>();

    private final long seed;
    private final List<String> classes;
    private final StrewnLoader loader;
    private final StrewnLoader plain;

    private Everything(String name, long seed, Library library, List<String> classes) {
        this.name = name;
        this.seed = seed;
        this.strewer = new Strewer(seed, false, true);
        this.loader = new StrewnLoader(library, strewer);
        this.plain = new StrewnLoader(library, null);
        this.classes = classes;
    }

    static List<Everything> all(long seed) throws IOException {
        var jdk = List.of("java.math.", "java.util.regex.", "java.time.", "jdk.internal.util.DateTimeHelper");
        var names = new ArrayList<String>();
        for (var folder : List.of("java/math", "java/util/regex", "java/time")) names.addAll(inTheJdk(folder));
        var ecj = Library.onClassPath(Compilation.PREFIX);
        return List.of(
                new Everything("all of the JDK's", seed, Library.moved(null, jdk), names),
                new Everything("all of ecj", seed, ecj, inItsJar(Compilation.PREFIX + "internal.compiler.Compiler")));
    }

    private static List<String> inTheJdk(String folder) throws IOException {
        var java = FileSystems.getFileSystem(URI.create("jrt:/")).getPath("/modules/java.base");
        try (var files = Files.walk(java.resolve(folder))) {
            return files.map(f -> java.relativize(f).toString()).filter(Everything::isClass)
                    .map(f -> Library.MOVED + className(f)).sorted().toList();
        }
    }

    private static List<String> inItsJar(String name) throws IOException {
        URL url = Objects.requireNonNull(ClassLoader.getSystemResource(name.replace('.', '/') + ".class"), name);
        var jar = ((JarURLConnection) url.openConnection()).getJarFile();
        return jar.stream().map(e -> e.getName()).filter(f -> isClass(f) && className(f).startsWith(Compilation.PREFIX))
                .map(Everything::className).sorted().toList();
    }

    private static boolean isClass(String file) {
        return file.endsWith(".class") && !file.endsWith("-info.class");
    }

    private static String className(String file) {
        return file.substring(0, file.length() - ".class".length()).replace('/', '.');
    }

    /// Called by each class's collector.
    ///
    /// @param body a lambda
    public static void compile(Object body) {
        try {
            Compiler.compile(body, _ -> {});
            compiled++;
        } catch (IllegalArgumentException | IllegalStateException | LinkageError e) {
            FAILURES.add(body.getClass() + ": " + e);
        }
    }

    void compileAll() {
        compiled = 0;
        FAILURES.clear();
        new Driver(strewer.places, Long.MAX_VALUE).begin(seed); // initialisers run some of them
        for (var c : classes) collect(c);
        bodies = compiled;
        failures.addAll(FAILURES);
        long expected = strewer.bodies.stream().filter(b -> !unusable.containsKey(b.substring(0, b.lastIndexOf('.')))).count();
        if (bodies + failures.size() < expected) failures.add(name + ": only " + bodies + " of " + expected + " bodies were compiled");
    }

    private void collect(String c) {
        try {
            var collector = Class.forName(c, false, loader).getDeclaredMethod(COLLECTOR);
            collector.setAccessible(true);
            collector.invoke(null);
        } catch (InvocationTargetException e) {
            note(c, e.getCause());
        } catch (ReflectiveOperationException | LinkageError e) {
            note(c, e);
        }
    }

    private void note(String c, Throwable t) {
        if (isUsable(c)) FAILURES.add(c + ": " + t);
        else unusable.put(c, t);
    }

    /// {@return whether a class can be initialised if it is left alone}
    private boolean isUsable(String c) {
        try {
            Class.forName(c, true, plain);
            return true;
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }
}
