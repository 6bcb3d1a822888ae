package trale.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.async;
import static trale.Async.await;

import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import trale.Future;
import trale.JoinHandle;
import trale.support.Futures;
import trale.support.NeedsLinux;
import trale.support.Optimized;
import trale.time.Timer;

/// One socket, and several tasks that want it at once, give up, or close it, each on a thread of its own.
@NeedsLinux(NeedsLinux.THREADS)
@Optimized
class ClaimsTest extends SocketTest {
    /// A race goes on until it has seen this number of reads, of refusals and of cancellations, or ten times this number of cancellations.
    private static final int ENOUGH = 1000;

    /// What one of two rivals does. Its fields are written by its own task.
    private static final class Rival {
        final AtomicInteger begun = new AtomicInteger();
        final AtomicBoolean active = new AtomicBoolean();
    }

    /// Two rivals that read the same stream, whatever becomes of them on the way.
    private static final class Race {
        final AtomicIntegerArray read = new AtomicIntegerArray(256);
        final AtomicInteger successes = new AtomicInteger();
        final AtomicInteger refusals = new AtomicInteger();
        final AtomicInteger cancellations = new AtomicInteger();
        volatile String wrong = "";

        boolean isOver() {
            return !wrong.isEmpty() || cancellations.get() >= 10 * ENOUGH
                    || Math.min(successes.get(), Math.min(refusals.get(), cancellations.get())) >= ENOUGH;
        }

        /// A refusal needs another operation that was in progress meanwhile. A rival becomes active, *then* counts, *then*
        /// begins; a refused reader had read the count, *then* whether it is active, *then* begun.
        Future<Void> reading(AsyncRead from, Rival me, Rival other) {
            return async(() -> {
                var one = ByteBuffer.allocate(1);
                while (wrong.isEmpty()) {
                    var begun = other.begun.get();
                    var active = other.active.get();
                    me.active.set(true);
                    me.begun.incrementAndGet();
                    try {
                        if (await(from.read(one.clear())) < 0) return;
                        read.incrementAndGet(one.get(0) & 0xff);
                        successes.incrementAndGet();
                    } catch (CancellationException e) {
                        throw e;
                    } catch (IllegalStateException e) {
                        refusals.incrementAndGet();
                        if (!active && other.begun.get() == begun) wrong = "refused, but no other task was reading";
                    } finally {
                        me.active.set(false);
                    }
                    await(Futures.yielding(1, () -> {}));
                }
            });
        }

        Future<Void> readingTheRest(AsyncRead from) {
            return async(() -> {
                for (var many = ByteBuffer.allocate(1 << 16); await(from.read(many.clear())) >= 0; )
                    for (many.flip(); many.hasRemaining(); ) read.incrementAndGet(many.get() & 0xff);
            });
        }
    }

    /// How the stream is read: as it is, or through something that is wrong, which the race must notice.
    enum Twin {
        AS_WRITTEN,
        LOSES_WHAT_IT_READ_WHEN_CANCELLED,
        KEEPS_ITS_CLAIM_WHEN_CANCELLED
    }

    private static AsyncRead twin(Twin twin, AsyncRead stream) {
        var claimed = new AtomicBoolean();
        return switch (twin) {
            case AS_WRITTEN -> stream;
            case LOSES_WHAT_IT_READ_WHEN_CANCELLED -> to -> async(() -> {
                var n = await(stream.read(to));
                await(Timer.sleep(Duration.ofMillis(1)));
                return n;
            });
            case KEEPS_ITS_CLAIM_WHEN_CANCELLED -> to -> async(() -> {
                if (!claimed.compareAndSet(false, true)) throw new IllegalStateException("claimed");
                var n = await(stream.read(to));
                claimed.set(false);
                return n;
            });
        };
    }

    @ParameterizedTest
    @EnumSource
    void rivalsAndCancellationsLoseNoByteAndAreRefusedOnlyWhereTheyMeet(Twin twin) throws Exception {
        var race = new Race();
        try (var ends = ends();
                var elsewhere = arrangement.open("elsewhere")) {
            var stream = twin(twin, ends.ours());
            var rivals = List.of(new Rival(), new Rival());
            var executors = List.of(executor, elsewhere);
            var tasks = new ArrayList<JoinHandle<Void>>();
            for (var i = 0; i < 2; i++)
                tasks.add(executors.get(i).submit(race.reading(stream, rivals.get(i), rivals.get(1 - i))));
            var sender = new FutureTask<>(() -> {
                var random = new Random(1);
                var sent = new AtomicIntegerArray(256);
                for (var next = 0; !race.isOver(); Thread.yield()) {
                    var some = ByteBuffer.allocate(1 + random.nextInt(8));
                    for (; some.hasRemaining(); next = (next + 1) & 0xff) {
                        some.put((byte) next);
                        sent.incrementAndGet(next);
                    }
                    for (some.flip(); some.hasRemaining(); ) ends.theirs().write(some);
                }
                ends.theirs().shutdownOutput();
                return sent;
            });
            Thread.ofPlatform().start(sender);
            for (var turn = 0; !race.isOver(); turn = 1 - turn) {
                stop(tasks.get(turn));
                race.cancellations.incrementAndGet();
                tasks.set(turn, executors.get(turn).submit(race.reading(stream, rivals.get(turn), rivals.get(1 - turn))));
            }
            tasks.forEach(ClaimsTest::stop);
            executor.submit(race.readingTheRest(ends.ours())).join();
            var sent = sender.get().toString();
            var wrong = race.wrong.isEmpty() && !race.read.toString().equals(sent) ? "bytes were lost" : race.wrong;
            if (twin == Twin.AS_WRITTEN) assertEquals("", wrong);
            else assertNotEquals("", wrong, "the wrong twin passes: this race shows nothing");
        }
    }

    private static void stop(JoinHandle<?> task) {
        task.cancel();
        outcome(task);
    }

    private static String outcome(JoinHandle<?> task) {
        try {
            return "ended with " + task.join();
        } catch (CancellationException e) {
            return "cancelled";
        } catch (CompletionException e) {
            return switch (e.getCause()) {
                case ClosedChannelException _ -> "closed";
                case IllegalStateException _ -> "refused";
                default -> e.getCause().toString();
            };
        }
    }

    private static Future<Void> readingToTheEnd(AsyncRead from) {
        return async(() -> {
            var buffer = ByteBuffer.allocate(10);
            while (await(from.read(buffer.clear())) >= 0) continue;
        });
    }

    private static Future<Void> writingForEver(AsyncWrite to) {
        return async(() -> {
            while (true) await(to.write(ByteBuffer.allocate(1000)));
        });
    }

    @Test // E16
    void readersAWriterACancellerAndACloserAtOnceAllComeToTheirEnd() throws Exception {
        var start = new CyclicBarrier(2);
        var ends = new TreeSet<String>();
        try (var elsewhere = arrangement.open("elsewhere")) {
            for (var round = 0; round < 300; round++) {
                try (var pair = unixPair()) {
                    var peer = List.of(executor.submit(writingForEver(pair.other())), executor.submit(readingToTheEnd(pair.other())));
                    var one = executor.submit(readingToTheEnd(pair.one()));
                    var two = elsewhere.submit(readingToTheEnd(pair.one()));
                    var writer = elsewhere.submit(writingForEver(pair.one()));
                    var closer = new FutureTask<>(() -> {
                        start.await();
                        pair.one().close();
                        return null;
                    });
                    Thread.ofPlatform().start(closer);
                    start.await();
                    one.cancel();
                    closer.get();
                    assertEquals("closed", outcome(writer));
                    ends.add(outcome(one) + ", " + outcome(two));
                    for (var task : peer) outcome(task);
                }
            }
        }
        var possible = Set.of("cancelled, closed", "cancelled, refused", "closed, closed", "closed, refused", "refused, closed");
        assertTrue(possible.containsAll(ends), ends.toString());
    }
}
