package trale;

import java.lang.ref.SoftReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Heap that is kept for the time when all the rest is in use; once in a JVM, for all executors.
///
/// ```
///   soft   the JVM takes it before it throws any OutOfMemoryError, for the thread that is in need: one that joins,
///          that logs, or that dispatches a signal
///   own    an executor lets go of it when the soft part is gone and does not come back: with it tasks can unwind
/// ```
///
/// So a heap that is full is noticed, by a look at the soft part, while there is still memory to do something about it. See
/// [FullHeap#makeRoom()].
///
/// All methods may be called from any thread. Two threads that restore it at the same time make one reserve too many, which is
/// garbage.
final class HeapReserve {
    /// Small pieces, because G1 puts what is half as large as a region, of 1 MiB or more, into a region of its own.
    private static final int PIECE = 1 << 16; // bytes
    /// A whole region of G1, the least it can allocate from.
    private static final int PIECES = 16;

    private static volatile byte @Nullable [][] own;
    private static volatile SoftReference<byte[][]> soft = new SoftReference<>(null);

    private HeapReserve() {}

    /// At the start of an executor. A heap that is too full for the reserve does not keep it from starting.
    static void prepare() {
        LockSupport.parkNanos(0); // so that the class loader knows the class: to find it takes memory, and RunLoop.drive has none
        try {
            if (!isThere()) restore();
        } catch (OutOfMemoryError e) {
            // The first executor that finds it missing tries again.
        }
    }

    /// {@return whether the JVM has not taken it} The JVM also takes it when a garbage collection finds that no executor has asked for it
    /// for long.
    static boolean isThere() {
        return soft.get() != null;
    }

    /// @throws OutOfMemoryError after a garbage collection there is not enough left; the part that the JVM can't take is free then
    static void restore() {
        try {
            if (own == null) own = new byte[PIECES][PIECE];
            soft = new SoftReference<>(new byte[PIECES][PIECE]); // last: if it is there, so is the other
        } catch (OutOfMemoryError e) {
            own = null;
            throw e;
        }
    }
}
