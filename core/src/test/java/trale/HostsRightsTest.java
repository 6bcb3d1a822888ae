package trale;

import static java.lang.constant.ConstantDescs.CD_CallSite;
import static java.lang.constant.ConstantDescs.CD_Class;
import static java.lang.constant.ConstantDescs.CD_MethodHandle;
import static java.lang.constant.ConstantDescs.CD_MethodHandles_Lookup;
import static java.lang.constant.ConstantDescs.CD_MethodType;
import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_String;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.TypeCheckInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDesc;
import java.lang.constant.DirectMethodHandleDesc.Kind;
import java.lang.constant.DynamicCallSiteDesc;
import java.lang.constant.DynamicConstantDesc;
import java.lang.constant.MethodHandleDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import trale.internal.async.Inspection;

/// A body may do whatever the class it stands in may do, although its code runs in another class.
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class HostsRightsTest {
    private static final ClassDesc MAIN = ClassDesc.of("Main");

    private static final String HEAD = """
            import static trale.Async.*;
            import java.lang.invoke.*;
            class Main {
                static <T> trale.Future<T> later(T value) {
                    var polled = new boolean[1];
                    return cx -> {
                        if (polled[0] ^= true) { cx.waker().wake(); return trale.Poll.pending(); }
                        return trale.Poll.ready(value);
                    };
                }
            """;

    private static Sources main(String members) {
        return Sources.compile("Main", HEAD + members + "}");
    }

    private static Object run(Sources main) throws Throwable {
        try (var _ = Inspection.verify()) {
            return Executor.blockOn((Future<?>) main.call("Main", "body"));
        }
    }

    /// Replaces the calls of a static method, which takes nothing.
    private static ClassTransform replacing(String name, Consumer<CodeBuilder> code) {
        return ClassTransform.transformingMethodBodies(CodeTransform.ofStateful(() -> (b, e) -> {
            if (e instanceof InvokeInstruction i && i.name().equalsString(name)) code.accept(b);
            else b.with(e);
        }));
    }

    private static final String JACOCO = """
                private static int asked;
                private static Object $jacocoInit(MethodHandles.Lookup lookup, String name, Class<?> type) { asked++; \
                        return new boolean[] {lookup.lookupClass() == Main.class}; }
                static Object probes() { return null; }
                static Object body() {
                    return async(() -> {
                        var before = (boolean[]) probes();
                        await(later(1));
                        return before == probes() && before[0] ? "asked " + asked : "not the same";
                    });
                }
            """;

    /// As JaCoCo's offline instrumentation writes it: the same array at each probe.
    @Test // C2, C9
    void aDynamicConstantWhoseBootstrapIsPrivate() throws Throwable {
        var bootstrap = MethodHandleDesc.ofMethod(Kind.STATIC, MAIN, "$jacocoInit",
                MethodTypeDesc.of(CD_Object, CD_MethodHandles_Lookup, CD_String, CD_Class));
        var main = main(JACOCO).rewrite("Main",
                replacing("probes", b -> b.loadConstant(DynamicConstantDesc.ofNamed(bootstrap, "probes", CD_Object))));
        assertEquals("asked 1", run(main));
    }

    private static final String HANDLES = """
                private int secret = 3;
                private static String secret(int n) { return "secret" + n; }
                static MethodHandle constant() { return null; }
                static MethodHandle getter() { return null; }
                static Object body() {
                    return async(() -> {
                        int n = await(later(1));
                        try { n += (int) getter().invokeExact(new Main()); } catch (Throwable t) { throw new AssertionError(t); }
                        try { return (String) constant().invokeExact(n); } catch (Throwable t) { throw new AssertionError(t); }
                    });
                }
            """;

    @Test // C2
    void aMethodHandleInTheConstantPool() throws Throwable {
        var method = MethodHandleDesc.ofMethod(Kind.STATIC, MAIN, "secret", MethodTypeDesc.ofDescriptor("(I)Ljava/lang/String;"));
        var getter = MethodHandleDesc.ofField(Kind.GETTER, MAIN, "secret", ClassDesc.ofDescriptor("I"));
        var main = main(HANDLES).rewrite("Main",
                replacing("constant", b -> b.loadConstant(method)).andThen(replacing("getter", b -> b.loadConstant(getter))));
        assertEquals("secret4", run(main));
    }

    private static final String INDY = """
                private static CallSite link(MethodHandles.Lookup lookup, String name, MethodType type, MethodHandle secret, int n, \
                        Object... more) throws Exception {
                    return new ConstantCallSite(MethodHandles.insertArguments(secret, 0, \
                            lookup.lookupClass().getName() + name + n + more.length));
                }
                private static String secret(String text) { return text; }
                static String dynamic() { return null; }
                static Object body() { return async(() -> await(later("x")) + dynamic()); }
            """;

    @Test // C2
    void anInvokedynamicOfAnyBootstrap() throws Throwable {
        var bootstrap = MethodHandleDesc.ofMethod(Kind.STATIC, MAIN, "link",
                MethodTypeDesc.of(CD_CallSite, CD_MethodHandles_Lookup, CD_String, CD_MethodType,
                CD_MethodHandle, ClassDesc.ofDescriptor("I"), CD_Object.arrayType()));
        ConstantDesc[] arguments =
                {MethodHandleDesc.ofMethod(Kind.STATIC, MAIN, "secret", MethodTypeDesc.of(CD_String, CD_String)), 7, "a", "b"};
        var main = main(INDY).rewrite("Main", replacing("dynamic",
                b -> b.invokedynamic(DynamicCallSiteDesc.of(bootstrap, "name", MethodTypeDesc.of(CD_String), arguments))));
        assertEquals("xMainname72", run(main));
    }

    /// Their common superclass is package-private in java.lang.
    @Test // C3
    void aVariableOfAClassOfTheJdkThatOnlyTheJdkMayName() throws Throwable {
        assertEquals("first1", run(main("""
                    static Object body() {
                        return async(() -> {
                            var text = await(later(true)) ? new StringBuilder("first") : new StringBuffer("second");
                            int n = await(later(1));
                            return String.valueOf((Object) text) + n;
                        });
                    }
                """)));
    }

    /// An optional library that is not there. Plain Java reads both fields; a body reads the one that is not private.
    @Test // C3
    void aPrivateFieldOfAClassThatIsMissingIsAnErrorThatNamesTheClass() throws Throwable {
        var main = Sources.compile("Main", HEAD + """
                    private Lib lib;
                    Lib visible;
                    private static String read = "";
                    static String read() { return read; }
                    static Object body() { return new Main().own(); }
                    private Object own() {
                        return async(() -> {
                            await(later(1));
                            read += visible == null ? "visible" : "";
                            read += lib == null ? "lib" : "";
                            return read;
                        });
                    }
                }
                class Lib {}
                """).hide("Lib");
        var body = (Future<?>) main.call("Main", "body");
        var error = assertThrows(CompletionException.class, () -> Executor.blockOn(body)).getCause();
        assertInstanceOf(NoClassDefFoundError.class, error);
        assertTrue(error.getMessage().contains("Lib"), error.getMessage());
        assertEquals("visible", main.call("Main", "read"));
    }

    @Test // C3, C4
    void aProtectedMemberWithATypeThatOnlyItsPackageMayNameIsRefused() {
        var sources = Sources.compile(true, Map.of(
                "parent/Parent", """
                        package parent;
                        public class Parent {
                            static class Hidden {}
                            protected Hidden make() { return new Hidden(); }
                        }
                        """,
                "host/Host", """
                        package host;
                        import static trale.Async.*;
                        public class Host extends parent.Parent {
                            public static Object body() { return new Host().own(); }
                            private Object own() { return async(() -> String.valueOf((Object) make()) + await(async(() -> 1))); }
                        }
                        """));
        var e = assertThrows(IllegalArgumentException.class, () -> sources.call("host.Host", "body"));
        assertEquals("Host.java:5: the async body cannot be compiled: Host.make has a type that only its package may name."
                + " Use it in a method of Host.", e.getMessage());
    }

    private static final Map<String, String> THREE_PACKAGES = Map.of(
            "parent/Parent", """
                    package parent;
                    public class Parent {
                        protected int field = 1;
                        protected static int shared = 2;
                        protected String method(int n) { return "method" + n; }
                        protected static String of(int n) { return "static" + n; }
                    }
                    """,
            "host/Host", """
                    package host;
                    import static trale.Async.*;
                    public class Host extends parent.Parent implements Cloneable {
                        public static Object body() {
                            return async(() -> {
                                var child = new third.Child();
                                child.field += 10;
                                third.Child.shared += 20;
                                var copy = (Host) child.clone();
                                return child.method(await(async(() -> 5))) + third.Child.of(6) + copy.field + third.Child.shared;
                            });
                        }
                        protected Object clone() throws CloneNotSupportedException { return super.clone(); }
                    }
                    """,
            "third/Child", "package third; public class Child extends host.Host {}");

    @Test // C4
    void aProtectedMemberThroughASubclassInAThirdPackage() throws Throwable {
        try (var _ = Inspection.verify()) {
            assertEquals("method5static61122",
                    Executor.blockOn((Future<?>) Sources.compile(true, THREE_PACKAGES).call("host.Host", "body")));
        }
    }

    /// The verifier takes any object for one of an interface; tools that rewrite class files leave out the cast.
    @Test // C5
    void aVariableOfAnInterfaceWhoseObjectIsNone() throws Throwable {
        var main = main("""
                    static Object plain() { return "plain"; }
                    static Object body() {
                        return async(() -> {
                            var none = (Runnable) plain();
                            var array = new Runnable[][] {};
                            var s = later(2);
                            int n = await(later(1)) + await(s);
                            return String.valueOf((Object) none) + n + array.length;
                        });
                    }
                """).rewrite("Main", ClassTransform.transformingMethodBodies(CodeTransform.ofStateful(() -> (b, e) -> {
                    if (!(e instanceof TypeCheckInstruction cast && cast.type().name().equalsString("java/lang/Runnable"))) b.with(e);
                })));
        assertEquals("plain30", run(main));
    }

    @Test // C6
    void aCloneOfAnArrayAsKotlinCallsIt() throws Throwable {
        var main = main("""
                    static Object body() {
                        return async(() -> {
                            int[] a = {1, 2, await(later(3))};
                            int[] b = (int[]) a.clone();
                            b[0] = await(later(5));
                            return "" + a[0] + b[0] + b[2];
                        });
                    }
                """).rewrite("Main", ClassTransform.transformingMethodBodies(CodeTransform.ofStateful(() -> (b, e) -> {
                    if (e instanceof InvokeInstruction i && i.name().equalsString("clone"))
                        b.invokevirtual(CD_Object, "clone", MethodTypeDesc.of(CD_Object));
                    else b.with(e);
                })));
        assertEquals("153", run(main));
    }
}
