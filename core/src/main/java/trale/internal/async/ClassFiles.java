package trale.internal.async;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.invoke.MethodType;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.jar.JarFile;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/// **The class file, and whether it is the one that was loaded.** A class loader reads a class's file once; a body's may be read
/// much later, when a build may have put another one there. Then the number in `lambda$main$3f2a91c0$2` may be another lambda's.
///
/// The JVM does not show the bytes that it has loaded. So this compares what it does show: each method and field of the file is in the
/// class, each lambda of the class is in the file, and the file has the lines at which the class's methods are running. Other members of
/// the class may come from an agent.
public final class ClassFiles {

    /// By class: the hash of the file whose members are those of the class. Two threads may compare at once: both find the same.
    private static final ClassValue<AtomicReference<@Nullable Integer>> COMPARED = new ClassValue<>() {
        @Override
        protected AtomicReference<@Nullable Integer> computeValue(Class<?> type) {
            return new AtomicReference<>();
        }
    };

    private ClassFiles() {}

    /// {@return the file of a class that is loaded}
    /// @throws IllegalArgumentException the class loader does not show it, or shows another one
    public static ClassModel read(Class<?> c) {
        var bytes = bytes(c);
        var model = parse(c, bytes);
        Integer hash = Arrays.hashCode(bytes);
        var compared = COMPARED.get(c);
        if (!hash.equals(compared.get())) {
            compareMembers(c, model);
            compared.set(hash);
        }
        compareLines(c, model);
        return model;
    }

    /// {@return the file of a class, not compared with the class}
    /// @throws IllegalArgumentException the class loader does not show it
    static ClassModel parse(Class<?> c) {
        return parse(c, bytes(c));
    }

    private static ClassModel parse(Class<?> c, byte[] bytes) {
        try {
            var model = ClassFile.of().parse(bytes);
            model.attributes(); // the end of the file
            return model;
        } catch (IllegalArgumentException e) {
            throw another(c, "it cannot be read, ".concat(String.valueOf(e.getMessage())));
        }
    }

    private static byte[] bytes(Class<?> c) {
        var name = c.getName().substring(c.getName().lastIndexOf('.') + 1).concat(".class");
        try (var jar = jar(c)) {
            var entry = jar == null ? null : jar.getEntry(c.getName().replace('.', '/').concat(".class"));
            try (var in = jar == null || entry == null ? c.getResourceAsStream(name) : jar.getInputStream(entry)) {
                if (in == null)
                    throw new IllegalArgumentException(c.getName() + ": its class loader, " + loader(c) + ", has no resource " + name
                            + ". An async body is compiled from its class file: let the loader's getResourceAsStream find it."
                            + outOfDescriptors());
                return in.readAllBytes();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(c.getName() + ": its class file cannot be read from " + loader(c), e);
        }
    }

    /// {@return a sentence, if no file can be opened now} A class loader answers null for a file that it cannot open.
    private static String outOfDescriptors() {
        try (var _ = new FileInputStream("/dev/null")) {
            return "";
        } catch (IOException e) {
            return " It may be there: no file can be opened now, " + e.getMessage() + ". Close descriptors that are not needed,"
                    + " raise the limit (ulimit -n), or make the first body of each class before they are used up.";
        }
    }

    /// {@return the jar that a class of the class path was loaded from, or null} To ask the loader for the file would search all modules of
    /// the JDK first, and load what URLs of jars need: five milliseconds of a program's start.
    private static @Nullable JarFile jar(Class<?> c) throws IOException {
        if (c.getModule().isNamed() || c.getClassLoader() != ClassLoader.getSystemClassLoader()) return null;
        var source = c.getProtectionDomain().getCodeSource();
        var url = source == null ? null : source.getLocation();
        if (url == null || !url.getProtocol().equals("file") || !url.getPath().endsWith(".jar")) return null;
        try {
            return new JarFile(new File(url.toURI()), false, ZipFile.OPEN_READ, Runtime.version());
        } catch (URISyntaxException e) {
            return null;
        }
    }

    private static String loader(Class<?> c) {
        return c.getClassLoader() == null ? "the boot loader" : c.getClassLoader().toString();
    }

    private static IllegalArgumentException another(Class<?> c, String what) {
        return new IllegalArgumentException(
                c.getName() + ": the class file that " + loader(c) + " shows is not the one that was loaded: " + what
                        + ". Was it built anew while the program runs? Start the program again.");
    }

    private static void compareMembers(Class<?> c, ClassModel model) {
        if (!model.thisClass().asInternalName().equals(c.getName().replace('.', '/')))
            throw another(c, "it is that of " + model.thisClass().asInternalName());
        var inFile = new HashSet<String>();
        for (var m : model.methods()) inFile.add(m.methodName().stringValue().concat(m.methodType().stringValue()));
        inFile.remove("<clinit>()V"); // reflection does not show it
        try {
            var loaded = new HashSet<String>();
            for (var constructor : c.getDeclaredConstructors())
                loaded.add("<init>".concat(descriptor(void.class, constructor.getParameterTypes())));
            for (var m : c.getDeclaredMethods()) {
                var member = m.getName().concat(descriptor(m.getReturnType(), m.getParameterTypes()));
                loaded.add(member);
                if (m.isSynthetic() && m.getName().contains("lambda$") && !inFile.contains(member))
                    throw another(c, "it does not have ".concat(member));
            }
            requireAll(c, inFile, loaded);
            inFile.clear();
            loaded.clear();
            for (var f : model.fields()) inFile.add(f.fieldName().stringValue().concat(" ").concat(f.fieldType().stringValue()));
            for (var f : c.getDeclaredFields()) loaded.add(f.getName().concat(" ").concat(f.getType().descriptorString()));
            requireAll(c, inFile, loaded);
        } catch (NoClassDefFoundError e) {
            // A type in a signature cannot be loaded, for example of an optional library. Then reflection shows nothing.
        }
    }

    /// Most bodies are made by a method of their class, which is running at a line of the file that was loaded. A stack trace has the names
    /// of classes and methods alone. If these leave a doubt, this looks again, with a StackWalker, which takes a program's first body two
    /// milliseconds.
    private static void compareLines(Class<?> c, ClassModel model) {
        for (var frame : Thread.currentThread().getStackTrace()) {
            if (!frame.getClassName().equals(c.getName()) || frame.getLineNumber() < 0) continue;
            if (isDoubtful(frame, model)) {
                walk(c, model);
                return;
            }
        }
    }

    private static boolean isDoubtful(StackTraceElement frame, ClassModel model) {
        MethodModel only = null;
        for (var m : model.methods()) {
            if (!m.methodName().equalsString(frame.getMethodName())) continue;
            if (only != null) return true;
            only = m;
        }
        return only == null || !hasLine(only, frame.getLineNumber());
    }

    private static void walk(Class<?> c, ClassModel model) {
        StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE).forEach(frame -> {
            if (frame.getDeclaringClass() != c || frame.getLineNumber() < 0) return;
            for (var m : model.methods())
                if (m.methodName().equalsString(frame.getMethodName()) && m.methodType().equalsString(frame.getDescriptor())
                        && !hasLine(m, frame.getLineNumber()))
                    throw another(c, "there is nothing at line ".concat(Integer.toString(frame.getLineNumber())).concat(" in its method ")
                            .concat(frame.getMethodName()).concat(", where the class's is running"));
        });
    }

    private static boolean hasLine(MethodModel m, int line) {
        var code = m.code().orElse(null);
        var lines = code == null ? null : code.findAttribute(Attributes.lineNumberTable()).orElse(null);
        if (lines == null) return false;
        for (var n : lines.lineNumbers()) if (n.lineNumber() == line) return true;
        return false;
    }

    private static String descriptor(Class<?> returned, Class<?>[] parameters) {
        return MethodType.methodType(returned, parameters).descriptorString();
    }

    private static void requireAll(Class<?> c, Set<String> inFile, Set<String> loaded) {
        for (var member : inFile)
            if (!loaded.contains(member)) throw another(c, "it has ".concat(member).concat(", which the class has not"));
    }
}
