package trale.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.net.SocketTest.LOOPBACK;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SimpleTimeZone;
import java.util.TimeZone;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import trale.Executor;
import trale.internal.Log;
import trale.support.Child;
import trale.support.DirectMemory;
import trale.support.NeedsLinux;
import trale.support.NeedsSoundCalls;
import trale.support.NothingIsLeft;
import trale.support.TheLog;

/// What becomes of a socket that is bound, closed or lost where memory, the stack or the code around it fails. Each has a JVM of its own.
/// No task waits for any of these sockets, so who turns the reactor makes no difference, and each is tried once; those of
/// [SocketErrorPathsTest] are tried under both arrangements.
@NeedsSoundCalls("another process, which is on a sound Linux")
@NeedsLinux(NeedsLinux.PROCESS)
class SocketsAloneTest {
    /// Binds sockets by a thread that has made no system call, while there is no direct memory.
    public static final class BindsWithoutMemory {
        private BindsWithoutMemory() {}

        public static void main(String[] args) throws Exception {
            Executor.get();
            UdpSocket.bind(LOOPBACK).close();
            TcpListener.bind(LOOPBACK).close();
            try {
                Executor.blockOn(TcpStream.connect(ConnectTest.closedPort()));
            } catch (CompletionException e) {
                assertTrue(e.getMessage().contains("ECONNREFUSED"), e.getMessage());
            }
            var before = NothingIsLeft.open();
            var taken = DirectMemory.takeAll();
            var failures = new ArrayList<Throwable>();
            var binder = Thread.ofPlatform().start(() -> {
                for (var i = 0; i < 3; i++) {
                    try {
                        TcpListener.bind(LOOPBACK).close();
                    } catch (Throwable t) {
                        failures.add(t);
                    }
                }
            });
            binder.join();
            taken.clear();
            assertEquals(3, failures.size());
            for (var f : failures) assertEquals(OutOfMemoryError.class, f.getClass());
            assertEquals(before, NothingIsLeft.open());
            IO.println("nothing is open");
        }
    }

    @Test // M6
    void aSocketThatCannotBeMadeLeavesNothingOpen() throws Exception {
        try (var child = Child.startWith("-XX:MaxDirectMemorySize=16m", BindsWithoutMemory.class)) {
            assertEquals("nothing is open", child.end().strip());
        }
    }

    /// Closes a socket again and again on the way out of an endless recursion.
    public static final class ClosesWithoutStack {
        private ClosesWithoutStack() {}

        private static int failed;

        @SuppressWarnings("InfiniteRecursion")
        private static void dig(UdpSocket socket) {
            try {
                dig(socket);
            } finally {
                try {
                    socket.close();
                } catch (StackOverflowError e) {
                    failed++;
                }
            }
        }

        public static void main(String[] args) throws Exception {
            UdpSocket.bind(LOOPBACK).close();
            for (var i = 0; i < 20; i++) {
                var socket = UdpSocket.bind(LOOPBACK);
                assertThrows(StackOverflowError.class, () -> dig(socket));
                assertFalse(Files.exists(Path.of("/proc/self/fd/" + socket.descriptor.fd)), "its descriptor is open");
            }
            assertTrue(failed > 0, "no close ran out of stack: this shows nothing");
            IO.println("closed");
        }
    }

    @Test // R6
    void aCloseThatRanOutOfStackIsFinishedByTheNext() throws Exception {
        try (var child = Child.startWith(List.of("-Xint", "-Xss400k"), ClosesWithoutStack.class)) {
            assertEquals("closed", child.end().strip());
        }
    }

    /// Loses a socket, and says what happened to it.
    public static final class Leak {
        private Leak() {}

        public static void main(String[] args) throws Exception {
            Executor.get();
            UdpSocket.bind(LOOPBACK).close(); // what is opened once and stays
            var before = NothingIsLeft.open();
            var log = new TheLog();
            try {
                lose();
                while (NothingIsLeft.open().size() > before.size()) {
                    System.gc();
                    Thread.onSpinWait();
                }
                assertEquals(before, NothingIsLeft.open());
                if (Boolean.getBoolean("trale.leaks")) {
                    var report = log.next();
                    var trace = new ArrayList<String>();
                    for (var frame : report.getThrown().getStackTrace()) trace.add(frame.getMethodName());
                    assertTrue(trace.contains("lose"), trace.toString());
                }
                assertTrue(log.rest().isEmpty(), "told once, and only if asked for");
            } finally {
                log.close();
            }
            IO.println("clean");
        }

        private static void lose() throws Exception {
            assertNotNull(UdpSocket.bind(LOOPBACK).localAddress());
        }
    }

    @Test
    void aSocketThatWasNotClosedIsClosedWhenItIsGarbage() throws Exception {
        try (var child = Child.start(Leak.class)) {
            assertEquals("clean", child.end().strip());
        }
    }

    @Test
    void withLeaksSwitchedOnItIsToldWhereItWasOpened() throws Exception {
        try (var child = Child.startWith("-Dtrale.leaks=true", Leak.class)) {
            assertEquals("clean", child.end().strip());
        }
    }

    /// A default time zone that is foreign code, and throws.
    public static final class OddTimeZone {
        private OddTimeZone() {}

        private static final class Thrower extends SimpleTimeZone {
            private static final long serialVersionUID = 1;

            Thrower() {
                super(0, "odd");
            }

            @Override
            public String getID() {
                throw new IllegalStateException("no name");
            }

            @Override
            public int getOffset(long date) {
                throw new IllegalStateException("no offset");
            }
        }

        public static void main(String[] args) throws Exception {
            TimeZone.setDefault(new Thrower());
            assertThrows(IllegalStateException.class, () -> TimeZone.getDefault().toZoneId(), "this zone is not odd enough");
            TcpListener.bind(LOOPBACK).close();
            Log.warn("its time may not be formatted", null);
            IO.println("bound");
        }
    }

    @Test // R15
    void bindingDoesNotDependOnTheDefaultTimeZone() throws Exception {
        try (var child = Child.start(OddTimeZone.class)) {
            assertEquals("bound", child.end().strip());
        }
    }
}
