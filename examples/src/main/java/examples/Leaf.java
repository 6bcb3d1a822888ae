package examples;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import module java.base;
import trale.Context;
import trale.Executor;
import trale.Future;
import trale.Poll;
import trale.Waker;
import trale.reactor.Reactor;
import trale.reactor.Slot;

/// A leaf future written by hand, with the public API alone: it waits until an eventfd counts (eventfd(2)).
final class Leaf implements Future<Long> {
    private static final int EAGAIN = 11; // errno(3): nothing was counted
    private static final int EFD_NONBLOCK = 0x800;

    private final int fd;
    private final Slot slot;
    private final MemorySegment count = Arena.ofAuto().allocate(JAVA_LONG);
    private Waker waker; // what the slot keeps while this waits

    Leaf(int fd, Slot slot) {
        this.fd = fd;
        this.slot = slot;
    }

    @Override
    public Poll<Long> poll(Context cx) throws IOException {
        while (slot.poll(cx)) { // a system call is worth making
            int answer = libc("eventfd_read", fd, count.address());
            if (answer == -EAGAIN) continue; // the slot is asked again, and now keeps the waker
            slot.done(answer < 0); // a read that succeeds takes the whole count: another one has to wait
            if (answer < 0) throw new IOException("eventfd_read(" + fd + ") failed with errno " + -answer);
            return Poll.ready(count.get(JAVA_LONG, 0));
        }
        waker = cx.waker();
        return Poll.pending(); // the reactor will wake it
    }

    @Override
    public void drop() { // given up: an event that comes later is kept for the next task that waits
        if (waker != null) slot.release(waker);
    }

    static void main() throws Exception {
        int fd = libc("eventfd", 0, EFD_NONBLOCK);
        try (Closeable _ = () -> libc("close", fd, 0); var source = Reactor.register(fd)) { // the source is closed first
            var reader = Executor.spawn(new Leaf(fd, source.read()));
            Thread.sleep(100);
            libc("eventfd_write", fd, 42);
            IO.println("The eventfd counted to " + reader.join());
        }
    }

    /// Calls a function of the C library. It takes its arguments from registers and ignores those it does not need.
    ///
    /// @return what it answers, or −errno
    @SuppressWarnings("restricted")
    static int libc(String name, long first, long second) {
        var linker = Linker.nativeLinker();
        var errno = Linker.Option.captureCallState("errno");
        var call = linker.downcallHandle(
                linker.defaultLookup().findOrThrow(name), FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG), errno);
        try (var arena = Arena.ofConfined()) {
            var state = arena.allocate(Linker.Option.captureStateLayout());
            int answer = (int) call.invoke(state, first, second);
            return answer >= 0 ? answer : -state.get(JAVA_INT, 0);
        } catch (Throwable t) {
            throw new AssertionError(t); // the linker's own: the function itself throws nothing
        }
    }
}
