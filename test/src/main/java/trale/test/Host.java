package trale.test;

import java.net.InetAddress;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import trale.Async;
import trale.Executor;
import trale.JoinHandle;
import trale.internal.linux.Kernel;

/// A machine of a [Simulation]: an executor, addresses, and a name by which others reach it.
///
/// ```
///           spawn              crash                    restart(main)
///  made ───────────▶ runs ──────────────▶ without power ─────────────▶ runs main
///                     ▲ its tasks are gone, no cleanup of them runs      │
///                     └──────────────────────────────────────────────────┘
/// ```
///
/// Used by tasks of the simulation, and by the thread of the test while nothing runs.
public final class Host {
    private static final Duration CLEANUP = Duration.ofMinutes(10); // three times

    final Machine machine;
    private final InetAddress address;
    private final @Nullable Recordings recordings;
    private Executor executor;

    Host(Machine machine, InetAddress address, @Nullable Recordings recordings) {
        this.machine = machine;
        this.address = address;
        this.recordings = recordings;
        executor = start();
    }

    private Executor start() {
        return here(() -> {
            var started = Executor.builder().name(machine.name).build();
            if (recordings != null) recordings.begin(started, machine.name);
            return started;
        });
    }

    /// {@return its name, which resolves to its addresses}
    public String name() {
        return machine.name;
    }

    /// {@return its IPv4 address}
    public InetAddress address() {
        return address;
    }

    /// Runs a body as a task of this host. By a task of any host, or by the thread of the test.
    ///
    /// If it fails, and nothing awaits or joins its handle, that does not fail the run: it is logged, and told if the run fails. After
    /// `run`, `if (server.isDone()) server.join();` throws the failure of a server that does not end by itself.
    ///
    /// @return the task's handle; if the thread of the test joins it, all hosts go on until the task has ended
    /// @throws java.util.concurrent.RejectedExecutionException the host has crashed
    /// @throws IllegalStateException called by another thread while tasks run
    public <T extends @Nullable Object> JoinHandle<T> spawn(Async.Body<T> body) {
        return here(() -> executor.submit(body));
    }

    /// As [#spawn(Async.Body)].
    public JoinHandle<Void> spawn(Async.VoidBody body) {
        return here(() -> executor.submit(body));
    }

    /// Takes the power away: the tasks end where they are, and no `finally` of theirs runs. No peer is told. What is sent here is
    /// lost; a connection's other end goes on waiting until what it has sent is not acknowledged for 15 minutes (ETIMEDOUT), or
    /// until the host has been restarted, which knows nothing of the connection (ECONNRESET).
    ///
    /// A task of another host that awaits a handle of a task here is told by CancellationException.
    ///
    /// @throws IllegalStateException called by a task of this very host: nothing of that could run on; or by a thread that is neither a
    ///         host's nor the test's while tasks run
    public void crash() {
        machine.requireInside("crashes");
        if (machine.isCrashed) return;
        if (machine.runs(Thread.currentThread()))
            throw new IllegalStateException(
                    "a task of " + name() + " crashes " + name() + ", and could not go on; let a task of another host do it");
        machine.world.tell(name() + " crashes");
        machine.crash();
    }

    /// Starts it again, after a crash that comes now if there has been none, with the same name and addresses, and with nothing
    /// else.
    ///
    /// @param main its first task
    /// @throws IllegalStateException as [#crash()]
    public void restart(Async.VoidBody main) {
        crash();
        machine.world.tell(name() + " restarts");
        machine.restart();
        executor = start();
        spawn(main);
    }

    /// @throws IllegalStateException tasks go on after three cancellations
    void close() {
        if (machine.isCrashed) return;
        if (!here(() -> executor.close(CLEANUP)))
            throw new IllegalStateException("tasks of " + this + " did not end when they were cancelled; the log says which");
    }

    /// Calls something whose system calls are this machine's, on a thread that may be another's.
    private <T> T here(Supplier<T> call) {
        machine.requireInside("spawns or wakes a task of");
        var usual = Kernel.use(machine);
        try {
            return call.get();
        } finally {
            Kernel.use(usual);
        }
    }

    @Override
    public String toString() {
        return "host " + name() + " (" + address.getHostAddress() + ")" + (machine.isCrashed ? ", crashed" : "");
    }
}
