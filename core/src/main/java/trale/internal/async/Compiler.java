package trale.internal.async;

import static java.lang.constant.ConstantDescs.*;

import java.lang.System.Logger.Level;
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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/// Compiles an async body: from a lambda to a class beside the one it was written in.
///
/// ```
///  () -> { … await(f) … }                        Main.java
///  Code, Frames, Liveness, Layout                what Analysis knows of it
///  Layout -> Emitter                             the last pass
///  final class Main$async$1 extends StateMachine this file, by Lookup.defineClass
/// ```
///
/// The class is a normal, visible one, so that stack traces, debuggers, profilers and helpful NullPointerExceptions show it.
/// No streams, regular expressions or string concatenation on the way that every body takes: the first body of a program pays for
/// whatever is loaded here.
public final class Compiler {
    private static final MethodTypeDesc CONSTRUCTOR = MethodTypeDesc.of(CD_void);

    private static final MethodTypeDesc CHECK = MethodTypeDesc.of(CD_void, CD_Object, CD_Class);

    /// HotSpot does not compile a method beyond this.
    private static final int HUGE = 8_000;

    /// How many bodies of a class were compiled.
    private static final ClassValue<AtomicInteger> COMPILED = new ClassValue<>() {
        @Override
        protected AtomicInteger computeValue(Class<?> type) {
            return new AtomicInteger();
        }
    };

    /// Tests put here what each class file goes through before it is defined, with the class the body was written in.
    static volatile @Nullable BiFunction<Class<?>, byte[], byte[]> inspector;

    private final Analysis body;
    private final ClassDesc self;

    private Compiler(Analysis body, int number) {
        this.body = body;
        this.self = ClassDesc.of(body.host.getName().concat("$async$").concat(Integer.toString(number)));
    }

    /// {@return a state machine for the lambda's class, of which more can be made}
    /// @param lambda a `Body` or `VoidBody`
    /// @throws IllegalArgumentException it cannot be compiled
    public static Object compile(Object lambda) {
        var body = Analysis.of(lambda);
        try {
            var bytes = classFile(body, COMPILED.get(body.host).incrementAndGet());
            var inspect = inspector;
            var compiled = body.lookup.defineClass(inspect == null ? bytes : inspect.apply(body.host, bytes));
            Linker.COMPILED_FROM.get(compiled).set(lambda.getClass());
            return body.lookup.findConstructor(compiled, MethodType.methodType(void.class)).invoke();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("the class that was compiled for an async body cannot be used", e);
        }
    }

    /// {@return the class file of a body's state machine}
    /// @param number of the bodies of its class that have been compiled, this one included
    /// @throws IllegalArgumentException it is too large
    public static byte[] classFile(Analysis body, int number) {
        // The stack maps are our own, so that no class of the body has to be loaded; far jumps cannot be mended then.
        var file = ClassFile.of(StackMapsOption.DROP_STACK_MAPS, DeadCodeOption.KEEP_DEAD_CODE, ShortJumpsOption.FAIL_ON_SHORT_JUMPS);
        var compiler = new Compiler(body, number);
        try {
            var bytes = file.build(compiler.self, compiler::define);
            compiler.warnIfHuge(bytes);
            return bytes;
        } catch (IllegalArgumentException e) {
            var rejection = Checks.rejection(body.model, body.code.firstLine(), "the async body is too large: its state machine would be a method of more than"
                    + " 64 KB, or have a jump of more than 32 KB. Move parts of it to methods that return async(() -> …).");
            rejection.initCause(e);
            throw rejection;
        }
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

    private void warnIfHuge(byte[] bytes) {
        if (bytes.length <= HUGE) return; // saves the parsing
        for (var m : ClassFile.of().parse(bytes).methods()) {
            if (!m.methodName().equalsString("step")) continue;
            int length = ((CodeAttribute) m.code().orElseThrow()).codeLength();
            if (length > HUGE)
                System.getLogger("trale").log(Level.WARNING, Checks.sourceFile(body.model) + ":" + body.code.firstLine() + ": the async body is " + length
                        + " bytes of bytecode; beyond " + HUGE + " HotSpot only interprets it. Move parts of it to methods that return async(() -> …).");
        }
    }

    private void define(ClassBuilder c) {
        c.withSuperclass(Emitter.CD_STATE_MACHINE).withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SUPER);
        c.with(SourceFileAttribute.of(Checks.sourceFile(body.model)));
        for (var field : body.layout.fields.entrySet()) c.withField(field.getKey(), field.getValue(), ClassFile.ACC_PRIVATE);
        c.withMethodBody(INIT_NAME, CONSTRUCTOR, 0, this::constructor);
        c.withMethodBody("create", MethodTypeDesc.of(Emitter.CD_STATE_MACHINE, CD_Object), ClassFile.ACC_PROTECTED, this::create);
        c.withMethodBody("step", Emitter.STEP, ClassFile.ACC_PROTECTED, b -> Emitter.step(body, self, b));
        c.withMethodBody("source", MethodTypeDesc.of(CD_String), ClassFile.ACC_PROTECTED, this::source);
    }

    private void constructor(CodeBuilder b) {
        b.aload(0).invokespecial(Emitter.CD_STATE_MACHINE, INIT_NAME, CONSTRUCTOR).return_();
    }

    /// `create(lambda)`: a new state machine, with what its lambda captured where state 0 looks for it.
    private void create(CodeBuilder b) {
        b.new_(self).dup().invokespecial(self, INIT_NAME, CONSTRUCTOR).astore(2);
        int n = 1;
        int slot = 0;
        if (!body.isStatic()) capture(b, n++, slot++, body.linker.host());
        if (isOverridable())
            b.aload(2).aload(1).invokedynamic(body.linker.capture(1, CD_Object)).loadConstant(body.linker.host())
                    .invokevirtual(Emitter.CD_STATE_MACHINE, "checkReceiver", CHECK);
        for (var parameter : body.code.method.methodTypeSymbol().parameterList()) {
            capture(b, n++, slot, parameter);
            slot += TypeKind.from(parameter).slotSize();
        }
        b.aload(2).areturn();
    }

    private boolean isOverridable() {
        int fixed = ClassFile.ACC_STATIC | ClassFile.ACC_PRIVATE | ClassFile.ACC_FINAL;
        return (body.code.method.flags().flagsMask() & fixed) == 0 && (body.model.flags().flagsMask() & ClassFile.ACC_FINAL) == 0;
    }

    private void capture(CodeBuilder b, int n, int slot, ClassDesc type) {
        for (var captured : body.layout.states.getFirst().locals())
            if (captured.slot() == slot)
                b.aload(2).aload(1).invokedynamic(body.linker.capture(n, type)).putfield(self, captured.field(), captured.fieldType());
    }

    /// `source()`: see `StateMachine`.
    private void source(CodeBuilder b) {
        var text = new StringBuilder(body.host.getName()).append(':').append(Analysis.methodName(body.form)).append(':').append(Checks.sourceFile(body.model));
        for (var state : body.layout.states) text.append(':').append(state.line());
        b.loadConstant(text.toString()).areturn();
    }
}
