package bench.micro;

import static trale.Async.async;
import static trale.Async.await;

import java.util.concurrent.CompletableFuture;
import jdk.internal.vm.Continuation;
import jdk.internal.vm.ContinuationScope;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import trale.Context;
import trale.Future;
import trale.Poll;

/// One suspended body is resumed and suspends again; by hand, with no executor in between.
public class SuspendResume {

    /// Pending and ready by turns, and it wakes no task.
    private static final class Turn implements Future<Void> {
        private static final Poll<Void> READY = Poll.ready(null);
        private boolean ready = true;

        @Override
        public Poll<Void> poll(Context cx) {
            ready = !ready;
            return ready ? READY : Poll.pending();
        }
    }

    @State(Scope.Benchmark)
    public static class TraleBody {
        final Context context = Context.of(() -> {});
        final Future<Void> body = async(() -> {
            var turn = new Turn();
            while (true) {
                await(turn);
            }
        });

        @Setup
        public void start() throws Exception {
            body.poll(context);
        }
    }

    @State(Scope.Benchmark)
    public static class KotlinBody {
        final KotlinSuspension body = new KotlinSuspension();

        @Setup
        public void start() {
            body.suspending();
        }
    }

    @State(Scope.Benchmark)
    public static class ContinuationBody {
        private final ContinuationScope scope = new ContinuationScope("bench");
        final Continuation body = new Continuation(scope, () -> {
            while (true) {
                Continuation.yield(scope);
            }
        });
    }

    @State(Scope.Benchmark)
    public static class Counter {
        int count;
    }

    @Benchmark
    public Poll<Void> trale(TraleBody state) throws Exception {
        return state.body.poll(state.context);
    }

    @Benchmark
    public void kotlin(KotlinBody state) {
        state.body.resume();
    }

    @Benchmark
    public void continuation(ContinuationBody state) {
        state.body.run();
    }

    /// Its suspension is a stage that waits for another one.
    @Benchmark
    public void completableFuture(Counter counter) {
        var awaited = new CompletableFuture<Void>();
        awaited.thenRun(() -> counter.count++);
        awaited.complete(null);
    }
}
