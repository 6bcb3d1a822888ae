package book.recording;

import book.linux.Epoll;
import book.linux.Linux;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.function.Consumer;
import java.util.function.Function;
import trale.Future;
import trale.Snapshot;
import trale.Waker;
import trale.internal.probe.Probe;
import trale.internal.probe.Recording;
import trale.internal.probe.Watched;

/// What a chapter's own executor does, told to trale-watch while it does it. The chapter's program runs as it is, and Linux answers it:
///
/// ```
///   the executor polls a task    ──▶ ToldTask.poll       ──▶ poll, then pend or end ─┐
///   the task's waker is called   ──▶ ToldTask.wake       ──▶ wake                    ├─▶ trale-watch
///   Linux answers a system call  ──▶ answered, reported  ──▶ sleep, call, ready      ─┘
/// ```
///
/// The file is the same each time. Descriptors have numbers in the order in which they appear. The clock counts events, a microsecond
/// each; other time passes by [#pass] alone. A time-out of epoll_wait ends the recording: the chapter's thread would sleep for ever.
///
/// One thread at a time uses it. It is handed on by what orders memory: a queue of the executor, or the join of its thread.
public final class ChapterRecording implements Linux.Observer {
    private static final long EVENT = 1_000; // ns
    private static final int FIRST = 3; // 0 to 2 are the process's own
    private static final int ADD = 1; // of epoll_ctl
    private static final int DELETE = 2;

    /// What the chapter's reactor holds for one direction of a descriptor.
    @FunctionalInterface
    public interface Slots {
        /// {@return a task's waker; `ready`; something else; or null: the reactor does not know the descriptor}
        Object held(int fd, boolean read);
    }

    private record Report(int fd, int events, boolean read, Object held) {}

    private final Recording recording;
    private final Map<Integer, Integer> numbers = new HashMap<>(); // of descriptors, by Linux's
    private final List<Report> reports = new ArrayList<>(); // of the last epoll_wait
    private Slots slots = (_, _) -> null;
    private String afterReport = "";
    private Function<Waker, List<Snapshot.Reason>> waitsFor = this::slotsOf;
    private ToldTask<?> running;
    private long clock;
    private long spawned;
    private boolean ended;

    /// @param program its name on the page
    public ChapterRecording(String program) {
        var maker = ServiceLoader.load(Recording.Maker.class).findFirst().orElseThrow(() -> new IllegalStateException("trale-watch is not there"));
        recording = maker.begin(new Host(program), program);
    }

    /// @param after what a slot holds after a report: `READY`, or `nothing`
    public void slots(String after, Slots held) {
        afterReport = after;
        slots = held;
    }

    /// @param reasons what a task waits for that has this waker, instead of a slot
    public void waitsFor(Function<Waker, List<Snapshot.Reason>> reasons) {
        waitsFor = reasons;
    }

    /// From now on the calling thread's system calls are told.
    public void observe() {
        Linux.observe(this);
    }

    /// Nothing more is told. By the thread that observes.
    public void end() {
        ended = true;
        Linux.observe(null);
    }

    /// Waits until there is something to read: however slow the machine is, the program finds it at once.
    public void await(int fd) throws IOException {
        Linux.observe(null);
        try (var epoll = new Epoll()) {
            epoll.add(fd, Epoll.IN);
            while (epoll.await(-1) < 1) Thread.onSpinWait();
        }
        observe();
    }

    /// {@return nanoseconds since the recording began}
    public long now() {
        return clock;
    }

    public void pass(long nanos) {
        clock += nanos;
    }

    /// {@return a future to spawn in place of this one: what happens to it is told}
    public <T> Future<T> told(Future<T> future) {
        return told(future.getClass().getSimpleName(), future.getClass(), "poll", future);
    }

    /// @param written the class that has the method whose source is shown
    public <T> Future<T> told(String name, Class<?> written, String method, Future<T> future) {
        var task = new ToldTask<>(this, ++spawned, name, ToldTask.source(written, method), future);
        tell(probe -> probe.spawn(task, running, 0));
        return task;
    }

    /// {@return what a task waits for whose poll has said Pending}
    List<Snapshot.Reason> reasons(Waker waker) {
        return waitsFor.apply(waker);
    }

    /// {@return the slots that hold the waker}
    public List<Snapshot.Reason> slotsOf(Waker waker) {
        var reasons = new ArrayList<Snapshot.Reason>();
        for (int fd : numbers.keySet()) {
            for (boolean read : new boolean[] {true, false}) {
                if (slots.held(fd, read) == waker) reasons.add(new Snapshot.Ready(number(fd), read, ""));
            }
        }
        return reasons;
    }

    void runs(ToldTask<?> task) {
        running = task;
    }

    /// Outside of a poll the reactor wakes: because of a report, or of a timer.
    void wake(ToldTask<?> task, Probe.Effect effect) {
        if (ended) return;
        if (running != null) {
            long by = running.number();
            tell(probe -> probe.wake(task, Probe.By.TASK, by, effect));
        } else if (task.reasons().getFirst() instanceof Snapshot.Sleep sleep) {
            tell(probe -> probe.timer(sleep.timer(), Probe.Step.FIRE, clock, task));
            tell(probe -> probe.wake(task, Probe.By.TIMER, sleep.timer(), effect));
        } else {
            var report = reports.stream().filter(r -> r.held == task).findFirst().orElseThrow();
            tellReport(report, "task " + task.number());
            tell(probe -> probe.wake(task, report.read ? Probe.By.READ : Probe.By.WRITE, number(report.fd), effect));
        }
    }

    void tell(Consumer<Probe> event) {
        if (ended) return;
        clock += EVENT;
        event.accept(recording.probe());
    }

    @Override
    public void answered(String name, long a, long b, long c, long d, int answer) {
        if (name.equals("epoll_wait")) {
            reports.clear();
            tell(probe -> probe.turn(true));
            if (answer == 0) end();
        }
        boolean control = name.equals("epoll_ctl");
        int of = number((int) a);
        long on = control ? number((int) c) : c;
        int result = name.equals("accept4") && answer >= 0 ? number(answer) : answer;
        var shown = name.equals("timerfd_settime") ? name + "[" + b + " ns]" : name;
        tell(probe -> probe.call(shown, of, b, on, d, 0, 0, result, 0));
        if (control && (b == ADD || b == DELETE)) tell(probe -> probe.descriptor((int) on, b == ADD));
    }

    @Override
    public void reported(int fd, int events) {
        if ((events & (Epoll.IN | Epoll.RDHUP | Epoll.HUP)) != 0) report(fd, events, true);
        if ((events & (Epoll.OUT | Epoll.HUP)) != 0) report(fd, events, false);
    }

    /// What a waker waits for is told when it is called.
    private void report(int fd, int events, boolean read) {
        var report = new Report(fd, events, read, slots.held(fd, read));
        if (report.held instanceof Waker) reports.add(report);
        else if (report.held != null) tellReport(report, "ready".equals(report.held) ? "READY" : "nothing");
    }

    private void tellReport(Report report, String before) {
        tell(probe -> probe.ready(number(report.fd), report.events, report.read, before, afterReport));
    }

    private int number(int fd) {
        return numbers.computeIfAbsent(fd, _ -> FIRST + numbers.size());
    }

    /// @param html is replaced if it exists
    public void write(Path html) throws IOException {
        recording.write(html);
    }

    /// What trale-watch asks of the executor.
    private final class Host implements Probe.Host {
        private final String name;

        Host(String name) {
            this.name = name;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public boolean hasReactorThread() {
            return false;
        }

        /// The clock is.
        @Override
        public boolean isSimulated() {
            return true;
        }

        @Override
        public long nanoTime() {
            return clock;
        }

        @Override
        public Thread thread() {
            return Thread.currentThread();
        }

        /// A recording holds no poll, so no snapshot is waited for.
        @Override
        public void serve() {}

        /// Of the beginning: there is no task yet.
        @Override
        public Snapshot snapshot() {
            return new Snapshot(name, "", List.of(), List.of());
        }

        @Override
        public Probe.Place place(Watched task) {
            var told = (ToldTask<?>) task;
            return new Probe.Place(List.of(told.body()), told.reasons());
        }

        @Override
        public Object kept(Object machine, String field) {
            throw new UnsupportedOperationException("a future written by hand has no machine");
        }
    }
}
