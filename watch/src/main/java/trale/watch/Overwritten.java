package trale.watch;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import trale.internal.probe.Probe;

/// What is kept of the events for which the ring had no room, from one drain to the next. All are counted as lost but for these:
///
/// - the end of a task, a timer or a scope that began before those events, so that no reader believes for ever that it is still there;
/// - the latest of each descriptor: it is registered, or it is not; and a close that says that the descriptor was garbage;
/// - the start, and a diagnosis, which is told once.
///
/// So there is at most one for each thing that was there at the last drain, and for each socket that was garbage. Tasks, timers and scopes
/// are numbered in the order in which they begin, and the ring is overwritten in that order. What has a number from the first that was
/// overwritten on has not been told. Guarded by the recorder.
final class Overwritten {
    private final List<Event> kept = new ArrayList<>();
    private final Map<Integer, Event.Descriptor> descriptors = new HashMap<>();
    private long lost;
    private long task = Long.MAX_VALUE; // the first whose begin was overwritten
    private long timer = Long.MAX_VALUE;
    private long scope = Long.MAX_VALUE;

    void add(Event event) {
        switch (event) {
            case Event.Start _, Event.Diagnosis _ -> kept.add(event);
            case Event.End e when e.task() < task -> kept.add(e);
            case Event.Timer e when e.step() != Probe.Step.SET && e.timer() < timer -> kept.add(e);
            case Event.Scope e when !e.opens() && e.scope() < scope -> kept.add(e);
            case Event.Descriptor e -> {
                var before = descriptors.put(e.fd(), e);
                if (before != null && before.leaked()) kept.add(before);
                else if (before != null) lost++;
            }
            default -> lose(event);
        }
    }

    private void lose(Event event) {
        lost++;
        switch (event) {
            case Event.Spawn e -> task = Math.min(task, e.task());
            case Event.Timer e when e.step() == Probe.Step.SET -> timer = Math.min(timer, e.timer());
            case Event.Scope e when e.opens() -> scope = Math.min(scope, e.scope());
            default -> {}
        }
    }

    /// Adds what is kept, and then how many are lost, and forgets both.
    ///
    /// @param t of the first event behind them
    void drain(List<Event> to, long t) {
        if (lost == 0 && kept.isEmpty() && descriptors.isEmpty()) return;
        kept.addAll(descriptors.values());
        kept.sort(Comparator.comparingLong(Event::t));
        to.addAll(kept);
        if (lost > 0) to.add(new Event.Lost(t, lost, true));
        kept.clear();
        descriptors.clear();
        lost = 0;
        task = timer = scope = Long.MAX_VALUE;
    }
}
