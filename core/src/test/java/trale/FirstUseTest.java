package trale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import trale.net.BindOptions;
import trale.net.TcpListener;
import trale.net.TcpStream;
import trale.net.UdpSocket;
import trale.reactor.Reactor;
import trale.support.Child;
import trale.time.Timer;

/// What a JVM's command line decides, and what the first use says where trale can't run: whichever use that is, and at the
/// second time too.
class FirstUseTest {

    static final class Uses {
        static void main() {
            var anyPort = new InetSocketAddress("127.0.0.1", 0);
            for (var i = 0; i < 2; i++) {
                tell(() -> TcpListener.bind(anyPort, BindOptions.LISTENER));
                tell(() -> UdpSocket.bind(anyPort));
                tell(() -> Reactor.register(0));
                tell(() -> TcpStream.connect(anyPort).poll(Context.of(() -> {})));
                tell(Executor::get);
                tell(() -> Executor.builder().build());
                tell(() -> Executor.spawn(() -> {}));
                tell(() -> Executor.blockOn(() -> 42));
                tell(() -> Timer.sleep(Duration.ofHours(1)).poll(Context.of(() -> {})));
            }
        }

        private static void tell(Executable use) {
            try {
                use.execute();
            } catch (Throwable t) {
                IO.println(t);
            }
        }
    }

    /// Waits until the thread that links has ended.
    static final class Links {
        static void main() throws InterruptedException {
            Executor.get();
            for (var thread : Thread.getAllStackTraces().keySet()) if (thread.getName().equals("trale-link")) thread.join();
            Executor.builder().build().close();
            IO.println(Thread.getAllStackTraces().keySet().stream().map(Thread::getName).filter("trale-link"::equals).toList());
        }
    }

    @Test
    void theThreadThatLinksEnds_andASecondExecutorHasNone() throws Exception {
        try (var child = Child.startWith(List.of(), Links.class)) {
            assertEquals("[]\n", child.end());
        }
    }

    private static void assertSays(String sentence, Child child) throws Exception {
        assertEquals((sentence + "\n").repeat(18), child.end());
    }

    @Test
    void elsewhereThanOnLinuxItIsSaidInOneSentence() throws Exception {
        try (var child = Child.startWith("-Dos.name=Plan 9", Uses.class)) {
            assertSays("java.lang.UnsupportedOperationException: trale is built on Linux's epoll"
                    + " and runs on Linux x86-64 and aarch64 only; "
                    + "this is Plan 9 " + System.getProperty("os.arch"), child);
        }
    }

    @Test // R16
    void whereNativeAccessIsDeniedTheOptionIsNamedInOneSentence() throws Exception {
        try (var child = Child.startWithoutNativeAccess(Uses.class)) {
            assertSays("java.lang.IllegalStateException: trale calls Linux through java.lang.foreign, which is denied here: "
                    + "start java with --enable-native-access=ALL-UNNAMED", child);
        }
    }

    /// Which threads the process-wide executor has.
    static final class Threads {
        static void main() {
            try {
                Executor.get();
            } catch (IllegalArgumentException e) {
                IO.println(e.getMessage());
            }
            for (var thread : Thread.getAllStackTraces().keySet()) IO.println(thread.getName());
        }
    }

    private static Set<String> threadsWith(String option) throws IOException, InterruptedException {
        try (var child = Child.startWith(option, Threads.class)) {
            return child.end().lines().collect(Collectors.toSet());
        }
    }

    @Test
    void theProcessWideExecutorHasAReactorThreadIfThePropertySaysSo() throws Exception {
        var own = threadsWith("-Dtrale.reactor=own");
        assertTrue(own.contains("trale"), own::toString);
        assertFalse(own.contains("trale-reactor"), own::toString);
        var two = threadsWith("-Dtrale.reactor=thread");
        assertTrue(two.contains("trale") && two.contains("trale-reactor"), two::toString);
        var none = threadsWith("-Dtrale.reactor=threads");
        assertTrue(none.contains("-Dtrale.reactor=threads: use thread (a second thread turns the reactor)"
                + " or own (the default: the executor's thread turns it)"), none::toString);
        assertFalse(none.contains("trale"), none::toString);
    }
}
