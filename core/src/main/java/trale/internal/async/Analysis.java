package trale.internal.async;

import static java.lang.constant.ConstantDescs.INIT_NAME;

import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.invoke.MethodHandleInfo;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.AccessFlag;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A body that was found and read, and what the passes up to the layout know of it: all that is needed to compile it, and all
/// that there is to show.
///
/// ```
///  () -> { … await(f) … }                        Main.java
///  Main.lambda$main$0, and an object of a hidden class that would call it      javac, LambdaMetafactory
///  SerializedLambda -> Main.class -> lambda$main$0                             this file
///  Code -> Frames -> Liveness -> Layout                                        the passes; Checks says no, Linker helps
/// ```
public final class Analysis {
    public final SerializedLambda form;
    final Lookup lookup;
    final Class<?> host;
    public final ClassModel model;
    public final Code code;
    public final Frames frames;
    final Liveness liveness;
    public final Layout layout;
    final Linker linker;

    private Analysis(SerializedLambda form, Lookup lookup) {
        this.form = form;
        this.lookup = lookup;
        this.host = lookup.lookupClass();
        this.model = Checks.read(host);
        this.code = new Code(method());
        this.linker = new Linker(lookup);
        var entry = entry();
        this.frames = new Frames(code, entry);
        var checks = new Checks(host, model);
        checks.monitors(code, frames);
        checks.nestedAwaits(code.at);
        this.liveness = new Liveness(code, frames);
        this.layout = new Layout(code, frames, liveness, entry, linker);
    }

    /// {@return the analysis of a lambda's body}
    /// @param lambda a `Body` or `VoidBody`
    /// @throws IllegalArgumentException it cannot be compiled
    public static Analysis of(Object lambda) {
        var c = lambda.getClass();
        if (!c.isHidden()) throw Checks.notALambda(c);
        try {
            return of(form(lambda, c), c.getClassLoader());
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalArgumentException("not a lambda that javac compiled: " + c.getName(), e);
        }
    }

    private static SerializedLambda form(Object lambda, Class<?> c) throws Throwable {
        var writeReplace = privateLookup(c).findVirtual(c, "writeReplace", MethodType.methodType(Object.class));
        try {
            return (SerializedLambda) writeReplace.invoke(lambda);
        } catch (NoClassDefFoundError e) { // it names the class around it
            throw Checks.inAHiddenClass(c, e);
        }
    }

    /// {@return the analysis of the body that a lambda in this form has}
    /// @param form what it would be serialized as
    /// @param loader of the class it was written in, which is not initialised
    /// @throws IllegalArgumentException it cannot be compiled
    public static Analysis of(SerializedLambda form, @Nullable ClassLoader loader) throws ClassNotFoundException {
        return new Analysis(form, privateLookup(Class.forName(form.getCapturingClass().replace('/', '.'), false, loader)));
    }

    private static Lookup privateLookup(Class<?> c) {
        var trale = Analysis.class.getModule();
        trale.addReads(c.getModule());
        try {
            return MethodHandles.privateLookupIn(c, MethodHandles.lookup());
        } catch (IllegalAccessException e) {
            throw new IllegalArgumentException(
                    c.getModule() + " does not open package " + c.getPackageName() + " to " + trale + ", which has to define the class of an async body beside "
                            + c.getNestHost().getName() + ". Add `opens " + c.getPackageName() + " to " + trale.getName()
                            + ";` to its module-info.java, or call Async.allow(MethodHandles.lookup()) in it once.",
                    e);
        }
    }

    private MethodModel method() {
        var name = form.getImplMethodName();
        boolean isReference = form.getImplMethodKind() == MethodHandleInfo.REF_newInvokeSpecial
                || !form.getImplClass().equals(form.getCapturingClass());
        if (!isReference)
            for (var m : model.methods())
                if (m.methodName().equalsString(name) && m.methodType().equalsString(form.getImplMethodSignature()) && m.code().isPresent()) return m;
        throw Checks.rejection(model, Checks.lineOfReference(host, model, form.getImplClass(), name), "the async body is a reference to "
                + form.getImplClass().replace('/', '.') + "::" + (name.equals(INIT_NAME) ? "new" : name)
                + ", a method of another class. Write a lambda that calls it; if it awaits, let it return async(() -> …) and await that.");
    }

    private Frames.Frame entry() {
        @Nullable Type[] locals = new @Nullable Type[code.maxLocals];
        int slot = 0;
        if (!isStatic()) locals[slot++] = Type.of(linker.host());
        for (var parameter : code.method.methodTypeSymbol().parameterList()) {
            var type = Type.of(parameter);
            locals[slot] = type;
            slot += type.slots();
        }
        return Frames.Frame.copyOf(locals, List.of());
    }

    boolean isStatic() {
        return code.method.flags().has(AccessFlag.STATIC);
    }

    boolean returnsNothing() {
        return form.getFunctionalInterfaceMethodSignature().equals("()V");
    }

    /// {@return the name of the method that the body was written in, or of the method that is the body}
    public static String methodName(SerializedLambda form) {
        var name = form.getImplMethodName();
        int end = name.lastIndexOf('$', name.lastIndexOf('$') - 1);
        return end > 7 && name.startsWith("lambda$") ? name.substring(7, end) : name; // lambda$main$3f2a91c0$1
    }
}
