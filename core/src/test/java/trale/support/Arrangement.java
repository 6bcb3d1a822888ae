package trale.support;

import java.util.Arrays;
import java.util.stream.Stream;
import trale.Executor;
import trale.internal.linux.Kernel;

/// Who turns the reactor, and what it stands on. What is promised is promised under all.
public enum Arrangement {
    OWN_THREAD(false),
    REACTOR_THREAD(true),

    /// On a simulated Linux, in virtual time. Module test has it.
    SIMULATED(false),

    /// On a Linux whose calls fail in ways that a program need not know of. Module test has it.
    FAULTY(false),
    FAULTY_REACTOR_THREAD(true);

    private static final String PROPERTY = "trale.test.arrangement";

    private final boolean reactorThread;

    Arrangement(boolean reactorThread) {
        this.reactorThread = reactorThread;
    }

    /// {@return those under which the tests run now: what the system property says, separated by commas, or the two of Linux}
    static Stream<Arrangement> all() {
        return Arrays.stream(System.getProperty(PROPERTY, "OWN_THREAD,REACTOR_THREAD").split(",")).map(Arrangement::valueOf);
    }

    public Executor open(String name) {
        return Executor.builder().name(name).reactorThread(reactorThread).build();
    }

    /// {@return an executor whose calls a kernel answers}
    public Executor open(String name, Kernel kernel) {
        var usual = Kernel.use(kernel);
        try {
            return open(name);
        } finally {
            Kernel.use(usual);
        }
    }
}
