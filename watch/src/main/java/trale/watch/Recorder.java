package trale.watch;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import trale.Snapshot;
import trale.internal.probe.Probe;
import trale.internal.probe.Watched;

/// Takes down what an executor tells, in a ring, and holds its thread where that is asked for.
///
/// ```
///   executor's thread ── event ──▶ ring ── drain ──▶ History ──▶ pages, recordings
///          ▲                        │        reads what the copies of suspended bodies keep
///          │                        │ full: the oldest is overwritten
///          └── beforePoll holds while paused, and there is no permit
/// ```
///
/// The clock is read once for the end of a poll and the begin of the next, because reading it is the dearest part of an event.
final class Recorder implements Probe {
    private static final int RING = 1 << 16; // events
    private static final String CLEANER = "Cleaner-"; // the thread of java.lang.ref.Cleaner, which closes sockets that are garbage

    private final Machines machines;
    private final @Nullable String program;

    /// Written by the executor's thread in [#installed], before the first event; other threads read it after they have seen one.
    private volatile @Nullable Host host;

    private volatile long start;

    private volatile @Nullable ProcessorWait processorWait; // written as `host`; null of a simulation, whose threads are not looked at

    /// Guarded by this; the executor's thread, its reactor thread, and threads that wake or cancel put events in.
    private final Event[] ring = new Event[RING];

    private long head; // guarded by this: the number of events that were put in
    private long tail; // guarded by this: of those that were taken out, or overwritten
    private final Overwritten overwritten = new Overwritten(); // guarded by this

    private final ForeignWakes foreign = new ForeignWakes();

    /// Written by any thread under the monitor, read by the executor's thread without it before each poll: a pause that it does not see
    /// yet holds the poll after that.
    private volatile boolean paused;

    private int permits; // guarded by this: polls that a paused executor may make
    private boolean held; // guarded by this

    /// What the executor's thread does, for the watch's own thread, which looks for bodies that block.
    private long polling; // guarded by this: the task whose poll was the last to begin

    private long poll; // guarded by this: as `head` after that poll's event; 0: it is over

    private long pollEnd; // guarded by this: when the last poll was over
    private long headAtEnd = -1; // guarded by this: as `head` after the event of that end; -1: the clock is read again in any case

    /// Called when `held` changes, by the thread that changes it. Written once, before the recorder is installed.
    private final Runnable onHeld;

    Recorder(Machines machines, @Nullable String program, boolean paused, Runnable onHeld) {
        this.machines = machines;
        this.program = program;
        this.paused = paused;
        this.onHeld = onHeld;
    }

    // The thread

    @Override
    public void beforePoll(Watched task) {
        var held = paused ? hold() : 0;
        var number = task.number();
        synchronized (this) {
            put(new Event.Poll(held == 0 && head == headAtEnd ? pollEnd : now(), number, held));
            polling = number;
            poll = head;
        }
    }

    /// {@return for how long the thread was held, in ns}
    private long hold() {
        var h = host();
        var begin = now();
        while (true) {
            synchronized (this) {
                if (!paused) break;
                if (permits > 0) {
                    permits--;
                    break;
                }
                if (!held) changeHeld(true);
            }
            LockSupport.park(this);
            Thread.interrupted(); // or it would not park again
            h.serve();
        }
        synchronized (this) {
            if (!held) return 0;
            changeHeld(false);
        }
        return now() - begin;
    }

    private void changeHeld(boolean to) {
        held = to;
        onHeld.run();
    }

    void pause() {
        synchronized (this) {
            paused = true;
            permits = 0;
        }
    }

    void step() {
        synchronized (this) {
            if (paused) permits++;
        }
        unpark();
    }

    void resume() {
        synchronized (this) {
            paused = false;
        }
        unpark();
    }

    private void unpark() {
        var h = host;
        if (h != null) LockSupport.unpark(h.thread());
    }

    boolean isPaused() {
        return paused;
    }

    synchronized boolean isHeld() {
        return held;
    }

    // What happens

    @Override
    public void installed(Host h) {
        start = h.nanoTime();
        if (!h.isSimulated()) processorWait = ProcessorWait.ofThisThread();
        host = h;
        var time = h.isSimulated() ? null : Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        put(new Event.Start(0, h.name(), program, time, h.hasReactorThread() ? "reactor thread" : "own thread", h.isSimulated()));
        for (var task : h.snapshot().tasks()) already(task);
    }

    /// A task that was there before it was watched.
    private void already(Snapshot.TaskInfo task) {
        var bodies = task.lines().stream().map(at -> new Body(READ, -1, at)).toList();
        var body = bodies.isEmpty() ? null : bodies.getFirst();
        put(new Event.Spawn(now(), task.number(), task.name(), body, task.parent(), 0, "an earlier time"));
        if (task.state() == Snapshot.State.WAITING)
            put(new Event.Pend(now(), task.number(), task.name(), bodies, task.waitsFor(), List.of(), false));
    }

    @Override
    public void removed() {
        resume();
    }

    @Override
    public void spawn(Watched task, @Nullable Watched by, long scope) {
        var bodies = host().place(task).bodies();
        var body = bodies.isEmpty() ? null : bodies.getFirst();
        var cause = foreign.take(task);
        var thread = cause == null || cause.thread() == null ? "another thread" : "thread " + cause.thread();
        var parent = by == null ? 0 : by.number();
        put(early(new Event.Spawn(now(), task.number(), task.name(), body, parent, scope, by == null ? thread : null)));
    }

    @Override
    public void pend(Watched task, boolean again) {
        var h = host();
        var t = now();
        var place = h.place(task);
        over(new Event.Pend(t, task.number(), task.name(), place.bodies(), place.reasons(), List.of(), again));
    }

    @Override
    public void end(Watched task, How how, @Nullable Throwable failure) {
        over(new Event.End(now(), task, how, failure));
    }

    /// A poll is over. In a simulation the clock is read again for the next, because virtual time passes between them.
    private void over(Event event) {
        var e = early(event);
        var simulated = host().isSimulated();
        synchronized (this) {
            put(e);
            poll = 0;
            pollEnd = e.t();
            headAtEnd = simulated ? -1 : head;
        }
    }

    /// {@return the event, of a simulation as it is [read][#read]} There nothing drains before the end, so until then the ring would keep
    /// from being garbage what bodies have kept.
    private Event early(Event event) {
        return host().isSimulated() ? read(event) : event;
    }

    @Override
    public void wake(Watched task, By by, long id, Effect effect) {
        var cause = by == By.THREAD ? foreign.take(task) : null;
        put(cause == null ? new Event.Wake(now(), task.number(), by, id, null, effect)
                : new Event.Wake(now(), task.number(), cause.by(), cause.id(), cause.thread(), effect));
    }

    @Override
    public void foreignWake(Watched task, By by, long id, @Nullable Effect effect) {
        var cause = ForeignWakes.Cause.here(by, id);
        var number = task.number();
        if (effect == null) foreign.put(task, cause);
        else if (number != 0) put(new Event.Wake(now(), number, by, id, cause.thread(), effect));
    }

    @Override
    public void cancel(Watched task, @Nullable String why) {
        var number = task.number();
        if (number != 0) put(new Event.Cancel(now(), number, why)); // 0: it has not arrived, so its spawn is still to be told
    }

    @Override
    public void scope(long scope, @Nullable Watched task, boolean opens) {
        put(new Event.Scope(now(), scope, task == null ? 0 : task.number(), opens));
    }

    @Override
    public void turn(boolean sleeps) {
        put(new Event.Turn(now(), sleeps));
    }

    @Override
    public void ready(int fd, int bits, boolean read, String before, String after) {
        put(new Event.Ready(now(), fd, bits, read, before, after));
    }

    @Override
    public void timer(long timer, Step step, long at, @Nullable Watched task) {
        put(new Event.Timer(now(), timer, step, at - start, task == null ? 0 : task.number()));
    }

    @Override
    public void descriptor(int fd, boolean opens) {
        put(new Event.Descriptor(now(), fd, opens, !opens && Thread.currentThread().getName().startsWith(CLEANER)));
    }

    @Override
    public void call(String name, long a, long b, long c, long d, long e, long f, int result, long nanos) {
        if (name.equals("close") && a == -1) return; // by a listener that loads what it may need when no descriptor is left
        put(new Event.Call(now(), name, a, b, c, d, result, host().isSimulated() ? 0 : nanos));
    }

    @Override
    public void log(String text) {
        put(new Event.Log(now(), text));
    }

    private Host host() {
        var h = host;
        if (h == null) throw new IllegalStateException("an event before the probe was installed");
        return h;
    }

    /// {@return ns since the executor has been watched}
    long now() {
        return host().nanoTime() - start;
    }

    // The ring

    synchronized void put(Event event) {
        var i = (int) head++ & RING - 1;
        if (head - tail > RING) {
            tail++;
            overwritten.add(ring[i]);
        }
        ring[i] = event;
    }

    /// Takes what has been put in since the last time. If the ring was full, what is kept of [the overwritten][Overwritten] comes first.
    ///
    /// @return whether anything was
    boolean drain(List<Event> to) {
        if (!take(to)) return false;
        to.replaceAll(this::read);
        return true;
    }

    private synchronized boolean take(List<Event> to) {
        if (head == tail) return false;
        overwritten.drain(to, ring[(int) tail & RING - 1].t());
        while (tail < head) {
            var i = (int) tail++ & RING - 1;
            to.add(ring[i]);
            ring[i] = NOTHING;
        }
        return true;
    }

    private static final Event NOTHING = new Event.Stop(0);

    /// {@return the event with what the bodies keep, and without their machines} A history holds nothing of the program but values.
    private Event read(Event event) {
        return switch (event) {
            case Event.Spawn(var t, var task, var name, var body, var parent, var scope, var thread)
                    when body != null && body.machine() != READ -> {
                machines.see(body);
                yield new Event.Spawn(t, task, name, withoutMachine(body), parent, scope, thread);
            }
            case Event.Pend(var t, var task, var name, var bodies, var reasons, var _, var again)
                    when !bodies.isEmpty() && bodies.getFirst().machine() != READ ->
                new Event.Pend(t, task, name, bodies.stream().map(Recorder::withoutMachine).toList(), reasons, keeps(bodies), again);
            default -> event;
        };
    }

    private static final Object READ = new Object(); // in place of a machine

    private static Body withoutMachine(Body body) {
        return new Body(READ, body.state(), body.at());
    }

    private List<Event.Kept> keeps(List<Body> bodies) {
        var h = host();
        var kept = new ArrayList<Event.Kept>();
        for (var i = 0; i < bodies.size(); i++) {
            var body = bodies.get(i);
            for (var v : machines.keeps(body)) kept.add(new Event.Kept(i, v.name(), Values.keep(h.kept(body.machine(), v.field()))));
        }
        return List.copyOf(kept);
    }

    // For diagnoses

    /// {@return a number that is another for each poll; 0: the thread is in none}
    synchronized long poll() {
        return poll;
    }

    /// {@return the task whose poll that is}
    synchronized long polling() {
        return polling;
    }

    /// {@return how long the executor's thread could have run and had no processor, in nanoseconds}
    long waitedForProcessor() {
        var w = processorWait;
        return w == null ? 0 : w.nanos();
    }

    @Nullable Thread thread() {
        var h = host;
        return h == null ? null : h.thread();
    }

    /// {@return whether the executor's thread has taken it} Not yet, if a poll holds that thread.
    boolean isInstalled() {
        return host != null;
    }

    /// {@return how many wakes by other threads the executor's thread has not taken}
    int wakesOnTheirWay() {
        return foreign.size();
    }

    boolean isSimulated() {
        var h = host;
        return h != null && h.isSimulated();
    }
}
