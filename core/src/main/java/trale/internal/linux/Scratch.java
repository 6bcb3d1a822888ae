package trale.internal.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/// How a system call is made, and what a thread's calls pass by address.
///
/// ```
///                 1       2         3      4      5      6
///  socket         family  type      proto                             numbers
///  epoll_ctl      epoll   op        fd     event                      numbers, and an address of the thread's own memory
///  recvfrom       fd      memory    size   flags  from   length       memory: also the caller's
/// ```
///
/// All functions are called in one of two shapes, because java.lang.foreign generates code for each, which takes time at a
/// program's start. It makes no difference to libc: by the conventions of x86-64 and aarch64 a pointer, a long and an int
/// travel in the same registers, in the same order; a function looks at the lower half for an int, at no register beyond its
/// last parameter, and leaves the upper half of an int result undefined. (x86-64 differs for variadic functions, which are
/// told how many vector registers are in use; there is none among these.)
///
/// Memory that other code can free is passed as a segment: java.lang.foreign keeps it alive during the call. All other
/// pointers are to what is here, which lives as long as the thread: allocating costs more than a call, and so would a second
/// look for what belongs to the thread.
final class Scratch {
    private static final MethodHandle NUMBERS = shape(JAVA_LONG);
    private static final MethodHandle MEMORY = shape(ADDRESS);

    private static final int LENGTH = SocketAddresses.SIZE;

    /// As NUMBERS, but errno is not captured. With it java.lang.foreign makes an object, as long as the code is not compiled by the
    /// optimizing compiler; without it a call allocates nothing, ever.
    private static final MethodHandle PLAIN = downcall(JAVA_LONG);

    private static final int ERRNO = 0; // in `kept`
    private static final int STRUCT = 1;
    private static final int CHUNK = 2;

    /// What answers instead of Linux; null: Linux does. Of this thread alone, set by [Kernel#use(Kernel)].
    @Nullable Kernel kernel;

    /// The thread's memory. It lives as long as the thread, also if this is made anew.
    private final @Nullable Object[] kept;

    /// Of an arena: the first one loads a class without which the JIT compiler leaves 32 bytes of each segment of a user's
    /// buffer on the heap. It does that, too, where segments of several kinds meet, so what is passed as memory is a buffer's.
    private final MemorySegment errno;

    private final ByteBuffer errnoBuffer;

    /// Room for any structure — a socket address, an option's value, an event — and, behind it, for its length: to be read
    /// and written, and to be passed.
    final ByteBuffer struct;

    final MemorySegment memory;

    /// Bounce buffer for heap buffers, as memory and as a buffer; only threads that move heap buffers have one. The memory is
    /// kept, too: made anew for each call, it would be an object that the JIT compiler does not get rid of.
    private MemorySegment chunk = MemorySegment.NULL;

    private ByteBuffer chunkBuffer = ByteBuffer.allocate(0);

    private Scratch(@Nullable Kernel kernel, @Nullable Object[] kept, MemorySegment errno, ByteBuffer struct) {
        this.kernel = kernel;
        this.kept = kept;
        this.errno = errno;
        this.struct = struct;
        errnoBuffer = errno.asByteBuffer().order(ByteOrder.nativeOrder());
        memory = MemorySegment.ofBuffer(struct);
        if (kept[CHUNK] instanceof ByteBuffer buffer) bounceThrough(buffer);
    }

    /// {@return where a thread keeps its memory: in objects of the JDK alone}
    static @Nullable Object[] newMemory() {
        var errno = Arena.ofAuto().allocate(Linker.Option.captureStateLayout());
        return new @Nullable Object[] {errno, Libc.allocate(LENGTH + Integer.BYTES), null};
    }

    static Scratch of(@Nullable Kernel kernel, @Nullable Object[] kept) {
        if (kept[ERRNO] instanceof MemorySegment errno && kept[STRUCT] instanceof ByteBuffer struct)
            return new Scratch(kernel, kept, errno, struct.order(ByteOrder.nativeOrder()));
        throw new AssertionError("not of newMemory()");
    }

    static Scratch get() {
        return KernelThread.scratch();
    }

    /// Being `static final` and called by `invokeExact`, a handle is compiled to a few instructions around libc's stub. Not
    /// `Linker.Option.critical`: that gains nothing on a system call and holds up the garbage collector.
    private static MethodHandle shape(MemoryLayout second) {
        return downcall(second, Linker.Option.captureCallState("errno"));
    }

    @SuppressWarnings("restricted")
    private static MethodHandle downcall(MemoryLayout second, Linker.Option... options) {
        return Linker.nativeLinker().downcallHandle(
                FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, second, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG), options);
    }

    /// Every call answers as the kernel does. No exception is made for what is ordinary (EAGAIN); [Errno] makes one for
    /// what is not.
    ///
    /// @return a result ≥ 0, or −errno
    int call(MemorySegment function, long a, MemorySegment b, long c, long d, long e, long f) {
        var k = kernel;
        if (k != null) return answer(k, function, a, b, c, d, e, f);
        try {
            return result((long) MEMORY.invokeExact(function, errno, a, b, c, d, e, f));
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }

    int call(MemorySegment function, long a, long b, long c, long d, long e) {
        var k = kernel;
        return k != null ? k.call(Libc.name(function), a, b, c, d, e, 0) : linux(function, a, b, c, d, e, 0);
    }

    /// Not inlined where a call is made: with Linux it never runs.
    private static int answer(Kernel k, MemorySegment function, long a, MemorySegment b, long c, long d, long e, long f) {
        try {
            if (!b.scope().isAlive()) throw new IllegalStateException("the buffer's memory has been freed"); // as a downcall does
            return k.call(Libc.name(function), a, b.address(), c, d, e, f);
        } finally {
            Reference.reachabilityFence(b);
        }
    }

    /// Linux answers, whatever kernel the thread has.
    int linux(MemorySegment function, long a, long b, long c, long d, long e, long f) {
        return result(raw(function, a, b, c, d, e, f));
    }

    /// {@return what the function returned, all of it} Linux answers, whatever kernel the thread has.
    long raw(MemorySegment function, long a, long b, long c, long d, long e, long f) {
        try {
            return (long) NUMBERS.invokeExact(function, errno, a, b, c, d, e, f);
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }

    /// A call of numbers that does not tell its errno. It needs nothing of the thread and allocates nothing: for what must be done
    /// when no memory is left, neither on the heap nor outside.
    ///
    /// @return < 0: it failed
    static int callInAnyCase(@Nullable Kernel kernel, MemorySegment function, long a, long b, long c) {
        if (kernel != null) return kernel.call(Libc.name(function), a, b, c, 0, 0, 0);
        try {
            return (int) (long) PLAIN.invokeExact(function, a, b, c, 0L, 0L, 0L);
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }

    private int result(long returned) {
        return (int) returned >= 0 ? (int) returned : -errnoBuffer.getInt(0); // nothing else is captured on Linux
    }

    /// {@return a pointer to a length, which is in and out}
    long length(int n) {
        struct.putInt(LENGTH, n);
        return memory.address() + LENGTH;
    }

    /// {@return what the last call left in [#length(int)]}
    int length() {
        return struct.getInt(LENGTH);
    }

    MemorySegment chunk() {
        if (chunk.byteSize() == 0) bounceThrough(ByteBuffer.allocateDirect(Sockets.CHUNK));
        return chunk;
    }

    private void bounceThrough(ByteBuffer buffer) {
        chunk = MemorySegment.ofBuffer(buffer);
        chunkBuffer = buffer;
        kept[CHUNK] = buffer;
    }

    /// {@return the bytes of [#chunk()]}
    ByteBuffer chunkBuffer() {
        return chunkBuffer;
    }
}
