package trale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Each rejection names the line, the construct, and what to do: word by word.
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class RejectionTest {
    private static final String PLAIN = ": only the async body itself can be suspended."
            + " Move the await out of it, or make it return async(() -> …) and await that.";

    /// The body's statements begin at line 6.
    private static String rejection(String statements) {
        return rejectionOf("""
                import static trale.Async.*;
                import java.util.*;
                class Main {
                    static trale.Future<Integer> f(int n) { return cx -> trale.Poll.ready(n); }
                    static Object body() { return async(() -> {
                %s
                    }); }
                    void later() throws Exception { await(f(1)); }
                }
                """.formatted(statements));
    }

    private static String rejectionOf(String source) {
        var sources = Sources.compile("Main", source);
        return assertThrows(IllegalArgumentException.class, () -> sources.call("Main", "body")).getMessage();
    }

    @Test // J12
    void awaitInsideSynchronizedIsRejected() {
        assertEquals(
                "Main.java:8: await inside synchronized: the monitor would be held while the task is suspended."
                        + " Move the await out of the block.",
                rejection("""
                        var lock = new Object();
                        synchronized (lock) {
                            int n = await(f(1));
                        }
                        """));
    }

    @Test // J12
    void awaitDeepInsideSynchronizedIsRejected() {
        assertEquals(
                "Main.java:12: await inside synchronized: the monitor would be held while the task is suspended."
                        + " Move the await out of the block.",
                rejection("""
                        for (int i = 0; i < 3; i++) {
                            synchronized (Main.class) {
                                try {
                                    if (i == 2) continue;
                                    Objects.requireNonNull(null);
                                } catch (NullPointerException e) {
                                    await(f(2));
                                }
                            }
                            await(f(3));
                        }
                        """));
    }

    @Test // J12
    void awaitInASynchronizedMethodIsRejected() {
        assertEquals(
                "Main.java:4: the async body is a synchronized method: its monitor would be held while the task is suspended."
                        + " Take synchronized off the method.",
                rejectionOf("""
                        import static trale.Async.*;
                        class Main {
                            private static synchronized int serve() throws Exception {
                                return await((trale.Future<Integer>) cx -> trale.Poll.ready(1));
                            }
                            static Object body() { return async(Main::serve); }
                        }
                        """));
    }

    @Test // J12
    void aSynchronizedMethodThatDoesNotAwaitIsRejectedToo() {
        assertEquals(
                "Main.java:4: the async body is a synchronized method: its monitor would be held while the task is suspended."
                        + " Take synchronized off the method.",
                rejectionOf("""
                        import static trale.Async.*;
                        class Main {
                            private static synchronized boolean serve() {
                                return Thread.holdsLock(Main.class);
                            }
                            static Object body() { return async(Main::serve); }
                        }
                        """));
    }

    @Test // J13
    void awaitInAPlainLambdaIsRejected() {
        assertEquals("Main.java:8: await inside a plain lambda" + PLAIN, rejection("""
                await(f(1));
                java.util.concurrent.Callable<Integer> c = () ->
                    await(f(2));
                """));
    }

    @Test // J13
    void awaitInALambdaThatIsSerializableButNoBodyIsRejected() {
        assertEquals("Main.java:8: await inside a plain lambda" + PLAIN, rejection("""
                interface Job extends java.io.Serializable { int run() throws Exception; }
                Job job = () ->
                    await(f(2));
                """));
    }

    @Test // J13
    void awaitInALambdaInALambdaIsRejected() {
        assertEquals("Main.java:8: await inside a plain lambda" + PLAIN, rejection("""
                java.util.concurrent.Callable<Object> c = () ->
                    (java.util.concurrent.Callable<Integer>) () ->
                        await(f(2));
                """));
    }

    @Test // J13
    void awaitInAnAnonymousClassIsRejected() {
        assertEquals("Main.java:9: await inside an anonymous class" + PLAIN, rejection("""
                var o = new Object() {
                    int get() throws Exception {
                        // not here either
                        return await(f(2));
                    }
                };
                """));
    }

    @Test // J13
    void awaitInAMethodOfALocalClassIsRejected() {
        assertEquals("Main.java:7: await inside a local class" + PLAIN, rejection("""
                record Local(int n) {
                    static int get(int n) throws Exception { return await(f(n)); }
                }
                Local.get(3);
                """));
    }

    @Test // J13
    void awaitInAMethodOfALocalClassThatIsOnlyReferredToIsRejected() {
        assertEquals("Main.java:8: await inside a local class" + PLAIN, rejection("""
                interface Fn { int apply(int n) throws Exception; }
                class Local {
                    static int get(int n) throws Exception { return await(f(n)); }
                }
                Fn fn = Local::get;
                """));
    }

    @Test // J13
    void awaitAsAMethodReferenceIsRejected() {
        assertEquals(
                "Main.java:7: Async::await as a method reference: it would be called where nothing can be suspended."
                        + " Await each future in the async body itself.",
                rejection("""
                        interface Fn { Object apply(trale.Future<Integer> f) throws Exception; }
                        Fn fn = trale.Async::await;
                        """));
    }

    @Test // J11
    void aMethodReferenceToAnotherClassIsRejected() {
        assertEquals(
                "Main.java:6: the async body is a reference to java.util.List::size, a method of another class."
                        + " Write a lambda that calls it; if it awaits, let it return async(() -> …) and await that.",
                rejectionOf("""
                        import static trale.Async.*;
                        import java.util.*;
                        class Main {
                            static Object body() {
                                var list = List.of(1);
                                return async(list::size);
                            }
                        }
                        """));
    }

    /// The method that deserialises lambdas refers to it, too, and stands at the line of the class.
    @Test // J11
    void aMethodReferenceToAnotherClassInALambdaIsRejected() {
        assertEquals(
                "Main.java:6: the async body is a reference to java.util.List::size, a method of another class."
                        + " Write a lambda that calls it; if it awaits, let it return async(() -> …) and await that.",
                rejectionOf("""
                        import static trale.Async.*;
                        import java.util.*;
                        class Main {
                            static Object body() throws Exception {
                                java.util.concurrent.Callable<Object> c = () ->
                                    async(List.of(1)::size);
                                return c.call();
                            }
                        }
                        """));
    }

    @Test // J11
    void aConstructorReferenceIsRejected() {
        assertEquals(
                "Main.java:4: the async body is a reference to Main::new, a method of another class."
                        + " Write a lambda that calls it; if it awaits, let it return async(() -> …) and await that.",
                rejectionOf("""
                        import static trale.Async.*;
                        class Main {
                            static Object body() {
                                return async(Main::new);
                            }
                        }
                        """));
    }

    @Test // J11
    void aMethodThatTheReceiverMayOverrideIsRejected() {
        assertEquals(
                "Main.java:4: the async body is the method Main::serve of a Main$Other, which may override it."
                        + " Make the method private or final.",
                rejectionOf("""
                        import static trale.Async.*;
                        class Main {
                            int serve() throws Exception {
                                return await((trale.Future<Integer>) cx -> trale.Poll.ready(1));
                            }
                            static class Other extends Main {
                                int serve() { return 2; }
                            }
                            static Object body() {
                                Main main = new Other();
                                return async(main::serve);
                            }
                        }
                        """));
    }

    @Test // J14
    void anAnonymousClassAsABodyIsRejected() {
        assertEquals(
                "Main.java:6: the async body is an object of Main$1, whose code cannot be compiled. Pass a lambda: () -> { … }.",
                rejectionOf("""
                        import static trale.Async.*;
                        class Main {
                            static Object body() {
                                return async(new Body<Integer>() {
                                    public Integer run() throws Exception {
                                        return await((trale.Future<Integer>) cx -> trale.Poll.ready(1));
                                    }
                                });
                            }
                        }
                        """));
    }

    @Test // J14
    void aBodyInAHiddenClassIsRejected() throws Exception {
        var sources = Sources.compile("Main", """
                class Main implements java.util.concurrent.Callable<Object> {
                    public Object call() {
                        return trale.Async.async(() -> 1);
                    }
                    static Object body() throws Throwable {
                        var bytes = Main.class.getClassLoader().getResourceAsStream("Main.class").readAllBytes();
                        var hidden = java.lang.invoke.MethodHandles.lookup().defineHiddenClass(bytes, true).lookupClass();
                        return ((java.util.concurrent.Callable<?>) hidden.getDeclaredConstructor().newInstance()).call();
                    }
                }
                """);
        var message = assertThrows(IllegalArgumentException.class, () -> sources.call("Main", "body")).getMessage();
        assertEquals("Main: the async body stands in a hidden class, which other classes cannot name and whose class file no loader has."
                + " Move it to a class that is not hidden.", message.replaceAll("^Main_0x\\p{XDigit}+", "Main"));
    }

    @Test // J15
    void aBodyIsRejectedWhoseLoaderDoesNotShowItsClassFile() {
        var sources = Sources.compile(false, "Main", """
                class Main {
                    static Object body() { return trale.Async.async(() -> 1); }
                }
                """);
        assertEquals(
                "Main: its class loader, the test's loader, has no resource Main.class."
                        + " An async body is compiled from its class file: let the loader's getResourceAsStream find it.",
                assertThrows(IllegalArgumentException.class, () -> sources.call("Main", "body")).getMessage());
    }

    @Test // J16
    void aBodyThatDoesNotFitIntoAMethodIsRejected() {
        assertEquals(
                "Main.java:6: the async body is too large: its state machine would be a method of more than 64 KB,"
                        + " or have a jump of more than 32 KB. Move parts of it to methods that return async(() -> …).",
                rejection("long s = 0;\n" + "s += await(f(1)) + await(f(2));\n".repeat(900)));
    }

    @Test
    void awaitOutsideAnAsyncBodySaysWhatToDo() {
        var e = assertThrows(IllegalStateException.class, () -> Async.await(cx -> Poll.ready(1)));
        assertEquals(
                "await outside an async body. In plain code block with Executor.blockOn(future) or JoinHandle.join();"
                        + " a method that is to wait returns Async.async(() -> { … await(…) … }), and is awaited",
                e.getMessage());
    }

    @Test
    void awaitInAMethodThatABodyCallsSaysWhatToDo() {
        Async.VoidBody callsWaiter = () -> waiter();
        var e = assertThrows(CompletionException.class, () -> Executor.blockOn(callsWaiter)).getCause();
        assertEquals(
                "await outside an async body: in a method that the body calls, or in a plain lambda."
                        + " Let it return Async.async(() -> { … await(…) … }), and await that",
                e.getMessage());
    }

    private static void waiter() throws Exception {
        Async.await(cx -> Poll.ready(1));
    }
}
