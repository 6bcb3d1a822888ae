package trale.internal.async;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.*;
import java.lang.classfile.instruction.*;
import java.lang.constant.ClassDesc;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.reflect.AccessFlag;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import trale.Async;

/// **What cannot be compiled**, and how the user is told: `Main.java:17: what is wrong. What to do.`
///
/// An await works only where the compiler sees it. In a plain lambda or a class declared in the body it would throw at
/// run time, perhaps much later: they are searched for it at the first use.
public final class Checks {
    private final Class<?> host;
    private final ClassModel model;
    private final Set<String> seen = new HashSet<>();

    Checks(Class<?> host, ClassModel model) {
        this.host = host;
        this.model = model;
    }

    /// {@return the class's own file}
    public static ClassModel read(Class<?> c) {
        var name = c.getName().substring(c.getName().lastIndexOf('.') + 1).concat(".class");
        try (var in = c.getResourceAsStream(name)) {
            if (in == null)
                throw new IllegalArgumentException(c.getName() + ": its class loader, " + loader(c) + ", has no resource " + name
                        + ". An async body is compiled from its class file: let the loader's getResourceAsStream find it.");
            return ClassFile.of().parse(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(c.getName() + ": its class file cannot be read from " + loader(c), e);
        }
    }

    private static String loader(Class<?> c) {
        return c.getClassLoader() == null ? "the boot loader" : c.getClassLoader().toString();
    }

    public static String sourceFile(ClassModel model) {
        var source = model.findAttribute(Attributes.sourceFile());
        return source.isPresent() ? source.get().sourceFile().stringValue() : model.thisClass().asInternalName().replace('/', '.');
    }

    static IllegalArgumentException rejection(ClassModel model, int line, String text) {
        return new IllegalArgumentException(sourceFile(model) + (line < 0 ? "" : ":" + line) + ": " + text);
    }

    public static IllegalArgumentException notALambda(Class<?> c) {
        var file = read(c);
        return rejection(file, lineOf(file, "run"), "the async body is an object of " + c.getName()
                + ", whose code cannot be compiled. Pass a lambda: () -> { … }.");
    }

    /// @param lambda whose name begins with that of the class it was written in
    static IllegalArgumentException inAHiddenClass(Class<?> lambda, Throwable cause) {
        var name = lambda.getName();
        return new IllegalArgumentException(name.substring(0, Math.max(0, name.indexOf("$$Lambda"))) + ": the async body stands in a hidden class,"
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
            int line = -1;
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
            throw rejection(model, code.firstLine(), "the async body is a synchronized method: its monitor would be held while the task is suspended."
                    + " Take synchronized off the method.");
        for (int i = 0; i < code.size(); i++)
            if (frames.reachable[i] && Code.isAwait(code.at[i]) && frames.monitors[i] > 0)
                throw rejection(model, code.line(i), "await inside synchronized: the monitor would be held while the task is suspended."
                        + " Move the await out of the block.");
    }

    void nestedAwaits(CodeElement[] body) {
        search(model, Arrays.asList(body), null);
    }

    /// Searches code for awaits.
    ///
    /// @param what the code is, if an await is not allowed in it
    private void search(ClassModel in, Iterable<CodeElement> code, @Nullable String what) {
        int line = -1;
        for (var e : code) {
            if (e instanceof LineNumber n) {
                line = n.line();
            } else if (e instanceof InvokeDynamicInstruction indy) {
                reference(in, indy, line);
            } else if (e instanceof InvokeInstruction call) {
                if (what != null && Code.isAwait(call)) throw rejection(in, line, "await inside " + what + ": only the async body itself can be suspended. "
                        + "Move the await out of it, or make it return async(() -> …) and await that.");
                declared(call.owner().asInternalName());
            } else if (e instanceof NewObjectInstruction made) {
                declared(made.className().asInternalName());
            }
        }
    }

    private void reference(ClassModel in, InvokeDynamicInstruction indy, int line) {
        var target = target(indy);
        if (target == null) return;
        if (target.methodName().equals("await") && internalName(target).equals("trale/Async"))
            throw rejection(in, line, "Async::await as a method reference: it would be called where nothing can be suspended. "
                    + "Await each future in the async body itself.");
        if (isBody(indy, host)) return;
        if (!internalName(target).equals(in.thisClass().asInternalName())) {
            declared(internalName(target));
            return;
        }
        if (!target.methodName().startsWith("lambda$") || !seen.add(internalName(target) + "." + target.methodName())) return;
        for (var m : in.methods())
            if (m.methodName().equalsString(target.methodName())) searchMethod(in, m, "a plain lambda");
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
            if (declared != null) members(read(declared), c.innerName().isPresent() ? "a local class" : "an anonymous class");
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
        boolean isSerializable = indy.bootstrapMethod().methodName().equals("altMetafactory");
        if (!isSerializable || !indy.name().equalsString("run")) return false;
        if (isBody(indy.typeSymbol().returnType(), in)) return true;
        for (var argument : indy.bootstrapArgs()) if (argument instanceof ClassDesc marker && isBody(marker, in)) return true; // (A & Body) () -> …
        return false;
    }

    private static boolean isBody(ClassDesc type, Class<?> in) {
        var name = internalName(type);
        if (name.equals("trale/Async$Body") || name.equals("trale/Async$VoidBody")) return true; // and nothing has to be loaded
        var c = load(name, in);
        return c != null && isBody(c);
    }

    public static boolean isBody(Class<?> c) {
        return Async.Body.class.isAssignableFrom(c) || Async.VoidBody.class.isAssignableFrom(c);
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
}
