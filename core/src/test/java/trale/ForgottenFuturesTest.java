package trale;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import trale.support.TheLog;

/// A future that is not polled does nothing: the compiler says where one is thrown away.
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ForgottenFuturesTest {
    private static final String THROWN_AWAY =
            " is thrown away: nothing polls it, so what it stands for does not happen. Await it, or spawn it.";
    private static final String RETURNED =
            "the async body returns a future, and its value is thrown away: nothing polls that future, so what it stands for"
            + " does not happen. Let the body await it: () -> await(…).";

    /// {@return what is warned of when the body is compiled, twice}
    private static List<String> warnings(String body) throws Exception {
        var main = Sources.compile("Main", """
                import static trale.Async.*;
                import java.util.*;
                import trale.*;
                class Main {
                    Future<Integer> kept;
                    static Future<Integer> work() { return cx -> Poll.ready(1); }
                    Future<Integer> workHere() { return work(); }
                    static void use(Object o) {}
                    static <F extends Future<?>> F log(F f) { return f; }
                    static Main self() { return new Main(); }
                    Main named(String s) { return this; }
                    static class Fluent implements Future<Integer> { public Poll<Integer> poll(Context cx) { return Poll.ready(1); } \
                            Fluent with(int n) { return this; } }
                    static Executor executor;
                    static void run() throws Exception {
                        %s
                    }
                }
                """.formatted(body));
        try (var log = new TheLog()) {
            for (var i = 0; i < 2; i++) main.call("Main", "run");
            var messages = new ArrayList<String>();
            for (var record : log.rest()) messages.add(record.getMessage());
            return messages;
        } catch (Throwable t) {
            throw new AssertionError(body, t);
        }
    }

    @Test // M3
    void aForgottenAwait() throws Exception {
        assertEquals(List.of("Main.java:16: the future of Main.work" + THROWN_AWAY,
                "Main.java:17: the future of Main.workHere" + THROWN_AWAY,
                "Main.java:18: the future of Async.async" + THROWN_AWAY), warnings("""
                async(() -> { int n = await(work());
                        work();
                        self().workHere();
                        async(() -> n);
                        return n + 1; }).drop();
                """));
    }

    @Test
    void oneInAPlainLambdaOfTheBodyAndOneInAFinallyBlockThatIsThereTwice() throws Exception {
        var both = List.of("Main.java:17: the future of Main.work" + THROWN_AWAY, "Main.java:19: the future of Main.work" + THROWN_AWAY);
        assertEquals(both, warnings("""
                async(() -> {
                        Runnable r = () -> {
                            work(); };
                        try { await(work()); } finally {
                            work(); }
                        r.run(); }).drop();
                """));
    }

    @Test // M3
    void aBodyThatReturnsAFutureWhoseTaskIsForgotten() throws Exception {
        for (var statement : List.of("Executor.spawn(() -> work());", "Executor.spawn(Main::work);", "Executor.spawn(() -> work()).join();",
                "Executor.blockOn(() -> { return work(); });", "VoidBody b = Main::work; async(b).drop();"))
            assertEquals(List.of("Main.java:15: " + RETURNED), warnings(statement), statement);
        assertEquals(List.of("Main.java:15: " + RETURNED), warnings("Executor.blockOn(() -> { await(Executor.spawn(() -> work())); });"));
    }

    @Test // M3
    void noFalseAlarm() throws Exception {
        for (var statement : List.of(
                "async(() -> { var f = work(); use(f); return await(f); }).drop();",
                "async(() -> { await(work()); Executor.spawn(work()); Executor.spawn(() -> 1); }).drop();",
                "use(async(() -> { Future<Integer> f; f = work(); self().kept = work(); var g = self().kept = f; return g; }));",
                "async(() -> { log(Executor.spawn(work())); log(work()); return new Fluent().with(1); }).drop();",
                "async(() -> { new Fluent().with(1); self().named(\"x\");"
                        + " var m = new HashMap<String, Future<?>>(); m.put(\"a\", work()); m.remove(\"a\"); }).drop();",
                "async(() -> new ArrayList<Future<Integer>>().add(work())).drop();",
                "var handle = Executor.spawn(() -> work()); Executor.blockOn(() -> await(await(handle)));",
                "use(Executor.blockOn(() -> await(async(() -> work()))));", "Executor.blockOn(() -> await(await(async(() -> work()))));",
                "Executor.spawn(() -> Executor.spawn(() -> 1));",
                "Body<Future<Integer>> b = () -> work(); use(async(b));",
                "use(Executor.spawn(() -> work()));"))
            assertEquals(List.of(), warnings(statement), statement);
    }
}
