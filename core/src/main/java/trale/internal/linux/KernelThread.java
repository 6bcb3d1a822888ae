package trale.internal.linux;

import org.jspecify.annotations.Nullable;

/// A thread that makes many system calls. The memory for them is in its fields, so a call does not search for it.
///
/// Other threads may make calls too; their memory is in a ThreadLocal. It has objects of the JDK alone. Such a thread may outlive the class
/// loader of trale, and an object of trale in it would keep the loader from being unloaded.
public abstract class KernelThread extends Thread {
    private static final ThreadLocal<@Nullable Object @Nullable []> MEMORY = new ThreadLocal<>();
    private static final ThreadLocal<@Nullable Kernel> KERNEL = new ThreadLocal<>();

    // Of this thread alone:
    private @Nullable Scratch scratch;
    private @Nullable Kernel kernel;
    private @Nullable Kernel report; // the calls that `reported` answers are made through it
    private @Nullable Kernel reported;

    /// As [Thread#Thread(ThreadGroup, Runnable, String, long, boolean)].
    protected KernelThread(Runnable code, String name, long stackSize) {
        super(null, code, name, stackSize, false);
    }

    static Scratch scratch() {
        return Thread.currentThread() instanceof KernelThread t ? t.ownScratch() : foreignScratch();
    }

    private Scratch ownScratch() {
        var s = scratch;
        if (s == null) scratch = s = Scratch.of(kernel, Scratch.newMemory());
        return s;
    }

    private static Scratch foreignScratch() {
        var memory = MEMORY.get();
        if (memory == null) {
            memory = Scratch.newMemory();
            MEMORY.set(memory);
        }
        return Scratch.of(KERNEL.get(), memory);
    }

    static @Nullable Kernel kernel() {
        return Thread.currentThread() instanceof KernelThread t ? t.kernel : KERNEL.get();
    }

    static @Nullable Kernel use(@Nullable Kernel next) {
        var before = kernel();
        if (Thread.currentThread() instanceof KernelThread t) {
            t.kernel = next;
            t.ownScratch().kernel = t.report != null && next == t.reported ? t.report : next;
            return before;
        }
        if (next == null) KERNEL.remove();
        else KERNEL.set(next);
        scratch().kernel = next;
        return before;
    }

    static void callThrough(@Nullable Kernel report) {
        if (Thread.currentThread() instanceof KernelThread t) {
            t.report = report;
            t.reported = t.kernel;
        }
        scratch().kernel = report == null ? kernel() : report;
    }

    /// {@return what answers the calls of this thread, which is its kernel, or reports to it} Allocates nothing.
    static @Nullable Kernel answering() {
        return Thread.currentThread() instanceof KernelThread t && t.scratch != null ? t.scratch.kernel : kernel();
    }
}
