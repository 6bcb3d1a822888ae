package trale.watch;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import trale.internal.probe.Probe;

/// The events, numbered from 1: the latest of them, and what is left of older ones: the tasks, descriptors and timers that are still
/// there, and what was diagnosed. Guarded by its monitor, in which readers wait for more.
///
/// A reader makes the texts of the events that it asks for, outside the monitor: most events of a busy program are never asked for.
final class History {
    private final int most;
    private final ArrayDeque<Event> latest = new ArrayDeque<>();
    private final Map<About, Map<String, Event>> older = new LinkedHashMap<>(); // what it is about → kind → event
    private final List<Event> first = new ArrayList<>(); // `start`
    private final List<Event> diagnosed = new ArrayList<>(); // at most 1,000: see Diagnoses.say
    private long dropped; // how many events are not among the latest any more
    private long lost; // how many more were lost before they came here, among those that are dropped
    private boolean endsLost; // ends of tasks are among those; by Overwritten none is
    private boolean closed;
    private int version; // of what is told beside the events

    private record About(String what, long number) {}

    /// Events with numbers behind the one that was asked for.
    ///
    /// @param last the number of the last
    record Batch(long last, List<String> events) {}

    History(int most) {
        this.most = most;
    }

    synchronized void add(List<Event> events) {
        for (var event : events) {
            latest.add(event instanceof Event.End e ? e.told() : event);
            if (latest.size() > most) forget(latest.remove());
        }
        notifyAll();
    }

    private void forget(Event event) {
        dropped++;
        switch (event) {
            case Event.Start e -> first.add(e);
            case Event.Diagnosis e -> diagnosed.add(e);
            case Event.Spawn e -> keep("task", e.task(), "spawn", e);
            case Event.Pend e -> keep("task", e.task(), "pend", e);
            case Event.Ended e -> older.remove(new About("task", e.task()));
            case Event.Descriptor e when e.opens() -> keep("fd", e.fd(), "open", e);
            case Event.Descriptor e -> older.remove(new About("fd", e.fd()));
            case Event.Timer e when e.step() == Probe.Step.SET -> keep("timer", e.timer(), "set", e);
            case Event.Timer e -> older.remove(new About("timer", e.timer()));
            case Event.Lost e -> {
                lost += e.count();
                endsLost |= !e.known();
            }
            default -> {}
        }
    }

    private void keep(String what, long number, String kind, Event event) {
        older.computeIfAbsent(new About(what, number), _ -> new HashMap<>(4)).put(kind, event);
    }

    /// {@return the events behind a number; if some of these are gone, what is left of them comes first, and how many they were}
    Batch after(long number, int limit) {
        var events = new ArrayList<Event>();
        var last = collect(number, limit, events);
        return new Batch(last, events.stream().map(Event::json).toList());
    }

    private synchronized long collect(long number, int limit, List<Event> events) {
        if (number < dropped) {
            if (number == 0) {
                events.addAll(first);
                for (var kinds : older.values()) {
                    for (var kind : List.of("open", "set", "spawn", "pend")) if (kinds.containsKey(kind)) events.add(kinds.get(kind));
                }
                events.addAll(diagnosed);
            }
            var all = number == 0; // what is left of them is told
            events.add(new Event.Lost(latest.isEmpty() ? 0 : latest.getFirst().t(), dropped - number + (all ? lost : 0), all && !endsLost));
            number = dropped;
        }
        var skip = number - dropped;
        for (var event : latest) {
            if (skip-- > 0) continue;
            if (events.size() >= limit) break;
            events.add(event);
            number++;
        }
        return number;
    }

    /// Waits until there is an event behind a number, or something else to be told.
    ///
    /// @return the version of that
    @SuppressWarnings("WaitNotInLoop") // its caller looks again, and a stream that is told nothing sends a heartbeat
    synchronized int await(long number, int known, long millis) throws InterruptedException {
        if (number >= dropped + latest.size() && version == known && !closed) wait(millis);
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
        return dropped + latest.size();
    }
}
