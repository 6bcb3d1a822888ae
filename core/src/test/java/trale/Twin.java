package trale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Comparator;
import trale.corpus.Probe;
import trale.internal.async.Inspection;
import trale.support.TheLog;

/// Compares what a body does as plain Java with what it does as a state machine:
///
/// | the state machine | the plain twin |
/// |---|---|
/// | each await is pending 0, 1, 2 times, or differently often | |
/// | cancelled while it is suspended at await k | await k throws CancellationException |
/// | cancelled at k, and again at k + 1 | both throw |
/// | a task, cancelled at k and at each await that follows | await k throws: a task is told once |
/// | dropped at k; the cleanup runs, on its own if it has to wait | await k throws; the result is dropped |
/// | dropped before it started | does nothing |
///
/// The log, in which side effects stand in their order, must be the same, and the value or exception.
final class Twin {
    private final String name;
    private final Run.Maker machine;
    private final Run.Maker plain;
    private final Executor executor;
    private final TheLog errors;

    /// @param name of the body, for messages
    /// @param executor without tasks
    /// @param errors open: what a dropped body fails with is looked for there
    Twin(String name, Run.Maker machine, Run.Maker plain, Executor executor, TheLog errors) {
        this.name = name;
        this.machine = machine;
        this.plain = plain;
        this.executor = executor;
        this.errors = errors;
    }

    /// @param most at how many awaits it is cancelled and dropped, at most
    void compare(int most) throws Exception {
        var probe = Probe.cancellingAt();
        var expected = Run.plain(plain, probe);
        for (var pendings = 0; pendings <= 2; pendings++) {
            int times = pendings;
            check(expected, Run.byHand(machine, _ -> times), "each await pending %d times", times);
        }
        check(expected, Run.byHand(machine, number -> number * 7 % 3), "awaits pending differently often");
        Run.neverStarted(machine);
        int awaits = probe.awaits();
        int tried = Math.min(awaits, most);
        for (var i = 0; i < tried; i++) cancel((int) ((long) i * awaits / tried));
    }

    private void cancel(int k) throws Exception {
        var cancelled = Run.plain(plain, Probe.cancellingAt(k));
        check(cancelled, Run.byHand(machine, _ -> 1, k), "cancelled at await %d", k);
        check(cancelled, Run.asATask(machine, executor, k), "a task cancelled at await %d", k);
        var twice = Run.plain(plain, Probe.cancellingAt(k, k + 1));
        check(twice, Run.byHand(machine, _ -> 1, k, k + 1), "cancelled at await %d and at the next", k);
        check(twice, Run.asATask(machine, executor, k, k + 1), "a task cancelled at await %d and at the next", k);
        var dropped = Run.dropped(machine, executor, errors, k);
        boolean failed = cancelled.end().startsWith("threw") && !cancelled.end().startsWith("threw java.util.concurrent.Cancel");
        boolean seen = failed || !dropped.end().isEmpty();
        check(new Run(cancelled.log(), seen ? cancelled.end() : ""), dropped, "dropped at await %d", k);
    }

    private void check(Run expected, Run run, String how, Object... arguments) {
        if (!expected.equals(run)) assertEquals(text(expected), text(run), () -> name + ", " + how.formatted(arguments));
    }

    private static String text(Run run) {
        return run.log() + run.end();
    }

    /// Compares the bodies of a class: what each method makes of a Probe.
    static void compare(Class<?> bodies) throws Exception {
        var prefix = bodies.getPackageName().isEmpty() ? "" : bodies.getPackageName() + ".";
        var plain = new PlainTwin(
                        bodies.getClassLoader(),
                        name -> name.startsWith(prefix) && name.indexOf('.', prefix.length()) < 0
                                && !name.startsWith(Probe.class.getName()))
                .loadClass(bodies.getName());
        var methods = bodies.getDeclaredMethods();
        Arrays.sort(methods, Comparator.comparing(Method::getName));
        var compared = 0;
        try (var executor = Executor.builder().build();
                var errors = new TheLog();
                var inspection = Inspection.verify()) {
            for (var m : methods) {
                if (!isBody(m)) continue;
                new Twin(m.getName(), maker(m), maker(plain.getDeclaredMethod(m.getName(), Probe.class)), executor, errors).compare(100);
                compared++;
            }
            assertTrue(compared > 0, "no bodies in " + bodies);
            assertTrue(inspection.classes() >= compared, "not every state machine was verified");
        }
    }

    private static boolean isBody(Method m) {
        return m.getParameterCount() == 1
                && m.getParameterTypes()[0] == Probe.class
                && !m.isSynthetic()
                && (m.getReturnType() == Async.Body.class || m.getReturnType() == Async.VoidBody.class)
                && (m.getModifiers() & (Modifier.STATIC | Modifier.PUBLIC)) != 0;
    }

    private static Run.Maker maker(Method m) throws Exception {
        m.setAccessible(true);
        Object receiver = null;
        if (!Modifier.isStatic(m.getModifiers())) {
            var constructor = m.getDeclaringClass().getDeclaredConstructor();
            constructor.setAccessible(true);
            receiver = constructor.newInstance();
        }
        var of = receiver;
        return p -> {
            try {
                return m.invoke(of, p);
            } catch (InvocationTargetException e) {
                throw new AssertionError(m.getName() + " makes no body", e.getCause());
            }
        };
    }
}
