package trale.watch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import trale.Executor;
import trale.Snapshot;
import trale.internal.probe.Probe;
import trale.internal.probe.Watched;

/// Sees what is wrong with a program: by its events, by a snapshot when all has been quiet for a while, and by the stack of the executor's
/// thread while a body holds it. What is said is exact, or says "perhaps".
///
/// By the watch's own thread, or under this monitor.
final class Diagnoses {
    private static final long SECOND = 1_000_000_000;
    private static final String COMPILER = "trale.internal.async.";
    private static final long LATE = SECOND / 10; // from the wake to the poll
    private static final long MOST = SECOND / 20; // a longer poll is not a long queue: its body blocks, or classes are loaded
    private static final int BUSY = 1000; // wakes of itself in a second
    private static final long QUIET = SECOND * 3 / 10;

    private final Executor executor;
    private final Recorder recorder;
    private final LongSupplier processorWait;
    private final Map<Long, Seen> tasks = new HashMap<>();
    private final Set<Integer> sockets = new HashSet<>();
    private final List<Failed> failures = new ArrayList<>();
    private final Set<String> said = new HashSet<>();
    private final List<Event> found = new ArrayList<>();
    private long blockedUntil; // polls that were late before this were so because of a body that blocks
    private long polled = -1; // when the poll that runs began; -1: none runs, or its begin was lost
    private long busy; // how long all polls have taken, each of them at most MOST
    private long waited; // how long the executor's thread had waited for a processor before the events that are read now
    private long lateSaid = -SECOND;
    private long lastEvent;
    private boolean looked = true; // at the quiet since the last event
    private final LongPoll longPoll = new LongPoll();

    /// What is known of a task.
    private static final class Seen {
        List<Snapshot.Reason> reasons = List.of();
        boolean waits;
        long queued = -1;
        long busy; // how long all polls had taken when it was queued
        long waited; // as `waited`, when it was queued
        long cancelled = -1;
        int pends; // since it was cancelled
        long window; // when counting began
        int byItself;
        int wakes;
    }

    private record Failed(long t, long task, Watched watched, String text) {}

    /// @param processorWait says how long the executor's thread could have run and had no processor, ever; in nanoseconds
    Diagnoses(Executor executor, Recorder recorder, LongSupplier processorWait) {
        this.executor = executor;
        this.recorder = recorder;
        this.processorWait = processorWait;
    }

    /// {@return the events, with what is diagnosed behind the event that shows it}
    List<Event> read(List<Event> events) {
        var all = new ArrayList<Event>(events.size() + 1);
        for (var event : events) {
            all.add(event);
            read(event);
            all.addAll(found);
            found.clear();
        }
        waited = processorWait.getAsLong();
        return all;
    }

    private void read(Event event) {
        if (event instanceof Event.Pend || event instanceof Event.End || event instanceof Event.Spawn) { // and not what a snapshot causes
            lastEvent = event.t();
            looked = false;
        }
        switch (event) {
            case Event.Spawn e -> tasks.put(e.task(), new Seen());
            case Event.Poll e -> {
                if (e.held() > 0) for (var queued : tasks.values()) if (queued.queued >= 0) queued(queued, e.t());
                var task = seen(e.task());
                task.waits = false;
                if (task.queued >= 0) late(e, task);
                task.queued = -1;
                polled = e.t();
            }
            case Event.Pend e -> {
                var task = seen(e.task());
                task.reasons = e.reasons();
                task.waits = !e.again();
                task.pends++;
                pollEnds(e.t());
                if (e.again()) queued(task, e.t());
            }
            case Event.Wake e -> woken(e);
            case Event.Cancel e -> {
                var task = tasks.get(e.task()); // null: it has ended, and is not to be known again
                if (task != null && task.cancelled < 0) task.cancelled = e.t();
                if (task != null) task.pends = 0;
            }
            case Event.End e -> {
                tasks.remove(e.task());
                pollEnds(e.t());
                if (e.how() == Probe.How.FAILURE && e.failure() != null)
                    failures.add(new Failed(e.t(), e.task(), e.watched(), Values.of(e.failure())));
            }
            case Event.Descriptor e -> {
                if (e.opens()) sockets.add(e.fd());
                else sockets.remove(e.fd());
                if (e.leaked())
                    say("socket", true, 0, e.t(), "fd " + e.fd() + " was open and nothing in the program referred to it.",
                            "Open it in try-with-resources; -Dtrale.leaks=true logs where it was opened.", List.of());
            }
            case Event.Lost e -> {
                if (!e.known()) tasks.clear(); // some have ended
                for (var task : tasks.values()) task.queued = -1; // they may have been polled, and woken again
                polled = -1;
            }
            default -> {}
        }
    }

    /// {@return of how many tasks something is known}
    int tasks() {
        return tasks.size();
    }

    private void pollEnds(long t) {
        if (polled >= 0) busy += Math.min(t - polled, MOST);
        polled = -1;
    }

    private void queued(Seen task, long t) {
        task.queued = t;
        task.busy = busy;
        task.waited = waited;
    }

    /// Only what other tasks took counts, without the time in which the thread waited for a processor, or more: that is known for each
    /// batch of events. At most one in a second is told.
    private void late(Event.Poll e, Seen task) {
        var others = busy - task.busy;
        if (others < LATE || others - (processorWait.getAsLong() - task.waited) < LATE || task.queued < blockedUntil
                || e.t() - lateSaid < SECOND || recorder.isSimulated())
            return;
        lateSaid = e.t();
        say("late", true, e.task(), e.t(), "It was woken, and polled " + ms(e.t() - task.queued) + " ms later: other tasks were polled for "
                + ms(others) + " ms meanwhile.",
                "Let the tasks that compute give up the thread more often, or run their work in Blocking.run.", List.of());
    }

    private Seen seen(long task) {
        return tasks.computeIfAbsent(task, _ -> new Seen());
    }

    private void woken(Event.Wake e) {
        if (e.effect() == Probe.Effect.LATE) return;
        var task = e.effect() == Probe.Effect.NOTHING ? tasks.get(e.task()) : seen(e.task());
        if (task == null) return; // another thread was about to wake it when it ended
        if (e.effect() == Probe.Effect.QUEUED) queued(task, e.t());
        task.wakes++;
        if (e.by() == Probe.By.TASK && e.id() == e.task()) task.byItself++;
        if (e.t() - task.window < SECOND) return;
        if (task.byItself > BUSY && task.byItself * 2 > task.wakes)
            say("busy", false, e.task(), e.t(), "It woke itself " + task.byItself + " times in a second, of " + task.wakes + " wakes.",
                    "A task that has to wait awaits what it waits for; Async.yieldNow() in a loop is a poll of everything,"
                            + " again and again.", List.of());
        task.window = e.t();
        task.byItself = task.wakes = 0;
    }

    /// Looks for what no event tells: by the watch's own thread, now and then. Not in a simulation, whose executors stand still while
    /// others move.
    void look() {
        var now = recorder.now();
        List<Event> more;
        boolean quiet;
        synchronized (this) {
            holds(now);
            swallowed(now);
            unseen(now);
            quiet = isQuiet(now);
            more = taken();
        }
        for (var event : more) recorder.put(event);
        if (!quiet) return;
        var snapshot = snapshot();
        synchronized (this) {
            explain(snapshot, now);
            more = taken();
        }
        for (var event : more) recorder.put(event);
    }

    /// Looks for the same at the end of a simulation, by a thread whose turn it is. Nothing will happen any more, so a failure that nothing
    /// has looked at is told however young it is.
    ///
    /// @return what is found
    List<Event> atTheEnd() {
        var now = recorder.now();
        swallowed(now);
        for (var f : failures)
            if (!f.watched.isSeen()) unseen(f, now, "It failed " + ms(now - f.t) + " ms before the end");
        explain(snapshot(), now);
        return taken();
    }

    private Snapshot snapshot() {
        executor.snapshot(); // from here on a waker that is lost is noticed, when it has been collected
        return executor.snapshot(true);
    }

    private List<Event> taken() {
        var all = List.copyOf(found);
        found.clear();
        return all;
    }

    /// The stack is taken while the body holds the thread. A body that is compiled then, which is done once, is not to blame.
    private void holds(long now) {
        var clock = System.nanoTime();
        var poll = recorder.poll();
        if (!longPoll.look(clock, poll, processorWait.getAsLong())) return;
        var task = recorder.polling();
        var thread = recorder.thread();
        if (thread == null) return;
        var stack = thread.getStackTrace();
        if (recorder.poll() != poll) return;
        if (Arrays.stream(stack).anyMatch(frame -> frame.getClassName().startsWith(COMPILER))) {
            longPoll.begin(clock, processorWait.getAsLong());
            return;
        }
        blockedUntil = now;
        var lines = new ArrayList<String>();
        for (var frame : stack) {
            if (frame.getClassName().startsWith("trale.RunLoop") || frame.getClassName().startsWith("trale.Task")) break;
            lines.add(frame.toString());
        }
        if (lines.size() > 12) lines.subList(12, lines.size()).clear();
        var place = lines.stream().filter(l -> !l.startsWith("java.")).findFirst().orElse("an unknown place");
        say("blocks", true, task, now,
                "Its body has held the executor’s thread for more than 400 ms without an await; no other task runs meanwhile. It is at "
                        + place + ".",
                "Call what blocks in Blocking.run, and await that.", lines);
    }

    private void swallowed(long now) {
        for (var e : tasks.entrySet()) {
            var task = e.getValue();
            if (task.cancelled >= 0 && now - task.cancelled > SECOND && task.pends > 0 && !recorder.isHeld())
                say("swallowed", false, e.getKey(), now,
                        "It was cancelled " + ms(now - task.cancelled) + " ms ago, has been polled since, and waits again.",
                        "Catch no CancellationException without throwing it again; a cleanup that waits needs a time-out.", List.of());
        }
    }

    private void unseen(long now) {
        for (var i = failures.iterator(); i.hasNext(); ) {
            var f = i.next();
            if (now - f.t < SECOND) continue;
            i.remove();
            if (!f.watched.isSeen()) unseen(f, now, "It failed a second ago");
        }
    }

    private void unseen(Failed f, long now, String when) {
        say("unseen", false, f.task, now, when + ", and nothing has looked at its outcome: " + f.text,
                "Await or join its handle, or run it in a Scope.", List.of());
    }

    private boolean isQuiet(long now) {
        if (looked || now - lastEvent < QUIET || recorder.isHeld() || recorder.poll() != 0) return false;
        looked = true;
        return isSuspicious();
    }

    /// A snapshot wakes the executor's thread, so it is taken only if something may be found.
    private boolean isSuspicious() {
        var awaited = new HashSet<Integer>();
        for (var task : tasks.values()) {
            if (!task.waits) continue;
            if (task.reasons.isEmpty()) return true;
            var onlyTasks = true;
            for (var reason : task.reasons) {
                if (reason instanceof Snapshot.Turn || reason instanceof Snapshot.Stage || reason instanceof Snapshot.Other) return true;
                if (reason instanceof Snapshot.Ready r) awaited.add(r.fd());
                onlyTasks &= reason instanceof Snapshot.End || reason instanceof Snapshot.Children;
            }
            if (onlyTasks && waitsForItself(task.reasons)) return true;
        }
        return !awaited.containsAll(sockets);
    }

    /// {@return whether every way through tasks that wait for tasks comes to no end}
    private boolean waitsForItself(Collection<Snapshot.Reason> reasons) {
        var reached = new HashSet<Long>();
        var rest = new ArrayList<>(reasons);
        while (!rest.isEmpty()) {
            var next = switch (rest.removeLast()) {
                case Snapshot.End e -> List.of(e.task());
                case Snapshot.Children c -> c.tasks();
                default -> List.<Long>of();
            };
            for (var number : next) {
                if (!reached.add(number)) return true;
                var task = tasks.get(number);
                if (task != null && task.waits) rest.addAll(task.reasons);
            }
        }
        return false;
    }

    private void explain(Snapshot snapshot, long now) {
        var byNumber = new HashMap<Long, Snapshot.TaskInfo>();
        for (var task : snapshot.tasks()) byNumber.put(task.number(), task);
        for (var cycle : snapshot.cycles()) {
            var text = new StringBuilder("They wait for each other: ");
            var lines = new ArrayList<String>();
            var sure = true;
            for (var number : cycle) {
                text.append('#').append(number).append(" → ");
                var task = byNumber.get(number);
                if (task == null) continue;
                if (!task.lines().isEmpty()) lines.add("#" + number + " at " + task.lines().getLast());
                sure &= task.waitsFor().stream().allMatch(r -> r instanceof Snapshot.End || r instanceof Snapshot.Children);
            }
            say("cycle", sure, cycle.getFirst(), cycle.subList(1, cycle.size()), now,
                    text.append('#').append(cycle.getFirst()).append(".").toString(),
                    "One of them has to go on without the other: break the circle, or give one a time-out.", lines);
        }
        for (var task : snapshot.tasks())
            if (task.lost())
                say("never", true, task.number(), now,
                        "It waits, and nothing holds its waker any more: it can never run, unless it is cancelled.",
                        "A future that returns Pending keeps cx.waker() where the one who makes it ready finds it.",
                        task.lines().stream().map(Object::toString).toList());
    }

    private void say(String what, boolean sure, long task, long t, String text, String remedy, List<String> lines) {
        say(what, sure, task, List.of(), t, text, remedy, lines);
    }

    /// Each once.
    private void say(String what, boolean sure, long task, List<Long> others, long t, String text, String remedy, List<String> lines) {
        if (said.size() < 1000 && said.add(what + " " + (task == 0 ? text : task)))
            found.add(new Event.Diagnosis(t, what, sure, task, others, text, remedy, lines));
    }

    private static long ms(long ns) {
        return ns / 1_000_000;
    }
}
