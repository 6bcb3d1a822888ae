package trale;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.util.function.Predicate;

/// Loads the plain twins of classes: the same class files, in which `Probe.plainAwait`, which polls until the future is
/// ready, stands for `Async.await`, and `Probe.plainAsync`, which calls the lambda, for `Async.async`. So nothing in them
/// is compiled to a state machine.
final class PlainTwin extends ClassLoader {
    private static final ClassDesc PROBE = ClassDesc.of("trale.corpus.Probe");

    private final Predicate<String> isTwin;

    /// @param original finds the class files
    /// @param isTwin which classes are to have a twin, by name
    PlainTwin(ClassLoader original, Predicate<String> isTwin) {
        super(original);
        this.isTwin = isTwin;
        setDefaultAssertionStatus(PlainTwin.class.desiredAssertionStatus());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        synchronized (getClassLoadingLock(name)) {
            if (!isTwin.test(name)) return super.loadClass(name, resolve);
            var loaded = findLoadedClass(name);
            if (loaded != null) return loaded;
            try (var in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
                var bytes = twin(in.readAllBytes());
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }

    private byte[] twin(byte[] classFile) {
        CodeTransform rename = (b, e) -> {
            if (e instanceof InvokeInstruction i && i.owner().asInternalName().equals("trale/Async")) {
                var name = i.name().equalsString("await") ? "plainAwait" : "plainAsync";
                b.invokestatic(PROBE, name, i.typeSymbol());
            } else {
                b.with(e);
            }
        };
        var file = ClassFile.of(ClassFile.ClassHierarchyResolverOption.of(ClassHierarchyResolver.ofResourceParsing(getParent())));
        return file.transformClass(file.parse(classFile), ClassTransform.transformingMethodBodies(rename));
    }
}
