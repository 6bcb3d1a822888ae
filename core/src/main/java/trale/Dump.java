package trale;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// With `-Dtrale.dump=SECONDS`: prints a snapshot to System.err when no task of an executor has run for that long. For a program that
/// hangs, and for one whose body holds the thread. Prints once, until a task has run again.
///
/// Prints also, once, when tasks can never run, or wait for each other, for that long, while others run: a heartbeat hides no deadlock.
///
/// A daemon thread for each executor takes a snapshot in each period and compares it with the one before.
final class Dump implements Runnable {
    private final RunLoop loop;
    private final long period; // ms

    private Dump(RunLoop loop, long period) {
        this.loop = loop;
        this.period = period;
    }

    /// {@return the value of the property, or 0}
    /// @throws IllegalArgumentException it is not a number from 1 to 999999
    static int seconds() {
        var seconds = System.getProperty("trale.dump");
        if (seconds == null) return 0;
        if (seconds.matches("[1-9]\\d{0,5}")) return Integer.parseInt(seconds);
        throw new IllegalArgumentException("-Dtrale.dump=" + seconds + ": use a number of seconds from 1 to 999999");
    }

    static void start(RunLoop loop, int seconds) {
        var thread = new Thread(null, new Dump(loop, seconds * 1000L), loop.name + "-dump", 0, false);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void run() {
        var before = List.<List<Long>>of();
        var spawnedBefore = 0L;
        var printed = false;
        var told = new HashSet<Long>(); // those that can't go on
        var cannot = Set.<Long>of();
        while (!loop.isClosed()) {
            try {
                Thread.sleep(period);
            } catch (InterruptedException e) {
                return;
            }
            var snapshot = loop.inspector.snapshot(false);
            var polls = snapshot.tasks().stream().map(task -> List.of(task.number(), task.polls())).toList();
            // Tasks may have come and gone since the last look. The executor's thread wrote the number before the snapshot. A body that
            // holds that thread may spawn, too, and nothing runs.
            var spawned = loop.spawned;
            var runs = polls.isEmpty() || !polls.equals(before) || (spawned != spawnedBefore && !Inspector.isPartial(snapshot));
            spawnedBefore = spawned;
            var cannotBefore = cannot;
            cannot = cannot(snapshot);
            var same = new HashSet<>(cannot);
            same.retainAll(cannotBefore);
            if (!runs && !printed) System.err.println("Nothing has run for " + period / 1000 + " s:\n" + snapshot);
            else if (runs && !told.containsAll(same)) System.err.println("Some tasks can't go on, it seems:\n" + snapshot);
            told.retainAll(cannot);
            told.addAll(same);
            printed = !runs;
            before = polls;
        }
    }

    /// {@return the tasks that wait for each other, and those that nothing can wake} Of a circle through a permit that is not sure: another
    /// task may release the permit.
    private static Set<Long> cannot(Snapshot snapshot) {
        var cannot = new HashSet<Long>();
        snapshot.cycles().forEach(cannot::addAll);
        for (var task : snapshot.tasks()) if (task.lost()) cannot.add(task.number());
        return cannot;
    }
}
