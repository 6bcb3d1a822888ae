package trale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import trale.support.Arrangement;
import trale.support.UnderBothArrangements;

/// J18, J20: bodies of programs that are loaded beside each other, all at once, and given up.
class ClassLoaderTest extends UnderBothArrangements {
    private static final String MAIN = """
            import static trale.Async.*;
            import java.time.Duration;
            import trale.*;
            import trale.time.Timer;
            class Main {
                private static int count = NUMBER;
                private int kept = 1;
                static Future<Integer> body() {
                    return new Main().work();
                }
                private Future<Integer> work() {
                    return async(() -> {
                        await(Timer.sleep(Duration.ofMillis(1)));
                        Runnable r = () -> kept += count;
                        r.run();
                        var failed = Executor.spawn(() -> { throw new IllegalStateException("" + kept); });
                        try {
                            await(failed);
                        } catch (IllegalStateException e) {
                            kept++;
                        }
                        var never = Executor.spawn(() -> await(Timer.sleep(Duration.ofHours(1))));
                        await(Timer.sleep(Duration.ofMillis(1)));
                        never.cancel();
                        return kept + await(Executor.spawn(() -> count));
                    });
                }
            }
            """;

    private static Sources main(int number) {
        return Sources.compile("Main", MAIN.replace("NUMBER", String.valueOf(number)));
    }

    @SuppressWarnings("unchecked")
    private static Future<Integer> bodyOf(Sources main) {
        try {
            return (Future<Integer>) main.call("Main", "body");
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    @Test // J20
    void aLoaderMayHideWhatTraleDoesNotExport() {
        var main = main(10).hide("trale.internal");
        assertThrows(ClassNotFoundException.class, () -> main.loadClass("trale.internal.async.Compiler"));
        assertEquals(22, executor.submit(bodyOf(main)).join());
    }

    @Test // J18
    void threadsThatUseTheSameNameInDifferentLoadersFirstAtTheSameTimeGetTheirOwn() throws Exception {
        var one = main(1);
        var other = main(2);
        var barrier = new CyclicBarrier(4);
        var tasks = new ArrayList<FutureTask<Future<Integer>>>();
        for (var i = 0; i < 4; i++) {
            var main = i % 2 == 0 ? one : other;
            tasks.add(new FutureTask<>(() -> {
                barrier.await();
                return bodyOf(main);
            }));
            new Thread(tasks.get(i)).start();
        }
        var bodies = new ArrayList<Future<Integer>>();
        for (var task : tasks) bodies.add(task.get());
        assertSame(bodies.get(0).getClass(), bodies.get(2).getClass());
        assertSame(bodies.get(1).getClass(), bodies.get(3).getClass());
        assertNotSame(bodies.get(0).getClass(), bodies.get(1).getClass());
        for (var i = 0; i < 4; i++) assertEquals(i % 2 == 0 ? 4 : 6, executor.submit(bodies.get(i)).join());
    }

    /// A shell, a server or a test runner loads programs again and again.
    @Test // J20
    void aProgramThatWasGivenUpIsUnloadedWithItsCompiledBodies() throws Exception {
        var loaders = new ArrayList<WeakReference<ClassLoader>>();
        for (var n = 1; n <= 3; n++) loaders.add(runAndForget(n));
        settle(); // until the last task has left the executor's hands
        assertUnloaded(loaders);
    }

    private WeakReference<ClassLoader> runAndForget(int n) {
        var main = main(n);
        assertEquals(2 + 2 * n, executor.submit(bodyOf(main)).join());
        return new WeakReference<>(main);
    }

    /// The first that uses a thread leaves marks on it: its context class loader.
    @Test // J20
    void theProgramThatStartsTheProcessWideExecutorIsUnloadedWhileThatRunsOn() throws Exception {
        Executor.get().close();
        var thread = Thread.currentThread();
        var before = thread.getContextClassLoader();
        var loader = new WeakReference<ClassLoader>(main(1));
        thread.setContextClassLoader(loader.get());
        try {
            if (arrangement == Arrangement.REACTOR_THREAD) System.setProperty("trale.reactor", "thread");
            assertEquals(4, Executor.blockOn(bodyOf((Sources) loader.get())));
        } finally {
            System.clearProperty("trale.reactor");
            thread.setContextClassLoader(before);
        }
        assertUnloaded(List.of(loader));
        assertEquals(1, Executor.blockOn(() -> 1));
    }

    private static void assertUnloaded(List<WeakReference<ClassLoader>> loaders) throws Exception {
        for (var i = 0; i < 100 && loaders.stream().anyMatch(l -> l.get() != null); i++) {
            System.gc();
            Thread.onSpinWait();
        }
        for (var loader : loaders) assertNull(loader.get());
    }
}
