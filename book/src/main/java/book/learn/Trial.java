package book.learn;

import java.io.IOException;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.ToolProvider;

/// Compiles an answer beside its check, in this process, and runs the check on a thread of its own.
final class Trial {
    private final Path answer;
    private final Path check;

    private Trial(Path answer, Path check) {
        this.answer = answer;
        this.check = check;
    }

    /// {@return what is wrong first, or that nothing is}
    ///
    /// @param answer the learner's file, or a starter, or a solution
    /// @param limit  how long the check may take
    static Outcome of(Path answer, Path check, Duration limit) throws IOException, InterruptedException {
        Path classes = Files.createTempDirectory("trale-learn");
        try {
            return new Trial(answer, check).run(classes, limit);
        } finally {
            try (var files = Files.walk(classes)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private Outcome run(Path classes, Duration limit) throws IOException, InterruptedException {
        var errors = compile(classes);
        if (!errors.isEmpty()) return Outcome.red(errors);
        // The loader reads class files, because trale looks for the class file of an async body there.
        try (var loader = new URLClassLoader(new URL[] {classes.toUri().toURL()}, Trial.class.getClassLoader())) {
            loader.setDefaultAssertionStatus(true);
            return run(loader, limit);
        }
    }

    private List<String> compile(Path classes) throws IOException {
        var compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null) throw new IOException("this Java has no compiler: a JDK is needed");
        var problems = new DiagnosticCollector<JavaFileObject>();
        try (var files = compiler.getStandardFileManager(problems, null, null)) {
            var options = List.of("-d", classes.toString(), "-cp", System.getProperty("java.class.path"), "-g", "-proc:none");
            compiler.getTask(new StringWriter(), files, problems, options, null, files.getJavaFileObjects(answer, check)).call();
        }
        return problems.getDiagnostics().stream().filter(p -> p.getKind() == Diagnostic.Kind.ERROR).findFirst()
                .map(this::report).orElse(List.of());
    }

    private List<String> report(Diagnostic<? extends JavaFileObject> problem) {
        var report = new ArrayList<String>();
        report.add("It does not compile: " + problem.getMessage(null));
        if (problem.getSource() != null) {
            report.addAll(line(Path.of(problem.getSource().toUri()), (int) problem.getLineNumber(), (int) problem.getColumnNumber()));
        }
        return report;
    }

    private Outcome run(ClassLoader loader, Duration limit) throws InterruptedException {
        var failure = new Throwable[1];
        var thread = new Thread(() -> failure[0] = failure(loader), "exercise");
        thread.setDaemon(true); // it may be one that never ends
        thread.setContextClassLoader(loader);
        thread.start();
        if (thread.join(limit)) {
            return failure[0] == null ? Outcome.GREEN : Outcome.red(report(failure[0]));
        }
        StackTraceElement[] stack = thread.getStackTrace();
        thread.interrupt();
        boolean hasStopped = thread.join(Duration.ofSeconds(1));
        var report = new ArrayList<>(List.of("The check did not end within " + limit.toMillis() + " ms. It was here:"));
        report.addAll(line(stack));
        return new Outcome(false, report, !hasStopped);
    }

    private static Throwable failure(ClassLoader loader) {
        try {
            var type = loader.loadClass("Check");
            var constructor = type.getDeclaredConstructor();
            constructor.setAccessible(true);
            var main = type.getDeclaredMethod("main");
            main.setAccessible(true);
            main.invoke(constructor.newInstance());
            return null;
        } catch (InvocationTargetException e) {
            return e.getCause();
        } catch (ReflectiveOperationException | LinkageError e) {
            return e;
        }
    }

    /// The failure's own message, then a line of the learner's file if one of the causes has been there, else the check's.
    private List<String> report(Throwable failure) {
        var seen = new HashSet<Throwable>();
        Throwable innermost = failure;
        while (innermost.getCause() != null && seen.add(innermost)) {
            innermost = innermost.getCause();
        }
        var report = new ArrayList<String>();
        String message = innermost.getMessage();
        report.addAll((innermost instanceof AssertionError && message != null ? message : innermost.toString()).lines().toList());
        report.addAll(line(innermost.getStackTrace()));
        return report;
    }

    private List<String> line(StackTraceElement[] stack) {
        for (Path file : List.of(answer, check)) {
            for (StackTraceElement frame : stack) {
                if (file.getFileName().toString().equals(frame.getFileName())) {
                    return line(file, frame.getLineNumber(), 0);
                }
            }
        }
        return List.of();
    }

    /// @param column from 1; 0 if it is not known
    private static List<String> line(Path file, int number, int column) {
        var shown = new ArrayList<>(List.of("", "  " + file.getFileName() + ":" + number));
        try {
            String text = Files.readAllLines(file).get(number - 1);
            String margin = "  %4d │ ".formatted(number);
            shown.add(margin + text);
            if (column > 0) shown.add(" ".repeat(margin.length() + column - 1) + "^");
        } catch (IOException | IndexOutOfBoundsException e) {
            shown.add("  (the line is not there any more)"); // the learner edits while the check runs
        }
        return shown;
    }
}
