package examples;

import static trale.Async.async;
import static trale.Async.await;
import static trale.time.Timer.sleep;

import java.time.Duration;
import trale.Executor;
import trale.Future;
import trale.Scope;
import trale.sync.Channel;

/// Three stages with channels between them: the last one is slow, so the channels fill up and the first has to wait.
class Pipeline {
    private static final int ITEMS = 12;
    private static final int CAPACITY = 2;

    static void main() {
        Executor.blockOn(Scope.run(stages -> {
            var numbers = new Channel<Integer>(CAPACITY);
            var squares = new Channel<Integer>(CAPACITY);
            // The end of a stage closes the channel that it fills: so the end goes down the pipeline.
            stages.fork(make(numbers)).closing(numbers);
            stages.fork(square(numbers, squares)).closing(squares);
            stages.fork(print(squares));
        }));
    }

    private static Future<Void> make(Channel<Integer> to) {
        return async(() -> {
            for (var i = 1; i <= ITEMS; i++) {
                IO.println("made " + i);
                if (to.offer(i)) continue;
                IO.println("       " + i + " has to wait: the channel is full");
                await(to.send(i));
            }
        });
    }

    private static Future<Void> square(Channel<Integer> from, Channel<Integer> to) {
        return async(() -> {
            for (Integer n; (n = await(from.receive())) != null; ) await(to.send(n * n));
        });
    }

    private static Future<Void> print(Channel<Integer> from) {
        return async(() -> {
            var sum = 0;
            for (Integer n; (n = await(from.receive())) != null; sum += n) {
                await(sleep(Duration.ofMillis(100))); // the bottleneck
                IO.println("                                            printed " + n);
            }
            IO.println("The sum is " + sum);
        });
    }
}
