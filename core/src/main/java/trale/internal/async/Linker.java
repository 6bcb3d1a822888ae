package trale.internal.async;

import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.constant.DynamicCallSiteDesc;
import java.lang.constant.DynamicConstantDesc;
import java.lang.constant.MethodHandleDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.CallSite;
import java.lang.invoke.ConstantCallSite;
import java.lang.invoke.LambdaMetafactory;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleInfo;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// **What the generated class may not name.** It lies beside the class the body was written in (the *host*), in the same
/// package, but is neither its nestmate nor its subclass. A member that only the host may use is linked by
/// `invokedynamic`: the JVM calls back [#link] once, with the member found by a lookup that has the host's rights.
///
/// ```
///  invokevirtual Host.secret(int)String      (private)
///  ->  invokedynamic secret(Host, int)String   bootstrap StateMachine.link, member(Host, "secret", invokeVirtual)
///
///  invokedynamic run()Runnable   bootstrap LambdaMetafactory, Host.lambda$main$1   (a lambda in the body; also private)
///  ->  invokedynamic run()Runnable   bootstrap StateMachine.relink, Host, LambdaMetafactory, member(Host, "lambda$main$1", …)
/// ```
///
/// The first half of this file writes such instructions, the second half runs when they are first met.
public final class Linker {
    private static final ClassDesc CD_STATE_MACHINE = ClassDesc.of("trale.StateMachine");
    private static final DirectMethodHandleDesc LINK =
            bootstrap("link", ConstantDescs.CD_CallSite, ConstantDescs.CD_MethodType, ConstantDescs.CD_MethodHandle);
    private static final DirectMethodHandleDesc CAPTURE = bootstrap("capture", ConstantDescs.CD_CallSite, ConstantDescs.CD_MethodType);
    private static final DirectMethodHandleDesc RELINK = bootstrap(
            "relink",
            ConstantDescs.CD_CallSite,
            ConstantDescs.CD_MethodType,
            ConstantDescs.CD_Class,
            ConstantDescs.CD_MethodHandle,
            ConstantDescs.CD_Object.arrayType());
    private static final DirectMethodHandleDesc MEMBER = bootstrap(
            "member",
            ConstantDescs.CD_MethodHandle,
            ConstantDescs.CD_Class,
            ConstantDescs.CD_Class,
            ConstantDescs.CD_Class,
            ConstantDescs.CD_MethodType,
            ConstantDescs.CD_int);

    private static DirectMethodHandleDesc bootstrap(String name, ClassDesc result, ClassDesc... parameters) {
        var type = MethodTypeDesc.of(result, parameters)
                .insertParameterTypes(0, ConstantDescs.CD_MethodHandles_Lookup, ConstantDescs.CD_String);
        return MethodHandleDesc.ofMethod(DirectMethodHandleDesc.Kind.STATIC, CD_STATE_MACHINE, name, type);
    }

    private final Class<?> host;
    private final ClassDesc hostDesc;
    private final String prefix;

    /// May do what any class of the host's package may do.
    private final Lookup beside;

    /// The host's superclasses, from which it may inherit what is protected.
    private final Set<String> inherited = new HashSet<>();

    Linker(Lookup host) {
        this.host = host.lookupClass();
        this.hostDesc = ClassDesc.ofDescriptor(this.host.descriptorString());
        this.prefix = this.host.getPackageName().isEmpty() ? "" : this.host.getPackageName().replace('.', '/').concat("/");
        this.beside = host.dropLookupMode(Lookup.PRIVATE);
        for (var c = this.host.getSuperclass(); c != null; c = c.getSuperclass()) inherited.add(c.getName().replace('.', '/'));
    }

    /// {@return the class the body was written in}
    ClassDesc host() {
        return hostDesc;
    }

    /// {@return whether the generated class may name a member}
    /// @param kind one of the `REF_` constants
    /// @param owner its internal name
    /// @param type a method's descriptor; a field's as that of its getter
    boolean mayName(int kind, String owner, String name, String type) {
        if (kind == MethodHandleInfo.REF_invokeSpecial) return false; // super.m(): its own superclass is another
        boolean neighbour = owner.startsWith(prefix) && owner.indexOf('/', prefix.length()) < 0;
        if (owner.startsWith("[") || !neighbour && !inherited.contains(owner)) return true;
        if (owner.equals("java/lang/Object") && !name.equals("clone") && !name.equals("finalize")) return true;
        var loader = host.getClassLoader();
        try {
            find(beside, kind, Class.forName(owner.replace('/', '.'), false, loader), name, MethodType.fromMethodDescriptorString(type, loader));
            return true;
        } catch (IllegalAccessException e) {
            return false;
        } catch (ReflectiveOperationException | LinkageError | TypeNotPresentException e) {
            return true; // the host's code would fail at this place too, with the JVM's own message
        }
    }

    /// {@return the `invokedynamic` that stands for a member}
    /// @param call what it takes from the stack and leaves there
    DynamicCallSiteDesc link(int kind, ClassDesc owner, String name, MethodTypeDesc type, MethodTypeDesc call) {
        return DynamicCallSiteDesc.of(LINK, name.equals(ConstantDescs.INIT_NAME) ? "new" : name, call, member(kind, owner, name, type));
    }

    private DynamicConstantDesc<MethodHandle> member(int kind, ClassDesc owner, String name, MethodTypeDesc type) {
        return DynamicConstantDesc.ofNamed(
                MEMBER,
                name.equals(ConstantDescs.INIT_NAME) ? "new" : name,
                ConstantDescs.CD_MethodHandle,
                hostDesc,
                owner,
                type,
                kind);
    }

    /// {@return the `invokedynamic` that does what this one did in the host, or null if it does so anywhere}
    @Nullable DynamicCallSiteDesc relink(DirectMethodHandleDesc bootstrap, String name, MethodTypeDesc type, ConstantDesc[] arguments) {
        boolean refersToMembers = false;
        var all = new ConstantDesc[arguments.length + 2];
        all[0] = hostDesc;
        all[1] = bootstrap;
        for (int i = 0; i < arguments.length; i++) {
            all[i + 2] = arguments[i];
            if (!(arguments[i] instanceof DirectMethodHandleDesc handle)) continue;
            refersToMembers = true;
            var memberType = MethodTypeDesc.ofDescriptor(handle.lookupDescriptor());
            all[i + 2] = member(handle.refKind(), handle.owner(), handle.methodName(), memberType);
        }
        return refersToMembers ? DynamicCallSiteDesc.of(RELINK, name, type, all) : null;
    }

    /// {@return the `invokedynamic` that reads the n-th captured value, counted from 1, from a lambda}
    static DynamicCallSiteDesc capture(int n, ClassDesc type) {
        return DynamicCallSiteDesc.of(CAPTURE, "arg$".concat(Integer.toString(n)), MethodTypeDesc.of(type, ConstantDescs.CD_Object));
    }

    // From here on: the callbacks.

    /// By generated class: the class of the lambdas it was compiled from, which is hidden and has no name to refer to it by.
    /// Written once, before the class runs.
    static final ClassValue<@Nullable Class<?>[]> LAMBDA = new ClassValue<>() {
        @Override
        protected @Nullable Class<?>[] computeValue(Class<?> type) {
            return new @Nullable Class<?>[1];
        }
    };

    private static MethodHandle find(Lookup lookup, int kind, Class<?> owner, String name, MethodType type)
            throws ReflectiveOperationException {
        return switch (kind) {
            case MethodHandleInfo.REF_getField -> lookup.findGetter(owner, name, type.returnType());
            case MethodHandleInfo.REF_getStatic -> lookup.findStaticGetter(owner, name, type.returnType());
            case MethodHandleInfo.REF_putField -> lookup.findSetter(owner, name, type.returnType());
            case MethodHandleInfo.REF_putStatic -> lookup.findStaticSetter(owner, name, type.returnType());
            case MethodHandleInfo.REF_invokeStatic -> lookup.findStatic(owner, name, type);
            case MethodHandleInfo.REF_invokeSpecial -> lookup.findSpecial(owner, name, type, lookup.lookupClass());
            case MethodHandleInfo.REF_newInvokeSpecial -> lookup.findConstructor(owner, type);
            default -> lookup.findVirtual(owner, name, type);
        };
    }

    /// See `StateMachine.link`.
    public static CallSite link(MethodType type, MethodHandle member) {
        return new ConstantCallSite(member.asFixedArity().asType(type));
    }

    /// See `StateMachine.relink`.
    public static CallSite relink(
            Lookup caller, String name, MethodType type, Class<?> host, MethodHandle bootstrap, Object[] arguments) throws Throwable {
        var lookup = MethodHandles.privateLookupIn(host, caller);
        if (bootstrap.type().lastParameterType() == MethodType.class) // LambdaMetafactory.metafactory, without the detour below
            return LambdaMetafactory.metafactory(
                    lookup, name, type, (MethodType) arguments[0], (MethodHandle) arguments[1], (MethodType) arguments[2]);
        var all = new Object[arguments.length + 3];
        all[0] = lookup;
        all[1] = name;
        all[2] = type;
        System.arraycopy(arguments, 0, all, 3, arguments.length);
        return (CallSite) bootstrap.invokeWithArguments(all);
    }

    /// See `StateMachine.member`.
    public static MethodHandle member(Lookup caller, String name, Class<?> host, Class<?> owner, MethodType type, int kind)
            throws ReflectiveOperationException {
        return find(MethodHandles.privateLookupIn(host, caller), kind, owner, name, type);
    }

    /// See `StateMachine.capture`.
    public static CallSite capture(Lookup caller, String name, MethodType type) throws ReflectiveOperationException {
        var lambda = LAMBDA.get(caller.lookupClass())[0];
        if (lambda == null) throw new IllegalStateException("not a class that trale generated: " + caller.lookupClass());
        var getter = MethodHandles.privateLookupIn(lambda, caller).unreflectGetter(lambda.getDeclaredField(name));
        return new ConstantCallSite(getter.asType(type));
    }
}
