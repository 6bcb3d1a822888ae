package trale.explain;

import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import trale.internal.async.Compiler;

/// `./trale explain`: prints the state machines of the async bodies in classes or source files.
final class Main {
    private static final String USAGE = """
            usage: ./trale explain [-cp PATH] [--dot] [--class-files FOLDER] NAME ...

            Prints the state machine that each async body in NAME becomes; nothing of it is run.
              NAME                   a class on the class path, as examples.SubTasks, or a source file, as Hello.java
              -cp PATH               where to look for classes, besides the examples
              --dot                  in the language of Graphviz: ./trale explain --dot NAME | dot -Tsvg
              --class-files FOLDER   also writes the generated classes, for javap
            """;

    private Main() {}

    static void main(String[] args) {
        System.exit(run(args, System.out, System.err));
    }

    /// {@return the status to exit with: 0 good, 1 something is not to be found, or cannot be compiled, 2 wrong arguments}
    static int run(String[] args, PrintStream out, PrintStream err) {
        boolean dot = false;
        boolean rejected = false;
        Path folder = null;
        var path = "";
        var names = new ArrayList<String>();
        for (int i = 0; i < args.length; i++) {
            if (args[i].equals("--dot")) dot = true;
            else if (args[i].equals("--class-files") && i + 1 < args.length) folder = Path.of(args[++i]);
            else if (args[i].equals("-cp") && i + 1 < args.length) path = args[++i];
            else if (args[i].startsWith("-")) return usage(err);
            else names.add(args[i]);
        }
        if (names.isEmpty()) return usage(err);
        try (var loader = new URLClassLoader(urls(path), Main.class.getClassLoader())) {
            var graphs = new ArrayList<String>();
            for (var name : names) {
                int before = graphs.size();
                for (var c : classes(name, path, loader)) {
                    for (var body : Bodies.in(c)) {
                        var graph = Graphs.of(body);
                        graphs.add(dot ? graph.toDot() : graph.toString());
                        if (!graph.rejection().isEmpty()) rejected = true;
                        else if (folder != null) write(body, folder);
                    }
                }
                if (graphs.size() == before) err.println("trale: " + name + " has no async body");
            }
            out.print(String.join("\n", graphs));
            out.flush();
            return rejected ? 1 : 0;
        } catch (ClassNotFoundException e) {
            err.println("trale: there is no class '" + e.getMessage() + "' on the class path; a source file ends with .java");
        } catch (IllegalArgumentException e) {
            err.println("trale: " + e.getMessage());
        } catch (LinkageError | IOException e) {
            err.println("trale: " + e);
        }
        return 1;
    }

    private static URL[] urls(String path) throws IOException {
        var urls = new ArrayList<URL>();
        for (var entry : path.split(File.pathSeparator, -1)) if (!entry.isEmpty()) urls.add(Path.of(entry).toUri().toURL());
        return urls.toArray(new URL[0]);
    }

    private static int usage(PrintStream err) {
        err.print(USAGE);
        return 2;
    }

    private static List<Class<?>> classes(String name, String path, ClassLoader loader) throws ClassNotFoundException, IOException {
        if (!name.endsWith(".java")) return List.of(Class.forName(name, false, loader));
        var file = Path.of(name);
        if (!Files.isRegularFile(file)) throw new IllegalArgumentException("there is no file '" + name + "'");
        return SourceFile.compile(file, path, loader);
    }

    private static void write(Bodies.Body body, Path folder) throws IOException {
        var analysis = body.analysis();
        var file = folder.resolve(analysis.className().replace('.', '/') + ".class");
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        Files.write(file, Compiler.classFile(analysis, _ -> {}));
    }
}
