package trale;

import java.lang.reflect.Field;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import trale.internal.Explanation;
import trale.internal.Log;
import trale.internal.probe.Calls;
import trale.internal.probe.Probe;
import trale.internal.probe.Watched;

/// Tells a probe what an executor does. The run-loop has one while it is watched; it reads that field twice in a poll and once or twice in
/// a wake, and does nothing else for it.
///
/// Why a task is woken is known by what happens on this thread: a poll, or else what the reactor saw last, or a task that comes from
/// another thread.
///
/// A probe needs memory for what it keeps. If it throws, that is logged, and the executor goes on as if it were not watched: from then on
/// the probe is told nothing.
final class Watching implements Probe, Probe.Host {
    private final RunLoop loop;
    private final Probe probe;

    /// What the thread that turns the reactor saw last. THREAD: the executor's thread takes what is injected. Used by the thread that turns
    /// alone; with a reactor thread, the executor's thread does not look at it.
    private By by = By.THREAD;

    private long id; // as `by`
    private boolean cancels; // executor's thread only

    /// The probe has thrown, or has been removed. Any thread sets it under the monitor, so one thread logs the failure. A thread that is
    /// about to tell an event reads it without the monitor; if it reads it late, the probe is told one event more.
    private volatile boolean over;

    private boolean reportsCalls; // the executor's thread only, before a poll

    /// Used by [#place] again and again, empty in between. The executor's thread only.
    private final Explanation explanation = new Explanation(machine -> ((StateMachine<?>) machine).copy());

    private final String failure; // made here, because there may be no memory for it when it is needed

    private Watching(RunLoop loop, Probe probe) {
        this.loop = loop;
        this.probe = probe;
        failure = "executor " + loop.name + " is not watched any more, because its probe failed";
    }

    /// By the executor's thread. In a simulation another thread may call this while the executor's thread stands still. System calls of the
    /// executor's thread are reported from its next poll or turn on.
    static void install(RunLoop loop, @Nullable Probe probe) {
        var before = loop.watching;
        loop.watching = null;
        loop.driver.watch(null);
        if (loop.isCurrent()) Calls.report(null);
        if (before != null) before.remove();
        if (probe == null) return;
        var watching = new Watching(loop, probe);
        probe.installed(watching);
        loop.driver.watch(watching);
        loop.watching = watching;
    }

    private void remove() {
        if (!stop()) return;
        try {
            probe.removed();
        } catch (Throwable t) {
            Log.error(failure, t);
        }
    }

    private void failed(Throwable t) {
        if (stop()) Log.error(failure, t);
    }

    /// From now on the probe is told nothing.
    ///
    /// @return whether it was told until now
    private synchronized boolean stop() {
        var first = !over;
        over = true;
        return first;
    }

    void beforePoll(@Nullable Task<?> task) {
        if (task == null || over) return;
        try {
            if (!reportsCalls) {
                reportsCalls = true;
                Calls.report(this);
            }
            probe.beforePoll(task);
        } catch (Throwable t) {
            failed(t);
        }
    }

    void spawn(Task<?> task) {
        if (over) return;
        try {
            var parent = task.parent();
            probe.spawn(task, loop.running, parent == null ? 0 : number(parent));
        } catch (Throwable t) {
            failed(t);
        }
    }

    void pend(Task<?> task, boolean again) {
        if (over) return;
        try {
            probe.pend(task, again);
        } catch (Throwable t) {
            failed(t);
        }
    }

    void end(Task<?> task, @Nullable Throwable failure) {
        if (over) return;
        var how = failure == null ? How.VALUE
                : failure instanceof CancellationException && task.isCancelled() ? How.CANCELLED
                : How.FAILURE;
        try {
            probe.end(task, how, failure);
        } catch (Throwable t) {
            failed(t);
        }
    }

    /// By the executor's thread, before the task's state changes.
    void wake(Task<?> task) {
        var effect = switch (task.state) {
            case Task.IDLE -> Effect.QUEUED;
            case Task.RUNNING -> Effect.AGAIN;
            case Task.DONE -> Effect.LATE;
            default -> Effect.NOTHING;
        };
        var running = loop.running;
        if (cancels) wake(task, By.CANCEL, 0, effect);
        else if (running != null) wake(task, By.TASK, running.number, effect);
        else if (by == By.THREAD || hasReactorThread()) wake(task, By.THREAD, 0, effect);
        else wake(task, by, id, effect);
    }

    private void wake(Task<?> task, By cause, long which, Effect effect) {
        if (over) return;
        try {
            probe.wake(task, cause, which, effect);
        } catch (Throwable t) {
            failed(t);
        }
    }

    /// By any other thread.
    void foreignWake(Task<?> task, boolean late, boolean onItsWay) {
        if (over) return;
        var effect = late ? Effect.LATE : onItsWay ? Effect.NOTHING : null;
        try {
            if (loop.isReactorThread()) probe.foreignWake(task, by, id, effect);
            else probe.foreignWake(task, By.THREAD, 0, effect);
        } catch (Throwable t) {
            failed(t);
        }
    }

    /// The wakes that follow are those of other threads.
    void takesInjected() {
        if (!hasReactorThread()) by = By.THREAD;
    }

    /// By any thread: tells of a cancellation, and wakes the task.
    void cancel(Task<?> task, @Nullable String why) {
        tellCancel(task, why);
        var isCurrent = loop.isCurrent();
        var was = isCurrent && cancels;
        if (isCurrent) cancels = true;
        try {
            task.wake();
        } finally {
            if (isCurrent) cancels = was;
        }
    }

    private void tellCancel(Task<?> task, @Nullable String why) {
        if (over) return;
        try {
            probe.cancel(task, why);
        } catch (Throwable t) {
            failed(t);
        }
    }

    void scope(Children<?> scope, boolean opens) {
        if (over) return;
        try {
            probe.scope(number(scope), loop.running, opens);
        } catch (Throwable t) {
            failed(t);
        }
    }

    private long number(Children<?> scope) {
        if (scope.number == 0) scope.number = ++loop.scopes;
        return scope.number;
    }

    // What the reactor tells:

    @Override
    public void turn(boolean sleeps) {
        if (over) return;
        try {
            probe.turn(sleeps);
        } catch (Throwable thrown) {
            failed(thrown);
        }
    }

    @Override
    public void ready(int fd, int bits, boolean read, String before, String after) {
        by = read ? By.READ : By.WRITE;
        id = fd;
        if (over) return;
        try {
            probe.ready(fd, bits, read, before, after);
        } catch (Throwable t) {
            failed(t);
        }
    }

    @Override
    public void timer(long timer, Step step, long at, @Nullable Watched task) {
        if (step == Step.FIRE) {
            by = By.TIMER;
            id = timer;
        }
        if (over) return;
        try {
            probe.timer(timer, step, at, task);
        } catch (Throwable t) {
            failed(t);
        }
    }

    @Override
    public void descriptor(int fd, boolean opens) {
        if (over) return;
        try {
            probe.descriptor(fd, opens);
        } catch (Throwable thrown) {
            failed(thrown);
        }
    }

    @Override
    public void call(String name, long a, long b, long c, long d, long e, long f, int result, long nanos) {
        if (over) return;
        try {
            probe.call(name, a, b, c, d, e, f, result, nanos);
        } catch (Throwable thrown) {
            failed(thrown);
        }
    }

    @Override
    public void log(String text) {
        if (over) return;
        try {
            probe.log(text);
        } catch (Throwable thrown) {
            failed(thrown);
        }
    }

    // What the probe asks:

    @Override
    public String name() {
        return loop.name;
    }

    @Override
    public boolean hasReactorThread() {
        return loop.driver.hasReactorThread();
    }

    @Override
    public boolean isSimulated() {
        return loop.isSimulated();
    }

    @Override
    public long nanoTime() {
        return loop.inspector.nanoTime();
    }

    @Override
    public Thread thread() {
        return loop.thread;
    }

    @Override
    public void serve() {
        loop.inspector.serve();
    }

    @Override
    public Snapshot snapshot() {
        return loop.inspector.snapshot(false);
    }

    @Override
    public Place place(Watched task) {
        try {
            explanation.explain(((Task<?>) task).future);
            return new Place(copy(explanation.bodies), copy(explanation.reasons));
        } finally {
            explanation.clear();
        }
    }

    /// For one element List.copyOf makes an array first.
    private static <E> List<E> copy(List<E> list) {
        return list.size() == 1 ? List.of(list.getFirst()) : List.copyOf(list);
    }

    @Override
    public @Nullable Object kept(Object machine, String field) {
        try {
            var f = FIELDS.get(machine.getClass()).get(field);
            return f == null ? null : f.get(machine);
        } catch (IllegalAccessException e) {
            return null;
        }
    }

    /// The fields of a state machine, but for those that the module of the body does not let trale look at.
    private static final ClassValue<Map<String, Field>> FIELDS = new ClassValue<>() {
        @Override
        protected Map<String, Field> computeValue(Class<?> machine) {
            var fields = new HashMap<String, Field>();
            for (var field : machine.getDeclaredFields()) if (field.trySetAccessible()) fields.put(field.getName(), field);
            return fields;
        }
    };
}
