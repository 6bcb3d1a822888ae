package trale.internal.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/// What a thread's system calls pass by address. It lives as long as the thread: allocating costs more than a call, and
/// so would a second look for what belongs to the thread.
final class Scratch {
    private static final MemoryLayout CAPTURE = Linker.Option.captureStateLayout();
    private static final long ERRNO_OFFSET = CAPTURE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));
    private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

    final MemorySegment errno = Arena.ofAuto().allocate(CAPTURE);

    /// Room for any structure: a socket address, an option's value, an event.
    final MemorySegment struct = Arena.ofAuto().allocate(SocketAddresses.SIZE, 8);

    private final MemorySegment length = Arena.ofAuto().allocate(JAVA_INT);

    /// The way of a heap buffer's bytes, as memory and as a buffer; only threads that move heap buffers have one.
    private MemorySegment chunk = MemorySegment.NULL;

    private ByteBuffer chunkBuffer = ByteBuffer.allocate(0);

    static Scratch get() {
        return OF_THREAD.get();
    }

    /// {@return the kernel's convention from libc's: the result, or −errno}
    int result(int result) {
        return result >= 0 ? result : -errno.get(JAVA_INT, ERRNO_OFFSET);
    }

    MemorySegment length(int n) {
        length.set(JAVA_INT, 0, n);
        return length;
    }

    /// {@return what the last call left in [#length(int)]}
    int length() {
        return length.get(JAVA_INT, 0);
    }

    MemorySegment chunk() {
        if (chunk.byteSize() == 0) {
            chunkBuffer = ByteBuffer.allocateDirect(Sockets.CHUNK);
            chunk = MemorySegment.ofBuffer(chunkBuffer);
        }
        return chunk;
    }

    /// {@return the bytes of [#chunk()]}
    ByteBuffer chunkBuffer() {
        return chunkBuffer;
    }
}
