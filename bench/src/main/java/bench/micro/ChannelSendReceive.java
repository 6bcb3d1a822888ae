package bench.micro;

import static trale.Async.async;
import static trale.Async.await;

import java.util.concurrent.ArrayBlockingQueue;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import trale.Executor;
import trale.Future;
import trale.sync.Channel;

/// One task sends, another receives, through a channel of 64 items: the time of an item.
public class ChannelSendReceive {
    private static final int TIMES = 100_000;
    private static final int CAPACITY = 64;

    private static Future<Void> send(Channel<Integer> channel) {
        return async(() -> {
            for (int i = 0; i < TIMES; i++) {
                await(channel.send(1));
            }
        });
    }

    private static Future<Integer> receive(Channel<Integer> channel) {
        return async(() -> {
            int sum = 0;
            for (int i = 0; i < TIMES; i++) {
                sum += await(channel.receive());
            }
            return sum;
        });
    }

    private static int run(Executor sender, Executor receiver) {
        var channel = new Channel<Integer>(CAPACITY);
        var sum = receiver.submit(receive(channel));
        sender.submit(send(channel)).join();
        return sum.join();
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public int trale(Peers.Trale trale) {
        return run(trale.executor, trale.executor);
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public int traleOnTwoExecutors(Peers.TwoTrales two) {
        return run(two.one, two.other);
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public int kotlin(Peers.Kotlin kotlin) {
        return kotlin.peer.sendsAndReceives(TIMES, CAPACITY);
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public int kotlinOnTwoThreads(Peers.Kotlin kotlin, Peers.OtherKotlin other) {
        return kotlin.peer.sendsAndReceives(TIMES, CAPACITY, other.peer);
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public int virtualThreads() throws InterruptedException {
        var queue = new ArrayBlockingQueue<Integer>(CAPACITY);
        var sender = Thread.ofVirtual().start(() -> {
            for (int i = 0; i < TIMES; i++) {
                try {
                    queue.put(1);
                } catch (InterruptedException e) {
                    return;
                }
            }
        });
        int[] sum = {0};
        var receiver = Thread.ofVirtual().start(() -> {
            for (int i = 0; i < TIMES; i++) {
                try {
                    sum[0] += queue.take();
                } catch (InterruptedException e) {
                    return;
                }
            }
        });
        sender.join();
        receiver.join();
        return sum[0];
    }
}
