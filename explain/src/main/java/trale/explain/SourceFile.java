package trale.explain;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/// The classes of a source file, compiled into memory; a compact source file too.
final class SourceFile extends ClassLoader {
    private final Map<String, byte[]> classes = new LinkedHashMap<>();

    private SourceFile(ClassLoader parent) {
        super("source", parent);
    }

    /// {@return the top-level classes of a source file; they are not initialised}
    /// @param path where javac finds other classes, besides this program's own class path
    /// @param parent a loader of all these
    /// @throws IllegalArgumentException it does not compile; the message has a line for each error
    static List<Class<?>> compile(Path file, String path, ClassLoader parent) throws ClassNotFoundException, IOException {
        var javac = ToolProvider.getSystemJavaCompiler();
        if (javac == null) throw new IllegalArgumentException(file + ": a source file needs a JDK: this Java has no module jdk.compiler");
        var loader = new SourceFile(parent);
        var diagnostics = new DiagnosticCollector<JavaFileObject>();
        var options = List.of("-g", "-proc:none", "-cp", System.getProperty("java.class.path") + File.pathSeparator + path);
        try (var disk = javac.getStandardFileManager(diagnostics, null, null)) {
            if (!javac.getTask(null, loader.files(disk), diagnostics, options, null, disk.getJavaFileObjects(file)).call())
                throw new IllegalArgumentException(errors(file, diagnostics));
        }
        var all = new ArrayList<Class<?>>();
        for (var name : loader.classes.keySet()) {
            var c = Class.forName(name, false, loader);
            if (c.getNestHost() == c) all.add(c);
        }
        return all;
    }

    private static String errors(Path file, DiagnosticCollector<JavaFileObject> diagnostics) {
        var lines = new ArrayList<String>();
        for (var d : diagnostics.getDiagnostics())
            if (d.getKind() == Diagnostic.Kind.ERROR) lines.add(file + ":" + d.getLineNumber() + ": " + d.getMessage(null));
        return String.join("\n", lines);
    }

    private ForwardingJavaFileManager<StandardJavaFileManager> files(StandardJavaFileManager disk) {
        return new ForwardingJavaFileManager<>(disk) {
            @Override
            public JavaFileObject getJavaFileForOutput(Location location, String name, JavaFileObject.Kind kind, FileObject sibling) {
                return new SimpleJavaFileObject(URI.create("mem:///" + name.replace('.', '/') + kind.extension), kind) {
                    @Override
                    public OutputStream openOutputStream() {
                        return new ByteArrayOutputStream() {
                            @Override
                            public void close() {
                                classes.put(name, toByteArray());
                            }
                        };
                    }
                };
            }
        };
    }

    /// Its own classes first: the class path may have them too, from another day.
    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        synchronized (getClassLoadingLock(name)) {
            var bytes = classes.get(name);
            if (bytes == null) return super.loadClass(name, resolve);
            var loaded = findLoadedClass(name);
            return loaded != null ? loaded : defineClass(name, bytes, 0, bytes.length);
        }
    }

    @Override
    public @Nullable InputStream getResourceAsStream(String name) {
        var bytes = name.endsWith(".class") ? classes.get(name.substring(0, name.length() - ".class".length()).replace('/', '.')) : null;
        return bytes == null ? super.getResourceAsStream(name) : new ByteArrayInputStream(bytes);
    }
}
