package trale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A rejection names the file and the line of the construct, wherever the body stands and however it is laid out. Each
/// source marks the lines that are to be named, in the order in which its bodies are used.
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class RejectionLineTest {
    private static final String HEAD = """
            import static trale.Async.*;
            import java.util.*;
            import java.util.concurrent.*;
            class Main {
                static final List<Callable<?>> ALL = new ArrayList<>();
                static void use(Body<?> b) { ALL.add(() -> async(b)); }
                static <T> trale.Future<T> f(T value) { return cx -> trale.Poll.ready(value); }
                static int two(int a, int b) { return a + b; }
                static Object all() { return ALL; }
            """;

    private static void check(String text, String members) {
        var source = HEAD + members + "}";
        var lines = source.lines().toList();
        var expected = new ArrayList<String>();
        for (var i = 0; i < lines.size(); i++) if (lines.get(i).endsWith("// !")) expected.add("Main.java:" + (i + 1) + ": " + text);
        assertFalse(expected.isEmpty());
        assertEquals(String.join("\n", expected), String.join("\n", rejections(source)));
    }

    private static List<String> rejections(String source) {
        var messages = new ArrayList<String>();
        try {
            for (var use : (List<?>) Sources.compile("Main", source).call("Main", "all")) {
                try {
                    messages.add("not rejected: " + ((java.util.concurrent.Callable<?>) use).call());
                } catch (IllegalArgumentException e) {
                    messages.add(e.getMessage());
                }
            }
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
        return messages;
    }

    private static final String MONITOR =
            "await inside synchronized: the monitor would be held while the task is suspended. Move the await out of the block.";
    private static final String PLAIN = "await inside a plain lambda: only the async body itself can be suspended."
            + " Move the await out of it, or make it return async(() -> …) and await that.";

    @Test // J12
    void theLineIsRightWhereverTheBodyStands() {
        check(MONITOR, """
                static {
                    use(() -> {
                        synchronized (ALL) {
                            return await(f(1)); // !
                        }
                    });
                }
                static Body<Integer> inAField = () -> { synchronized (ALL) { return await(f(1)); } }; // !
                static { use(inAField); }
                Body<Integer> inAnInstanceField = () -> {
                    synchronized (this) { return await(f(1)); } // !
                };
                Body<Integer> inAConstructor;
                Main(int n) {
                    inAConstructor = () -> { synchronized (this) {
                        return n + await(f(1)); // !
                    } };
                }
                static { use(new Main(1).inAnInstanceField); use(new Main(1).inAConstructor); }
                interface Home {
                    default Body<Integer> body() {
                        return () -> { synchronized (this) { return await(f(1)); } }; // !
                    }
                    Body<Integer> CONSTANT = () -> {

                        synchronized (ALL) { return await(f(1)); } // !
                    };
                }
                record Point(int x) implements Home {
                    Body<Integer> own() {
                        return () -> { synchronized (ALL) { return x + await(f(1)); } }; // !
                    }
                }
                enum Level {
                    LOW {
                        Body<Integer> body() {
                            return () -> { synchronized (this) { return await(f(1)); } }; // !
                        }
                    };
                    abstract Body<Integer> body();
                }
                static { use(new Point(1).body()); use(Home.CONSTANT); use(new Point(1).own()); use(Level.LOW.body()); }
                class Inner {
                    class Deep {
                        Body<Integer> body() {
                            return () -> { synchronized (Main.this) { return await(f(1)); } }; // !
                        }
                    }
                }
                static { use(new Main(1).new Inner().new Deep().body()); }
                static { new Object() { void go() {
                    use(() -> { synchronized (this) { return await(f(1)); } }); // !
                } }.go(); }
                static <T> Body<T> generic(T t) {
                    return () -> { synchronized (t) { return await(f(t)); } }; // !
                }
                static { use(generic("t")); }
                """);
    }

    @Test // J12
    void theLineIsRightHoweverTheStatementIsLaidOut() {
        check(MONITOR, """
                static {
                    use(() -> {
                        synchronized (ALL) {
                            int s = two(
                                1,
                                2) + two(
                                    3, await(f(1))); // !
                            return s;
                        }
                    });
                    use(() -> {
                        synchronized (ALL) {
                            return List.of(1, 2)
                                .subList(0,
                                    await(f(1))) // !
                                .size();
                        }
                    });
                    use(() -> {
                        int n = await(f(1));
                        for (int i = 0; i < n;
                                i++) {
                            synchronized (ALL) {
                                if (i > 5)
                                    continue;
                                else
                                    await(f(2)); // !
                            }
                        }
                        return n;
                    });
                    use(() -> {
                        synchronized (ALL) {
                            return switch (ALL.size()) {
                                case 0 -> 1;
                                default ->
                                    await(f(2)); // !
                            };
                        }
                    });
                    use(() -> {
                        synchronized (ALL) {
                            try {
                                return 1;
                            } finally {
                                await(f(1)); // !
                            }
                        }
                    });
                }
                """);
    }

    @Test // J13
    void theLineIsRightWhereverThePlainLambdaStands() {
        check(PLAIN, """
                static int call(Callable<Integer> c) throws Exception { return c.call(); }
                static {
                    use(() -> {
                        await(f(1));
                        return call(() -> await(f(2))); // !
                    });
                    use(() -> two(1,
                        call(
                            () -> {
                                int n = 1;
                                return n
                                    + await(f(2)); // !
                            })));
                }
                static { use(() -> call(() -> await(f(3)))); } // !
                Body<Integer> inAField = () -> call(() -> call(() ->
                    await(f(3)))); // !
                static { use(new Main().inAField); }
                """);
    }

    @Test // J13
    void aNestedBodyIsSearchedWhenItIsUsed() {
        var rejected = new AtomicInteger();
        for (var message : rejections(HEAD + """
                static int call(Callable<Integer> c) throws Exception { return c.call(); }
                static {
                    ALL.add(() -> {
                        var outer = async(() -> await(async(() -> call(() -> await(f(2))))));
                        return outer.poll(trale.Context.of(() -> {}));
                    });
                }
                }""")) {
            assertEquals("Main.java:13: " + PLAIN, message);
            rejected.getAndIncrement();
        }
        assertEquals(1, rejected.get());
    }

    @Test // J14
    void ofAMethodThatIsNoLambdaTheLineOfItsAwaitIsNamed() {
        check("the async body is an object of Main$Named, whose code cannot be compiled. Pass a lambda: () -> { … }.", """
                static class Named implements Body<Integer> {
                    int n;

                    @Override
                    public Integer run()
                            throws Exception {
                        return n + await(f(1)); // !
                    }
                }
                static { use(new Named()); }
                """);
    }

    @Test // J11
    void ofAMethodReferenceTheLineOfTheStatementIsNamed() {
        check("the async body is a reference to java.lang.String::length, a method of another class."
                + " Write a lambda that calls it; if it awaits, let it return async(() -> …) and await that.", """
                static {
                    use( // !
                        "text" // javac says where the statement begins
                            ::length);
                }
                """);
    }
}
