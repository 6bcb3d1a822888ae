package trale.internal;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import trale.Snapshot;
import trale.Snapshot.Reason;
import trale.internal.probe.Probe;
import trale.internal.probe.Watched;

/// Where a future stands and what it waits for: asked of it, of what it polls, and so on down to the leaves.
public final class Explanation {

    /// The bodies that are suspended, each of which awaits the next.
    public final List<Probe.Body> bodies = new ArrayList<>();

    public final List<Reason> reasons = new ArrayList<>();

    /// The tasks each of which has to go on before this one does, if there is one reason.
    public final List<Watched> blockers = new ArrayList<>();

    private final ArrayDeque<Object> left = new ArrayDeque<>(); // no recursion: a chain of awaits may be longer than the stack
    private final ArrayList<Object> inner = new ArrayList<>(); // of the one that explains itself

    private final UnaryOperator<Object> kept; // of a body's machine: what is kept of it

    /// Nothing is explained yet.
    ///
    /// @param kept of a suspended body's state machine: itself, or a copy that is not polled
    public Explanation(UnaryOperator<Object> kept) {
        this.kept = kept;
    }

    /// What is said of a future that does not explain itself.
    private static final ClassValue<Snapshot.Other> OTHERS = new ClassValue<>() {
        @Override
        protected Snapshot.Other computeValue(Class<?> c) {
            var name = c.getName();
            var end = name.indexOf("$$Lambda");
            return new Snapshot.Other("the future " + (end < 0 ? name : name.substring(0, end) + "'s lambda"));
        }
    };

    /// {@return what the future says of itself} By the thread that polls it.
    public static Explanation of(@Nullable Object future) {
        var all = new Explanation(UnaryOperator.identity());
        all.explain(future);
        return all;
    }

    /// Adds what the future says of itself. By the thread that polls it.
    public void explain(@Nullable Object future) {
        if (future != null) left.push(future);
        for (Object f; (f = left.poll()) != null; ) {
            if (f instanceof Waiting w) w.explain(this);
            else waitsFor(OTHERS.get(f.getClass()));
            while (!inner.isEmpty()) left.push(inner.removeLast());
        }
    }

    /// Forgets all: the same object can explain another future, which takes less time than with a new one.
    public void clear() {
        bodies.clear();
        reasons.clear();
        blockers.clear();
        left.clear();
        inner.clear();
    }

    /// Said by an async body that is suspended, or has not begun.
    ///
    /// @param state of the state machine, 0 or more
    public void body(Object machine, int state, StackTraceElement at) {
        bodies.add(new Probe.Body(kept.apply(machine), state, at));
    }

    public void polls(Object future) {
        inner.add(future);
    }

    public void waitsFor(Reason reason) {
        reasons.add(reason);
    }

    /// As [#waitsFor(Reason)]; before these tasks go on the future is not ready.
    public void waitsFor(Reason reason, List<? extends Watched> tasks) {
        reasons.add(reason);
        blockers.addAll(tasks);
    }

    public List<StackTraceElement> lines() {
        return bodies.stream().map(Probe.Body::at).toList();
    }

    /// {@return for a message: what it waits for, and at which lines} A body that has not begun waits for no more than its turn.
    @Override
    public String toString() {
        return (reasons.isEmpty() ? words(new Snapshot.Yield()) : words(reasons)) + (bodies.isEmpty() ? "" : ", at " + places(lines()));
    }

    /// {@return the lines as `File.java:12 > Other.java:3`}
    public static String places(List<StackTraceElement> lines) {
        return lines.stream().map(l -> l.getFileName() + ":" + l.getLineNumber()).collect(Collectors.joining(" > "));
    }

    /// {@return what it waits for, as `fd 7 to be readable or another 1.5 s`}
    public static String words(List<Reason> reasons) {
        return reasons.stream().map(Explanation::words).collect(Collectors.joining(" or "));
    }

    private static String words(Reason reason) {
        return switch (reason) {
            case Snapshot.Ready(var fd, var read, var text) -> "fd " + fd + " to be " + (read ? "readable" : "writable")
                    + (text.isEmpty() ? "" : ": " + text);
            case Snapshot.Sleep(var _, var left) -> left.isPositive() ? "another " + words(left) : "a sleep that is over";
            case Snapshot.End(var task, var _) -> task == 0 ? "the end of a task that has not arrived" : "the end of #" + task;
            case Snapshot.Children(var tasks, var _) -> "the end of " + numbers(tasks);
            case Snapshot.Turn(var text, var holders) -> text + (holders.isEmpty() ? "" : ", held by " + numbers(holders));
            case Snapshot.Stage(var text) -> text;
            case Snapshot.Yield() -> "its next turn";
            case Snapshot.Other(var text) -> text;
        };
    }

    private static String numbers(List<Long> tasks) {
        return tasks.stream().limit(10).map(n -> "#" + n).collect(Collectors.joining(", ")) + (tasks.size() > 10 ? ", …" : "");
    }

    /// {@return as `1.5 s`, `20 ms`, `3 min 5 s`}
    public static String words(Duration d) {
        if (d.toMillis() < 100) return d.toMillis() + " ms";
        if (d.toSeconds() < 120) return d.toSeconds() + "." + d.toMillisPart() / 100 + " s";
        if (d.toMinutes() < 120) return d.toMinutes() + " min " + d.toSecondsPart() + " s";
        return d.toHours() < 48 ? d.toHours() + " h " + d.toMinutesPart() + " min" : d.toDays() + " days";
    }
}
