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
import java.lang.invoke.MethodHandleInfo;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.AccessFlag;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/// Compiles an async body: from a lambda to a class beside the one it was written in.
///
/// ```
///  () -> { … await(f) … }                        Main.java
///  Main.lambda$main$0, and an object of a hidden class that would call it      javac, LambdaMetafactory
///  SerializedLambda -> Main.class -> lambda$main$0                             this file
///  Code -> Frames -> Liveness -> Layout -> Emitter                             the passes; Checks says no, Linker helps
///  final class Main$async$1 extends StateMachine                               this file, by Lookup.defineClass
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

    private final SerializedLambda lambda;
    private final Class<?> host;
    private final ClassModel model;
    private final Code code;
    private final ClassDesc self;
    private final Linker linker;
    private final boolean isStatic;
    private final Frames frames;
    private final Liveness liveness;
    private final Layout layout;

    private Compiler(SerializedLambda lambda, Lookup lookup) {
        this.lambda = lambda;
        this.host = lookup.lookupClass();
        this.model = Checks.read(host);
        this.code = new Code(method());
        this.isStatic = code.method.flags().has(AccessFlag.STATIC);
        this.self = ClassDesc.of(host.getName().concat("$async$").concat(Integer.toString(COMPILED.get(host).incrementAndGet())));
        this.linker = new Linker(lookup);
        var entry = entry();
        this.frames = new Frames(code, entry);
        var checks = new Checks(host, model);
        checks.monitors(code, frames);
        checks.nestedAwaits(code.at);
        this.liveness = new Liveness(code, frames);
        this.layout = new Layout(code, frames, liveness, entry, linker);
    }

    /// {@return a state machine for the lambda's class, of which more can be made}
    /// @param lambda a `Body` or `VoidBody`
    /// @throws IllegalArgumentException it cannot be compiled
    public static Object compile(Object lambda) {
        if (!lambda.getClass().isHidden()) throw notALambda(lambda.getClass());
        try {
            var form = (SerializedLambda) privateLookup(lambda.getClass())
                    .findVirtual(lambda.getClass(), "writeReplace", MethodType.methodType(Object.class))
                    .invoke(lambda);
            var host = Class.forName(form.getCapturingClass().replace('/', '.'), false, lambda.getClass().getClassLoader());
            var lookup = privateLookup(host);
            var bytes = new Compiler(form, lookup).bytes();
            var inspect = inspector;
            if (inspect != null) bytes = inspect.apply(host, bytes);
            var compiled = lookup.defineClass(bytes);
            Linker.COMPILED_FROM.get(compiled).set(lambda.getClass());
            return lookup.findConstructor(compiled, MethodType.methodType(void.class)).invoke();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalArgumentException("not a lambda that javac compiled: " + lambda.getClass().getName(), e);
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

    private static Lookup privateLookup(Class<?> c) {
        Compiler.class.getModule().addReads(c.getModule());
        try {
            return MethodHandles.privateLookupIn(c, MethodHandles.lookup());
        } catch (IllegalAccessException e) {
            var trale = Compiler.class.getModule();
            throw new IllegalArgumentException(
                    c.getModule() + " does not open package " + c.getPackageName() + " to " + trale + ", which has to define the class of an async body beside "
                            + c.getNestHost().getName() + ". Add `opens " + c.getPackageName() + " to " + trale.getName()
                            + ";` to its module-info.java, or call Async.allow(MethodHandles.lookup()) in it once.",
                    e);
        }
    }

    private static IllegalArgumentException notALambda(Class<?> c) {
        var file = Checks.read(c);
        return Checks.rejection(file, Checks.lineOf(file, "run"), "the async body is an object of " + c.getName()
                + ", whose code cannot be compiled. Pass a lambda: () -> { … }.");
    }

    private MethodModel method() {
        var name = lambda.getImplMethodName();
        boolean isReference = lambda.getImplMethodKind() == MethodHandleInfo.REF_newInvokeSpecial
                || !lambda.getImplClass().equals(lambda.getCapturingClass());
        if (!isReference)
            for (var m : model.methods())
                if (m.methodName().equalsString(name) && m.methodType().equalsString(lambda.getImplMethodSignature()) && m.code().isPresent()) return m;
        throw Checks.rejection(model, Checks.lineOfReference(model, lambda.getImplClass(), name), "the async body is a reference to "
                + lambda.getImplClass().replace('/', '.') + "::" + (name.equals(INIT_NAME) ? "new" : name)
                + ", a method of another class. Write a lambda that calls it; if it awaits, let it return async(() -> …) and await that.");
    }

    private void warnIfHuge(byte[] bytes) {
        if (bytes.length <= HUGE) return; // saves the parsing
        for (var m : ClassFile.of().parse(bytes).methods()) {
            if (!m.methodName().equalsString("step")) continue;
            int length = ((CodeAttribute) m.code().orElseThrow()).codeLength();
            if (length > HUGE)
                System.getLogger("trale").log(Level.WARNING, Checks.sourceFile(model) + ":" + code.firstLine() + ": the async body is " + length
                        + " bytes of bytecode; beyond " + HUGE + " HotSpot only interprets it. Move parts of it to methods that return async(() -> …).");
        }
    }

    private Frames.Frame entry() {
        @Nullable Type[] locals = new @Nullable Type[code.maxLocals];
        int slot = 0;
        if (!isStatic) locals[slot++] = Type.of(linker.host());
        for (var parameter : code.method.methodTypeSymbol().parameterList()) {
            var type = Type.of(parameter);
            locals[slot] = type;
            slot += type.slots();
        }
        return Frames.Frame.copyOf(locals, List.of());
    }

    private byte[] bytes() {
        // The stack maps are our own, so that no class of the body has to be loaded; far jumps cannot be mended then.
        var file = ClassFile.of(StackMapsOption.DROP_STACK_MAPS, DeadCodeOption.KEEP_DEAD_CODE, ShortJumpsOption.FAIL_ON_SHORT_JUMPS);
        try {
            var bytes = file.build(self, this::define);
            warnIfHuge(bytes);
            return bytes;
        } catch (IllegalArgumentException e) {
            int atLeast = code.length();
            for (var state : layout.states) atLeast += 12 * (state.locals().size() + state.operands().size());
            if (atLeast < Short.MAX_VALUE / 2) throw e;
            throw Checks.rejection(model, code.firstLine(), "the async body is too large: its state machine would be a method of more than 64 KB,"
                    + " or have a jump of more than 32 KB. Move parts of it to methods that return async(() -> …).");
        }
    }

    private void define(ClassBuilder c) {
        c.withSuperclass(Emitter.CD_STATE_MACHINE).withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SUPER);
        c.with(SourceFileAttribute.of(Checks.sourceFile(model)));
        for (var field : layout.fields.entrySet()) c.withField(field.getKey(), field.getValue(), ClassFile.ACC_PRIVATE);
        c.withMethodBody(INIT_NAME, CONSTRUCTOR, 0, this::constructor);
        c.withMethodBody("create", MethodTypeDesc.of(Emitter.CD_STATE_MACHINE, CD_Object), ClassFile.ACC_PROTECTED, this::create);
        c.withMethodBody("step", Emitter.STEP, ClassFile.ACC_PROTECTED, this::step);
        c.withMethodBody("source", MethodTypeDesc.of(CD_String), ClassFile.ACC_PROTECTED, this::source);
    }

    private void constructor(CodeBuilder b) {
        b.aload(0).invokespecial(Emitter.CD_STATE_MACHINE, INIT_NAME, CONSTRUCTOR).return_();
    }

    private void step(CodeBuilder b) {
        boolean returnsNothing = lambda.getFunctionalInterfaceMethodSignature().equals("()V"); // a VoidBody's, also if it is extended
        Emitter.step(code, frames, liveness, layout, linker, self, returnsNothing, b);
    }

    /// `create(lambda)`: a new state machine, with what its lambda captured where state 0 looks for it.
    private void create(CodeBuilder b) {
        b.new_(self).dup().invokespecial(self, INIT_NAME, CONSTRUCTOR).astore(2);
        int n = 1;
        int slot = 0;
        if (!isStatic) capture(b, n++, slot++, linker.host());
        if (isOverridable())
            b.aload(2).aload(1).invokedynamic(linker.capture(1, CD_Object)).loadConstant(linker.host())
                    .invokevirtual(Emitter.CD_STATE_MACHINE, "checkReceiver", CHECK);
        for (var parameter : code.method.methodTypeSymbol().parameterList()) {
            capture(b, n++, slot, parameter);
            slot += TypeKind.from(parameter).slotSize();
        }
        b.aload(2).areturn();
    }

    private boolean isOverridable() {
        int fixed = ClassFile.ACC_STATIC | ClassFile.ACC_PRIVATE | ClassFile.ACC_FINAL;
        return (code.method.flags().flagsMask() & fixed) == 0 && (model.flags().flagsMask() & ClassFile.ACC_FINAL) == 0;
    }

    private void capture(CodeBuilder b, int n, int slot, ClassDesc type) {
        for (var captured : layout.states.getFirst().locals())
            if (captured.slot() == slot)
                b.aload(2).aload(1).invokedynamic(linker.capture(n, type)).putfield(self, captured.field(), captured.fieldType());
    }

    /// `source()`: see `StateMachine`.
    private void source(CodeBuilder b) {
        var name = lambda.getImplMethodName();
        int end = name.lastIndexOf('$', name.lastIndexOf('$') - 1);
        if (end > 7 && name.startsWith("lambda$")) name = name.substring(7, end); // lambda$main$3f2a91c0$1
        var text = new StringBuilder(host.getName()).append(':').append(name).append(':').append(Checks.sourceFile(model));
        for (var state : layout.states) text.append(':').append(state.line());
        b.loadConstant(text.toString()).areturn();
    }
}
