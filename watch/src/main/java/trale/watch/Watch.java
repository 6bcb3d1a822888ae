package trale.watch;

import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import trale.Executor;

/// Watches an executor: takes down all that happens in it, shows it on a page, holds it before a poll, and lets one poll through.
///
/// ```java
/// import java.nio.file.Path;
/// import trale.Executor;
/// import trale.watch.Watch;
///
/// void main() throws Exception {
///     var file = Path.of(System.getProperty("java.io.tmpdir"), "watched.html");
///     try (var executor = Executor.builder().build(); var watch = Watch.of(executor)) {
///         executor.submit(() -> 42).join();
///         watch.record(file); // one page, which opens from the disk
///     }
/// }
/// ```
///
/// `./trale watch NAME` and `-Dtrale.watch=PORT` do the same for a program that does not call this. An event costs the executor's thread
/// some tens of nanoseconds; an executor that is not watched pays nothing but a look at one field. All methods may be called from any
/// thread.
public final class Watch implements AutoCloseable {
    static final int MOST_EVENTS = 1 << 18;
    private static final long PAUSE = 15; // ms, between two looks at the ring

    final Executor executor;
    final Machines machines = new Machines();
    final History history = new History(MOST_EVENTS);
    final Recorder recorder;
    final String token = new BigInteger(128, new SecureRandom()).toString(36);
    final String run = token.substring(0, 6);
    private final Diagnoses diagnoses;
    final Thread thread;

    private @Nullable Server server; // guarded by this

    /// Written by close, read by the watch's own thread, which sees it after its next pause.
    private volatile boolean closed;

    /// Written by the thread of the JVM's exit, read by those that drain.
    private volatile boolean exits;

    private boolean hasFailed; // guarded by `diagnoses`; it has been told

    private Watch(Executor executor, @Nullable String program, boolean paused) {
        Recordings.requireExplain();
        this.executor = executor;
        recorder = new Recorder(machines, program, paused, history::changed);
        diagnoses = new Diagnoses(executor, recorder, recorder::waitedForProcessor);
        thread = Thread.ofPlatform().daemon().name("trale-watch").unstarted(this::collect);
        executor.probe(recorder);
        thread.start();
    }

    /// Begins to watch an executor. It does not matter what runs in it already; if a poll holds its thread, this begins after that poll.
    ///
    /// @return what watches it, until it is closed; an earlier watch of the same executor sees no more
    /// @throws java.util.concurrent.RejectedExecutionException the executor is closed
    /// @throws IllegalStateException trale-explain is neither on the class path nor on the module path
    public static Watch of(Executor executor) {
        return of(executor, null, false);
    }

    static Watch of(Executor executor, @Nullable String program, boolean paused) {
        return new Watch(Objects.requireNonNull(executor, "the executor is null"), program, paused);
    }

    /// Serves the page on the loopback address. Called again, it returns the same address.
    ///
    /// @param port 0: one that is free
    /// @return the page's address; a token in it keeps out those who do not know it
    /// @throws java.io.UncheckedIOException the port is taken
    /// @throws IllegalStateException this is closed
    public synchronized URI serve(int port) {
        if (closed) throw new IllegalStateException("this watch is closed");
        var s = server;
        if (s == null) server = s = new Server(this, port, token);
        return s.url();
    }

    /// Ends the page's server, as a program does that is killed; [#serve(int)] begins again under the same token.
    synchronized void stopServing() {
        if (server != null) server.close();
        server = null;
    }

    /// Writes what has happened so far into one HTML file, which shows it without a server.
    ///
    /// Of a simulation the same seed gives the same file.
    ///
    /// @param html is replaced if it exists
    /// @throws IOException it cannot be written
    public void record(Path html) throws IOException {
        drain();
        Page.write(html, machines, history);
    }

    /// Holds the executor's thread before its next poll. A poll that runs is not interrupted. Timers and the kernel go on: what they
    /// bring happens when the thread is let go. An executor that is held does not close before it is let go.
    public void pause() {
        recorder.pause();
        history.changed();
    }

    /// Lets a held executor make one poll, the next one if there is none to make now. Without a pause nothing happens.
    public void step() {
        recorder.step();
    }

    /// Lets the executor run.
    public void resume() {
        recorder.resume();
        history.changed();
    }

    /// Ends the watch: the executor runs on, the page says that the program does not answer. Idempotent.
    @Override
    public void close() {
        synchronized (this) {
            if (closed) return;
            closed = true;
        }
        executor.probe(null);
        recorder.resume();
        drain();
        history.close();
        flush();
        stopServing();
    }

    /// Ends the watch of a program that exits. The executor is let go and has 1.5 s at most to end its tasks.
    ///
    /// @param html a recording to write, or null
    void exit(@Nullable Path html) throws IOException {
        drain();
        exits = true;
        resume();
        for (var i = 0; i < 15 && executor.taskCount() > 0; i++) pause(100);
        executor.probe(null);
        if (recorder.isInstalled()) recorder.put(new Event.Stop(recorder.now()));
        if (html != null) record(html);
        close();
    }

    /// Waits until pages that are open have been told the end, a second at most.
    private void flush() {
        Server s;
        synchronized (this) {
            s = server;
        }
        for (var i = 0; s != null && s.hasStreams() && i < 100; i++) pause(10);
    }

    private void collect() {
        while (!closed) {
            try {
                drain();
                if (recorder.isInstalled() && !recorder.isSimulated()) diagnoses.look();
            } catch (RuntimeException | Error e) {
                failed(e, List.of());
            }
            pause(PAUSE);
        }
    }

    /// Takes the ring's events into the history, with what they are diagnosed by. By one thread at a time.
    void drain() {
        synchronized (diagnoses) {
            var events = new ArrayList<Event>();
            try {
                if (!recorder.drain(events)) return;
                if (exits) events.removeIf(Watch::findsNothing);
                history.add(diagnoses.read(events));
            } catch (RuntimeException | Error e) {
                failed(e, events);
            }
        }
    }

    /// The heap is full, or an event cannot be read. The events that were taken with it are lost, which is told, and the watch goes on.
    /// What the failure is, is told once.
    private void failed(Throwable failure, List<Event> lost) {
        synchronized (diagnoses) {
            try {
                if (!lost.isEmpty()) history.add(diagnoses.read(List.of(new Event.Lost(lost.getLast().t(), lost.size(), false))));
                if (hasFailed) return;
                history.add(List.of(new Event.Log(recorder.now(), FAILED + failure.getClass().getName())));
                hasFailed = true;
            } catch (RuntimeException | Error e) {
                // There is no memory for it.
            }
        }
    }

    private static final String FAILED = "the watch could not take down what happened: ";

    /// While the JVM exits, a reactor looks at epoll each millisecond, instead of sleeping in a call that would not return.
    private static boolean findsNothing(Event event) {
        return event instanceof Event.Turn || (event instanceof Event.Call c && c.name().equals("epoll_wait") && c.result() == 0);
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
