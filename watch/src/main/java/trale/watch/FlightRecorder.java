package trale.watch;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;
import trale.Snapshot;
import trale.internal.probe.Probe;
import trale.internal.probe.Watched;

/// Makes events of JDK Flight Recorder of what an executor tells: one of each poll, of each wait, and of each task.
///
/// ```
///  spawn ─── beforePoll ══ trale.Poll ══ pend ┄┄ wake ┄┄ beforePoll ══ trale.Poll ══ end
///                                         └─ trale.Wait ─┘
///  └──────────────────────────────── trale.Task ───────────────────────────────────────┘
/// ```
///
/// While no recording asks for a kind of event, none of that kind is made. The fields are of the executor's thread, but for `foreign`.
final class FlightRecorder implements Probe {
    private static final String THRESHOLD = "10 ms";

    @Name("trale.Poll")
    @Label("Poll")
    @Description("A task held the executor's thread from one await to the next; no other task ran meanwhile")
    @Category("trale")
    @StackTrace(false)
    @Threshold(THRESHOLD)
    @SuppressWarnings("UnusedVariable") // the flight recorder reads the fields
    private static final class Poll extends Event {
        @Label("Executor") @Nullable String executor;
        @Label("Task") long task;
        @Label("Task Name") @Nullable String name;

        @Label("Line")
        @Description("Where the task waits after the poll; none: it has ended")
        @Nullable String line;
    }

    @Name("trale.Wait")
    @Label("Wait")
    @Description("A task was suspended, from the end of one poll to the next")
    @Category("trale")
    @StackTrace(false)
    @Threshold(THRESHOLD)
    @SuppressWarnings("UnusedVariable") // the flight recorder reads the fields
    private static final class Wait extends Event {
        @Label("Executor") @Nullable String executor;
        @Label("Task") long task;
        @Label("Task Name") @Nullable String name;
        @Label("Line") @Nullable String line;
        @Label("Waited For") @Nullable String waitedFor;
        @Label("Woken By") @Nullable String wokenBy;

        @Label("Queued")
        @Description("How much of the wait was in the run-queue, behind other tasks")
        @Timespan(Timespan.NANOSECONDS)
        long queued;
    }

    @Name("trale.Task")
    @Label("Task")
    @Description("A task, from its spawn to its end")
    @Category("trale")
    @StackTrace(false)
    @SuppressWarnings("UnusedVariable") // the flight recorder reads the fields
    private static final class Task extends Event {
        @Label("Executor") @Nullable String executor;
        @Label("Task") long task;
        @Label("Task Name") @Nullable String name;

        @Label("Spawned By")
        @Description("The number of the task that spawned it; 0: another thread did")
        long parent;

        @Label("Polls") long polls;
        @Label("End") @Nullable String end;
        @Label("Failure") @Nullable String failure;
    }

    // Made once to be asked whether a recording is on.
    private static final Poll POLL = new Poll();
    private static final Wait WAIT = new Wait();
    private static final Task TASK = new Task();

    /// What is known of a task that has not ended.
    private static final class Life {
        @Nullable Task task; // null: it was there earlier, or no recording was on
        @Nullable Wait wait;
        @Nullable String wokenBy;
        long wokenAt; // of System.nanoTime
        long polls;
    }

    private final ForeignWakes foreign = new ForeignWakes();
    private final Map<Watched, Life> lives = new HashMap<>();
    private @Nullable Poll poll;
    private @Nullable Host host;

    @Override
    public void installed(Host h) {
        host = h;
    }

    private Host host() {
        var h = host;
        if (h == null) throw new IllegalStateException("an event before the probe was installed");
        return h;
    }

    private Life life(Watched task) {
        return lives.computeIfAbsent(task, _ -> new Life());
    }

    @Override
    public void spawn(Watched task, @Nullable Watched by, long scope) {
        foreign.take(task);
        if (!TASK.isEnabled()) return;
        var event = new Task();
        event.begin();
        event.parent = by == null ? 0 : by.number();
        life(task).task = event;
    }

    @Override
    public void beforePoll(Watched task) {
        var life = life(task);
        life.polls++;
        var wait = life.wait;
        life.wait = null;
        if (wait != null) waited(task, life, wait);
        if (!POLL.isEnabled()) return;
        poll = new Poll();
        poll.begin();
    }

    /// The task is still where it waited, so it says what for: only if the event is kept.
    private void waited(Watched task, Life life, Wait wait) {
        wait.end();
        if (!wait.shouldCommit()) return;
        wait.executor = host().name();
        wait.task = task.number();
        wait.name = task.name();
        var place = host().place(task);
        wait.line = line(place);
        wait.waitedFor = words(place.reasons());
        wait.wokenBy = life.wokenBy;
        wait.queued = life.wokenBy == null ? 0 : System.nanoTime() - life.wokenAt;
        wait.commit();
    }

    @Override
    public void pend(Watched task, boolean again) {
        polled(task, false);
        if (!WAIT.isEnabled()) return;
        var life = life(task);
        if (!again) life.wokenBy = null;
        life.wait = new Wait();
        life.wait.begin();
    }

    @Override
    public void end(Watched task, How how, @Nullable Throwable failure) {
        polled(task, true);
        var life = lives.remove(task);
        var event = life == null ? null : life.task;
        if (life == null || event == null) return;
        event.end();
        if (!event.shouldCommit()) return;
        event.executor = host().name();
        event.task = task.number();
        event.name = task.name();
        event.polls = life.polls;
        event.end = switch (how) {
            case VALUE -> "value";
            case FAILURE -> "failure";
            case CANCELLED -> "cancelled";
        };
        event.failure = failure == null ? null : Values.of(failure);
        event.commit();
    }

    private void polled(Watched task, boolean ended) {
        var event = poll;
        poll = null;
        if (event == null) return;
        event.end();
        if (!event.shouldCommit()) return;
        event.executor = host().name();
        event.task = task.number();
        event.name = task.name();
        event.line = ended ? null : line(host().place(task));
        event.commit();
    }

    @Override
    public void wake(Watched task, By by, long id, Effect effect) {
        var cause = by == By.THREAD ? foreign.take(task) : null;
        if (!WAIT.isEnabled() || effect == Effect.LATE || effect == Effect.NOTHING) return;
        var life = life(task);
        life.wokenAt = System.nanoTime();
        life.wokenBy = words(cause == null ? new ForeignWakes.Cause(by, id, null) : cause);
    }

    @Override
    public void foreignWake(Watched task, By by, long id, @Nullable Effect effect) {
        if (effect == null) foreign.put(task, ForeignWakes.Cause.here(by, id));
    }

    private static @Nullable String line(Place place) {
        if (place.bodies().isEmpty()) return null;
        var at = place.bodies().getLast().at();
        return at.getFileName() + ":" + at.getLineNumber();
    }

    private static String words(ForeignWakes.Cause cause) {
        return switch (cause.by()) {
            case TASK -> "task " + cause.id();
            case READ -> "fd " + cause.id() + " readable";
            case WRITE -> "fd " + cause.id() + " writable";
            case TIMER -> "timer " + cause.id();
            case CANCEL -> "a cancellation";
            case THREAD -> cause.thread() == null ? "a thread" : "thread " + cause.thread();
        };
    }

    private static String words(List<Snapshot.Reason> reasons) {
        return reasons.stream().map(reason -> switch (reason) {
            case Snapshot.Ready r -> "fd " + r.fd() + (r.read() ? " readable " : " writable ") + r.text();
            case Snapshot.Sleep r -> "timer " + r.timer();
            case Snapshot.End r -> "the end of task " + r.task();
            case Snapshot.Children r -> "the end of tasks " + r.tasks();
            case Snapshot.Turn r -> r.text();
            case Snapshot.Stage r -> r.text();
            case Snapshot.Yield _ -> "its next turn";
            case Snapshot.Other r -> r.text();
        }).collect(Collectors.joining(" or "));
    }
}
