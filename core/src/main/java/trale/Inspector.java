package trale;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import trale.Snapshot.State;
import trale.Snapshot.TaskInfo;
import trale.internal.Explanation;
import trale.internal.linux.Kernel;
import trale.internal.probe.Probe;
import trale.internal.probe.Watched;

/// Makes snapshots of an executor, on its thread.
///
/// ```
///  any thread                             the executor's thread
///  snapshot(): requests.add, unpark ────▶ serve(), at the next turn, or instead of going to sleep
///              wait ≤ 200 ms        ◀──── the snapshot
///              not served: it is in a poll; then the thread's stack says where
/// ```
///
/// A request that is added *before* the unpark is seen by a thread that goes to sleep, as a task that is injected: see `parked`.
final class Inspector {
    private static final long UNTIL_STUCK = 200; // ms
    private static final int MOST_LOOKS = 25; // then a thread that is between two polls is called stuck, too
    private static final String HELD = "held by ";
    private static final String NOT_LOOKED_UP = "has not looked up for ";

    private final RunLoop loop;
    private final ConcurrentLinkedQueue<Runnable> requests = new ConcurrentLinkedQueue<>();

    Inspector(RunLoop loop) {
        this.loop = loop;
    }

    boolean hasNoRequest() {
        return requests.isEmpty();
    }

    /// By the executor's thread.
    void serve() {
        for (Runnable r; (r = requests.poll()) != null; ) r.run();
    }

    Snapshot snapshot(boolean collect) {
        var made = onThread(() -> {
            if (collect) collect();
            return make();
        });
        return made != null ? made : loop.isClosed() ? closed() : stuck();
    }

    /// {@return whether the queues could not be read, so tasks may be missing in this}
    static boolean isPartial(Snapshot snapshot) {
        return snapshot.thread().startsWith(HELD) || snapshot.thread().startsWith(NOT_LOOKED_UP);
    }

    /// After the last poll the thread ends what is left. For that it closes resources and logs, which may hold it.
    private Snapshot closed() {
        var place = place(loop.thread.getStackTrace());
        return new Snapshot(loop.name, "closed" + (place.isEmpty() ? "" : ", its thread has not ended" + place), List.of(), List.of());
    }

    /// Collects until a new object that nothing holds is gone. One System.gc() is not enough: it may join a collection that began before.
    private void collect() {
        all().forEach(Inspector::isLost);
        var canary = new WeakReference<>(new Object());
        for (var i = 0; i < 3 && !canary.refersTo(null); i++) System.gc();
    }

    /// If a poll holds the thread, the probe is installed after that poll.
    ///
    /// @throws RejectedExecutionException the executor is closed
    /// @throws IllegalStateException the probe threw when it was installed; the cause is what it threw
    void probe(@Nullable Probe probe) {
        var installed = onThread(() -> {
            Watching.install(loop, probe);
            return true;
        });
        if (installed == null && probe != null && loop.isClosed()) throw loop.rejected();
    }

    /// {@return what `request` returns on the executor's thread, or null: the executor is closed, or a poll holds the thread} A simulated
    /// executor stands still while another thread of the simulation moves, which then answers.
    private <T> @Nullable T onThread(Supplier<T> request) {
        if (loop.isCurrent()) return request.get();
        var kernel = loop.kernel;
        if (kernel != null && loop.isSimulated()) {
            var usual = Kernel.use(kernel); // what is said of a timer depends on the clock
            try {
                return loop.isClosed() ? null : request.get();
            } finally {
                Kernel.use(usual);
            }
        }
        var made = new CompletableFuture<T>();
        requests.add(() -> {
            try {
                made.complete(request.get());
            } catch (Throwable t) { // the caller's: no memory, or what a probe threw
                made.completeExceptionally(t);
            }
        });
        loop.unpark();
        LockSupport.unpark(loop.thread); // a probe may hold it
        return await(made);
    }

    /// Reads what the executor's thread writes without synchronization. An old value costs one more wait of 200 ms.
    private <T> @Nullable T await(CompletableFuture<T> made) {
        var interrupted = Thread.interrupted();
        var poll = poll();
        for (var look = 0; look < MOST_LOOKS && !made.isDone() && !loop.isClosed(); look++) {
            try {
                made.get(UNTIL_STUCK, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                interrupted = true;
            } catch (ExecutionException e) {
                break;
            } catch (TimeoutException e) {
                var before = poll;
                poll = poll();
                if (poll != 0 && poll == before) break;
            }
        }
        if (interrupted) Thread.currentThread().interrupt();
        try {
            return made.getNow(null);
        } catch (CompletionException e) {
            throw new IllegalStateException("executor " + loop.name + " could not be looked at", e.getCause());
        }
    }

    /// {@return a number that is another for each poll; 0: the thread is in none}
    private long poll() {
        var task = loop.running;
        return task == null ? 0 : task.number << 32 | Integer.toUnsignedLong(task.polls);
    }

    /// The snapshot of an executor that one poll holds. Its queues are not read, because its thread may change them; only the running task
    /// is.
    private Snapshot stuck() {
        var stack = loop.thread.getStackTrace();
        var lines = lines(stack);
        var task = loop.running;
        var place = place(stack);
        if (task == null)
            return new Snapshot(loop.name, NOT_LOOKED_UP + UNTIL_STUCK * MOST_LOOKS + " ms" + place, List.of(), List.of());
        var info = new TaskInfo(task.number, task.name, 0, State.RUNNING, ago(task.spawnedAt), ago(task.polledAt),
                Integer.toUnsignedLong(task.polls), lines, List.of(), null, false);
        return new Snapshot(loop.name, HELD + task + " for more than " + UNTIL_STUCK + " ms" + place, List.of(info), List.of());
    }

    long nanoTime() {
        return loop.kernel == null ? System.nanoTime() : loop.kernel.nanoTime();
    }

    private Duration ago(long nanoTime) {
        return Duration.ofNanos(Math.max(0, nanoTime() - nanoTime));
    }

    private List<Task<?>> all() {
        var all = new ArrayList<Task<?>>();
        for (var task = loop.waitQueue.first(); task != null; task = task.next) all.add(task);
        for (var task = loop.runQueue.first(); task != null; task = task.nextToRun) if (!task.inWaitQueue) all.add(task);
        if (loop.running != null && !loop.running.inWaitQueue) all.add(loop.running);
        all.sort(Comparator.comparingLong(Task::number));
        return all;
    }

    private Snapshot make() {
        var infos = new ArrayList<TaskInfo>();
        var blockers = new LinkedHashMap<Watched, List<Watched>>();
        for (var task : all()) {
            var where = Explanation.of(task.future);
            infos.add(info(task, where));
            if (state(task) == State.WAITING && where.reasons.size() == 1) blockers.put(task, where.blockers);
        }
        var doing = loop.running != null ? "polls " + loop.running : loop.runQueue.first() != null ? "runs" : "sleeps";
        return new Snapshot(loop.name, loop.isOpen() ? doing : "is being closed, " + doing, infos, cycles(blockers));
    }

    TaskInfo info(Task<?> task, Explanation where) {
        var state = state(task);
        var lines = task == loop.running ? lines(loop.thread.getStackTrace()) : where.lines();
        var cancelled = !task.isCancelled() ? null : task.cancelledAt == 0 ? Duration.ZERO : ago(task.cancelledAt);
        var parent = task.parent();
        return new TaskInfo(task.number, task.name, parent == null ? 0 : parent.waiter(), state, ago(task.spawnedAt),
                ago(task.polledAt), Integer.toUnsignedLong(task.polls), lines,
                task.polls == 0 || state == State.RUNNING ? List.of() : where.reasons, cancelled, isLost(task));
    }

    /// {@return a line on a task, for a log} By the executor's thread.
    String line(Task<?> task) {
        return task + ", waits for " + Explanation.of(task.future);
    }

    private static State state(Task<?> task) {
        if (task.state == Task.RUNNING || task.state == Task.WOKEN) return State.RUNNING;
        return task.state == Task.IDLE && task.injection == 0 ? State.WAITING : State.QUEUED;
    }

    /// {@return whether nothing can wake a task that waits} From the first call on the task holds its context weakly. A waker in use on
    /// another thread is held until the task is injected, so `injection` is read after the reference.
    private static boolean isLost(Task<?> task) {
        if (task.state != Task.IDLE) return false;
        if (task.context instanceof WeakReference<?> weak) return weak.refersTo(null) && task.injection == 0;
        task.context = new WeakReference<>(task.context);
        return false;
    }

    /// {@return the lines of the program in a poll, the body first}
    private static List<StackTraceElement> lines(StackTraceElement[] stack) {
        var lines = new ArrayList<StackTraceElement>();
        for (var frame : stack) {
            var of = frame.getClassName();
            if (of.equals(Task.class.getName())) break;
            var nested = of.indexOf('$');
            var outer = nested < 0 ? of : of.substring(0, nested);
            if (!of.startsWith("java.") && !of.startsWith("jdk.") && !of.startsWith("sun.") && !MACHINERY.contains(outer))
                lines.addFirst(frame);
        }
        return lines;
    }

    /// {@return the innermost line of the program, and the method of a library that it has called: whether it waits, and what for}
    private static String place(StackTraceElement[] stack) {
        var lines = lines(stack);
        if (lines.isEmpty()) return "";
        var at = List.of(stack).indexOf(lines.getLast());
        var called = at == 0 ? "" : ", in " + stack[at - 1].getClassName().replaceFirst(".*\\.", "") + "." + stack[at - 1].getMethodName();
        return ", at " + Explanation.places(List.of(lines.getLast())) + called;
    }

    /// What stands between the bodies of a poll.
    private static final List<String> MACHINERY = List.of(
            Inspector.class.getName(), Executor.class.getName(), StateMachine.class.getName(), Children.class.getName(),
            Scope.class.getName(), Members.class.getName(), "trale.time.Timeout");

    /// {@return the tasks of each cycle} A way through the tasks goes from one to those that it waits for, as long as they wait, too; where
    /// it meets itself there is a cycle.
    private static List<List<Long>> cycles(Map<Watched, List<Watched>> blockers) {
        var cycles = new ArrayList<List<Long>>();
        var seen = new HashSet<Watched>();
        for (var start : blockers.keySet()) {
            var way = new LinkedHashMap<Watched, Iterator<Watched>>();
            for (Watched task = start; task != null; ) {
                var met = task;
                if (way.containsKey(met)) cycles.add(way.keySet().stream().dropWhile(t -> t != met).map(Watched::number).toList());
                else if (blockers.containsKey(met) && seen.add(met)) way.put(met, blockers.get(met).iterator());
                while (!way.isEmpty() && !way.lastEntry().getValue().hasNext()) way.pollLastEntry();
                task = way.isEmpty() ? null : way.lastEntry().getValue().next();
            }
        }
        return cycles;
    }
}
