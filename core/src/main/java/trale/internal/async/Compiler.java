package trale.internal.async;

import static java.lang.constant.ConstantDescs.*;

import java.lang.classfile.*;
import java.lang.classfile.ClassFile.DeadCodeOption;
import java.lang.classfile.ClassFile.ShortJumpsOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.classfile.attribute.SourceFileAttribute;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Compiles an async body: from a lambda to a class beside the one it was written in.
///
/// ```
///  void serve() { spawn(() -> { … await(f) … }); }     Main.java
///  Code, Frames, Liveness, Layout                      what Analysis knows of the body
///  Layout -> Emitter                                   the last pass
///  final class Main$async$serve extends StateMachine   this file, by Lookup.defineClass
/// ```
///
/// The generated class is a visible class, not a hidden one, so stack traces, debuggers, profilers and NullPointerExceptions show it.
/// No streams, regular expressions or string concatenation on the way that every body takes: the first body of a program pays for
/// whatever is loaded here. Nothing of trale is imported in this package: [Names] has what it knows of it.
public final class Compiler {
    private static final MethodTypeDesc CONSTRUCTOR = MethodTypeDesc.of(CD_void);
    private static final ClassDesc CD_PLACES = ClassDesc.of("java.lang.StackTraceElement").arrayType();
    private static final MethodTypeDesc FIRST = MethodTypeDesc.of(CD_void, CD_Object, CD_Object);

    /// Of that constructor, as it is called. With classes other than Object the JDK would generate an adapter.
    private static final MethodType FIRST_TYPE = MethodType.methodType(Object.class, Object.class, Object.class);
    private static final MethodTypeDesc CREATE = MethodTypeDesc.of(Names.STATE_MACHINE, CD_Object, CD_Object);
    private static final MethodTypeDesc CHECK = MethodTypeDesc.of(CD_void, CD_Object, CD_Class);
    private static final MethodTypeDesc PLACES_OF = MethodTypeDesc.of(CD_PLACES);
    private static final String PLACES = "places";

    /// HotSpot does not compile a longer method.
    private static final int HUGE = 8_000;

    /// In a method with less bytecode than this no jump is too long.
    private static final int FAR = 32_768;

    /// A hook for tests: it gets each class file before it is defined, and the class that the body was written in.
    static volatile @Nullable BiFunction<Class<?>, byte[], byte[]> inspector;

    private final Analysis body;
    private final ClassDesc self;
    private final Linker linker;

    private Compiler(Analysis body, String name, @Nullable Class<?> lambda) {
        this.body = body;
        this.self = ClassDesc.of(name);
        this.linker = new Linker(body.access, body.host, self, lambda);
    }

    /// {@return a state machine for the lambda's class, of which more can be made by its method `create`}
    /// @param lambda of an interface that extends Serializable, and whose method has one parameter or none
    /// @param warnings gets each warning, as `Main.java:17: …`
    /// @throws IllegalArgumentException it cannot be compiled
    public static Object compile(Object lambda, Consumer<String> warnings) {
        var body = Analysis.of(lambda);
        try {
            for (var warning : body.warnings) warnings.accept(warning);
            var name = body.className();
            for (var n = 2;; n++) {
                if (!body.hasMember(name)) {
                    var compiler = new Compiler(body, name, lambda.getClass());
                    var compiled = compiler.define(compiler.classFile(warnings));
                    if (compiled != null)
                        return (Object) body.lookup.findConstructor(compiled, FIRST_TYPE.changeReturnType(void.class)).asType(FIRST_TYPE)
                                .invokeExact((Object) compiler.linker, (Object) compiler.places());
                }
                name = body.className().concat("_").concat(Integer.toString(n));
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("the class that was compiled for an async body cannot be used", e);
        }
    }

    /// {@return the class; null if its name is taken, by a class that was generated for another lambda}
    private @Nullable Class<?> define(byte[] bytes) throws IllegalAccessException {
        var inspect = inspector;
        try {
            return body.lookup.defineClass(inspect == null ? bytes : inspect.apply(body.host, bytes));
        } catch (LinkageError e) {
            if (isLoaded()) return null;
            throw e;
        }
    }

    private boolean isLoaded() {
        var name = self.packageName().isEmpty() ? self.displayName() : self.packageName().concat(".").concat(self.displayName());
        try {
            Class.forName(name, false, body.host.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        } catch (LinkageError e) {
            return true;
        }
    }

    /// {@return the class file of a body's state machine, to be looked at}
    /// @throws IllegalArgumentException it is too large
    public static byte[] classFile(Analysis body, Consumer<String> warnings) {
        return new Compiler(body, body.className(), null).classFile(warnings);
    }

    private byte[] classFile(Consumer<String> warnings) {
        // The emitter writes the stack maps, so no class of the body has to be loaded. The class-file library can't mend far jumps then.
        var file = ClassFile.of(StackMapsOption.DROP_STACK_MAPS, DeadCodeOption.KEEP_DEAD_CODE, ShortJumpsOption.FAIL_ON_SHORT_JUMPS);
        byte[] bytes;
        try {
            var source = Checks.sourceFile(body.model);
            bytes = file.build(self, c -> define(c, source));
        } catch (IllegalArgumentException e) {
            if (Emitter.bytesAtMost(body) < FAR) throw Checks.cannotBeCompiled(body.model, body.code.firstLine(), e);
            var rejection = Checks.rejection(body.model, body.code.firstLine(),
                    "the async body is too large: its state machine would be a method of more than"
                            + " 64 KB, or have a jump of more than 32 KB. Move parts of it to methods that return async(() -> …).");
            rejection.initCause(e);
            throw rejection;
        }
        if (bytes.length > HUGE) warnIfHuge(bytes, warnings); // a smaller class file needs no look at its methods
        return bytes;
    }

    /// See `Async.allow`.
    public static void allow(Lookup lookup) {
        var module = lookup.lookupClass().getModule();
        if (!module.isNamed()) return;
        try {
            var addOpens = lookup.findVirtual(Module.class, "addOpens", MethodType.methodType(Module.class, String.class, Module.class));
            for (var name : module.getPackages()) addOpens.invoke(module, name, Compiler.class.getModule());
        } catch (Throwable e) {
            throw new IllegalArgumentException("not a full-power lookup: " + lookup + ". Pass MethodHandles.lookup()", e);
        }
    }

    private void warnIfHuge(byte[] bytes, Consumer<String> warnings) {
        for (var m : ClassFile.of().parse(bytes).methods()) {
            if (!m.methodName().equalsString("step")) continue;
            var length = ((CodeAttribute) m.code().orElseThrow()).codeLength();
            if (length > HUGE)
                warnings.accept(Checks.sourceFile(body.model) + ":" + body.code.firstLine() + ": the async body is " + length
                        + " bytes of bytecode; beyond " + HUGE + " HotSpot only interprets it. "
                        + "Move parts of it to methods that return async(() -> …).");
        }
    }

    private void define(ClassBuilder c, String source) {
        c.withSuperclass(Names.STATE_MACHINE).withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SUPER);
        c.with(SourceFileAttribute.of(source));
        for (var field : body.layout.fields.entrySet()) c.withField(field.getKey(), field.getValue(), ClassFile.ACC_PRIVATE);
        c.withField(PLACES, CD_PLACES, ClassFile.ACC_PRIVATE | ClassFile.ACC_STATIC);
        linker.define(c);
        method(c, INIT_NAME, CONSTRUCTOR, 0);
        method(c, INIT_NAME, FIRST, 0);
        method(c, "create", CREATE, ClassFile.ACC_PROTECTED);
        method(c, "step", Emitter.STEP, ClassFile.ACC_PROTECTED);
        method(c, PLACES, PLACES_OF, ClassFile.ACC_PROTECTED);
        method(c, Linker.METHOD, Linker.LINK,
                ClassFile.ACC_PRIVATE | ClassFile.ACC_STATIC | ClassFile.ACC_VARARGS | ClassFile.ACC_SYNTHETIC);
    }

    /// One lambda for all methods: each further one would cost the first body half a millisecond.
    private void method(ClassBuilder c, String name, MethodTypeDesc type, int flags) {
        c.withMethodBody(name, type, flags, b -> {
            if (type == CREATE) create(b);
            else if (type == Emitter.STEP) Emitter.step(body, self, linker, b);
            else if (type == PLACES_OF) b.getstatic(self, PLACES, CD_PLACES).areturn();
            else if (type == Linker.LINK) linker.link(b);
            else constructor(b, type);
        });
    }

    /// The constructor of the class's first machine gets the linker, which no class file can hold, and the places.
    private void constructor(CodeBuilder b, MethodTypeDesc type) {
        b.aload(0).invokespecial(Names.STATE_MACHINE, INIT_NAME, CONSTRUCTOR);
        if (type == FIRST) {
            linker.store(b.aload(1));
            b.aload(2).checkcast(CD_PLACES).putstatic(self, PLACES, CD_PLACES);
        }
        b.return_();
    }

    /// `create(lambda, given)`: a new state machine. The captured and the given values are in the fields from which state 0 reads them.
    private void create(CodeBuilder b) {
        b.new_(self).dup().invokespecial(self, INIT_NAME, CONSTRUCTOR).astore(3);
        var inputs = body.inputs();
        if (isOverridable()) {
            input(b, 1, inputs.size(), CD_Object);
            b.astore(4).aload(3).aload(4).loadConstant(body.access.host()).invokevirtual(Names.STATE_MACHINE, "checkReceiver", CHECK);
        }
        var slot = 0;
        for (var n = 1; n <= inputs.size(); n++) {
            var type = inputs.get(n - 1);
            for (var kept : body.layout.states.getFirst().locals()) {
                if (kept.slot() != slot) continue;
                b.aload(3);
                input(b, n, inputs.size(), type);
                b.putfield(self, kept.field(), kept.fieldType());
            }
            slot += TypeKind.from(type).slotSize();
        }
        b.aload(3).areturn();
    }

    /// Pushes the n-th argument of the body's method. The given value comes behind the captured ones.
    private void input(CodeBuilder b, int n, int inputs, ClassDesc type) {
        if (n <= inputs - body.given) b.aload(1).invokedynamic(linker.captured(n, type));
        else b.aload(2).invokedynamic(linker.given(type));
    }

    private boolean isOverridable() {
        var fixed = ClassFile.ACC_STATIC | ClassFile.ACC_PRIVATE | ClassFile.ACC_FINAL;
        return (body.code.method.flags().flagsMask() & fixed) == 0 && (body.model.flags().flagsMask() & ClassFile.ACC_FINAL) == 0;
    }

    /// By state: the place where the body is suspended, as in a stack trace.
    private StackTraceElement[] places() {
        var states = body.layout.states;
        var places = new StackTraceElement[states.size()];
        for (var k = 0; k < places.length; k++)
            places[k] = new StackTraceElement(body.host.getName(), Analysis.methodName(body.form), Checks.sourceFile(body.model),
                    states.get(k).line());
        return places;
    }
}
