package trale.internal.async;

import java.io.UncheckedIOException;
import java.lang.classfile.*;
import java.lang.classfile.instruction.*;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.reflect.AccessFlag;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// **Finds what cannot be compiled**, and says so: `Main.java:17: what is wrong. What to do.`
///
/// An await works only where the compiler sees it. In a plain lambda, or in a class that the body declares, it would throw at run time,
/// perhaps much later. So these are searched for awaits at the first use of the body.
public final class Checks {
    private final Class<?> host;
    private final ClassModel model;
    private final Set<String> seen = new HashSet<>();
    private final List<String> warnings = new ArrayList<>();

    Checks(Class<?> host, ClassModel model) {
        this.host = host;
        this.model = model;
    }

    /// {@return warnings: code that can be compiled, but is probably a mistake; in the order of the code}
    List<String> warnings() {
        return warnings;
    }

    public static String sourceFile(ClassModel model) {
        var source = model.findAttribute(Attributes.sourceFile());
        return source.isPresent() ? source.get().sourceFile().stringValue() : model.thisClass().asInternalName().replace('/', '.');
    }

    static IllegalArgumentException rejection(ClassModel model, int line, String text) {
        return new IllegalArgumentException(at(model, line) + text);
    }

    private static String at(ClassModel model, int line) {
        return sourceFile(model) + (line < 0 ? "" : ":" + line) + ": ";
    }

    static IllegalArgumentException cannotBeCompiled(ClassModel model, int line, IllegalArgumentException cause) {
        var rejection = rejection(model, line, "the async body cannot be compiled: " + cause.getMessage());
        rejection.initCause(cause);
        return rejection;
    }

    /// {@return the rejection of an object that is not a lambda: of a class, a proxy, or a closure of another language}
    public static IllegalArgumentException notALambda(Class<?> c) {
        var text = "the async body is an object of " + c.getName() + ", whose code cannot be compiled. Pass a lambda: () -> { … }.";
        try {
            var file = ClassFiles.parse(c);
            return rejection(file, lineOf(file, Names.RUN), text);
        } catch (IllegalArgumentException | UncheckedIOException e) {
            return new IllegalArgumentException(text); // made at run time: there is no line to name
        }
    }

    /// @param lambda whose name begins with that of the class it was written in
    static IllegalArgumentException inAHiddenClass(Class<?> lambda, Throwable cause) {
        var name = lambda.getName();
        return new IllegalArgumentException(name.substring(0, Math.max(0, name.indexOf("$$Lambda")))
                + ": the async body stands in a hidden class,"
                + " which other classes cannot name and whose class file no loader has. Move it to a class that is not hidden.", cause);
    }

    /// {@return the line of the first instruction of a method that has the name, or -1}
    private static int lineOf(ClassModel model, String method) {
        for (var m : model.methods()) {
            if (!m.methodName().equalsString(method)) continue;
            var code = m.code().orElse(null);
            if (code != null) for (var e : code) if (e instanceof LineNumber n) return n.line();
        }
        return -1;
    }

    /// {@return the line at which a method reference is made a body, or -1}
    static int lineOfReference(Class<?> in, ClassModel model, String owner, String method) {
        for (var m : model.methods()) {
            var line = -1;
            var code = m.code().orElse(null);
            if (code == null || m.methodName().equalsString("$deserializeLambda$")) continue; // makes them all once more
            for (var e : code) {
                if (e instanceof LineNumber n) line = n.line();
                if (e instanceof InvokeDynamicInstruction indy && isBody(indy, in)) {
                    var target = target(indy);
                    if (target != null && target.methodName().equals(method) && internalName(target).equals(owner)) return line;
                }
            }
        }
        return -1;
    }

    void monitors(Code code, Frames frames) {
        if (code.method.flags().has(AccessFlag.SYNCHRONIZED))
            throw rejection(model, code.firstLine(),
                    "the async body is a synchronized method: its monitor would be held while the task is suspended."
                    + " Take synchronized off the method.");
        for (var i = 0; i < code.size(); i++)
            if (frames.at(i).reachable && Code.isAwait(code.at[i]) && frames.at(i).monitors > 0)
                throw rejection(model, code.line(i), "await inside synchronized: the monitor would be held while the task is suspended."
                        + " Move the await out of the block.");
    }

    /// {@return whether a method is the code of a lambda} javac and Scala's compiler flag it as synthetic; Kotlin's compiler names it.
    private static boolean isLambda(MethodModel m) {
        return m.flags().has(AccessFlag.SYNTHETIC) || m.methodName().stringValue().contains("lambda$");
    }

    /// A reference to a method with variable arguments is compiled to a lambda that calls it, which is the body then.
    void callOfAMethodThatAwaits(Code code) {
        InvokeInstruction only = null;
        for (var e : code.at) {
            if (!(e instanceof Instruction instruction)) continue;
            switch (instruction.opcode().kind()) {
                case LOAD, CONSTANT, NEW_REF_ARRAY, NEW_PRIMITIVE_ARRAY, RETURN -> {}
                case INVOKE -> {
                    if (only != null) return;
                    only = (InvokeInstruction) instruction;
                }
                default -> {
                    return;
                }
            }
        }
        if (only == null || !only.owner().name().equalsString(model.thisClass().asInternalName())) return;
        for (var m : model.methods()) {
            if (!m.flags().has(AccessFlag.VARARGS) || !m.methodName().equals(only.name()) || !m.methodType().equals(only.type())
                    || m.code().isEmpty())
                continue;
            for (var e : m.code().get())
                if (Code.isAwait(e)) throw rejection(model, code.firstLine(), "the async body only calls " + m.methodName().stringValue()
                        + ", a method with variable arguments that awaits: only the async body itself can be suspended, "
                        + "and a reference to such a method"
                        + " is a lambda that calls it. Let the method return async(() -> …) and await that.");
        }
    }

    void nestedAwaits(CodeElement[] body) {
        search(model, Arrays.asList(body), null);
    }

    /// Searches code for awaits.
    ///
    /// @param what names the code in the message; null if an await is allowed in it
    private void search(ClassModel in, Iterable<CodeElement> code, @Nullable String what) {
        var line = -1;
        CodeElement before = null;
        for (var e : code) {
            if (e instanceof Instruction instruction) {
                if (instruction.opcode() == Opcode.POP && before instanceof InvokeInstruction invoke && isForgotten(invoke))
                    forgotten(in, line, invoke);
                before = e;
            }
            if (e instanceof LineNumber n) {
                line = n.line();
            } else if (e instanceof InvokeDynamicInstruction indy) {
                reference(in, indy, line);
            } else if (e instanceof InvokeInstruction invoke) {
                if (what != null && Code.isAwait(invoke))
                    throw rejection(in, line, "await inside " + what + ": only the async body itself can be suspended. "
                        + "Move the await out of it, or make it return async(() -> …) and await that.");
                declared(invoke.owner().asInternalName());
            } else if (e instanceof NewObjectInstruction made) {
                declared(made.className().asInternalName());
            }
        }
    }

    private void reference(ClassModel in, InvokeDynamicInstruction indy, int line) {
        var target = target(indy);
        if (target == null) return;
        if (target.methodName().equals(Names.AWAIT) && internalName(target).equals(Names.ASYNC))
            throw rejection(in, line, "Async::await as a method reference: it would be called where nothing can be suspended. "
                    + "Await each future in the async body itself.");
        if (isBody(indy, host)) return;
        if (!internalName(target).equals(in.thisClass().asInternalName())) {
            declared(internalName(target));
            return;
        }
        for (var m : in.methods())
            if (isLambda(m) && m.methodName().equalsString(target.methodName()) && m.methodType().equalsString(target.lookupDescriptor())
                    && seen.add(internalName(target).concat(".").concat(target.methodName()).concat(target.lookupDescriptor())))
                searchMethod(in, m, "a plain lambda");
    }

    private void searchMethod(ClassModel in, MethodModel method, String what) {
        var code = method.code().orElse(null);
        if (code != null) search(in, code, what);
    }

    /// Searches a class if it was declared in a method: it may be the body's.
    private void declared(String name) {
        var inner = model.findAttribute(Attributes.innerClasses()).orElse(null);
        if (inner == null || name.equals(model.thisClass().asInternalName())) return;
        for (var c : inner.classes()) {
            if (c.outerClass().isPresent() || !c.innerClass().name().equalsString(name) || !seen.add(name)) continue;
            var declared = load(name, host);
            if (declared != null) members(ClassFiles.parse(declared), c.innerName().isPresent() ? "a local class" : "an anonymous class");
        }
    }

    private static @Nullable Class<?> load(String name, Class<?> from) {
        try {
            return Class.forName(name.replace('/', '.'), false, from.getClassLoader());
        } catch (ClassNotFoundException | LinkageError e) {
            return null; // nothing to warn of: the body will fail at this line with the JVM's own message
        }
    }

    private void members(ClassModel c, String what) {
        var bodies = new HashSet<String>();
        for (var m : c.methods()) {
            var code = m.code().orElse(null);
            if (code == null) continue;
            for (var e : code) {
                var target = e instanceof InvokeDynamicInstruction indy && isBody(indy, host) ? target(indy) : null;
                if (target != null) bodies.add(target.methodName());
            }
        }
        for (var m : c.methods()) if (!bodies.contains(m.methodName().stringValue())) searchMethod(c, m, what);
    }

    /// {@return whether this makes a Body, a VoidBody, or an object of an interface that extends one of them}
    /// @param in the class it stands in
    public static boolean isBody(InvokeDynamicInstruction indy, Class<?> in) {
        var isSerializable = indy.bootstrapMethod().methodName().equals("altMetafactory");
        if (!isSerializable || !indy.name().equalsString(Names.RUN)) return false;
        if (isBody(indy.typeSymbol().returnType(), in)) return true;
        for (var argument : indy.bootstrapArgs())
            if (argument instanceof ClassDesc marker && isBody(marker, in)) return true; // (A & Body) () -> …
        return false;
    }

    private static boolean isBody(ClassDesc type, Class<?> in) {
        var name = internalName(type);
        if (Names.isBody(name)) return true; // and nothing has to be loaded
        var c = load(name, in);
        return c != null && Names.isBody(c);
    }

    public static boolean isBody(Class<?> c) {
        return Names.isBody(c);
    }

    /// {@return the method that a lambda or method reference stands for, or null if this makes neither}
    public static @Nullable DirectMethodHandleDesc target(InvokeDynamicInstruction indy) {
        var arguments = indy.bootstrapArgs();
        return arguments.size() > 1 && arguments.get(1) instanceof DirectMethodHandleDesc target ? target : null;
    }

    static String internalName(DirectMethodHandleDesc method) {
        return internalName(method.owner());
    }

    private static String internalName(ClassDesc type) {
        var descriptor = type.descriptorString();
        return descriptor.startsWith("L") ? descriptor.substring(1, descriptor.length() - 1) : descriptor;
    }

    /// {@return whether a call makes a future that is lost if its value is thrown away} The declared type decides: the value of a method
    /// that returns Future has no other use. An object of a class that implements Future may have other uses, as a JoinHandle has. A
    /// method that takes a future may return that future.
    private static boolean isForgotten(InvokeInstruction invoke) {
        var type = invoke.typeSymbol();
        if (!type.returnType().equals(Names.FUTURE)) return false;
        if (invoke.owner().asInternalName().startsWith(Names.PACKAGE)) return true;
        for (var parameter : type.parameterList()) if (parameter.equals(Names.FUTURE)) return false;
        return true;
    }

    private void forgotten(ClassModel in, int line, InvokeInstruction invoke) {
        var owner = invoke.owner().asSymbol().displayName();
        warn(in, line, "the future of ".concat(owner).concat(".").concat(invoke.name().stringValue())
                .concat(" is thrown away: nothing polls it, so what it stands for does not happen. Await it, or spawn it."));
    }

    private void warn(ClassModel in, int line, String text) {
        var warning = at(in, line).concat(text);
        if (!warnings.contains(warning)) warnings.add(warning); // javac repeats a finally block for each way into it
    }

    /// Warns of a body whose value is a future: `spawn(() -> serve(stream))` forgets to await the future that `serve` returns.
    ///
    /// @param returnsNothing whether the functional interface throws the value away
    void returnedFuture(MethodModel body, boolean returnsNothing) {
        if (!body.methodTypeSymbol().returnType().equals(Names.FUTURE)) return;
        for (var m : model.methods()) {
            var code = m.code().orElse(null);
            if (code == null || m.methodName().equalsString("$deserializeLambda$")) continue;
            var line = -1;
            var follows = false;
            for (var e : code) {
                if (e instanceof LineNumber n) line = n.line();
                if (!(e instanceof Instruction instruction)) continue;
                if (e instanceof InvokeDynamicInstruction indy && makes(indy, body)) {
                    if (returnsNothing) returnedFuture(line);
                    follows = true;
                } else if (follows) {
                    if (instruction.opcode() == Opcode.POP) returnedFuture(line);
                    follows = passesOn(instruction);
                }
            }
        }
    }

    private boolean makes(InvokeDynamicInstruction indy, MethodModel body) {
        var target = target(indy);
        return target != null && body.methodName().equalsString(target.methodName())
                && internalName(target).equals(model.thisClass().asInternalName())
                && body.methodTypeSymbol().descriptorString().equals(target.lookupDescriptor()) && isBody(indy, host);
    }

    /// {@return whether the value of the task, or the task, is still on top of the stack after this, or will be}
    private static boolean passesOn(Instruction instruction) {
        return switch (instruction.opcode().kind()) {
            case LOAD, CONSTANT -> true; // of an argument
            case INVOKE -> {
                var invoke = (InvokeInstruction) instruction;
                yield invoke.owner().asInternalName().startsWith(Names.PACKAGE)
                        && !invoke.typeSymbol().returnType().equals(ConstantDescs.CD_void);
            }
            default -> false;
        };
    }

    private void returnedFuture(int line) {
        warn(model, line, "the async body returns a future, and its value is thrown away: nothing polls that future, so what it stands for"
                + " does not happen. Let the body await it: () -> await(…).");
    }
}
