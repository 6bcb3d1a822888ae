package trale.internal.async;

import static java.lang.constant.ConstantDescs.*;

import java.lang.constant.*;
import java.lang.invoke.CallSite;
import java.lang.invoke.ConstantCallSite;
import java.lang.invoke.LambdaMetafactory;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleInfo;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// **What the generated class may not name.** It lies beside the class the body was written in (the *host*), in the same
/// package, but is neither its nestmate nor its subclass. A member that only the host may use is linked by
/// `invokedynamic`: the JVM calls back once, here, and a lookup that has the host's rights finds the member.
///
/// ```
///  invokevirtual Host.secret(int)String                                  (private)
///  ->  invokedynamic secret(Host, int)String     StateMachine.member: Host, invokeVirtual, Host, "secret", (int)String
///
///  invokedynamic run()Runnable                   LambdaMetafactory: ()void, Host.lambda$main$1, ()void    (private too)
///  ->  invokedynamic run()Runnable               StateMachine.lambda: Host, invokeStatic, Host, "lambda$main$1", …
/// ```
///
/// The first half of this file writes such instructions, the second half runs when they are first met.
public final class Linker {
    private static final DirectMethodHandleDesc MEMBER = bootstrap("member");
    private static final DirectMethodHandleDesc LAMBDA = bootstrap("lambda");
    private static final DirectMethodHandleDesc CAPTURE = bootstrap("capture");

    private static DirectMethodHandleDesc bootstrap(String name) {
        return MethodHandleDesc.ofMethod(
                DirectMethodHandleDesc.Kind.STATIC,
                Emitter.CD_STATE_MACHINE,
                name,
                MethodTypeDesc.of(
                        CD_CallSite,
                        CD_MethodHandles_Lookup,
                        CD_String,
                        CD_MethodType,
                        CD_Object.arrayType()));
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

    /// {@return whether the generated class may name a class}
    boolean mayName(ClassDesc type) {
        while (type.isArray()) type = type.componentType();
        if (type.isPrimitive() || type.packageName().startsWith("java.") || type.packageName().equals(host.getPackageName())) return true;
        try {
            type.resolveConstantDesc(beside);
            return true;
        } catch (IllegalAccessException e) {
            return false;
        } catch (ReflectiveOperationException | LinkageError e) {
            return true; // will fail as it would in the host
        }
    }

    /// {@return whether the generated class may name a member}
    /// @param kind one of the `REF_` constants
    /// @param owner its internal name
    /// @param type a method's descriptor; a field's as that of its getter
    boolean mayName(int kind, String owner, String name, String type) {
        if (kind == MethodHandleInfo.REF_invokeSpecial) return false; // super.m(): its own superclass is another
        boolean neighbour = owner.startsWith(prefix) && owner.indexOf('/', prefix.length()) < 0;
        if (owner.startsWith("[") || (!neighbour && !inherited.contains(owner))) return true;
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
    DynamicCallSiteDesc member(int kind, ClassDesc owner, String name, MethodTypeDesc type, MethodTypeDesc call) {
        var unqualified = name.equals(INIT_NAME) ? "new" : name;
        return DynamicCallSiteDesc.of(MEMBER, unqualified, call, hostDesc, kind, owner, unqualified, type);
    }

    /// {@return the `invokedynamic` that does what this one did in the host, or null if it does so anywhere}
    @Nullable DynamicCallSiteDesc lambda(DirectMethodHandleDesc bootstrap, String name, MethodTypeDesc type, ConstantDesc[] arguments) {
        if (!bootstrap.owner().descriptorString().equals("Ljava/lang/invoke/LambdaMetafactory;")) return null;
        var target = (DirectMethodHandleDesc) arguments[1];
        // Class::forName asks for its caller, and can be linked by a lookup of the very class alone.
        if (bootstrap.methodName().equals("metafactory") && !target.owner().equals(hostDesc)
                && mayName(target.refKind(), Checks.internalName(target), target.methodName(), target.lookupDescriptor())) return null;
        var all = new ConstantDesc[arguments.length + 4];
        all[0] = hostDesc;
        all[1] = target.refKind();
        all[2] = target.owner();
        all[3] = target.methodName().equals(INIT_NAME) ? "new" : target.methodName();
        all[4] = MethodTypeDesc.ofDescriptor(target.lookupDescriptor());
        all[5] = arguments[0];
        System.arraycopy(arguments, 2, all, 6, arguments.length - 2);
        return DynamicCallSiteDesc.of(LAMBDA, name, type, all);
    }

    /// {@return the `invokedynamic` that reads the n-th captured value, counted from 1, from a lambda}
    DynamicCallSiteDesc capture(int n, ClassDesc type) {
        return DynamicCallSiteDesc.of(CAPTURE, "capture", MethodTypeDesc.of(type, CD_Object), hostDesc, n);
    }

    // From here on: the callbacks.

    /// By generated class: the class of the lambdas it was compiled from, which is hidden and has no name to refer to it by.
    /// Written once, before the class runs.
    static final ClassValue<AtomicReference<Class<?>>> COMPILED_FROM = new ClassValue<>() {
        @Override
        protected AtomicReference<Class<?>> computeValue(Class<?> type) {
            return new AtomicReference<>();
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

    /// See `StateMachine.member`.
    ///
    /// @param member host, kind, owner, name, type
    public static CallSite member(Lookup caller, MethodType type, Object[] member) throws ReflectiveOperationException {
        var lookup = MethodHandles.privateLookupIn((Class<?>) member[0], caller);
        return new ConstantCallSite(find(lookup, member).asFixedArity().asType(type));
    }

    private static MethodHandle find(Lookup lookup, Object[] member) throws ReflectiveOperationException {
        return find(lookup, (Integer) member[1], (Class<?>) member[2], (String) member[3], (MethodType) member[4]);
    }

    /// See `StateMachine.lambda`.
    ///
    /// @param lambda host; kind, owner, name and type of the method it calls; then what LambdaMetafactory wants, less that
    ///     method
    public static CallSite lambda(Lookup caller, String name, MethodType type, Object[] lambda) throws Exception {
        var lookup = MethodHandles.privateLookupIn((Class<?>) lambda[0], caller);
        var target = find(lookup, lambda);
        if (lambda.length == 7)
            return LambdaMetafactory.metafactory(lookup, name, type, (MethodType) lambda[5], target, (MethodType) lambda[6]);
        var arguments = new Object[lambda.length - 4];
        arguments[0] = lambda[5];
        arguments[1] = target;
        System.arraycopy(lambda, 6, arguments, 2, lambda.length - 6);
        return LambdaMetafactory.altMetafactory(lookup, name, type, arguments);
    }

    /// See `StateMachine.capture`.
    ///
    /// @param which host; the number of the value, counted from 1
    public static CallSite capture(Lookup caller, MethodType type, Object[] which) throws ReflectiveOperationException {
        var lambda = COMPILED_FROM.get(caller.lookupClass()).get();
        if (lambda == null) throw new IllegalStateException("not a class that trale generated: " + caller.lookupClass());
        var field = lambda.getDeclaredField("arg$" + which[1]);
        return new ConstantCallSite(MethodHandles.privateLookupIn(lambda, caller).unreflectGetter(field).asType(type));
    }
}
