package trale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.await;
import static trale.Async.yieldNow;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import trale.internal.probe.Probe;
import trale.internal.probe.Watched;
import trale.net.UdpSocket;
import trale.support.Arrangement;
import trale.support.Gate;
import trale.support.Ground;
import trale.support.Optimized;
import trale.support.TheLog;
import trale.support.UnderBothArrangements;
import trale.time.Timer;

/// What an executor tells its probe, and that a probe harms no task.
@Timeout(value = 60, unit = TimeUnit.SECONDS)
@Optimized
class ProbeTest extends UnderBothArrangements {
    private static final InetSocketAddress LOOPBACK = new InetSocketAddress("127.0.0.1", 0);

    /// Notes what it is told: of tasks their number, and after an `@` the thread.
    private static final class Notes implements Probe {
        private final List<String> notes = new ArrayList<>(); // guarded by this

        private synchronized void note(String event) {
            notes.add(event + " @" + Thread.currentThread().getName());
        }

        /// {@return the notes that begin with one of these}
        synchronized List<String> of(String... beginnings) {
            return notes.stream().filter(note -> Arrays.stream(beginnings).anyMatch(note::startsWith)).toList();
        }

        @Override
        public void spawn(Watched task, @Nullable Watched by, long scope) {
            note(task.number() + " spawned by " + (by == null ? "none" : by.number()) + (scope == 0 ? "" : " in scope " + scope));
        }

        @Override
        public void beforePoll(Watched task) {
            note(task.number() + " polled");
        }

        @Override
        public void pend(Watched task, boolean again) {
            note(task.number() + (again ? " pends and is queued" : " pends"));
        }

        @Override
        public void end(Watched task, How how, @Nullable Throwable failure) {
            note(task.number() + " ended: " + how);
        }

        @Override
        public void wake(Watched task, By by, long id, Effect effect) {
            note(task.number() + " woken by " + by + " " + id + ": " + effect);
        }

        @Override
        public void foreignWake(Watched task, By by, long id, @Nullable Effect effect) {
            note(task.number() + " woken from outside by " + by + " " + id + ": " + effect);
        }

        @Override
        public void cancel(Watched task, @Nullable String why) {
            note(task.number() + " cancelled");
        }

        @Override
        public void timer(long timer, Step step, long at, @Nullable Watched task) {
            note("timer " + timer + " " + step + " of " + (task == null ? "none" : task.number()));
        }

        @Override
        public void ready(int fd, int bits, boolean read, String before, String after) {
            note("fd " + fd + (read ? " read: " : " write: ") + before + " → " + after);
        }

        @Override
        public void descriptor(int fd, boolean opens) {
            note("fd " + fd + (opens ? " opens" : " closes"));
        }

        @Override
        public void scope(long scope, @Nullable Watched task, boolean opens) {
            note("scope " + scope + " of " + (task == null ? "none" : task.number()) + (opens ? " opens" : " is over"));
        }

        @Override
        public void turn(boolean sleeps) {
            note(sleeps ? "turn that sleeps" : "turn that looks");
        }

        @Override
        public void log(String text) {
            note("log " + text);
        }

        @Override
        public void call(String name, long a, long b, long c, long d, long e, long f, int result, long nanos) {
            note("call " + name + "(" + (int) a + ", " + (int) b + ") = " + result + (nanos < 0 ? " before it began" : ""));
        }
    }

    private final Notes notes = new Notes();

    /// Without the threads, where the executor's thread tells all of them.
    private List<String> told(String... beginnings) {
        var all = notes.of(beginnings);
        for (var note : all) assertTrue(note.endsWith(" @test"), note);
        return all.stream().map(note -> note.replace(" @test", "")).toList();
    }

    @Test
    void aTaskIsSpawnedPolledAndPendsAndIsWokenPolledAndEnds() {
        executor.probe(notes);
        var gate = new Gate<Integer>();
        var task = executor.submit(() -> await(gate)); // number 1
        gate.waker();
        onExecutor(() -> { // number 2
            gate.open(7);
            return null;
        });
        assertEquals(7, task.join());
        assertEquals(List.of("1 spawned by none", "1 polled", "1 pends", "1 woken by TASK 2: QUEUED", "1 polled", "1 ended: VALUE"),
                told("1 "));
    }

    @Test
    void aTaskThatAnotherSpawnsSaysWhich() {
        executor.probe(notes);
        executor.submit(() -> await(Executor.spawn(() -> 1))).join();
        assertEquals(List.of("2 spawned by 1", "2 polled", "2 ended: VALUE"), told("2 "));
    }

    @Test
    void howATaskEndedIsToldOfACancellationAndOfAFailure() {
        executor.probe(notes);
        var gate = new Gate<Integer>();
        var cancelled = executor.submit(() -> await(gate));
        gate.waker();
        onExecutor(() -> {
            cancelled.cancel();
            return null;
        });
        assertThrows(CancellationException.class, cancelled::join);
        var failed = executor.submit(() -> {
            throw new IllegalStateException("on purpose");
        });
        assertThrows(java.util.concurrent.CompletionException.class, failed::join);
        assertEquals(List.of("1 cancelled", "1 woken by CANCEL 0: QUEUED", "1 polled", "1 ended: CANCELLED"), told("1 ").subList(3, 7));
        assertEquals(List.of("3 ended: FAILURE"), told("3 ended"));
    }

    @Test
    void aWakeQueuesOrDoesNothingOrIsLate() {
        executor.probe(notes);
        var gate = new Gate<Integer>();
        var task = executor.submit(() -> await(gate));
        var waker = gate.waker();
        onExecutor(() -> {
            waker.wake();
            waker.wake();
            return null;
        });
        onExecutor(() -> {
            gate.open(7);
            return null;
        });
        task.join();
        onExecutor(() -> {
            waker.wake();
            return null;
        });
        assertEquals(List.of("1 woken by TASK 2: QUEUED", "1 woken by TASK 2: NOTHING", "1 woken by TASK 3: QUEUED",
                "1 woken by TASK 4: LATE"),
                told("1 woken"));
        assertEquals(List.of("1 polled", "1 polled", "1 polled"), told("1 polled"));
    }

    @Test
    void aWakeInItsOwnPollQueuesTheTaskAgain() {
        executor.probe(notes);
        var polls = new AtomicInteger();
        executor.submit(cx -> {
            if (polls.incrementAndGet() == 2) return Poll.ready(null);
            cx.waker().wake();
            cx.waker().wake();
            return Poll.pending();
        }).join();
        assertEquals(List.of("1 polled", "1 woken by TASK 1: AGAIN", "1 woken by TASK 1: NOTHING", "1 pends and is queued", "1 polled",
                "1 ended: VALUE"),
                told("1 ").subList(1, 7));
    }

    @Test
    void aWakeByAnotherThreadIsToldThereAndHasItsEffectHere() throws Exception {
        executor.probe(notes);
        var gate = new Gate<Integer>();
        var task = executor.submit(() -> await(gate));
        var waker = gate.waker();
        settle();
        try (var _ = new Hold()) {
            for (var name : List.of("one", "two")) {
                var thread = new Thread(waker::wake, name);
                thread.start();
                thread.join();
            }
        }
        onExecutor(() -> {
            gate.open(7);
            return null;
        });
        task.join();
        var late = new Thread(waker::wake, "three");
        late.start();
        late.join();
        assertEquals(List.of("1 woken from outside by THREAD 0: null @one", "1 woken from outside by THREAD 0: NOTHING @two",
                "1 woken from outside by THREAD 0: LATE @three"), notes.of("1 woken from outside"));
        assertEquals("1 woken by THREAD 0: QUEUED", told("1 woken by").getFirst());
        assertEquals(2, told("1 woken by").size(), "a wake by a thread, and one by a task");
    }

    /// What `wakes` tells where the executor's thread turns the reactor, and where a second thread does.
    private void assertWokenBy(String cause) {
        var woken = notes.of("1 woken").getLast();
        var outside = notes.of("1 woken from outside");
        if (arrangement == Arrangement.OWN_THREAD) {
            assertEquals("1 woken by " + cause + ": QUEUED @test", woken);
        } else {
            assertEquals("1 woken from outside by " + cause + ": null @test-reactor", outside.getLast());
            assertEquals("1 woken by THREAD 0: QUEUED @test", woken);
        }
    }

    @Test
    void aTimerIsSetFiresAndWakes() {
        executor.probe(notes);
        executor.submit(() -> await(Timer.sleep(Duration.ofMillis(1)))).join();
        assertEquals(List.of("timer 1 SET of 1", "timer 1 FIRE of 1"),
                notes.of("timer").stream().map(note -> note.replaceAll(" @.*", "")).toList());
        assertWokenBy("TIMER 1");
    }

    @Test
    void aDescriptorOpensIsReadyWakesAndCloses() throws Exception {
        executor.probe(notes);
        var socket = new AtomicReference<UdpSocket>();
        var buffer = ByteBuffer.allocate(8);
        var received = executor.submit(() -> {
            try (var own = UdpSocket.bind(LOOPBACK)) {
                socket.set(own);
                return await(own.recvFrom(buffer)).length();
            }
        });
        Ground.until(() -> socket.get() != null);
        settle(); // it waits
        try (var other = executor.submit(() -> UdpSocket.bind(LOOPBACK)).join()) {
            var to = socket.get().localAddress();
            assertEquals(3, executor.submit(() -> await(other.sendTo(ByteBuffer.wrap(new byte[3]), to))).join());
            assertEquals(3, received.join());
        }
        var fd = notes.of("fd").getFirst().split(" ")[1];
        var all = notes.of("fd " + fd + " ").stream().map(note -> note.replaceAll(" @.*", "")).toList();
        assertTrue(all.contains("fd " + fd + " opens"), all.toString()); // a reactor thread may tell of the write slot before,
        assertTrue(all.contains("fd " + fd + " closes"), all.toString()); // and after this
        assertTrue(all.contains("fd " + fd + " read: task 1 → READY"), all.toString());
        assertWokenBy("READ " + fd);
    }

    @Test
    void systemCallsAreToldWithTheirResults() {
        executor.probe(notes);
        send();
        var calls = notes.of("call socket", "call bind", "call epoll_ctl", "call recvfrom", "call sendto", "call close");
        for (var call : calls) assertTrue(call.endsWith(" @test"), call);
        var fd = calls.getFirst().replaceAll(".* = (\\d+) @test", "$1");
        assertEquals(List.of("socket = " + fd, "bind = 0", "bind = 0", // to port 0, and to the port that Linux has chosen
                "epoll_ctl = 0", "recvfrom = -11", "sendto = 3", "recvfrom = 3", "epoll_ctl = 0", "close = 0"),
                calls.stream().map(call -> call.replaceAll("call (\\w+)\\(.*\\) = (-?\\d+) @test", "$1 = $2")).toList());
        assertTrue(calls.get(1).startsWith("call bind(" + fd + ","), calls.get(1));
        for (var i = 0; i < 2; i++) executor.submit(() -> await(Timer.sleep(Duration.ofMillis(1)))).join();
        var turner = arrangement == Arrangement.OWN_THREAD ? " @test" : " @test-reactor";
        assertTrue(notes.of("call epoll_wait").stream().anyMatch(call -> call.endsWith(turner)), "the thread that turns makes calls, too");
    }

    @Test
    void aScopeOpensForksAndIsOver() {
        executor.probe(notes);
        executor.submit(() -> {
            int four = await(Scope.call(scope -> await(scope.fork(() -> 4))));
            return four + await(Executor.spawn(() -> 5));
        }).join();
        assertEquals(List.of("1 spawned by none", "scope 1 of 1 opens", "2 spawned by 1 in scope 1", "scope 1 of 1 is over",
                "3 spawned by 1"),
                told("scope", "1 sp", "2 sp", "3 sp"));
    }

    @Test
    void theThreadThatTurnsSaysWhetherItSleeps() {
        executor.probe(notes);
        executor.submit(() -> await(Timer.sleep(Duration.ofMillis(1)))).join(); // a reactor thread may sleep already, untold; now it turns
        while (notes.of("turn that sleeps").isEmpty()) Thread.onSpinWait(); // nothing else is left to do
        if (arrangement == Arrangement.OWN_THREAD) {
            executor.submit(() -> {
                while (notes.of("turn that looks").isEmpty()) await(yieldNow());
            }).join();
        }
        var turner = arrangement == Arrangement.OWN_THREAD ? " @test" : " @test-reactor";
        for (var turn : notes.of("turn")) assertTrue(turn.endsWith(turner), turn);
    }

    /// A hand-written waker throws, and trale logs that on the executor's thread.
    private void logOnTheExecutor() {
        executor.submit(() -> {
            var child = Executor.spawn(() -> {
                await(yieldNow());
            });
            child.poll(Context.of(() -> {
                throw new IllegalStateException("by the waker");
            }));
            for (var i = 0; i < 4; i++) await(yieldNow());
        }).join();
    }

    @Test
    void whatTraleLogsOnTheExecutorsThreadIsTold() throws Exception {
        executor.probe(notes);
        try (var log = new TheLog()) {
            logOnTheExecutor();
            var logged = log.next();
            assertEquals(List.of("log " + logged.getMessage() + ": java.lang.IllegalStateException"), told("log"));
        }
    }

    @Test
    void aProbeThatThrowsWhenItIsToldOfALogIsLoggedOnceAndIsToldNothingMore() throws Exception {
        for (var failure : List.of(new IllegalStateException("by the probe"), new OutOfMemoryError("by the probe"))) {
            try (var log = new TheLog()) {
                var probe = new Throws("log", failure);
                executor.probe(probe.probe());
                logOnTheExecutor();
                assertEquals("by the waker", log.next().getThrown().getMessage());
                assertSame(failure, log.next().getThrown());
                probe.callsSince.set(0);
                assertEquals(14, everything());
                executor.probe(null);
                settle();
                assertEquals(0, probe.callsSince.get());
                assertEquals(List.of(), log.rest());
            }
        }
    }

    /// Sends a datagram to itself.
    private void send() {
        var buffer = ByteBuffer.allocate(8);
        assertEquals(3, executor.submit(() -> {
            try (var socket = UdpSocket.bind(LOOPBACK)) {
                var received = Executor.spawn(() -> await(socket.recvFrom(buffer)));
                await(yieldNow());
                await(socket.sendTo(ByteBuffer.wrap(new byte[3]), socket.localAddress()));
                return await(received).length();
            }
        }).join());
    }

    @Test
    void aProbeThatIsRemovedIsToldNothingMore() {
        executor.probe(notes);
        send();
        executor.probe(null);
        settle();
        var before = notes.of("").size();
        send();
        executor.submit(() -> await(Timer.sleep(Duration.ofMillis(1)))).join();
        assertEquals(before, notes.of("").size(), () -> notes.of("").toString());
    }

    /// Holds the executor's thread before each poll.
    private static final class Holds implements Probe {
        final CountDownLatch held = new CountDownLatch(1);
        private volatile Host host;
        private volatile boolean holds = true;

        @Override
        public void installed(Host h) {
            host = h;
        }

        @Override
        public void beforePoll(Watched task) {
            while (holds) {
                held.countDown();
                LockSupport.park(this);
                Thread.interrupted();
                host.serve();
            }
        }

        void letGo() {
            holds = false;
            LockSupport.unpark(host.thread());
        }
    }

    @Test
    void aProbeMayHoldTheExecutorBeforeAPollAndSnapshotsAreAnswered() throws Exception {
        var holds = new Holds();
        executor.probe(holds);
        var polls = new AtomicInteger();
        var task = executor.submit(() -> polls.incrementAndGet());
        holds.held.await();
        for (var i = 0; i < 20; i++) {
            var snapshot = executor.snapshot();
            assertEquals(List.of(Snapshot.State.QUEUED), snapshot.tasks().stream().map(Snapshot.TaskInfo::state).toList(),
                    snapshot.toString());
        }
        assertFalse(task.isDone());
        assertEquals(0, polls.get());
        holds.letGo();
        assertEquals(1, task.join());
    }

    /// A probe of which one method throws, and which counts its calls since then.
    private static final class Throws implements InvocationHandler {
        final AtomicInteger callsSince = new AtomicInteger();
        private final String method;
        private final Throwable failure;
        volatile boolean thrown;

        Throws(String method, Throwable failure) {
            this.method = method;
            this.failure = failure;
        }

        @Override
        public @Nullable Object invoke(Object proxy, Method called, Object[] args) throws Throwable {
            if (thrown) callsSince.incrementAndGet();
            if (!called.getName().equals(method)) return null;
            thrown = true;
            throw failure;
        }

        Probe probe() {
            return (Probe) Proxy.newProxyInstance(Probe.class.getClassLoader(), new Class<?>[] {Probe.class}, this);
        }
    }

    static Stream<String> methods() {
        return Arrays.stream(Probe.class.getMethods()).filter(m -> !Modifier.isStatic(m.getModifiers())).map(Method::getName).distinct()
                .filter(name -> !name.equals("installed") && !name.equals("removed")
                        && !name.equals("log")); // which has a test of its own
    }

    @ParameterizedTest
    @MethodSource("methods")
    void aProbeThatThrowsHarmsNoTaskIsLoggedOnceAndIsToldNothingMore(String method) throws Exception {
        for (var failure : List.of(new IllegalStateException("by the probe"), new OutOfMemoryError("by the probe"))) {
            try (var log = new TheLog()) {
                var probe = new Throws(method, failure);
                executor.probe(probe.probe());
                assertEquals(14, everything());
                assertTrue(probe.thrown, method + " was not called: everything() has to cause it");
                assertSame(failure, log.next().getThrown());
                probe.callsSince.set(0); // another thread may just have been about to tell something
                assertEquals(14, everything());
                executor.probe(null);
                settle();
                assertEquals(0, probe.callsSince.get());
                assertEquals(List.of(), log.rest());
            }
        }
    }

    /// A program in which all happens that a probe is told.
    private int everything() {
        var gate = new Gate<Integer>();
        var never = new Gate<Integer>();
        var waits = executor.submit(() -> await(gate));
        var cancelled = executor.submit(() -> await(never));
        gate.waker();
        never.waker();
        cancelled.cancel();
        assertThrows(CancellationException.class, cancelled::join);
        send();
        var sum = executor.submit(() -> {
            int n = await(Scope.call(scope -> await(scope.fork(() -> 4))));
            await(Timer.sleep(Duration.ofMillis(1)));
            return n + await(waits);
        });
        gate.open(10);
        return sum.join();
    }

    @ParameterizedTest
    @MethodSource("failures")
    void aProbeThatThrowsWhenItIsRemovedIsLoggedAndTheNextIsInstalled(Throwable failure) throws Exception {
        try (var log = new TheLog()) {
            executor.probe(new Throws("removed", failure).probe());
            executor.probe(notes);
            assertSame(failure, log.next().getThrown());
            assertEquals(14, everything());
            assertFalse(notes.of("1 spawned").isEmpty());
            assertEquals(List.of(), log.rest());
        }
    }

    static Stream<Throwable> failures() {
        return Stream.of(new IllegalStateException("by the probe"), new OutOfMemoryError("by the probe"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void aRequestThatThrowsIsTheCallersFailureAndTheExecutorGoesOn(Throwable failure) throws Exception {
        try (var log = new TheLog()) {
            var probe = new Throws("installed", failure);
            var thrown = assertThrows(IllegalStateException.class, () -> executor.probe(probe.probe()));
            assertSame(failure, thrown.getCause());
            assertTrue(thrown.getMessage().contains("executor test"), thrown.getMessage());
            assertEquals(14, everything());
            assertEquals(0, probe.callsSince.get(), "it is not installed");
            assertEquals(1, executor.submit(() -> 1).join());
            assertTrue(executor.snapshot().tasks().isEmpty());
            assertEquals(List.of(), log.rest());
        }
    }

    @Test
    void anExecutorThatIsClosedHasNoProbe() {
        var closed = arrangement.open("closed");
        closed.close();
        assertThrows(RejectedExecutionException.class, () -> closed.probe(notes));
        closed.probe(null);
    }

    /// Hands numbers to one task, each after the one before has been taken: a wake that is lost is never made up for.
    private static final class HandOver implements Future<Void> {
        private static final int LAST = Integer.MAX_VALUE;
        final AtomicInteger taken = new AtomicInteger();
        private volatile int given;
        private volatile @Nullable Waker waker;

        @Override
        public Poll<Void> poll(Context cx) {
            waker = cx.waker(); // before `given` is read
            var now = given;
            if (now == LAST) return Poll.ready(null);
            taken.set(now);
            return Poll.pending();
        }

        private void give(int number) {
            given = number;
            var w = waker;
            if (w != null) w.wake();
        }

        void handOverUntil(CountDownLatch end) {
            for (var number = 1; end.getCount() > 0; number++) {
                var n = number;
                give(n);
                Ground.until(() -> taken.get() == n);
            }
            give(LAST);
        }
    }

    @Test
    void threadsThatWakeTasksWhileAProbeComesAndGoesLoseNoWake() throws Exception {
        var end = new CountDownLatch(1);
        var failure = new AtomicReference<Throwable>();
        var threads = new ArrayList<Thread>();
        var tasks = new ArrayList<JoinHandle<Void>>();
        var handOvers = Stream.generate(HandOver::new).limit(3).toList();
        var builder = Thread.ofPlatform().daemon().uncaughtExceptionHandler((_, t) -> failure.set(t));
        for (var handOver : handOvers) {
            tasks.add(executor.submit(handOver));
            threads.add(builder.start(() -> handOver.handOverUntil(end)));
        }
        var gate = new Gate<Void>();
        tasks.add(executor.submit(gate));
        var waker = gate.waker();
        threads.add(builder.start(() -> { // as often as it can, to meet the moment in which a probe goes
            while (end.getCount() > 0) waker.wake();
            gate.open(null);
        }));
        try {
            for (var i = 0; i < 1000 || handOvers.stream().anyMatch(handOver -> handOver.taken.get() < 1000); i++) {
                assertFalse(Thread.currentThread().isInterrupted(), "a wake is lost");
                executor.probe(new Probe() {});
                executor.probe(null);
            }
            end.countDown();
            for (var thread : threads) thread.join();
        } finally {
            threads.forEach(Thread::interrupt); // one whose wake was lost
        }
        assertNull(failure.get());
        tasks.forEach(JoinHandle::join);
    }
}
