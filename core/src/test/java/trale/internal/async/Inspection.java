package trale.internal.async;

import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/// What every class goes through that the compiler makes while this is open: first what an earlier inspection does that is
/// still open, then a mutation, if the test wants one, and `ClassFile.verify`. The JVM verifies too, but it stops at the
/// first error and lets pass what a class loader of the platform would be trusted with.
public final class Inspection implements AutoCloseable {
    private final BiFunction<Class<?>, byte[], byte[]> before = Compiler.inspector;
    private final Supplier<CodeTransform> mutation;
    private int classes;

    private Inspection(Supplier<CodeTransform> mutation) {
        this.mutation = mutation;
        Compiler.inspector = this::inspect;
    }

    /// Verifies.
    public static Inspection verify() {
        return new Inspection(null);
    }

    /// Verifies what the mutation has made of the method `step` of each class.
    public static Inspection mutate(Supplier<CodeTransform> mutation) {
        return new Inspection(mutation);
    }

    private synchronized byte[] inspect(Class<?> host, byte[] compiled) {
        classes++;
        var bytes = before == null ? compiled : before.apply(host, compiled);
        var model = ClassFile.of().parse(bytes);
        var hierarchy = ClassHierarchyResolver.of(Set.of(), Map.of(model.thisClass().asSymbol(), Names.STATE_MACHINE))
                .orElse(ClassHierarchyResolver.ofClassLoading(host.getClassLoader()));
        var file = ClassFile.of(ClassHierarchyResolverOption.of(hierarchy));
        if (mutation != null)
            bytes = file.transformClass(model,
                    ClassTransform.transformingMethodBodies(m -> m.methodName().equalsString("step"), mutation.get()));
        var errors = file.verify(bytes);
        if (!errors.isEmpty()) throw new AssertionError("a state machine of " + host + " is not valid: " + errors);
        return bytes;
    }

    /// {@return how many classes were seen}
    public synchronized int classes() {
        return classes;
    }

    @Override
    public void close() {
        Compiler.inspector = before;
    }
}
