package trale.test;

import java.net.InetAddress;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import trale.Async;
import trale.Executor;
import trale.JoinHandle;
import trale.internal.linux.Kernel;

/// A machine of a [Simulation]: an executor, addresses, and a name by which others reach it.
public final class Host {
    private final Machine machine;
    private final InetAddress address;
    private final Executor executor;

    Host(Machine machine, InetAddress address) {
        this.machine = machine;
        this.address = address;
        executor = here(() -> Executor.builder().name(machine.name).build());
        machine.world.settle();
    }

    /// {@return its name, which resolves to its addresses}
    public String name() {
        return machine.name;
    }

    /// {@return its IPv4 address}
    public InetAddress address() {
        return address;
    }

    /// Runs a body as a task of this host. By a task of any host, or by the thread that made the simulation.
    ///
    /// @return the task's handle
    public <T extends @Nullable Object> JoinHandle<T> spawn(Async.Body<T> body) {
        return here(() -> executor.submit(body));
    }

    /// As [#spawn(Async.Body)].
    public JoinHandle<Void> spawn(Async.VoidBody body) {
        return here(() -> executor.submit(body));
    }

    void close() {
        machine.world.close(machine);
        here(() -> {
            executor.close();
            return 0;
        });
        machine.world.closed();
    }

    /// Calls something whose system calls are this machine's, on a thread that is not.
    private <T> T here(Supplier<T> call) {
        if (Kernel.current() != null) return call.get();
        Kernel.use(machine);
        try {
            return call.get();
        } finally {
            Kernel.use(null);
        }
    }
}
