package trale.internal.async;

import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.INIT_NAME;

import java.lang.constant.ClassDesc;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleInfo;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;
import java.lang.reflect.AccessFlag;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// **What the generated class may name.** It lies beside the class the body was written in (the *host*), in the same package,
/// but is neither its nestmate nor its subclass:
///
/// ```
///  host.secret()        private                                      the host may, the generated class may not
///  host.inherited()     protected in a superclass of another package        may            may not
///  super.m()                                                                may            may not: its superclass is another
///  neighbour.m()        package-private                                     may            may
/// ```
///
/// For a protected member the class that declares it counts, not the class that the instruction names.
final class Access {
    private final Lookup host;
    private final ClassDesc hostDesc;

    /// Its package, as in `java.util` and as in `java/util/`.
    private final String home;
    private final String prefix;

    /// Has the rights of any class of the host's package.
    private final Lookup beside;

    /// The host's superclasses, from which it may inherit what is protected.
    private final Set<String> inherited = new HashSet<>();

    /// Whether one of them, Object apart, lies in another package.
    private boolean inheritsFromElsewhere;

    Access(Lookup host) {
        this.host = host;
        var c = host.lookupClass();
        this.hostDesc = ClassDesc.ofDescriptor(c.descriptorString());
        this.home = c.getPackageName();
        this.prefix = home.isEmpty() ? "" : home.replace('.', '/').concat("/");
        this.beside = host.dropLookupMode(Lookup.PRIVATE);
        for (var parent = c.getSuperclass(); parent != null; parent = parent.getSuperclass()) {
            inherited.add(parent.getName().replace('.', '/'));
            if (parent != Object.class && !parent.getPackageName().equals(home)) inheritsFromElsewhere = true;
        }
    }

    /// {@return the class the body was written in}
    ClassDesc host() {
        return hostDesc;
    }

    /// {@return whether the generated class may name a class}
    boolean mayName(ClassDesc type) {
        while (type.isArray()) type = type.componentType();
        if (type.isPrimitive() || type.packageName().equals(home)) return true;
        try {
            type.resolveConstantDesc(beside);
            return true;
        } catch (IllegalAccessException e) {
            return false;
        } catch (ReflectiveOperationException | LinkageError e) {
            return true; // will fail as it would in the host
        }
    }

    /// {@return the class of the cast after which the verifier takes an Object for this type; null if the generated class may not name one}
    /// The verifier takes any object for an interface. So the value may be of another class, and a cast to the interface would fail.
    @Nullable ClassDesc castTo(ClassDesc type) {
        if (!mayName(type)) return null;
        var element = type;
        var dimensions = 0;
        for (; element.isArray(); dimensions++) element = element.componentType();
        if (element.isPrimitive()) return type;
        try {
            var name = element.packageName().isEmpty() ? element.displayName()
                    : element.packageName().concat(".").concat(element.displayName());
            if (!Class.forName(name, false, host.lookupClass().getClassLoader()).isInterface()) return type;
            return dimensions == 0 ? CD_Object : CD_Object.arrayType(dimensions);
        } catch (ClassNotFoundException | LinkageError e) {
            return null;
        }
    }

    /// {@return whether the generated class may name a member}
    /// @param kind one of the `REF_` constants
    /// @param owner the internal name of the class that the instruction names
    /// @param type a method's descriptor; a field's as that of its getter
    boolean mayName(int kind, String owner, String name, String type) {
        if (kind == MethodHandleInfo.REF_invokeSpecial) return false; // super.m(): its own superclass is another
        if (owner.startsWith("[") || !mayBeRefused(owner, name)) return true;
        var loader = host.lookupClass().getClassLoader();
        try {
            var c = Class.forName(owner.replace('/', '.'), false, loader);
            try {
                find(beside, kind, c, name, MethodType.fromMethodDescriptorString(type, loader));
                return true;
            } catch (TypeNotPresentException | LinkageError e) { // the host's code may run all the same: it does not load these types
                return !isPrivate(c, name, kind <= MethodHandleInfo.REF_putStatic ? type.substring(2) : type);
            }
        } catch (IllegalAccessException e) {
            return !isFound(kind, owner, name, type); // a method that asks for its caller no lookup finds, and all may call
        } catch (ReflectiveOperationException | LinkageError e) {
            return true; // the host's code would fail at this place too, with the JVM's own message
        }
    }

    /// {@return whether a class has a private member of this name and type} Its file is read: reflection would load the types.
    private static boolean isPrivate(Class<?> c, String name, String descriptor) {
        var model = ClassFiles.parse(c);
        for (var f : model.fields())
            if (f.fieldName().equalsString(name) && f.fieldType().equalsString(descriptor)) return f.flags().has(AccessFlag.PRIVATE);
        for (var m : model.methods())
            if (m.methodName().equalsString(name) && m.methodType().equalsString(descriptor)) return m.flags().has(AccessFlag.PRIVATE);
        return false;
    }

    private boolean isFound(int kind, String owner, String name, String type) {
        var loader = host.lookupClass().getClassLoader();
        try {
            find(host, kind, Class.forName(owner.replace('/', '.'), false, loader), name,
                    MethodType.fromMethodDescriptorString(type, loader));
            return true;
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }

    /// Whether a member needs a closer look, which costs some microseconds: what the host may use of a class in another
    /// package is public, or protected in a superclass of the host.
    private boolean mayBeRefused(String owner, String name) {
        var inObject = name.equals("clone") || name.equals("finalize");
        if (owner.equals("java/lang/Object")) return inObject;
        var isNeighbour = owner.startsWith(prefix) && owner.indexOf('/', prefix.length()) < 0;
        return isNeighbour || inObject || (inheritsFromElsewhere && !name.equals(INIT_NAME)) || inherited.contains(owner);
    }

    static MethodHandle find(Lookup lookup, int kind, Class<?> owner, String name, MethodType type) throws ReflectiveOperationException {
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
}
