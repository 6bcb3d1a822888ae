package trale.internal.async;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.invoke.MethodType;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/// **The class file, and whether it is the one that was loaded.** A class loader reads a class's file once; a body's may be read
/// much later, when a build may have put another one there. Then the number in `lambda$main$3f2a91c0$2` may be another lambda's.
///
/// The JVM does not show what it has loaded. Compared is what reflection knows: each method and field of the file is in the
/// class, and each lambda of the class is in the file. (What the class has besides may come from an agent.) And the file is the
/// same at each of the class's bodies.
public final class ClassFiles {

    /// The hash of the file that was compared with a class.
    private static final class Compared {
        private boolean isThere;
        private int hash;

        /// {@return whether this file still has to be compared}
        synchronized boolean isFirst(Class<?> c, int hash) {
            if (isThere && this.hash != hash) throw another(c, "it has changed since the first async body of the class was compiled");
            return !isThere;
        }

        synchronized void is(int hash) {
            this.isThere = true;
            this.hash = hash;
        }
    }

    private static final ClassValue<Compared> COMPARED = new ClassValue<>() {
        @Override
        protected Compared computeValue(Class<?> type) {
            return new Compared();
        }
    };

    private ClassFiles() {}

    /// {@return the file of a class that is loaded}
    /// @throws IllegalArgumentException the loader does not show it, or shows another
    public static ClassModel read(Class<?> c) {
        var bytes = bytes(c);
        var model = ClassFile.of().parse(bytes);
        int hash = Arrays.hashCode(bytes);
        var compared = COMPARED.get(c);
        if (compared.isFirst(c, hash)) {
            compare(c, model);
            compared.is(hash);
        }
        return model;
    }

    /// {@return the file, to be searched}
    /// @throws IllegalArgumentException the loader does not show it
    static ClassModel parse(Class<?> c) {
        return ClassFile.of().parse(bytes(c));
    }

    private static byte[] bytes(Class<?> c) {
        var name = c.getName().substring(c.getName().lastIndexOf('.') + 1).concat(".class");
        try (var in = c.getResourceAsStream(name)) {
            if (in == null)
                throw new IllegalArgumentException(c.getName() + ": its class loader, " + loader(c) + ", has no resource " + name
                        + ". An async body is compiled from its class file: let the loader's getResourceAsStream find it.");
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(c.getName() + ": its class file cannot be read from " + loader(c), e);
        }
    }

    private static String loader(Class<?> c) {
        return c.getClassLoader() == null ? "the boot loader" : c.getClassLoader().toString();
    }

    private static IllegalArgumentException another(Class<?> c, String what) {
        return new IllegalArgumentException(c.getName() + ": the class file that " + loader(c) + " shows is not the one that was loaded: " + what
                + ". Was it built anew while the program runs? Start the program again.");
    }

    private static void compare(Class<?> c, ClassModel model) {
        if (!model.thisClass().asInternalName().equals(c.getName().replace('.', '/'))) throw another(c, "it is that of " + model.thisClass().asInternalName());
        var inFile = new HashSet<String>();
        for (var m : model.methods()) inFile.add(m.methodName().stringValue().concat(m.methodType().stringValue()));
        inFile.remove("<clinit>()V"); // reflection does not show it
        try {
            var loaded = new HashSet<String>();
            for (var constructor : c.getDeclaredConstructors()) loaded.add("<init>".concat(descriptor(void.class, constructor.getParameterTypes())));
            for (var m : c.getDeclaredMethods()) {
                var member = m.getName().concat(descriptor(m.getReturnType(), m.getParameterTypes()));
                loaded.add(member);
                if (m.isSynthetic() && m.getName().contains("lambda$") && !inFile.contains(member)) throw another(c, "it does not have ".concat(member));
            }
            requireAll(c, inFile, loaded);
            inFile.clear();
            loaded.clear();
            for (var f : model.fields()) inFile.add(f.fieldName().stringValue().concat(" ").concat(f.fieldType().stringValue()));
            for (var f : c.getDeclaredFields()) loaded.add(f.getName().concat(" ").concat(f.getType().descriptorString()));
            requireAll(c, inFile, loaded);
        } catch (NoClassDefFoundError e) {
            // A type in a signature is not there, as that of an optional library: reflection shows nothing then.
        }
    }

    private static String descriptor(Class<?> returned, Class<?>[] parameters) {
        return MethodType.methodType(returned, parameters).descriptorString();
    }

    private static void requireAll(Class<?> c, Set<String> inFile, Set<String> loaded) {
        for (var member : inFile) if (!loaded.contains(member)) throw another(c, "it has ".concat(member).concat(", which the class has not"));
    }
}
