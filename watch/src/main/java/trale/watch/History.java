package trale.watch;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The events as texts, numbered from 1: the latest of them, and what is left of older ones: the tasks, descriptors and timers
/// that are still there, and what was diagnosed. Guarded by its monitor, in which readers wait for more.
final class History {
    private final int most;
    private final ArrayDeque<Line> lines = new ArrayDeque<>();
    private final Map<String, Map<String, String>> older = new LinkedHashMap<>(); // what it is about → kind → text
    private final List<String> first = new ArrayList<>(); // `start`
    private final List<String> diagnosed = new ArrayList<>(); // at most 1,000: see Diagnoses.say
    private long dropped; // how many events are in no line
    private boolean closed;
    private int version; // of what is told beside the events

    private record Line(Event event, String json) {}

    /// Events with numbers behind the one that was asked for.
    ///
    /// @param last the number of the last
    record Batch(long last, List<String> events) {}

    History(int most) {
        this.most = most;
    }

    synchronized void add(List<Event> events) {
        for (var event : events) {
            var told = event instanceof Event.End e ? e.told() : event;
            lines.add(new Line(told, told.json()));
            if (lines.size() > most) forget(lines.remove());
        }
        notifyAll();
    }

    private void forget(Line line) {
        dropped++;
        switch (line.event) {
            case Event.Start _ -> first.add(line.json);
            case Event.Diagnosis _ -> diagnosed.add(line.json);
            case Event.Spawn e -> keep("task " + e.task(), "spawn", line.json);
            case Event.Pend e -> keep("task " + e.task(), "pend", line.json);
            case Event.Ended e -> older.remove("task " + e.task());
            case Event.Descriptor e when e.opens() -> keep("fd " + e.fd(), "open", line.json);
            case Event.Descriptor e -> older.remove("fd " + e.fd());
            case Event.Timer e when e.step() == trale.internal.probe.Probe.Step.SET -> keep("timer " + e.timer(), "set", line.json);
            case Event.Timer e -> older.remove("timer " + e.timer());
            default -> {}
        }
    }

    private void keep(String what, String kind, String json) {
        older.computeIfAbsent(what, _ -> new HashMap<>(4)).put(kind, json);
    }

    /// {@return the events behind a number; if some of these are gone, what is left of them comes first, and how many they were}
    synchronized Batch after(long number, int limit) {
        var events = new ArrayList<String>();
        if (number < dropped) {
            var known = number == 0;
            if (known) {
                events.addAll(first);
                for (var kinds : older.values()) for (var kind : List.of("open", "set", "spawn", "pend")) if (kinds.containsKey(kind)) events.add(kinds.get(kind));
                events.addAll(diagnosed);
            }
            events.add(new Event.Lost(lines.isEmpty() ? 0 : lines.getFirst().event.t(), dropped - number, known).json());
            number = dropped;
        }
        var skip = number - dropped;
        for (var line : lines) {
            if (skip-- > 0) continue;
            if (events.size() >= limit) break;
            events.add(line.json);
            number++;
        }
        return new Batch(number, events);
    }

    /// Waits until there is an event behind a number, or something else to be told.
    ///
    /// @return the version of that
    @SuppressWarnings("WaitNotInLoop") // its caller looks again, and a stream that is told nothing sends a heartbeat
    synchronized int await(long number, int known, long millis) throws InterruptedException {
        if (number >= dropped + lines.size() && version == known && !closed) wait(millis);
        return version;
    }

    synchronized void changed() {
        version++;
        notifyAll();
    }

    synchronized void close() {
        closed = true;
        changed();
    }

    synchronized boolean isClosed() {
        return closed;
    }

    synchronized long size() {
        return dropped + lines.size();
    }
}
