package trale.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import trale.Snapshot;
import trale.internal.linux.Kernel;

/// What all machines of a simulation share: the clock, what will happen when, and whose turn it is.
///
/// Events happen one at a time, in the order of their times; of those of one instant any may be first.
/// Each machine's executor has a thread of its own, and so has the test; one of them runs at a time:
///
/// ```
///  test: go ──▶ machine runs until it would sleep in epoll_wait ──▶ another that has something to do, by chance
///    ▲                                                                 │ none
///    │         what the test waits for is there, or nothing will       ▼
///    └───────────────────────────────────────────────────────────── the next event happens: time passes
/// ```
///
/// Everything here is read and written by the thread whose turn it is; [#running] orders one after the other.
final class World {
    private static final Comparator<Event> ORDER =
            Comparator.<Event>comparingLong(event -> event.time).thenComparingLong(event -> event.number);

    private static final String LIMIT = "trale.simulation.limit";

    private static final String STAGE = "! a task waits for a CompletionStage that no task completes any more. "
            + "A thread outside of the simulation may not complete it; " + Clues.INSTEAD + "\n";

    private final PriorityQueue<Event> events = new PriorityQueue<>(ORDER);
    private long set; // how many events have been

    /// Decides all that is open, but for what is chosen of few: see [#pick(int)].
    private final RandomGenerator random;

    /// Null: the seed decides.
    private @Nullable Orders orders;

    /// Whether [Orders] decides; then what is not a choice of few is always the same.
    private final boolean isExplored;

    /// The thread whose turn it is adds and removes. The test's reads it beside that if the run has taken too long, and each thread before
    /// its first turn.
    final List<Processor> processors = new CopyOnWriteArrayList<>();

    final Clues clues = new Clues();

    /// In nanoseconds since the beginning.
    long now;

    final Trace trace = new Trace();

    /// The thread of the test, which makes the simulation and lets it go on.
    private volatile Thread test = Thread.currentThread();

    private final long begun = System.nanoTime();

    /// Of real time, for one run, in nanoseconds; 0: none, as in a replay, which may stand still at a breakpoint.
    long limit = limit();

    /// The run has taken too long, and is ended. Written by the test's thread, *then* it unparks the others.
    volatile boolean isOver;

    /// Whose turn it is; null: the test's. Written by the thread whose turn ends, *then* it unparks the next; that looks at it
    /// again each time it is unparked. Both are volatile, so what the one wrote before, the next sees.
    private volatile @Nullable Processor running;

    private @Nullable BooleanSupplier until; // what the test waits for; null: nothing
    private boolean stuck; // nothing will happen any more

    /// To be woken when nothing can happen without time.
    private final List<Processor> idle = new ArrayList<>();

    World(RandomGenerator random, @Nullable Orders orders) {
        this.random = random;
        this.orders = orders;
        isExplored = orders != null;
    }

    /// Adds a line to the trace, for something that is no system call.
    void tell(String what) {
        trace.line().append(now).append(' ').append(what);
        trace.end();
    }

    /// The one place where it is decided which of several comes next: a task, a machine, one of the events of an instant.
    ///
    /// @return 0 to n − 1
    int pick(int n) {
        return n <= 1 ? 0 : orders != null ? orders.pick(n) : isExplored ? 0 : random.nextInt(n);
    }

    /// {@return true with this probability}
    boolean chance(double probability) {
        if (probability <= 0) return false;
        return probability >= 1 || (isExplored ? pick(2) == 1 : random.nextDouble() < probability);
    }

    /// {@return least to most}
    long between(long least, long most) {
        return least >= most || isExplored ? least : random.nextLong(least, most + 1);
    }

    boolean isExplored() {
        return isExplored;
    }

    /// The program is over: what is chosen from now on is no order of it.
    void stopExploring() {
        orders = null;
    }

    /// Something that will happen, unless it is cancelled.
    static final class Event {
        final long time;
        final long number;
        private final @Nullable Object stream;
        private @Nullable Runnable action;

        private Event(long time, long number, @Nullable Object stream, Runnable action) {
            this.stream = stream;
            this.time = time;
            this.number = number;
            this.action = action;
        }

        void cancel() {
            action = null;
        }
    }

    /// @param time in nanoseconds since the beginning; one that has passed is now
    Event at(long time, Runnable action) {
        return at(time, null, action);
    }

    /// @param stream of which nothing overtakes what was set before, also not within an instant
    Event at(long time, @Nullable Object stream, Runnable action) {
        var event = new Event(Math.max(now, time), set++, stream, action);
        events.add(event);
        return event;
    }

    /// @param delay in nanoseconds
    Event in(long delay, Runnable action) {
        return at(now + delay, action);
    }

    /// {@return when the next event happens; −1: nothing will}
    private long next() {
        for (Event event; (event = events.peek()) != null; events.remove()) if (event.action != null) return event.time;
        return -1;
    }

    /// Lets happen what should have by now: calls take time too.
    void catchUp() {
        for (long time; (time = next()) >= 0 && time <= now; ) step();
    }

    /// Lets time pass to the next event, which happens.
    ///
    /// @return false: nothing will ever happen
    boolean step() {
        if (next() < 0) return false;
        var event = oneOfNow();
        now = Math.max(now, event.time);
        var action = event.action;
        event.cancel();
        if (action != null) action.run();
        return true;
    }

    /// {@return one of the events that are next at the same time, which is taken out}
    private Event oneOfNow() {
        var first = events.remove();
        if (next() != first.time) return first;
        var ties = new ArrayList<>(List.of(first));
        while (next() == first.time) ties.add(events.remove());
        var heads = new ArrayList<Event>(ties.size());
        for (var tie : ties)
            if (tie.stream == null || heads.stream().noneMatch(head -> head.stream == tie.stream)) heads.add(tie);
        var chosen = heads.get(pick(heads.size()));
        ties.remove(chosen);
        events.addAll(ties);
        return chosen;
    }

    // Whose turn it is.

    /// By an executor's thread, or the test's, before it looks at anything here.
    void enter(Machine machine) {
        var current = Thread.currentThread();
        var mine = running;
        if (current != test && (mine == null || mine.thread != current)) awaitTurn(machine.processor(current));
    }

    private void awaitTurn(Processor processor) {
        while (running != processor) {
            if (isOver) throw new Kernel.Crash("the run took too long");
            LockSupport.park(this);
        }
    }

    /// {@return whether it is the turn of the calling thread, the test's}
    boolean isTest() {
        return Thread.currentThread() == test;
    }

    /// {@return whether nothing runs but the test} Any thread may ask.
    boolean isTurnOfTest() {
        return running == null;
    }

    /// {@return whether the thread is one that runs tasks}
    boolean isExecutor(Thread thread) {
        return processors.stream().anyMatch(processor -> processor.thread == thread);
    }

    /// From now on the calling thread is the test's.
    void adopt() {
        test = Thread.currentThread();
    }

    /// {@return whether what the test waits for is so}
    boolean isReached() {
        return until == null || until.getAsBoolean();
    }

    /// Lets the others go on until this one has something to do.
    void block(Processor processor) {
        var next = choose();
        if (next == processor) return;
        pass(next);
        awaitTurn(processor);
    }

    /// By a thread that will not come back.
    void leave(Processor processor) {
        processors.remove(processor);
        var back = crashedBy;
        if (back == null || !processor.machine.isCrashed) {
            pass(choose());
        } else {
            crashedBy = null;
            running = back.running;
            LockSupport.unpark(back.thread);
        }
    }

    private record Turn(@Nullable Processor running, Thread thread) {}

    private @Nullable Turn crashedBy; // waits for the end of a thread of a crashed machine

    /// Lets a thread of a machine that has crashed come to its end.
    void endCrashed(Processor processor) {
        var mine = running;
        crashedBy = new Turn(mine, Thread.currentThread());
        pass(processor);
        while (crashedBy != null || running != mine) {
            if (isOver) throw new Kernel.Crash("the run took too long");
            LockSupport.park(this);
        }
    }

    private void pass(@Nullable Processor next) {
        running = next;
        LockSupport.unpark(next == null ? test : next.thread);
    }

    /// {@return whose turn it is next; null: the test's}
    private @Nullable Processor choose() {
        while (!isReached()) {
            var ready = processors.stream().filter(Processor::isReady).toList();
            if (!ready.isEmpty()) return ready.get(pick(ready.size()));
            if (!idle.isEmpty()) {
                idle.forEach(Processor::reachIdle);
                idle.clear();
            } else if (!step()) {
                stuck = true;
                return null;
            }
        }
        return null;
    }

    /// Wakes a processor when no other has anything to do.
    void whenIdle(Processor processor) {
        idle.add(processor);
    }

    /// By the test: lets the executors go on.
    ///
    /// @return false: what it waits for will never be
    boolean go(BooleanSupplier until) {
        this.until = until;
        stuck = false;
        var next = choose();
        if (next != null) letRun(next);
        this.until = null; // it may hold a task, which is to become garbage
        return !stuck;
    }

    private static long limit() {
        var seconds = System.getProperty(LIMIT, Runs.replayed() == null ? "60" : "0");
        if (!seconds.matches("[0-9]{1,6}"))
            throw new IllegalArgumentException("-D" + LIMIT + "=" + seconds + ": use a number of seconds from 0 to 999999; 0 is no limit");
        return Integer.parseInt(seconds) * 1_000_000_000L;
    }

    private void letRun(Processor next) {
        pass(next);
        while (running != null) {
            if (limit == 0) {
                LockSupport.park(this);
                continue;
            }
            var left = limit - (System.nanoTime() - begun);
            if (left <= 0) throw tooLong();
            LockSupport.parkNanos(this, left);
        }
    }

    /// Ends a run that has taken too much real time: each thread ends at its next call, and what was open is forgotten. Another thread runs
    /// meanwhile, so the tasks and the time that are told may be a moment old.
    private AssertionError tooLong() {
        var text = new StringBuilder("the run takes more than " + limit / 1_000_000_000.0 + " s of real time; virtual time has come to "
                + Duration.ofNanos(now) + ". System.nanoTime(), System.currentTimeMillis() and Instant.now() do not move with it, "
                + "Simulation.elapsed() does. -D" + LIMIT + "=SECONDS sets another limit. " + tasksThatRun());
        var at = running;
        if (at != null) {
            text.append(at.thread.getName()).append(" is at");
            for (var frame : at.thread.getStackTrace()) text.append("\n    ").append(frame);
        }
        isOver = true;
        for (var each : processors) each.thread.interrupt(); // unparks it, too
        return new AssertionError(text.toString());
    }

    private String tasksThatRun() {
        try {
            return "The tasks are:\n" + text(tasks());
        } catch (RuntimeException e) { // a thread has changed what was being read
            return "The tasks cannot be told: they went on meanwhile (" + e + ")\n";
        }
    }

    /// {@return the snapshots of the machines' executors}
    private List<Object> tasks() {
        return processors.stream().map(processor -> processor.machine).distinct().flatMap(machine -> machine.tasks().stream()).toList();
    }

    private static String text(List<Object> tasks) {
        return Descriptors.shown(tasks.stream().map(Object::toString).collect(Collectors.joining()));
    }

    /// {@return the failure of a run in which nothing can happen any more}
    DeadlockException deadlock(String what) {
        var tasks = tasks();
        var awaitsStage = tasks.stream().anyMatch(each -> each instanceof Snapshot snapshot
                && snapshot.tasks().stream().flatMap(task -> task.waitsFor().stream()).anyMatch(Snapshot.Stage.class::isInstance));
        return clues.addTo(new DeadlockException(what + ":\n" + text(tasks) + (awaitsStage ? STAGE : "") + clues.text()));
    }
}
