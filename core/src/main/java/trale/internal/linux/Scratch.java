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
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Makes system calls, and has the memory that a thread's calls pass by address.
///
/// ```
///                 1       2         3      4      5      6
///  socket         family  type      proto                             numbers
///  epoll_ctl      epoll   op        fd     event                      numbers, and an address of the thread's own memory
///  recvfrom       fd      memory    size   flags  from   length       memory: also the caller's
/// ```
///
/// All functions are called in one of three shapes, because java.lang.foreign generates code for each, which takes time at a
/// program's start. It makes no difference to libc: by the conventions of x86-64 and aarch64 a pointer, a long and an int
/// travel in the same registers, in the same order; a function looks at the lower half for an int, at no register beyond its
/// last parameter, and leaves the upper half of an int result undefined. (x86-64 differs for variadic functions, which are
/// told how many vector registers are in use; there is none among these.)
///
/// Memory that other code can free is passed as a segment: java.lang.foreign keeps it alive during the call. All other
/// pointers are to what is here, which lives as long as the thread: allocating costs more than a call, and so would a second
/// look for what belongs to the thread.
final class Scratch {
    /// Numbers, without errno. Capturing it makes an object until the optimizing compiler has compiled the code. Without it a call
    /// allocates nothing. This is the only shape that a program without sockets needs, as long as no call fails.
    private static final MethodHandle PLAIN = downcall(JAVA_LONG);

    private static final class Numbers {
        static final MethodHandle CALL = shape(JAVA_LONG);
    }

    private static final class Memory {
        static final MethodHandle CALL = shape(ADDRESS);
    }

    /// What a call needs that has failed, perhaps for want of a descriptor. It is loaded now, because to load a class from a folder takes a
    /// descriptor. The two shapes are linked by their first call, or by [#link()].
    static final List<Class<?>> LOADED = List.of(Numbers.class, Memory.class, Errno.class);

    private static final int LENGTH = SocketAddresses.SIZE;

    private static final int ERRNO = 0; // in `kept`
    private static final int STRUCT = 1;
    private static final int CHUNK = 2;

    /// The kernel that answers this thread's calls. Null: Linux. Set by [Kernel#use(Kernel)].
    @Nullable Kernel kernel;

    /// The thread's memory. It lives as long as the thread, also if this is made anew.
    private final @Nullable Object[] kept;

    /// From an arena: the first arena loads a class without which the JIT compiler leaves 32 bytes of each segment of a user's buffer on
    /// the heap. It also leaves them where segments of several kinds meet, so all memory that is passed is a buffer's.
    private final MemorySegment errno;

    private final ByteBuffer errnoBuffer;

    /// Room for any structure — a socket address, an option's value, an event — and, behind it, for its length: to be read
    /// and written, and to be passed.
    final ByteBuffer struct;

    final MemorySegment memory;

    /// Bounce buffer for heap buffers, as memory and as a buffer. Only threads that move heap buffers have one. The memory segment is kept,
    /// because the JIT compiler does not remove the allocation of a new one for each call.
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

    /// {@return the thread's memory, kept in objects of the JDK alone}
    static @Nullable Object[] newMemory() {
        var errno = Arena.ofAuto().allocate(Integer.BYTES, Integer.BYTES); // nothing else is captured on Linux
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

    /// Initialises this class: links [#PLAIN].
    static void load() {}

    /// Links what is not linked yet: before its memory, or the thread's stack, may have come to its end.
    static void link() {
        Objects.requireNonNull(Numbers.CALL);
        Objects.requireNonNull(Memory.CALL);
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

    /// Makes a call. It answers as the kernel does: an ordinary answer such as EAGAIN makes no exception. [Errno] makes one for errors.
    ///
    /// @return a result ≥ 0, or −errno
    int call(MemorySegment function, long a, MemorySegment b, long c, long d, long e, long f) {
        var k = kernel;
        if (k != null) return answer(k, function, a, b, c, d, e, f);
        try {
            return result((long) Memory.CALL.invokeExact(function, errno, a, b, c, d, e, f));
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }

    int call(MemorySegment function, long a, long b, long c, long d, long e) {
        var k = kernel;
        return k != null ? k.call(Libc.name(function), a, b, c, d, e, 0) : linux(function, a, b, c, d, e, 0);
    }

    /// A method of its own, so that it is not inlined where a call is made: with Linux it never runs.
    private static int answer(Kernel k, MemorySegment function, long a, MemorySegment b, long c, long d, long e, long f) {
        try {
            if (!b.scope().isAlive()) throw new IllegalStateException("the buffer's memory has been freed"); // as a downcall does
            return k.call(Libc.name(function), a, b.address(), c, d, e, f);
        } finally {
            Reference.reachabilityFence(b);
        }
    }

    /// A call that Linux answers, even if the thread has another kernel.
    int linux(MemorySegment function, long a, long b, long c, long d, long e, long f) {
        return result(raw(function, a, b, c, d, e, f));
    }

    /// {@return all 64 bits that the function returned} Linux answers, even if the thread has another kernel.
    long raw(MemorySegment function, long a, long b, long c, long d, long e, long f) {
        try {
            return (long) Numbers.CALL.invokeExact(function, errno, a, b, c, d, e, f);
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }

    /// A call of numbers that does not tell its errno. It uses no memory of the thread and allocates nothing. It is for calls that must be
    /// made when no memory is left, on the heap or outside of it.
    ///
    /// @return less than 0 if it failed
    static int callInAnyCase(@Nullable Kernel kernel, MemorySegment function, long a, long b, long c, long d) {
        if (kernel != null) return kernel.call(Libc.name(function), a, b, c, d, 0, 0);
        try {
            return (int) (long) PLAIN.invokeExact(function, a, b, c, d, 0L, 0L);
        } catch (Throwable t) {
            throw Libc.unexpected(t);
        }
    }

    private int result(long returned) {
        return (int) returned >= 0 ? (int) returned : -errnoBuffer.getInt(0);
    }

    /// {@return a pointer to a length, which the call reads and writes}
    long length(int n) {
        struct.putInt(LENGTH, n);
        return memory.address() + LENGTH;
    }

    /// {@return the length that the last call wrote to [#length(int)]}
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
