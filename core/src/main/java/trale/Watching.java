package trale;

import java.lang.reflect.InaccessibleObjectException;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import trale.internal.Explanation;
import trale.internal.probe.Calls;
import trale.internal.probe.Probe;
import trale.internal.probe.Watched;

/// Tells a probe what an executor does. The run-loop has one while it is watched; it asks for that once in a poll and once in a wake, and
/// does nothing else for it.
///
/// Why a task is woken is known by what happens on this thread: a poll, or else what the reactor saw last, or a task that comes from
/// another thread.
final class Watching implements Probe, Probe.Host {
    private final RunLoop loop;
    private final Probe probe;

    /// Of the thread that turns the reactor: what it saw last. THREAD: the executor's thread takes what is injected.
    private By by = By.THREAD;

    private long id;
    private boolean cancels; // executor's thread only
    private long scopes; // executor's thread only

    private Watching(RunLoop loop, Probe probe) {
        this.loop = loop;
        this.probe = probe;
    }

    /// By the executor's thread.
    static void install(RunLoop loop, @Nullable Probe probe) {
        var before = loop.watching;
        loop.watching = null;
        loop.driver.watch(null);
        Calls.report(null);
        if (before != null) before.probe.removed();
        if (probe == null) return;
        var watching = new Watching(loop, probe);
        probe.installed(watching);
        Calls.report(probe);
        loop.driver.watch(watching);
        loop.watching = watching;
    }

    void beforePoll(@Nullable Task<?> task) {
        if (task != null) probe.beforePoll(task);
    }

    void spawn(Task<?> task) {
        probe.spawn(task, loop.running, task.parent == null ? 0 : number(task.parent));
    }

    void pend(Task<?> task, boolean again) {
        probe.pend(task, again);
    }

    void end(Task<?> task, @Nullable Throwable failure) {
        var how = failure == null ? How.VALUE : failure instanceof CancellationException && task.isCancelled() ? How.CANCELLED : How.FAILURE;
        probe.end(task, how, failure);
    }

    /// By the executor's thread, before the task's state changes.
    void wake(Task<?> task) {
        var effect = switch (task.state) {
            case Task.IDLE -> Effect.QUEUED;
            case Task.RUNNING -> Effect.AGAIN;
            case Task.DONE -> Effect.LATE;
            default -> Effect.NOTHING;
        };
        if (cancels) probe.wake(task, By.CANCEL, 0, effect);
        else if (loop.running != null) probe.wake(task, By.TASK, loop.running.number, effect);
        else probe.wake(task, by, by == By.THREAD ? 0 : id, effect);
    }

    /// By any other thread.
    void foreignWake(Task<?> task, boolean late, boolean onItsWay) {
        var effect = late ? Effect.LATE : onItsWay ? Effect.NOTHING : null;
        if (loop.isReactorThread()) probe.foreignWake(task, by, id, effect);
        else probe.foreignWake(task, By.THREAD, 0, effect);
    }

    /// The wakes that follow are those of other threads.
    void takesInjected() {
        if (!hasReactorThread()) by = By.THREAD;
    }

    /// By any thread: tells of a cancellation, and wakes the task.
    void cancel(Task<?> task, @Nullable String why) {
        probe.cancel(task, why);
        var isCurrent = loop.isCurrent();
        var was = isCurrent && cancels;
        if (isCurrent) cancels = true;
        try {
            task.wake();
        } finally {
            if (isCurrent) cancels = was;
        }
    }

    void scope(Children<?> scope, boolean opens) {
        probe.scope(number(scope), loop.running, opens);
    }

    private long number(Children<?> scope) {
        if (scope.number == 0) scope.number = ++scopes;
        return scope.number;
    }

    // What the reactor tells:

    @Override
    public void turn(boolean sleeps) {
        probe.turn(sleeps);
    }

    @Override
    public void ready(int fd, int bits, boolean read, String before, String after) {
        by = read ? By.READ : By.WRITE;
        id = fd;
        probe.ready(fd, bits, read, before, after);
    }

    @Override
    public void timer(long timer, Step step, long at, @Nullable Watched task) {
        if (step == Step.FIRE) {
            by = By.TIMER;
            id = timer;
        }
        probe.timer(timer, step, at, task);
    }

    @Override
    public void descriptor(int fd, boolean opens) {
        probe.descriptor(fd, opens);
    }

    @Override
    public void call(String name, long a, long b, long c, long d, long e, long f, int result, long nanos) {
        probe.call(name, a, b, c, d, e, f, result, nanos);
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
    public Snapshot.TaskInfo info(Watched task) {
        return loop.inspector.info((Task<?>) task, Explanation.of(((Task<?>) task).future));
    }

    @Override
    public List<Body> bodies(Watched task) {
        return Explanation.of(((Task<?>) task).future).bodies;
    }

    @Override
    public @Nullable Object kept(Object machine, String field) {
        try {
            var f = machine.getClass().getDeclaredField(field);
            f.setAccessible(true);
            return f.get(machine);
        } catch (ReflectiveOperationException | InaccessibleObjectException e) {
            return null;
        }
    }
}
