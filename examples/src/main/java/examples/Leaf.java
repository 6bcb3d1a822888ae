package examples;

import static java.lang.foreign.ValueLayout.*;
import static trale.Async.await;

import java.lang.foreign.*;
import java.time.Duration;
import trale.*;
import trale.reactor.*;

/// A leaf future written by hand, with the public API alone: it waits until an eventfd counts (eventfd(2)).
record Leaf(int fd, Source source, MemorySegment count) implements Future<Long> {

    public Poll<Long> poll(Context cx) throws Exception {
        while (source.read().poll(cx)) { // worth a system call?
            if (libc("eventfd_read", fd, ADDRESS, count) < 0) continue; // EAGAIN: the next poll keeps the waker
            source.read().done(false); // this read took all there was
            return Poll.ready(count.get(JAVA_LONG, 0));
        }
        return Poll.pending(); // the reactor will wake us
    }

    static void main() {
        Executor.blockOn(() -> {
            var fd = libc("eventfd", 0, JAVA_INT, 0x800); // EFD_NONBLOCK
            var reader = Executor.spawn(new Leaf(fd, Reactor.register(fd), Arena.ofAuto().allocate(JAVA_LONG)));
            await(trale.time.Timer.sleep(Duration.ofMillis(100)));
            libc("eventfd_write", fd, JAVA_LONG, 42L);
            IO.println("The eventfd counted to " + await(reader));
        });
    }

    @SuppressWarnings("restricted")
    static int libc(String name, int first, MemoryLayout type, Object second) {
        var linker = Linker.nativeLinker();
        var descriptor = FunctionDescriptor.of(JAVA_INT, JAVA_INT, type);
        try {
            return (int) linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor).invoke(first, second);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }
}
