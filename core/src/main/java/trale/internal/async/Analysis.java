package trale.internal.async;

import static java.lang.constant.ConstantDescs.INIT_NAME;

import java.lang.classfile.Attributes;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.InnerClassesAttribute;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandleInfo;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.AccessFlag;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A body that was found and read, and the results of the passes up to the layout. The emitter needs no more, and `explain` shows no more.
///
/// ```
///  () -> { … await(f) … }                        Main.java
///  Main.lambda$main$0, and an object of a hidden class that would call it      javac, LambdaMetafactory
///  SerializedLambda -> Main.class -> lambda$main$0                             this file
///  Code -> Frames -> Liveness -> Layout                                        the passes; Checks says no, Access helps
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
    final Access access;

    /// How many parameters of its method are given, not captured: 0 or 1.
    final int given;

    /// Code that can be compiled, but is probably a mistake: `Main.java:17: …`.
    public final List<String> warnings;

    private Analysis(SerializedLambda form, Lookup lookup) {
        this.form = form;
        this.lookup = lookup;
        this.host = lookup.lookupClass();
        this.model = ClassFiles.read(host);
        this.code = new Code(method());
        this.access = new Access(lookup);
        this.given = given();
        var entry = entry();
        try {
            this.frames = new Frames(code, entry);
            this.liveness = new Liveness(code, frames);
            this.layout = new Layout(code, frames, liveness, entry, access);
        } catch (IllegalArgumentException e) {
            throw Checks.cannotBeCompiled(model, code.firstLine(), e);
        }
        var checks = new Checks(host, model);
        checks.monitors(code, frames);
        checks.nestedAwaits(code.at);
        checks.callOfAMethodThatAwaits(code);
        checks.returnedFuture(code.method, returnsNothing());
        this.warnings = checks.warnings();
    }

    /// {@return the analysis of a lambda's body}
    /// @param lambda of an interface whose method has one parameter or none
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
            // With `invoke` the JDK would generate two classes more.
            return (SerializedLambda) (Object) writeReplace.bindTo(lambda).invokeExact();
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
                    c.getModule() + " does not open package " + c.getPackageName() + " to " + trale
                            + ", which has to define the class of an async body beside "
                            + c.getNestHost().getName() + ". Add `opens " + c.getPackageName()
                            + (trale.isNamed() ? " to " + trale.getName() : "")
                            + ";` to its module-info.java, or call Async.allow(MethodHandles.lookup()) in it once.",
                    e);
        }
    }

    private MethodModel method() {
        var name = form.getImplMethodName();
        var isReference = form.getImplMethodKind() == MethodHandleInfo.REF_newInvokeSpecial
                || !form.getImplClass().equals(form.getCapturingClass());
        if (!isReference)
            for (var m : model.methods())
                if (m.methodName().equalsString(name) && m.methodType().equalsString(form.getImplMethodSignature()) && m.code().isPresent())
                    return m;
        throw Checks.rejection(model, Checks.lineOfReference(host, model, form.getImplClass(), name), "the async body is a reference to "
                + form.getImplClass().replace('/', '.') + "::" + (name.equals(INIT_NAME) ? "new" : name)
                + ", a method of another class. Write a lambda that calls it; if it awaits, let it return async(() -> …) and await that.");
    }

    private Frames.Frame entry() {
        @Nullable Type[] locals = new @Nullable Type[code.maxLocals];
        var slot = 0;
        if (!isStatic()) locals[slot++] = Type.of(access.host());
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
        return form.getFunctionalInterfaceMethodSignature().endsWith(")V");
    }

    private int given() {
        var parameters = MethodTypeDesc.ofDescriptor(form.getFunctionalInterfaceMethodSignature()).parameterCount();
        if (parameters > 1)
            throw Checks.rejection(model, code.firstLine(), "the async body has ".concat(Integer.toString(parameters))
                    .concat(" parameters: it may have one. Capture what it needs."));
        return parameters;
    }

    /// {@return the types of the method's arguments: `this`, if it has one, and the parameters}
    List<ClassDesc> inputs() {
        var parameters = code.method.methodTypeSymbol().parameterList();
        if (isStatic()) return parameters;
        var inputs = new ArrayList<ClassDesc>(parameters.size() + 1);
        inputs.add(access.host());
        inputs.addAll(parameters);
        return inputs;
    }

    /// {@return whether the class of the body has a member class of this name} Its file says so. Its loader is not asked: the loader of
    /// `java Main.java` compiles the program again to look for a class.
    public boolean hasMember(String className) {
        var name = className.replace('.', '/');
        for (var attribute : model.attributes()) {
            if (!(attribute instanceof InnerClassesAttribute members)) continue;
            for (var member : members.classes()) if (member.innerClass().name().equalsString(name)) return true;
        }
        return false;
    }

    /// {@return the name of the class that is generated for it: that of its class and of the method it stands in}
    ///
    /// ```
    ///  void serve() { spawn(() -> …); spawn(() -> …); }       Main$async$serve, Main$async$serve$2: by their lines
    ///  spawn(this::serve)                                     Main$async$serve, or behind the lambdas in it: Main$async$serve$3
    /// ```
    public String className() {
        var name = methodName(form);
        var isLambda = !name.equals(form.getImplMethodName());
        var number = 1;
        var isBefore = true;
        for (var m : model.methods()) {
            if (m.methodName().equals(code.method.methodName()) && m.methodType().equals(code.method.methodType())) {
                isBefore = false;
                continue;
            }
            var isMethod = m.methodName().equalsString(name);
            if (isMethod ? isLambda || !isBefore : !methodName(m.methodName().stringValue()).equals(name)) continue;
            if (isMethod || !isLambda || firstLine(m) < code.firstLine()
                    || (firstLine(m) == code.firstLine() && isFurtherLeft(m, isBefore)))
                number++;
        }
        var of = host.getName().concat("$async$").concat(name);
        return number == 1 ? of : of.concat("$").concat(Integer.toString(number));
    }

    /// {@return whether another lambda on the same line comes first}
    /// javac puts lambdas behind those to their right, but before those inside of them.
    ///
    /// @param isBefore in the class file
    private boolean isFurtherLeft(MethodModel other, boolean isBefore) {
        return isBefore ? makes(other, code.method, new HashSet<>()) : !makes(code.method, other, new HashSet<>());
    }

    /// @param seen methods that were searched before: they may refer to each other
    private boolean makes(MethodModel outer, MethodModel inner, Set<MethodModel> seen) {
        if (!seen.add(outer)) return false;
        var code = outer.code().orElse(null);
        if (code == null) return false;
        for (var e : code) {
            var target = e instanceof InvokeDynamicInstruction indy ? Checks.target(indy) : null;
            if (target == null || !Checks.internalName(target).equals(form.getImplClass())) continue;
            if (inner.methodName().equalsString(target.methodName())) return true;
            for (var m : model.methods())
                if (m.methodName().equalsString(target.methodName()) && makes(m, inner, seen)) return true;
        }
        return false;
    }

    private static int firstLine(MethodModel m) {
        var code = m.code().orElse(null);
        var lines = code == null ? null : code.findAttribute(Attributes.lineNumberTable()).orElse(null);
        return lines == null ? -1 : lines.lineNumbers().getFirst().lineNumber();
    }

    /// {@return the name of the method that the body was written in, or of the method that is the body}
    public static String methodName(SerializedLambda form) {
        return methodName(form.getImplMethodName());
    }

    private static String methodName(String name) {
        var kotlins = name.indexOf("$lambda$");
        if (kotlins > 0) return name.substring(0, kotlins); // main$lambda$0
        var end = name.lastIndexOf('$', name.lastIndexOf('$') - 1);
        return end > 7 && name.startsWith("lambda$") ? name.substring(7, end) : name; // lambda$main$3f2a91c0$1
    }
}
