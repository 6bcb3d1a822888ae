package trale.internal.async;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassHierarchyResolver;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;

/// What every class goes through that the compiler makes while this is open: a mutation, if the test wants one, and
/// `ClassFile.verify`. The JVM verifies too, but it stops at the first error and lets pass what a class loader of the
/// platform would be trusted with.
public final class Inspection implements AutoCloseable {
    private final BiFunction<Class<?>, byte[], byte[]> before = Compiler.inspector;
    private int classes;

    private Inspection(UnaryOperator<byte[]> mutation) {
        Compiler.inspector = (host, bytes) -> inspect(host, mutation.apply(bytes));
    }

    /// Verifies.
    public static Inspection verify() {
        return mutate(UnaryOperator.identity());
    }

    /// Verifies what the mutation has made of each class.
    public static Inspection mutate(UnaryOperator<byte[]> mutation) {
        return new Inspection(mutation);
    }

    private synchronized byte[] inspect(Class<?> host, byte[] bytes) {
        classes++;
        var name = ClassFile.of().parse(bytes).thisClass().asSymbol();
        var hierarchy = ClassHierarchyResolver.of(Set.of(), Map.of(name, Emitter.CD_STATE_MACHINE))
                .orElse(ClassHierarchyResolver.ofClassLoading(host.getClassLoader()));
        var errors = ClassFile.of(ClassHierarchyResolverOption.of(hierarchy)).verify(bytes);
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
