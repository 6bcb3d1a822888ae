package trale.support;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.NewMultiArrayInstruction;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.lang.classfile.instruction.NewPrimitiveArrayInstruction;
import java.lang.classfile.instruction.NewReferenceArrayInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Loads trale's classes and the tests' once more, and lets chosen allocations of a thread fail: each `new` in them, each lambda that keeps
/// a variable, and each call of a method of the JDK that is known to allocate. Bodies are compiled from these classes, so it is the same in
/// a body. Left out are the compiler of bodies and the initialisers of classes, which only the first run of a program needs.
public final class FailingAllocations extends ClassLoader {
    private static final ClassDesc THIS = FailingAllocations.class.describeConstable().orElseThrow();
    private static final MethodTypeDesc NO_ARGUMENTS = MethodTypeDesc.of(ConstantDescs.CD_void);

    /// By name, as the class may be a subclass of the one that declares it.
    private static final Set<String> ALLOCATING = Set.of(
            "valueOf", "of", "ofNanos", "ofMillis", "iterator", "add", "addAll", "put", "push", "computeIfAbsent", "concat", "toString",
            "allocate", "allocateDirect", "copyOf", "copyOfRange", "clone", "getBytes", "substring", "replace", "getHostAddress",
            "getByAddress",
            "register", "invokeExact", "toList", "collect", "stream", "map", "ofBuffer", "ofAddress", "reinterpret", "asByteBuffer",
            "newThread", "start", "addSuppressed", "getStackTrace", "append", "slice", "duplicate", "whenComplete", "toCompletableFuture");

    /// Classes and methods to which these names say something else.
    private static final Set<String> WITHOUT = Set.of("java/lang/Enum", "java/lang/Boolean", "java/nio/ByteBuffer.put");

    private static volatile @Nullable Thread thread; // whose allocations count
    private static int before; // the first that fails; these by that thread, and by another one before the thread runs
    private static int failing;
    private static volatile @Nullable OutOfMemoryError thrown;

    private final Set<String> untouched; // methods

    /// @param failing how many allocations will fail. If two may, the calls that are made in any case are left out: they allocate nothing,
    ///     although calls of their kind do
    public FailingAllocations(int failing) {
        super(FailingAllocations.class.getClassLoader());
        untouched = failing == 1 ? Set.of("<clinit>") : Set.of("<clinit>", "callInAnyCase");
    }

    /// From now on `before` allocations of the thread succeed, and then `failing` fail.
    public static void begin(Thread of, int before, int failing) {
        FailingAllocations.before = before;
        FailingAllocations.failing = failing;
        thrown = null;
        thread = of;
    }

    /// {@return what the first allocation that failed has thrown, or null}
    public static @Nullable OutOfMemoryError end() {
        thread = null;
        return thrown;
    }

    /// Called before each allocation.
    public static void allocate() {
        if (Thread.currentThread() != thread || before-- > 0 || failing-- <= 0) return;
        var error = new OutOfMemoryError("of the test");
        if (thrown == null) thrown = error;
        throw error;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith("trale.") || name.equals(FailingAllocations.class.getName())) return super.loadClass(name, resolve);
        synchronized (getClassLoadingLock(name)) {
            var loaded = findLoadedClass(name);
            if (loaded != null) return loaded;
            var bytes = bytes(name.replace('.', '/').concat(".class"));
            if (bytes == null) throw new ClassNotFoundException(name);
            return defineClass(name, bytes, 0, bytes.length);
        }
    }

    @Override
    public @Nullable InputStream getResourceAsStream(String name) {
        if (!name.startsWith("trale/") || !name.endsWith(".class")) return super.getResourceAsStream(name);
        var bytes = bytes(name);
        return bytes == null ? null : new ByteArrayInputStream(bytes);
    }

    private byte @Nullable [] bytes(String resource) {
        try (var in = getParent().getResourceAsStream(resource)) {
            if (in == null) return null;
            var bytes = in.readAllBytes();
            if (resource.startsWith("trale/internal/async/")) return bytes;
            var file = ClassFile.of();
            return file.transformClass(file.parse(bytes), ClassTransform.transformingMethodBodies(
                    m -> !untouched.contains(m.methodName().stringValue()), CodeTransform.ofStateful(() -> (builder, element) -> {
                        if (allocates(element)) builder.invokestatic(THIS, "allocate", NO_ARGUMENTS);
                        builder.with(element);
                    })));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean allocates(CodeElement element) {
        return switch (element) {
            case NewObjectInstruction _, NewReferenceArrayInstruction _, NewPrimitiveArrayInstruction _, NewMultiArrayInstruction _ -> true;
            case InvokeDynamicInstruction i -> i.typeSymbol().parameterCount() > 0;
            case InvokeInstruction i -> {
                var owner = i.owner().asInternalName();
                var name = i.name().stringValue();
                yield owner.startsWith("java/") && ALLOCATING.contains(name)
                        && !WITHOUT.contains(owner) && !WITHOUT.contains(owner + "." + name);
            }
            default -> false;
        };
    }
}
