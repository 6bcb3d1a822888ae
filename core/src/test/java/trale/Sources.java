package trale;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/// Classes compiled from a source text, in a loader of their own: for messages that name lines, and for odd classes.
final class Sources extends ClassLoader {
    private static final JavaCompiler JAVAC = ToolProvider.getSystemJavaCompiler();

    /// Reads the class path once for all, which takes longer than to compile a small class. Guarded by itself.
    private static final StandardJavaFileManager STANDARD = JAVAC.getStandardFileManager(null, null, null);

    private final Map<String, byte[]> classes = new HashMap<>();
    private final boolean showsItsFiles;
    private String hidden = "nothing";

    /// Classes that were asked for in vain.
    final List<String> missed = new ArrayList<>();

    private Sources(boolean showsItsFiles) {
        super("sources", Sources.class.getClassLoader());
        setDefaultAssertionStatus(Sources.class.desiredAssertionStatus());
        this.showsItsFiles = showsItsFiles;
    }

    static Sources compile(String name, String text, String... options) {
        return compile(true, name, text, options);
    }

    static Sources compile(boolean showsItsFiles, String name, String text, String... options) {
        return compile(showsItsFiles, Map.of(name, text), options);
    }

    /// @param texts by name
    static Sources compile(boolean showsItsFiles, Map<String, String> texts, String... options) {
        var loader = new Sources(showsItsFiles);
        var sources = new ArrayList<JavaFileObject>();
        texts.forEach((name, text) ->
                sources.add(new SimpleJavaFileObject(URI.create("string:///" + name + ".java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return text;
            }
        }));
        // The shared one would remember the release.
        var standard = List.of(options).contains("--release") ? JAVAC.getStandardFileManager(null, null, null) : STANDARD;
        var files = new ForwardingJavaFileManager<JavaFileManager>(standard) {
            @Override
            public JavaFileObject getJavaFileForOutput(Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
                return new SimpleJavaFileObject(URI.create("mem:///" + className.replace('.', '/') + ".class"), kind) {
                    @Override
                    public OutputStream openOutputStream() {
                        return new ByteArrayOutputStream() {
                            @Override
                            public void close() {
                                loader.classes.put(className, toByteArray());
                            }
                        };
                    }
                };
            }
        };
        var log = new java.io.StringWriter();
        synchronized (STANDARD) {
            if (!JAVAC.getTask(log, files, null, List.of(options), null, sources).call()) throw new AssertionError(log.toString());
        }
        return loader;
    }

    /// {@return another loader of the same classes, of which it has loaded none}
    Sources again() {
        var loader = new Sources(showsItsFiles);
        loader.classes.putAll(classes);
        return loader;
    }

    /// Hides the packages that begin so from its classes, as a container of plug-ins may.
    Sources hide(String packages) {
        hidden = packages;
        return this;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (name.startsWith(hidden)) throw new ClassNotFoundException(name + " is hidden");
        return super.loadClass(name, resolve);
    }

    /// From now on shows the files of another version; what is loaded stays as it is.
    Sources rebuild(String name, String text) {
        classes.putAll(compile(name, text).classes);
        return this;
    }

    /// From now on shows a file of which only the first bytes are there; what is loaded stays as it is.
    Sources cut(String name, int length) {
        classes.compute(name, (_, bytes) -> Arrays.copyOf(bytes, length));
        return this;
    }

    /// Rewrites a class that is not loaded yet, as tools for class files do.
    Sources rewrite(String name, ClassTransform transform) {
        var resolver = ClassHierarchyResolver.ofClassLoading(Sources.class.getClassLoader())
                .orElse(ClassHierarchyResolver.ofResourceParsing(this));
        var file = ClassFile.of(ClassFile.ClassHierarchyResolverOption.of(resolver));
        classes.compute(name, (_, bytes) -> file.transformClass(file.parse(bytes), transform));
        return this;
    }

    /// Calls a static method without parameters, and lets out what it throws.
    Object call(String name, String method) throws Throwable {
        var m = loadClass(name).getDeclaredMethod(method);
        m.setAccessible(true);
        try {
            return m.invoke(null);
        } catch (java.lang.reflect.InvocationTargetException e) {
            throw e.getCause();
        }
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        var bytes = classes.get(name);
        if (bytes == null) {
            missed.add(name);
            throw new ClassNotFoundException(name);
        }
        return defineClass(name, bytes, 0, bytes.length);
    }

    @Override
    public InputStream getResourceAsStream(String name) {
        var bytes = classes.get(name.replace('/', '.').replaceAll("\\.class$", ""));
        if (bytes != null) return showsItsFiles ? new ByteArrayInputStream(bytes) : null;
        return super.getResourceAsStream(name);
    }

    @Override
    public String toString() {
        return "the test's loader";
    }
}
