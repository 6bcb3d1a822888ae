package trale;

import java.io.Serializable;
import java.lang.invoke.MethodHandles;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import trale.internal.Explanation;
import trale.internal.Log;
import trale.internal.Owned;
import trale.internal.async.Compiler;

/// `async` and `await`: plain lambdas that can wait without holding a thread.
///
/// ```java
/// Future<Integer> later = Async.async(() -> {
///     await(Timer.sleep(Duration.ofSeconds(2)));
///     return 42;
/// });
/// IO.println(Executor.blockOn(later)); // 42
/// ```
///
/// The first time a lambda is given to [#async(Body)] — or to [Executor#spawn(Body)], [Executor#blockOn(Body)],
/// [Executor#submit(Body)], which call it — its body is compiled to a class that does the same, but keeps its variables
/// in fields while it waits: a stackless state machine. This needs no agent and no build plugin. The only flag is the JDK's
/// `--enable-native-access`, for calls of Linux.
///
/// **What a body may be**: a lambda, or a method reference to a method of the class it stands in. Everything of the language works in it,
/// but an `await` stands in the body itself: not inside `synchronized`, not in a plain lambda or a class declared in it (a nested `async`
/// lambda is fine). A method that waits returns `async(() -> …)`. A method that is referred to is private or final, if its object may be of
/// a subclass. What cannot be compiled is an IllegalArgumentException, at the first use, that names the line and the remedy.
///
/// **While a body waits**, other tasks of its executor run on the same thread. A lock that is held across an `await` does not exclude
/// them, because a thread may enter its own lock again. They also see the same thread locals.
///
/// **Cancelled** ([JoinHandle#cancel()], or [Future#drop()]), a body stops at its innermost `await`: the future there is
/// dropped, and CancellationException is thrown at that line; `finally` blocks run, and may await. A body that catches
/// RuntimeException or IllegalStateException catches the CancellationException too, and has to throw it again, or the body goes on. When
/// the JVM exits, nothing is cancelled, and `finally` blocks of bodies that wait do not run: close the executor first.
public final class Async {

    /// The state machines of one lambda class are copies of this one. The first thread that uses the class writes it, under this object's
    /// lock. It is volatile, because other threads read it without the lock and must see the fields of the prototype.
    private static final class Compiled implements Consumer<String> {
        volatile @Nullable StateMachine<?> prototype;

        synchronized StateMachine<?> compile(Object body) {
            var ready = prototype;
            if (ready == null) {
                ready = (StateMachine<?>) Compiler.compile(body, this);
                prototype = ready;
            }
            return ready;
        }

        @Override
        public void accept(String warning) {
            Log.warn(warning, null);
        }
    }

    private static final ClassValue<Compiled> COMPILED = new ClassValue<>() {
        @Override
        protected Compiled computeValue(Class<?> type) {
            return new Compiled();
        }
    };

    private Async() {}

    /// An async body that returns a value. It is Serializable so that its code can be found; nothing is ever serialized,
    /// and what it captures need not be serializable.
    ///
    /// @param <T> what it returns
    @FunctionalInterface
    public interface Body<T extends @Nullable Object> extends Serializable {

        /// The code. It is compiled, not called.
        ///
        /// @return the value
        /// @throws Exception what it failed with
        T run() throws Exception;
    }

    /// An async body that returns nothing; see [Body].
    @FunctionalInterface
    public interface VoidBody extends Serializable {

        /// The code. It is compiled, not called.
        ///
        /// @throws Exception what it failed with
        void run() throws Exception;
    }

    /// Makes a future of a body. Nothing of it runs before the first poll. From any thread.
    ///
    /// Cancelled, the body stops at its innermost await; see [above][Async]. Cancelled or dropped before its first poll, nothing of it
    /// runs. What the body has done before stays done. A cleanup of a dropped body that has to wait runs on as a task.
    ///
    /// <!-- run in a task: -->
    /// ```java
    /// Future<Integer> answer = async(() -> {
    ///     await(Async.yieldNow());
    ///     return 42;
    /// });
    /// IO.println(await(answer));
    /// ```
    ///
    /// @param body a lambda that may [#await(Future)]
    /// @return what the body will return; fails with what the body throws; it can be polled to its end once
    /// @throws IllegalArgumentException the body cannot be compiled; the message says where, why, and what to do
    @SuppressWarnings("unchecked") // step returns what the body returned
    public static <T extends @Nullable Object> Future<T> async(Body<T> body) {
        return (Future<T>) machine(body);
    }

    /// Makes a future of a body that returns nothing; see [#async(Body)]. From any thread. Cancelled, it leaves behind what that one does.
    ///
    /// @param body a lambda that may [#await(Future)]
    /// @return null, when the body has run; fails with what the body throws
    /// @throws IllegalArgumentException the body cannot be compiled; the message says where, why, and what to do
    @SuppressWarnings("unchecked") // the machine of a VoidBody returns null
    public static Future<Void> async(VoidBody body) {
        return (Future<Void>) machine(body);
    }

    private static StateMachine<?> machine(Object body) {
        return machine(body, null);
    }

    /// {@return a state machine for a lambda of any Serializable functional interface}
    /// @param given what the interface's method takes, if it takes something
    static StateMachine<?> machine(Object body, @Nullable Object given) {
        var compiled = COMPILED.get(body.getClass());
        var prototype = compiled.prototype;
        return (prototype == null ? compiled.compile(body) : prototype).create(body, given);
    }

    /// As [#await(Future)], of a stage: `await(Future.from(stage))`. In an async body alone, which runs on its executor's thread.
    ///
    /// <!-- run in a task: -->
    /// ```java
    /// IO.println(await(CompletableFuture.supplyAsync(() -> 42)));
    /// ```
    ///
    /// @param stage any; a cancellation of the body while it waits here cancels it
    /// @return its value
    /// @throws Exception what the stage failed with, the same object, not wrapped in a CompletionException
    /// @throws java.util.concurrent.CancellationException as [#await(Future)]; or other code cancelled the stage
    /// @throws IllegalStateException as [#await(Future)]
    public static <T extends @Nullable Object> T await(CompletionStage<T> stage) throws Exception {
        return await(Future.from(stage));
    }

    /// {@return a future that is ready at its second poll} Between the two polls the tasks run that are runnable now, and those whose I/O
    /// is ready. With a reactor thread, these last are the tasks that it has woken already. From any thread. It never fails, and cancelled
    /// or dropped it leaves nothing behind.
    ///
    /// <!-- run in a task: -->
    /// ```java
    /// for (int i = 0; i < 10; i++) {
    ///     // a piece of a long computation
    ///     await(Async.yieldNow());
    /// }
    /// ```
    public static Future<Void> yieldNow() {
        return new Yield();
    }

    private static final class Yield extends Owned implements Future<Void> {
        private static final Poll<Void> DONE = Poll.ready(null);
        private boolean yielded;

        @Override
        public Poll<Void> poll(Context cx) {
            if (yielded) return DONE;
            yielded = true;
            cx.budget().turnNext();
            cx.waker().wake();
            return Poll.pending();
        }

        @Override
        protected void explain(Explanation to) {
            to.waitsFor(new Snapshot.Yield());
        }

        @Override
        public String toString() {
            return "yields to the other tasks";
        }
    }

    /// {@return whether the task that runs here was asked to stop, since it began; false outside a task}
    ///
    /// A long computation looks at it between two awaits. The next await throws the CancellationException in any case. From any thread; it
    /// throws nothing and takes no cancellation away.
    ///
    /// <!-- run in a task: -->
    /// ```java
    /// long sum = 0;
    /// for (int i = 0; i < 1_000_000 && !Async.isCancelled(); i++) sum += i;
    /// IO.println(sum);
    /// ```
    public static boolean isCancelled() {
        var task = Executor.current();
        return task != null && task.isCancelled();
    }

    /// Waits in an async body until the future is ready. The executor's thread goes on with other tasks meanwhile. A cancellation drops the
    /// future, and is thrown here.
    ///
    /// <!-- run: -->
    /// ```java
    /// Executor.blockOn(() -> {
    ///     await(Timer.sleep(Duration.ofMillis(1)));
    ///     IO.println("a millisecond later");
    /// });
    /// ```
    ///
    /// @param f any future; it is polled to its end here, so await it once
    /// @return its value
    /// @throws Exception what the future failed with, the same object
    /// @throws java.util.concurrent.CancellationException the body was cancelled while it waited here; or since its last await: then `f` is
    ///         dropped without a poll, even if it is ready. Or nothing cancelled the body, but `f` is the handle of a task that was.
    ///         Uncaught, that ends this task as if it were cancelled too
    /// @throws IllegalStateException this is not in an async body, but in plain code, or in a method that a body calls; or `f` is awaited
    ///         or spawned already
    public static <T extends @Nullable Object> T await(Future<? extends T> f) throws Exception {
        throw new IllegalStateException("await outside an async body" + (Executor.current() != null
                ? ": in a method that the body calls, or in a plain lambda. Let it return Async.async(() -> { … await(…) … }),"
                        + " and await that"
                : ". In plain code block with Executor.blockOn(future) or JoinHandle.join(); a method that is to wait returns"
                        + " Async.async(() -> { … await(…) … }), and is awaited"));
    }

    /// Lets trale compile the bodies of a named module that does not open its packages: the same as `opens … to trale` for
    /// each of them. A class path needs none of it. From any thread, before a body of the module is used.
    ///
    /// <!-- run: -->
    /// ```java
    /// Async.allow(MethodHandles.lookup());
    /// ```
    ///
    /// @param lookup `MethodHandles.lookup()`, called in the module
    /// @throws IllegalArgumentException the lookup does not have the rights of its class
    public static void allow(MethodHandles.Lookup lookup) {
        Compiler.allow(lookup);
    }
}
