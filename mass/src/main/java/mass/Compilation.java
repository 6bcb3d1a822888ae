package mass;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// Eclipse's compiler, with async bodies in place of its methods, compiles sources to the same class files, bit for bit, and
/// says the same about them.
final class Compilation {
    static final String PREFIX = "org.eclipse.jdt.";

    private static final String ERRORS = "ecj has found errors";

    final Strewer strewer;
    final Driver driver;

    /// How many class files were compared.
    int classFiles;

    private final long seed;
    private final List<Path> sources;
    private final String classPath;

    Compilation(long seed, List<Path> sources, String classPath) {
        this.seed = seed;
        this.strewer = new Strewer(seed, false, false);
        this.driver = new Driver(strewer.places, Long.MAX_VALUE);
        this.sources = sources;
        this.classPath = classPath;
    }

    /// {@return the Java sources in a folder, and below}
    ///
    /// @param most no more than that many
    static List<Path> sources(Path folder, int most) throws IOException {
        try (var files = Files.walk(folder)) {
            return files.filter(f -> f.toString().endsWith(".java")).sorted().limit(most).toList();
        }
    }

    /// What one run of the compiler wrote.
    ///
    /// @param says what it printed
    private record Output(SortedMap<String, byte[]> classFiles, String says) {}

    /// Compiles twice and compares.
    ///
    /// @throws Difference there is one
    void compare() throws Exception {
        var plain = compile(new StrewnLoader(Library.onClassPath(PREFIX), null));
        if (plain.classFiles.isEmpty() || plain.says.contains(ERRORS))
            throw new IllegalStateException("not all was compiled: " + plain.says);
        driver.begin(seed);
        var strewn = compile(new StrewnLoader(Library.onClassPath(PREFIX), strewer));
        if (!plain.says.equals(strewn.says)) throw new Difference("ecj says\n" + strewn.says + "\ninstead of\n" + plain.says);
        if (!plain.classFiles.keySet().equals(strewn.classFiles.keySet()))
            throw new Difference("ecj writes " + strewn.classFiles.keySet() + "\ninstead of " + plain.classFiles.keySet());
        for (var file : plain.classFiles.entrySet())
            if (!Arrays.equals(file.getValue(), strewn.classFiles.get(file.getKey())))
                throw new Difference("ecj writes another " + file.getKey());
        classFiles = plain.classFiles.size();
    }

    private Output compile(ClassLoader ecj) throws Exception {
        var to = Files.createTempDirectory("mass");
        try {
            var says = new StringWriter();
            var arguments = new ArrayList<>(List.of("--release", "25", "-g", "-parameters", "-nowarn", "-proc:none", "-encoding", "UTF-8",
                    "-d", to.toString(), "-cp", classPath));
            for (var s : sources) arguments.add(s.toString());
            var main = Class.forName(PREFIX + "internal.compiler.batch.Main", true, ecj);
            var out = new PrintWriter(says);
            var compiler = main.getConstructor(PrintWriter.class, PrintWriter.class, boolean.class).newInstance(out, out, false);
            try {
                var isDone = main.getMethod("compile", String[].class).invoke(compiler, (Object) arguments.toArray(String[]::new));
                if (!Boolean.TRUE.equals(isDone)) out.println(ERRORS);
            } catch (InvocationTargetException e) {
                e.getCause().printStackTrace(out);
            }
            out.flush();
            return new Output(read(to), says.toString().replace(to.toString(), "…"));
        } finally {
            delete(to);
        }
    }

    private static SortedMap<String, byte[]> read(Path folder) throws IOException {
        var all = new TreeMap<String, byte[]>();
        try (var files = Files.walk(folder)) {
            for (var f : files.filter(Files::isRegularFile).toList()) all.put(folder.relativize(f).toString(), Files.readAllBytes(f));
        }
        return all;
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (var f : files.sorted((a, b) -> b.compareTo(a)).toList()) Files.delete(f);
        }
    }
}
