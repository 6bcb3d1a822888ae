package examples;

import static java.lang.foreign.ValueLayout.*;

import module java.base;
import trale.*;
import trale.reactor.*;

/// A leaf future written by hand, with the public API alone: it waits until an eventfd counts (eventfd(2)).
record Leaf(int fd, Source source, MemorySegment count, AtomicReference<Waker> kept) implements Future<Long> {
    public Poll<Long> poll(Context cx) throws Exception {
        while (source.read().poll(cx)) { // worth a system call?
            if (libc("eventfd_read", fd, count.address()) < 0) continue; // EAGAIN: the next poll keeps the waker
            source.read().done(false); // this read took all there was
            return Poll.ready(count.get(JAVA_LONG, 0));
        }
        kept.set(cx.waker());
        return Poll.pending(); // the reactor will wake us
    }

    public void drop() { // given up: what comes now is for the next who waits
        if (kept.get() != null) source.read().release(kept.get());
    }

    static void main() throws Exception {
        var fd = libc("eventfd", 0, 0x800); // EFD_NONBLOCK
        try (Closeable _ = () -> libc("close", fd, 0); var source = Reactor.register(fd)) { // closed before its descriptor
            var reader = Executor.spawn(new Leaf(fd, source, Arena.ofAuto().allocate(JAVA_LONG), new AtomicReference<>()));
            Thread.sleep(100);
            libc("eventfd_write", fd, 42);
            IO.println("The eventfd counted to " + reader.join());
        }
    }

    @SuppressWarnings("restricted")
    static int libc(String name, long first, long second) { // a register holds any of the types; one too many is ignored
        var linker = Linker.nativeLinker();
        var descriptor = FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG);
        try {
            return (int) linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor).invoke(first, second);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }
}
