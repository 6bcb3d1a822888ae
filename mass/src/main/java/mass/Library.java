package mass;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ConstantPoolSharingOption;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassHierarchyResolver.ClassHierarchyInfo;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.instruction.LocalVariableType;
import java.lang.constant.ClassDesc;
import java.util.List;
import jdk.internal.classfile.components.ClassRemapper;
import org.jspecify.annotations.Nullable;

/// Classes that are defined anew, so that their methods can be made async bodies.
interface Library {
    /// The prefix of packages whose classes were in the JDK.
    String MOVED = "moved.";

    /// {@return whether a class is one of them}
    boolean has(String name);

    /// {@return whether its methods are made bodies}
    boolean isStrewn(String name);

    /// {@return the class file, or null if there is none}
    byte @Nullable [] read(String name);

    /// A library on the class path: all classes whose names begin with the prefix.
    static Library onClassPath(String prefix) {
        return new Library() {
            @Override
            public boolean has(String name) {
                return name.startsWith(prefix);
            }

            @Override
            public boolean isStrewn(String name) {
                return true;
            }

            @Override
            public byte @Nullable [] read(String name) {
                return resource(name);
            }
        };
    }

    /// Part of the JDK, moved to packages of other names, and the class that uses it, rewritten to use the moved one.
    ///
    /// ```
    ///  java.math.BigInteger  ->  moved.java.math.BigInteger      strewn
    ///  mass.work.Numbers     ->  mass.work.Numbers               calls moved.java.math.BigInteger
    /// ```
    ///
    /// @param user null if there is none
    /// @param moved packages (`java.math.`, with what is below them) and classes (`java.util.BitSet`, with what is in them)
    static Library moved(@Nullable Class<?> user, List<String> moved) {
        return new Moved(user == null ? "" : user.getName(), moved);
    }

    private static byte @Nullable [] resource(String name) {
        try (var in = ClassLoader.getSystemResourceAsStream(name.replace('.', '/') + ".class")) {
            return in == null ? null : in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// See [Library#moved].
    ///
    /// @param user class name; empty if there is none
    record Moved(String user, List<String> moved) implements Library {
        private static final ClassTransform UNSIGNED = ClassTransform.transformingMethodBodies((b, e) -> {
            if (!(e instanceof LocalVariableType)) b.with(e);
        });

        @Override
        public boolean has(String name) {
            return name.startsWith(MOVED) || isUser(name);
        }

        private boolean isUser(String name) {
            return !user.isEmpty() && (name.equals(user) || name.startsWith(user + "$"));
        }

        @Override
        public boolean isStrewn(String name) {
            return name.startsWith(MOVED);
        }

        private boolean isMoved(String name) {
            for (var m : moved) if (m.endsWith(".") ? name.startsWith(m) : name.equals(m) || name.startsWith(m + "$")) return true;
            return false;
        }

        private ClassDesc map(ClassDesc type) {
            var name = name(type);
            return isMoved(name) ? ClassDesc.of(MOVED + name) : type;
        }

        private static String name(ClassDesc type) {
            var descriptor = type.descriptorString();
            return type.isClassOrInterface() ? descriptor.substring(1, descriptor.length() - 1).replace('/', '.') : descriptor;
        }

        @Override
        public byte @Nullable [] read(String name) {
            var original = resource(isUser(name) ? name : name.substring(MOVED.length()));
            if (original == null) return null;
            ClassHierarchyResolver resolver = this::superclass;
            // A new constant pool: with the old one, code that names nothing moved keeps stack maps that do (JDK 25).
            var file = ClassFile.of(ConstantPoolSharingOption.NEW_POOL, ClassHierarchyResolverOption.of(resolver));
            // The remapper misnames the inner classes of generic ones in signatures, which only debuggers read.
            var unsigned = file.transformClass(file.parse(original), UNSIGNED);
            return ClassRemapper.of(this::map).remapClass(file, file.parse(unsigned));
        }

        private @Nullable ClassHierarchyInfo superclass(ClassDesc type) {
            try {
                var name = name(type);
                var c = Class.forName(
                        name.startsWith(MOVED) ? name.substring(MOVED.length()) : name, false, Library.class.getClassLoader());
                if (c.isInterface()) return ClassHierarchyInfo.ofInterface();
                return ClassHierarchyInfo.ofClass(c.getSuperclass() == null ? null : map(ClassDesc.of(c.getSuperclass().getName())));
            } catch (ClassNotFoundException e) {
                return null;
            }
        }
    }
}
