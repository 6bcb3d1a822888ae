package trale.internal.linux;

import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Answers the system calls of a thread instead of Linux, and tells it the time.
///
/// ```
///  Sockets   Epoll   EventFd   TimerFd   Fd      build addresses, flags, structures: the same for every kernel
///      └───────┴────────┴─────────┴──────┘
///                 Scratch.call                   a thread's kernel, or Linux if it has none
///          ┌────────────┼──────────────┐
///        Linux    some answers    a simulated one
/// ```
///
/// An executor's threads have the kernel of the thread that builds it. The calls are libc's, so what libc alone does, such as
/// strerror, is not asked for here. A kernel is reached by modules of trale only; it is no public API.
public interface Kernel {
    /// {@return the real kernel} It passes a call on to Linux, even if the calling thread has another kernel. No constant: a program
    /// without another kernel would link this lambda at its start, and the JDK generates three classes for its parameters.
    static Kernel linux() {
        return (function, a, b, c, d, e, f) -> Scratch.get().linux(Libc.function(function), a, b, c, d, e, f);
    }

    /// Answers a call.
    ///
    /// @param function libc's name of it, such as `recvfrom`, with that function's parameters: numbers, and addresses that
    ///                 are good while this call lasts; the upper half of an int is undefined
    /// @return a result ≥ 0, or −errno
    int call(String function, long a, long b, long c, long d, long e, long f);

    /// {@return the time, as [System#nanoTime()]}
    default long nanoTime() {
        return System.nanoTime();
    }

    /// Says which task an executor polls next, before each poll.
    ///
    /// @param runnable how many there are, at least one
    /// @return how many of them are passed over, and go to the back of the run-queue; 0: the first is next
    default int pick(int runnable) {
        return 0;
    }

    /// Is asked before the calling thread, which is not the executor's, spawns or wakes a task there.
    ///
    /// @throws IllegalStateException the kernel decides the order of all events, so other threads may not take part
    default void requireKnown(Thread waker) {}

    /// {@return whether blocking code runs on the executor's own thread, as a step} If not, it runs on a thread of its own.
    default boolean hasOneThread() {
        return false;
    }

    /// Called by the thread that builds an executor on this kernel.
    ///
    /// @param thread the executor's own, which has not started
    /// @param tasks  gives the executor's snapshot, whose text says what it does; called while the executor's thread stands still
    default void started(Thread thread, Supplier<?> tasks) {}

    /// Runs a thread of an executor, which makes no call before or after.
    default void run(Runnable thread) {
        thread.run();
    }

    /// Is told that a task has failed, and that nothing has looked at its failure yet. By the executor's thread.
    ///
    /// @param task   which it is, for a person
    /// @param isSeen whether something has by now
    default void failed(String task, Throwable failure, BooleanSupplier isSeen) {}

    /// Called by a thread that is not an executor's, before it blocks until a task has ended. A simulated kernel lets its executors go
    /// on meanwhile.
    ///
    /// @throws IllegalStateException the task will never end
    default void awaitTask(BooleanSupplier isDone) {}

    /// Called by a thread that is not an executor's, before it blocks until an executor's thread has ended.
    ///
    /// @param nanos the longest wait
    /// @return false: the thread has not ended within that time of this kernel
    /// @throws IllegalStateException it would wait without end, and the thread will never end
    default boolean awaitEnd(Thread executor, long nanos) {
        return true;
    }

    /// A kernel throws it when its machine has lost its power: the executor's tasks end at once, and no code of theirs runs.
    final class Crash extends Error {
        private static final long serialVersionUID = 1;

        /// @param why the message for tasks of other machines that wait for one of this machine
        public Crash(String why) {
            super(why, null, false, false);
        }
    }

    /// Is told what trale has just logged on a thread whose calls this answers.
    default void logged(String text) {}

    static void tellLogged(String text) {
        var kernel = KernelThread.answering();
        if (kernel != null) kernel.logged(text);
    }

    /// {@return the addresses of a name}
    default InetAddress[] resolve(String host) throws UnknownHostException {
        return InetAddress.getAllByName(host);
    }

    /// {@return the addresses of a name, as this thread's kernel resolves it; that may block}
    static InetAddress[] resolveHere(String host) throws UnknownHostException {
        var kernel = current();
        return kernel == null ? InetAddress.getAllByName(host) : kernel.resolve(host);
    }

    /// {@return the kernel of this thread; null: Linux}
    static @Nullable Kernel current() {
        return KernelThread.kernel();
    }

    /// From now on `kernel` answers the calls of this thread.
    ///
    /// @param kernel null: Linux
    /// @return the kernel before
    static @Nullable Kernel use(@Nullable Kernel kernel) {
        return KernelThread.use(kernel);
    }

    /// From now on the calls of this thread are made through `report`, which passes them on to [#current()].
    ///
    /// @param report null: they are made as usual
    static void callThrough(@Nullable Kernel report) {
        KernelThread.callThrough(report);
    }

    /// {@return the memory that a parameter of a call points to, in the byte order of this processor}
    @SuppressWarnings("restricted")
    static ByteBuffer memory(long address, long size) {
        return MemorySegment.ofAddress(address).reinterpret(size).asByteBuffer().order(ByteOrder.nativeOrder());
    }
}
