package bench.micro;

import static trale.Async.async;
import static trale.Async.await;

import io.netty.util.concurrent.ImmediateEventExecutor;
import java.util.concurrent.CompletableFuture;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import trale.Context;
import trale.Future;
import trale.Poll;

/// The await of what is there already: the price of writing `await` where nothing has to wait.
public class AwaitReady {
    private static final int TIMES = 1_000;

    private static final class ReadyValue implements Future<Integer> {
        private final Poll<Integer> ready = Poll.ready(1);

        @Override
        public Poll<Integer> poll(Context cx) {
            return ready;
        }
    }

    @State(Scope.Benchmark)
    public static class TraleBody {
        final Context context = Context.of(() -> {});
        private final Future<Integer> ready = new ReadyValue();
        private final Yield yield = new Yield();
        long sum;
        final Future<Void> body = async(() -> {
            while (true) {
                for (int i = 0; i < TIMES; i++) {
                    sum += await(ready);
                }
                await(yield);
            }
        });
    }

    @State(Scope.Benchmark)
    public static class KotlinBody {
        final KotlinSuspension body = new KotlinSuspension();

        @Setup
        public void start() {
            body.awaitingReady(TIMES);
        }
    }

    @State(Scope.Benchmark)
    public static class Ready {
        final CompletableFuture<Integer> future = CompletableFuture.completedFuture(1);
        final io.netty.util.concurrent.Future<Integer> promise = ImmediateEventExecutor.INSTANCE.newSucceededFuture(1);
    }

    @State(Scope.Benchmark)
    public static class Ended {
        final Thread thread = Thread.startVirtualThread(() -> {});

        @Setup
        public void end() throws InterruptedException {
            thread.join();
        }
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public long trale(TraleBody state) throws Exception {
        state.body.poll(state.context);
        return state.sum;
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public void kotlin(KotlinBody state) {
        state.body.resume();
    }

    /// The join of a thread that has ended.
    @Benchmark
    @OperationsPerInvocation(TIMES)
    public void virtualThreads(Ended ended) throws InterruptedException {
        for (int i = 0; i < TIMES; i++) {
            ended.thread.join();
        }
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public long netty(Ready ready) throws Exception {
        long sum = 0;
        for (int i = 0; i < TIMES; i++) {
            sum += ready.promise.get();
        }
        return sum;
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public long completableFuture(Ready ready) {
        long sum = 0;
        for (int i = 0; i < TIMES; i++) {
            sum += ready.future.join();
        }
        return sum;
    }
}
