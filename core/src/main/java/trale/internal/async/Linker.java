package trale.internal.async;

import static java.lang.constant.ConstantDescs.*;

import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.constantpool.ConstantDynamicEntry;
import java.lang.constant.*;
import java.lang.invoke.CallSite;
import java.lang.invoke.ConstantCallSite;
import java.lang.invoke.LambdaMetafactory;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// **Links what only the host may use.** The generated class has an `invokedynamic` with a number there. When it runs for the first time,
/// the JVM calls the class's own method `link`, which calls this object. It links the member with that number, with the host's rights.
///
/// ```
///  invokevirtual Host.secret(int)String            (private)     invokedynamic secret(Host, int)String      Member
///  invokedynamic run()Runnable                     (a lambda)    invokedynamic run()Runnable                Dynamic
///  ldc           dynamic, method handle                          invokedynamic constant()MethodHandle       Constant
///                what the lambda captured, is given              invokedynamic input(Object)String          Captured, Given
/// ```
///
/// The first half of this file writes these instructions. The second half runs when they run for the first time. Each generated class has a
/// linker of its own, which it reaches as an InvocationHandler, so its loader need not know this package: this is the JDK's interface whose
/// method takes any objects and throws any exception. A method handle would do too, and the JDK generates four classes for it.
final class Linker implements InvocationHandler {

    /// What can be linked, once or more often.
    private interface Link {
        CallSite link(Linker linker, Lookup caller, String name, MethodType type) throws Throwable;
    }

    private static final String FIELD = "linker";
    static final String METHOD = "link";

    /// That of LambdaMetafactory.altMetafactory, which the JDK calls without generating an adapter first, if there are two static arguments
    /// or more. Hence each instruction has a 0 behind its number, which `link` does not read.
    static final MethodTypeDesc LINK = MethodTypeDesc.of(CD_CallSite, CD_MethodHandles_Lookup, CD_String, CD_MethodType,
            CD_Object.arrayType());

    private static final ClassDesc CD_LINKER = ClassDesc.of("java.lang.reflect.InvocationHandler");
    private static final MethodTypeDesc INVOKE = MethodTypeDesc.of(CD_Object, CD_Object, ClassDesc.of("java.lang.reflect.Method"),
            CD_Object.arrayType());

    private final Access access;
    private final ClassDesc self;
    private final DirectMethodHandleDesc bootstrap;
    private final List<Link> links = new ArrayList<>(); // complete before the class is defined
    private final Map<ConstantDesc, Integer> constants = new HashMap<>();

    /// The class of the lambdas, and the class they were written in; null if nothing will be linked.
    private final @Nullable Class<?> lambda;
    private final Class<?> host;

    Linker(Access access, Class<?> host, ClassDesc self, @Nullable Class<?> lambda) {
        this.access = access;
        this.self = self;
        this.host = host;
        this.lambda = lambda;
        this.bootstrap = MethodHandleDesc.ofMethod(DirectMethodHandleDesc.Kind.STATIC, self, METHOD, LINK);
    }

    /// Writes the field in which the constructor of the first machine puts this linker.
    void define(ClassBuilder c) {
        c.withField(FIELD, CD_LINKER, ClassFile.ACC_PRIVATE | ClassFile.ACC_STATIC);
    }

    /// Writes `link(caller, name, type, number…)`, which calls this linker.
    void link(CodeBuilder b) {
        b.getstatic(self, FIELD, CD_LINKER).aconst_null().aconst_null().iconst_4().anewarray(CD_Object);
        for (var n = 0; n < 4; n++) b.dup().loadConstant(n).aload(n).aastore();
        b.invokeinterface(CD_LINKER, "invoke", INVOKE).checkcast(CD_CallSite).areturn();
    }

    /// Puts the linker on the stack into the field.
    void store(CodeBuilder b) {
        b.checkcast(CD_LINKER).putstatic(self, FIELD, CD_LINKER);
    }

    private DynamicCallSiteDesc add(String name, MethodTypeDesc type, Link link) {
        links.add(link);
        return DynamicCallSiteDesc.of(bootstrap, name, type, links.size() - 1, 0);
    }

    /// {@return the `invokedynamic` that stands for a member}
    /// @param type a method's, or that of a field's getter
    /// @param callSiteType what it takes from the stack and leaves there
    DynamicCallSiteDesc member(int kind, ClassDesc owner, String name, MethodTypeDesc type, MethodTypeDesc callSiteType) {
        return add(name.equals(INIT_NAME) ? "new" : name, callSiteType, new Member(kind, owner, name, type.descriptorString()));
    }

    /// {@return the `invokedynamic` that does what this one did in the host, or null if it does so anywhere}
    @Nullable DynamicCallSiteDesc dynamic(DirectMethodHandleDesc bootstrap, String name, MethodTypeDesc type,
            List<ConstantDesc> arguments) {
        var owner = bootstrap.owner().descriptorString();
        boolean isAnywhere;
        if (owner.equals("Ljava/lang/invoke/LambdaMetafactory;")) {
            var target = (DirectMethodHandleDesc) arguments.get(1);
            // Class::forName asks for its caller, and can be linked by a lookup of the very class alone.
            isAnywhere = bootstrap.methodName().equals("metafactory") && !target.owner().equals(access.host())
                    && access.mayName(target.refKind(), Checks.internalName(target), target.methodName(),
                            getter(target.lookupDescriptor()));
        } else {
            isAnywhere = (owner.equals("Ljava/lang/invoke/StringConcatFactory;") || owner.equals("Ljava/lang/runtime/SwitchBootstraps;"))
                    && isOfTheJdk(arguments);
        }
        return isAnywhere ? null : add(name, type, new Dynamic(bootstrap, arguments));
    }

    private static boolean isOfTheJdk(List<ConstantDesc> arguments) {
        for (var a : arguments) {
            if (a instanceof DirectMethodHandleDesc handle) {
                if (!handle.owner().packageName().startsWith("java.")) return false;
            } else if (a instanceof DynamicConstantDesc<?> constant) {
                if (!constant.bootstrapMethod().owner().packageName().startsWith("java.") || !isOfTheJdk(constant.bootstrapArgsList()))
                    return false;
            }
        }
        return true;
    }

    /// {@return the `invokedynamic` that pushes a method handle of the constant pool}
    DynamicCallSiteDesc constant(DirectMethodHandleDesc handle) {
        return constant(handle, CD_MethodHandle);
    }

    /// {@return the `invokedynamic` that pushes a dynamic constant, whose value the class asks for once}
    DynamicCallSiteDesc constant(ConstantDynamicEntry entry) {
        return constant(entry.constantValue(), entry.typeSymbol());
    }

    private DynamicCallSiteDesc constant(ConstantDesc value, ClassDesc type) {
        var number = constants.get(value);
        if (number == null) {
            number = links.size();
            constants.put(value, number);
            links.add(new Constant(value));
        }
        return DynamicCallSiteDesc.of(bootstrap, "constant", MethodTypeDesc.of(type), number, 0);
    }

    /// {@return the `invokedynamic` that reads the n-th captured value, counted from 1, from a lambda}
    DynamicCallSiteDesc captured(int n, ClassDesc type) {
        return add("input", MethodTypeDesc.of(type, CD_Object), new Captured(n));
    }

    /// {@return the `invokedynamic` that makes a parameter's value of what the body is given}
    DynamicCallSiteDesc given(ClassDesc type) {
        return add("input", MethodTypeDesc.of(type, CD_Object), new Given());
    }

    /// {@return a field's descriptor as that of its getter; a method's as it is}
    private static String getter(String descriptor) {
        return descriptor.startsWith("(") ? descriptor : "()".concat(descriptor);
    }

    // From here on: what happens when such an instruction runs for the first time.

    /// Called by the method `link` of the generated class, with its arguments.
    @Override
    public Object invoke(@Nullable Object proxy, @Nullable Method method, @Nullable Object[] of) throws Throwable {
        if (!(of[0] instanceof Lookup caller && of[1] instanceof String name && of[2] instanceof MethodType type
                && of[3] instanceof Object[] number))
            throw new IllegalArgumentException("not called by " + METHOD);
        return links.get((Integer) number[0]).link(this, caller, name, type);
    }

    private Lookup host(Lookup caller) throws IllegalAccessException {
        return MethodHandles.privateLookupIn(host, caller);
    }

    private record Member(int kind, ClassDesc owner, String name, String type) implements Link {
        @Override
        public CallSite link(Linker linker, Lookup caller, String unused, MethodType callSiteType) throws Throwable {
            return new ConstantCallSite(linker.find(linker.host(caller), kind, owner, name, type).asFixedArity().asType(callSiteType));
        }
    }

    private record Dynamic(DirectMethodHandleDesc bootstrap, List<ConstantDesc> arguments) implements Link {
        @Override
        public CallSite link(Linker linker, Lookup caller, String name, MethodType type) throws Throwable {
            var host = linker.host(caller);
            if (!bootstrap.owner().descriptorString().equals("Ljava/lang/invoke/LambdaMetafactory;"))
                return (CallSite) Objects.requireNonNull(linker.callBootstrap(host, bootstrap, name, type, arguments), "no call site");
            var all = new Object[arguments.size()];
            for (var i = 0; i < all.length; i++) all[i] = Objects.requireNonNull(linker.resolve(host, arguments.get(i)));
            return bootstrap.methodName().equals("metafactory")
                    ? LambdaMetafactory.metafactory(host, name, type, (MethodType) all[0], (MethodHandle) all[1], (MethodType) all[2])
                    : LambdaMetafactory.altMetafactory(host, name, type, all);
        }
    }

    /// One call site, shared by all the instructions that ask for the constant, so that there is one value.
    private static final class Constant implements Link {
        private final ConstantDesc value;
        private @Nullable CallSite site; // written once, in the monitor

        Constant(ConstantDesc value) {
            this.value = value;
        }

        @Override
        public synchronized CallSite link(Linker linker, Lookup caller, String name, MethodType type) throws Throwable {
            var linked = site;
            if (linked == null) {
                linked = new ConstantCallSite(MethodHandles.constant(type.returnType(), linker.resolve(linker.host(caller), value)));
                site = linked;
            }
            return linked;
        }
    }

    private record Captured(int n) implements Link {
        @Override
        public CallSite link(Linker linker, Lookup caller, String name, MethodType type) throws Throwable {
            var lambda = linker.lambda;
            if (lambda == null) throw new IllegalStateException("made to be looked at, not to run: " + caller.lookupClass());
            var field = lambda.getDeclaredField("arg$" + n);
            return new ConstantCallSite(MethodHandles.privateLookupIn(lambda, caller).unreflectGetter(field).asType(type));
        }
    }

    private record Given() implements Link {
        @Override
        public CallSite link(Linker linker, Lookup caller, String name, MethodType type) {
            return new ConstantCallSite(MethodHandles.identity(Object.class).asType(type));
        }
    }

    private MethodHandle find(Lookup lookup, int kind, ClassDesc owner, String name, String type) throws ReflectiveOperationException {
        return Access.find(lookup, kind, type("()".concat(owner.descriptorString())).returnType(), name, type(getter(type)));
    }

    /// As the JVM resolves a descriptor, which may have types that the class may not name.
    private MethodType type(String descriptor) {
        try {
            return MethodType.fromMethodDescriptorString(descriptor, host.getClassLoader());
        } catch (TypeNotPresentException e) {
            var error = new NoClassDefFoundError(e.typeName());
            error.initCause(e);
            throw error;
        }
    }

    private @Nullable Object resolve(Lookup lookup, ConstantDesc constant) throws Throwable {
        if (constant instanceof DirectMethodHandleDesc handle)
            return find(lookup, handle.refKind(), handle.owner(), handle.methodName(), handle.lookupDescriptor());
        if (constant instanceof ClassDesc c) return type("()".concat(c.descriptorString())).returnType();
        if (constant instanceof MethodTypeDesc type) return type(type.descriptorString());
        if (constant instanceof DynamicConstantDesc<?> dynamic)
            return callBootstrap(lookup, dynamic.bootstrapMethod(), dynamic.constantName(), resolve(lookup, dynamic.constantType()),
                    dynamic.bootstrapArgsList());
        return constant; // a string or a number
    }

    /// Calls a bootstrap method.
    private @Nullable Object callBootstrap(Lookup lookup, DirectMethodHandleDesc bootstrap, String name, @Nullable Object type,
            List<ConstantDesc> arguments)
            throws Throwable {
        var all = new ArrayList<@Nullable Object>(arguments.size() + 3);
        all.add(lookup);
        all.add(name);
        all.add(type);
        for (var a : arguments) all.add(resolve(lookup, a));
        return find(lookup, bootstrap.refKind(), bootstrap.owner(), bootstrap.methodName(), bootstrap.lookupDescriptor())
                .invokeWithArguments(all);
    }
}
