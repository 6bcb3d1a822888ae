package trale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.await;

import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.StackInstruction;
import java.lang.classfile.attribute.SourceFileAttribute;
import java.lang.reflect.Proxy;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import trale.internal.async.Inspection;
import trale.support.Child;

/// What is no async body is told so, and an odd name or an odd JVM changes no message.
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class WrongBodiesTest {

    /// As Groovy makes one of a closure.
    @Test // C7
    void aProxy() {
        var proxy = (Async.Body<?>) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {Async.Body.class}, (_, _, _) -> 1);
        var e = assertThrows(IllegalArgumentException.class, () -> Async.async(proxy));
        assertEquals("the async body is an object of " + proxy.getClass().getName()
                + ", whose code cannot be compiled. Pass a lambda: () -> { … }.", e.getMessage());
    }

    private String varargs(Object... more) throws Exception {
        return await(Async.async(() -> "x")) + more.length;
    }

    private static String silent(int... more) {
        return "silent" + more.length;
    }

    @Test // C7
    void aReferenceToAMethodWithVariableArgumentsThatAwaits() {
        var e = assertThrows(IllegalArgumentException.class, () -> Async.async((Async.Body<String>) this::varargs));
        assertTrue(e.getMessage()
                .matches("WrongBodiesTest\\.java:\\d+: the async body only calls varargs, a method with variable arguments that awaits: "
                + "only the async body itself can be suspended, and a reference to such a method is a lambda that calls it\\. "
                + "Let the method return async\\(\\(\\) -> …\\) and await that\\."), e.getMessage());
        assertEquals("silent0", Executor.blockOn((Async.Body<String>) WrongBodiesTest::silent));
    }

    /// The class file's compiler moves an object about that has not seen its constructor.
    @Test // C7
    void whatCannotBeCompiledForAnotherReasonIsNotCalledTooLarge() {
        var main = Sources.compile("Main", """
                import static trale.Async.*;
                class Main {
                    static Object body() { return async(() -> new StringBuilder(await(async(() -> "x")))); }
                }
                """).rewrite("Main", ClassTransform.transformingMethodBodies(CodeTransform.ofStateful(() -> (b, e) -> {
                    if (isDup(e)) b.dup().swap();
                    else b.with(e);
                })));
        var e = assertThrows(IllegalArgumentException.class, () -> main.call("Main", "body"));
        assertEquals("Main.java:3: the async body cannot be compiled:"
                + " the class file's compiler moves a new java.lang.StringBuilder about the stack"
                + " before it calls the constructor. Make the object in a method.", e.getMessage());
    }

    private static boolean isDup(CodeElement e) {
        return e instanceof StackInstruction s && s.opcode() == Opcode.DUP;
    }

    /// {@return a class whose async bodies are rewritten}
    private static Sources rewritten(String members, CodeTransform transform) {
        return Sources.compile("Main", "import static trale.Async.*; class Main { " + members + " }").rewrite("Main",
                ClassTransform.transformingMethodBodies(m -> m.methodName().stringValue().startsWith("lambda$body$"), transform));
    }

    /// As R8 writes class files.
    @Test // C7
    void anObjectThatAVariableHoldsBeforeItsConstructorIsCalled() throws Throwable {
        var main = rewritten("static Object body() { return async(() -> new StringBuilder(await(async(() -> \"x\")))); }", (b, e) -> {
            if (isDup(e)) b.dup().astore(5);
            else b.with(e);
            if (e instanceof InvokeInstruction i && i.name().equalsString("<init>")) b.aload(5);
        });
        try (var _ = Inspection.verify()) {
            assertEquals("x", Executor.blockOn((Future<?>) main.call("Main", "body")).toString());
        }
    }

    @Test // C7
    void anObjectThatAVariableHoldsBeforeItsPrivateConstructorIsCalled() throws Throwable {
        var main = rewritten("""
                private final String text;
                private Main(String text) { this.text = text; }
                public String toString() { return text; }
                static Object body() { return async(() -> new Main(await(async(() -> "x")))); }""", (b, e) -> {
                    if (isDup(e)) b.dup().dup().astore(5);
                    else b.with(e);
                    if (e instanceof InvokeInstruction i && i.name().equalsString("<init>")) b.pop().aload(5);
                });
        try (var _ = Inspection.verify()) {
            assertEquals("x", Executor.blockOn((Future<?>) main.call("Main", "body")).toString());
        }
    }

    @Test // C7
    void aCopyThatLiesFurtherDownTheStackIsNotTakenForAnother() {
        var main = rewritten("""
                static Object both(Object first, Object second) { return first + " " + second; }
                static Object body() { return async(() -> both(new StringBuilder(await(async(() -> "x"))), "y")); }""", (b, e) -> {
                    if (isDup(e)) b.astore(5).aload(5).loadConstant("y").aload(5);
                    else if (!(e instanceof ConstantInstruction c && c.constantValue().equals("y"))) b.with(e);
                });
        var e = assertThrows(IllegalArgumentException.class, () -> main.call("Main", "body"));
        assertTrue(e.getMessage().contains("moves a new java.lang.StringBuilder about the stack"), e.getMessage());
    }

    @Test // R15
    void aSourceFileWhoseNameHasAColon() throws Throwable {
        var main = Sources.compile("Main", """
                class Main {
                    static Object body() { return trale.Async.async(() -> 1); }
                    int overridable() { return 2; }
                    static Object reference() { trale.Async.Body<Integer> b = new Main() {}::overridable; return trale.Async.async(b); }
                }
                """).rewrite("Main", ClassTransform.dropping(SourceFileAttribute.class::isInstance)
                        .andThen(ClassTransform.endHandler(b -> b.with(SourceFileAttribute.of("a:b.java")))));
        assertEquals("async body Main.body(a:b.java:2) not started", main.call("Main", "body").toString());
        var e = assertThrows(IllegalArgumentException.class, () -> main.call("Main", "reference"));
        assertEquals("a:b.java:3: the async body is the method Main::overridable of a Main$1, which may override it."
                + " Make the method private or final.", e.getMessage());
    }

    /// Run in a JVM whose exceptions have no stack traces.
    static final class WithoutStackTraces {
        private int secret;

        public static void main(String[] args) {
            try {
                Executor.blockOn(() -> {
                    WithoutStackTraces none = await(Async.async(() -> (WithoutStackTraces) null));
                    return none.secret;
                });
            } catch (java.util.concurrent.CompletionException e) {
                IO.println(e.getCause().getClass().getName());
            }
        }
    }

    @Test // R14
    void aNullReceiverInAJvmWithoutStackTracesIsANullPointerException() throws Exception {
        try (var child = Child.startWith("-XX:-StackTraceInThrowable", WithoutStackTraces.class)) {
            assertEquals("java.lang.NullPointerException\n", child.end());
        }
    }
}
