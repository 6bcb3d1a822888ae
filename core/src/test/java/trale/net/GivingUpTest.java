package trale.net;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toCollection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import trale.Async;
import trale.Context;
import trale.Executor;
import trale.Future;
import trale.JoinHandle;
import trale.Poll;
import trale.Waker;
import trale.internal.linux.Kernel;
import trale.support.NeedsLinux;
import trale.support.NeedsSoundCalls;
import trale.support.NothingIsLeft;
import trale.time.Timer;

/// Every public method that returns a future × where the future is × how it is given up: afterwards the thing works, what it
/// holds is all there, and no task and no descriptor is left.
@NeedsLinux(NeedsLinux.THREADS)
@NeedsSoundCalls("each state is reached by calls that answer as they should")
class GivingUpTest extends SocketTest {
    enum State {
        NOT_POLLED,
        /// Not polled, and its first poll would be ready.
        READY,
        PENDING,
        /// And not polled since.
        WOKEN,
        /// Its task has the value, and it is still in the handle.
        ENDED
    }

    enum End {
        DROP,
        CANCEL,
        TIMEOUT,
        /// Of the executor.
        CLOSE
    }

    private static final int METHODS = 56;
    private static final int IMPOSSIBLE = 13; // methods × states

    private static final Map<String, Thing.Maker> THINGS = new TreeMap<>(Things.all());

    static {
        THINGS.putAll(SocketThings.all());
    }

    private Duration patience = Duration.ofSeconds(20);

    Executor executor() {
        return executor;
    }

    <T> T on(Callable<T> code) {
        return onExecutor(code);
    }

    /// The cells of a method are tried at the same time, as most of them wait, for a time-out or for Linux. What they hold is compared
    /// when all have ended.
    @Test // P2
    @Timeout(300)
    void whatIsGivenUpHasTakenNothingAndTheNextWorks() throws Exception {
        var cells = 0;
        var impossible = 0;
        var wrong = new AssertionError("wrong");
        for (var entry : THINGS.entrySet()) {
            var maker = entry.getValue();
            var possible = new ArrayList<State>();
            for (var state : State.values()) {
                if (isImpossible(maker, state)) impossible++;
                else possible.add(state);
            }
            var before = NothingIsLeft.open();
            try (var threads = Executors.newCachedThreadPool()) {
                for (var state : possible) {
                    for (var end : End.values()) {
                        cells++;
                        threads.execute(() -> {
                            try {
                                giveUp(maker, state, end);
                            } catch (Throwable t) {
                                wrong.addSuppressed(new AssertionError(entry.getKey() + " " + state + " " + end + ": " + t, t));
                            }
                        });
                    }
                }
            }
            awaitNoTask(executor);
            assertEquals(before, NothingIsLeft.open(), () -> "descriptors after " + entry.getKey());
        }
        if (wrong.getSuppressed().length > 0) throw wrong;
        assertEquals(IMPOSSIBLE, impossible);
        assertEquals((THINGS.size() * State.values().length - IMPOSSIBLE) * End.values().length, cells);
        assertEquals(1088, cells);
    }

    /// Shows it by a first poll.
    private boolean isImpossible(Thing.Maker maker, State state) throws Exception {
        try (var thing = maker.make(this, state)) {
            if (thing.impossible(state).isEmpty()) return false;
            if (state == State.READY) thing.makeReady();
            var woken = new AtomicBoolean();
            var f = thing.operation();
            var isReady = onExecutor(() -> {
                var p = f.poll(Context.of(() -> woken.set(true)));
                if (p instanceof Poll.Pending<?>) f.drop();
                return p instanceof Poll.Ready<?>;
            });
            assertTrue(state == State.PENDING ? isReady || woken.get() : !isReady, thing.impossible(state));
            awaitNoTask(executor);
            return true;
        }
    }

    private void giveUp(Thing.Maker maker, State state, End end) throws Exception {
        for (var factor = 1; !giveUp(maker, state, end, factor); factor *= 4)
            assertTrue(factor < 1000, "the time-out always comes before the state");
    }

    /// @param factor of the time-out's usual time
    /// @return false: it came before the state
    private boolean giveUp(Thing.Maker maker, State state, End end, int factor) throws Exception {
        try (var thing = maker.make(this, state)) {
            var text = thing.text();
            var victim = open(thing.kernel());
            try (victim) {
                var isReady = state == State.READY || state == State.WOKEN || state == State.ENDED;
                if (state == State.READY) thing.makeReady();
                var isLimited = end == End.TIMEOUT && state != State.ENDED;
                var limit = isLimited ? thing.limit().multipliedBy(factor) : Duration.ofDays(1);
                var f = new Held(thing.operation(), thing::waits, System.nanoTime() + limit.toNanos(),
                        state == State.NOT_POLLED || state == State.READY, state != State.ENDED);
                var handle = isLimited ? victim.submit(Timer.timeout(limit, f)) : victim.submit(f);
                if (!reach(victim, thing, f, state)) {
                    var early = outcome(handle);
                    assertTrue(isLimited, () -> "it did not come into the state: " + early);
                    return false;
                }
                var returned = end(victim, f, handle, state, end);
                if (isLimited && f.missed) return false;
                check(thing, handle, state, end, returned);
                awaitNoTask(victim);
                thing.afterwards(isReady, returned);
                if (state == State.WOKEN && thing.hasChildren() && !returned) isReady = false; // they have taken it
                if (!isReady && !returned) {
                    assertEquals(text, thing.text(), "given up");
                    thing.makeReady();
                }
            }
            assertEquals(0, victim.taskCount());
            useIt(thing, text);
            return true;
        }
    }

    private Executor open(Kernel kernel) {
        var usual = Kernel.use(kernel);
        try {
            return arrangement.open("victim");
        } finally {
            Kernel.use(usual);
        }
    }

    /// {@return false: it came to its end before}
    private static boolean reach(Executor victim, Thing thing, Held f, State state) throws Exception {
        if (state == State.NOT_POLLED || state == State.READY) return f.reaches(h -> h.knocks > 0) && f.release();
        if (!f.reaches(h -> state == State.ENDED ? h.polls > 0 : h.waiting)) return false;
        if (state == State.PENDING) return f.release();
        thing.makeReady();
        if (state == State.WOKEN) return f.reaches(h -> h.knocks > 0) && f.release();
        f.reaches(h -> h.over);
        victim.submit(_ -> Poll.ready(null)).join(); // its task has ended, too
        return true;
    }

    /// {@return whether it became a value all the same}
    private static boolean end(Executor victim, Held f, JoinHandle<?> handle, State state, End end) throws Exception {
        switch (end) {
            case DROP -> {
                if (state != State.ENDED) f.dropNow();
                else victim.submit(_ -> {
                    handle.drop();
                    return Poll.ready(null);
                }).join();
            }
            case CANCEL -> handle.cancel();
            case CLOSE -> victim.close();
            case TIMEOUT -> {
                if (state == State.ENDED) victim.submit(Timer.timeout(Duration.ZERO, cast(handle))).join();
            }
        }
        return outcome(handle) == null;
    }

    /// {@return what it failed with, or null}
    private static Throwable outcome(JoinHandle<?> handle) throws Exception {
        try {
            handle.toCompletableFuture().get(20, TimeUnit.SECONDS);
            return null;
        } catch (CancellationException e) {
            return e;
        } catch (ExecutionException e) {
            return e.getCause();
        }
    }

    private static void check(Thing thing, JoinHandle<?> handle, State state, End end, boolean returned) throws Exception {
        if (returned) thing.giveBack(handle.join());
        else if (end == End.TIMEOUT) assertInstanceOf(TimeoutException.class, outcome(handle));
        else assertInstanceOf(CancellationException.class, outcome(handle));
        var isEither = end == End.TIMEOUT && !thing.isReadyAtOnce(); // in its last poll, when the time is over
        if (isEither && (state == State.WOKEN ? !thing.isReadyWhenWoken() : state != State.ENDED)) return;
        var hasValue = switch (state) {
            case NOT_POLLED, PENDING -> false;
            case READY -> end == End.TIMEOUT;
            case WOKEN -> end == End.TIMEOUT || (thing.hasChildren() && !thing.losing().contains(end));
            case ENDED -> true;
        };
        assertEquals(hasValue, returned, "it became a value");
    }

    private void useIt(Thing thing, String text) throws Exception {
        var next = open(thing.kernel());
        try (next) {
            var value = next.submit(Timer.timeout(patience, cast(thing.operation()))).join();
            assertEquals(text, thing.text(), "used");
            thing.used(value);
            awaitNoTask(next);
        }
    }

    /// What was dropped may go on by itself, until its cleanup has ended.
    private static void awaitNoTask(Executor e) {
        for (var end = System.nanoTime() + 20_000_000_000L; e.taskCount() > 0; ) {
            if (System.nanoTime() > end) throw new AssertionError(e.taskCount() + " tasks are left");
            e.submit(Async.yieldNow()).join();
        }
    }

    @SuppressWarnings("unchecked") // the value is of no interest
    private static Future<Object> cast(Future<?> f) {
        return (Future<Object>) f;
    }

    /// The public methods that return a future, of all classes in the exported packages: `Class.method`. Where there are several of one
    /// name, the types of the parameters tell them apart: `Class.method(Type, Type)`.
    static TreeSet<String> methods() throws Exception {
        var root = Path.of(Executor.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        var found = new TreeSet<String>();
        for (var p : List.of("trale", "trale/net", "trale/reactor", "trale/sync", "trale/time")) {
            try (var files = Files.list(root.resolve(p))) {
                for (var file : (Iterable<Path>) files::iterator) {
                    var name = file.getFileName().toString();
                    if (!name.endsWith(".class") || name.endsWith("-info.class")) continue;
                    var c = Class.forName(p.replace('/', '.') + "." + name.replace(".class", ""), false, Executor.class.getClassLoader());
                    // A package-private superclass of public classes exports its methods too.
                    if (!Modifier.isPublic(c.getModifiers()) && !Modifier.isAbstract(c.getModifiers())) continue;
                    var futures = Arrays.stream(c.getDeclaredMethods())
                            .filter(m -> Modifier.isPublic(m.getModifiers()) && !m.isSynthetic()
                                    && Future.class.isAssignableFrom(m.getReturnType()))
                            .collect(groupingBy(Method::getName));
                    futures.forEach((n, overloads) -> {
                        for (var m : overloads) found.add(c.getSimpleName() + "." + n + (overloads.size() > 1 ? parameters(m) : ""));
                    });
                }
            }
        }
        return found;
    }

    private static String parameters(Method m) {
        var types = Arrays.stream(m.getParameterTypes()).map(Class::getSimpleName).collect(joining(", ", "(", ")"));
        return m.isVarArgs() ? types.replace("[])", "...)") : types;
    }

    /// A thing is called as its method, and what comes behind a colon tells it from another one of that method.
    @Test // P2
    void everyPublicMethodThatReturnsAFutureIsInTheList() throws Exception {
        var methods = THINGS.keySet().stream().map(thing -> thing.replaceAll(":.*", "")).collect(toCollection(TreeSet::new));
        assertEquals(methods, methods(), "a method that is new, or an overload, needs a thing here");
        assertEquals(METHODS, methods.size());
    }

    /// The task is polled, because the time is over: that does not tell that the future was woken.
    @Test
    void aPollThatTheTimeOutCausesIsNoKnock() throws Exception {
        for (var isOver : List.of(true, false)) {
            var f = new Held(_ -> Poll.pending(), () -> true, System.nanoTime() + (isOver ? -1 : 20_000_000_000L), false, true);
            for (var i = 0; i < 3; i++) assertInstanceOf(Poll.Pending.class, f.poll(Context.of(() -> {})));
            assertEquals(1, f.polls);
            assertEquals(isOver ? 0 : 2, f.knocks);
        }
    }

    /// A box that gives its item to the future that waits, which is wrong, or forgets no future that has given up.
    private static final class WrongBox extends Thing {
        private final boolean handsOver;
        private final List<Taking> waiting = new ArrayList<>(); // guarded by this, as are the items
        private int items;

        WrongBox(boolean handsOver) {
            this.handsOver = handsOver;
        }

        private final class Taking implements Future<Integer> {
            private boolean given;
            private Waker waker = () -> {};

            @Override
            public Poll<Integer> poll(Context cx) {
                synchronized (WrongBox.this) {
                    waker = cx.waker();
                    if (!given && items == 0) {
                        if (!waiting.contains(this)) waiting.add(this);
                        return Poll.pending();
                    }
                    if (!given) items--;
                    waiting.remove(this);
                    return Poll.ready(1);
                }
            }

            @Override
            public void drop() {
                synchronized (WrongBox.this) {
                    if (handsOver) waiting.remove(this);
                }
            }
        }

        @Override
        Future<?> operation() {
            return new Taking();
        }

        @Override
        synchronized void makeReady() {
            if (!handsOver || waiting.isEmpty()) items++;
            else waiting.getFirst().given = true;
            if (!waiting.isEmpty()) waiting.getFirst().waker.wake();
        }

        @Override
        void giveBack(Object value) {
            makeReady();
        }

        @Override
        synchronized String text() {
            return items + " items, " + waiting.size() + " wait";
        }
    }

    @Test // P2
    @Timeout(60)
    void aThingThatLosesWhatItHandsOverAndOneThatForgetsNothingAreNoticed() throws Exception {
        patience = Duration.ofMillis(50);
        giveUp((_, _) -> new WrongBox(true), State.PENDING, End.CANCEL);
        var lost = assertThrows(CompletionException.class, () -> giveUp((_, _) -> new WrongBox(true), State.WOKEN, End.CANCEL));
        assertInstanceOf(TimeoutException.class, lost.getCause());
        var left = assertThrows(AssertionError.class, () -> giveUp((_, _) -> new WrongBox(false), State.PENDING, End.DROP));
        assertEquals("given up ==> expected: <0 items, 0 wait> but was: <0 items, 1 wait>", left.getMessage());
    }
}
