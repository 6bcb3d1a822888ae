package trale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.async;
import static trale.Async.await;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import trale.net.TcpListener;
import trale.net.TcpStream;
import trale.support.Child;
import trale.support.NeedsLinux;
import trale.sync.Channel;
import trale.sync.Event;
import trale.sync.Semaphore;
import trale.time.Timer;

/// A recursion reaches the end of the stack. On the way back each level does something, in a `finally`, until that does not fail any more.
/// Then it has been done once, and no other task is harmed.
@NeedsLinux(NeedsLinux.THREADS)
class EndOfTheStackTest {
    private static final int ROUNDS = 8; // each with frames of another size, so that the stack ends elsewhere

    /// What is done on the way back.
    private interface Step {
        void run(Context cx) throws Exception;
    }

    private interface Taking<T> {
        T from(Channel<Integer> channel, Context cx) throws Exception;
    }

    /// The recursion, as a future whose value says how often the step failed.
    private static final class Deep implements Future<Integer> {
        private final Step step;
        private final int round;
        private boolean done;
        private int failed;

        Deep(int round, Step step) {
            this.round = round;
            this.step = step;
        }

        @Override
        public Poll<Integer> poll(Context cx) throws Exception {
            if (round == 0) step.run(cx); // loads the classes: one that finds no stack while it is initialized can't be used any more
            else shift(cx, round, 1, 2);
            return Poll.ready(failed);
        }

        private void shift(Context cx, int n, long a, long b) throws Exception {
            if (n == 0) dig(cx);
            else shift(cx, n - 1, a + b, a);
        }

        @SuppressWarnings("InfiniteRecursion")
        private void dig(Context cx) throws Exception {
            try {
                dig(cx);
            } catch (StackOverflowError e) {
                // The way back begins, or the step failed one level below.
            }
            if (done) return;
            try {
                step.run(cx);
                done = true;
            } catch (StackOverflowError e) {
                failed++;
            }
        }
    }

    /// The programs of the children.
    enum Program {
        DROPS_A_SLEEP {
            @Override
            int run(Executor executor, int round) throws Exception {
                var mine = Timer.sleep(Duration.ofMillis(99));
                executor.submit(cx -> mine.poll(cx) instanceof Poll.Pending<Void> ? Poll.ready(null) : Poll.pending()).join();
                return besideSleeps(executor, round, _ -> mine.drop());
            }
        },
        SLEEPS {
            @Override
            int run(Executor executor, int round) throws Exception {
                return besideSleeps(executor, round, cx -> Timer.sleep(Duration.ofMillis(90)).poll(cx));
            }
        },
        OFFERS {
            @Override
            int run(Executor executor, int round) throws Exception {
                return putsIn(executor, round, channel -> _ -> assertTrue(channel.offer("item")));
            }
        },
        SENDS {
            @Override
            int run(Executor executor, int round) throws Exception {
                return putsIn(executor, round, channel -> cx -> channel.send("item").poll(cx));
            }
        },
        RECEIVES {
            @Override
            int run(Executor executor, int round) throws Exception {
                return takesOut(executor, round, (channel, cx) -> channel.receive().poll(cx), Poll.ready(1));
            }
        },
        POLLS {
            @Override
            int run(Executor executor, int round) throws Exception {
                return takesOut(executor, round, (channel, _) -> channel.poll(), 1);
            }
        },
        SETS {
            @Override
            int run(Executor executor, int round) throws Exception {
                var event = new Event();
                var one = executor.submit(event.await());
                var other = executor.submit(event.await());
                letWait(executor);
                var failed = dig(executor, round, _ -> event.set());
                end(one);
                end(other);
                return failed;
            }
        },
        RELEASES {
            @Override
            int run(Executor executor, int round) throws Exception {
                var mutex = new Semaphore(1);
                var permit = executor.submit(mutex.acquire()).join();
                var waits = executor.submit(mutex.acquire());
                letWait(executor);
                var failed = dig(executor, round, _ -> permit.close());
                end(waits).close();
                assertEquals("Semaphore[1 free, 0 wait]", mutex.toString());
                return failed;
            }
        },
        ACQUIRES {
            @Override
            int run(Executor executor, int round) throws Exception {
                var mutex = new Semaphore(1);
                var permit = new ArrayList<Semaphore.Permit>(1);
                var failed = dig(executor, round, cx -> {
                    if (mutex.acquire().poll(cx) instanceof Poll.Ready<Semaphore.Permit> ready) permit.add(ready.value());
                });
                if (!permit.isEmpty()) permit.getFirst().close(); // else the list found no stack
                else return failed;
                assertEquals("Semaphore[1 free, 0 wait]", mutex.toString());
                return failed;
            }
        },
        GIVES_UP_ITS_TURN {
            @Override
            int run(Executor executor, int round) throws Exception {
                return dropsATurn(executor, round, mutex -> mutex.acquire());
            }
        },
        DROPS_A_BODY {
            @Override
            int run(Executor executor, int round) throws Exception {
                return dropsATurn(executor, round, mutex -> async(() -> {
                    await(async(() -> {
                        await(mutex.acquire());
                    }));
                }));
            }
        },
        DROPS_A_TIMEOUT {
            @Override
            int run(Executor executor, int round) throws Exception {
                return dropsATurn(executor, round, mutex -> Timer.timeout(Duration.ofHours(1), async(() -> {
                    await(mutex.acquire());
                })));
            }
        },
        DROPS_A_SCOPE {
            @Override
            int run(Executor executor, int round) throws Exception {
                return dropsATurn(executor, round, mutex -> Scope.run(scope -> {
                    scope.fork(Timer.sleep(Duration.ofHours(1)));
                    await(mutex.acquire());
                }));
            }
        },
        READS {
            @Override
            int run(Executor executor, int round) throws Exception {
                try (var pair = Pair.open(executor)) {
                    pair.sends('a');
                    var failed = dig(executor, round, cx -> pair.client.read(ByteBuffer.allocate(0)).poll(cx));
                    var reads = new ArrayList<Future<Integer>>(100);
                    failed += dig(executor, round, cx -> {
                        var read = pair.client.read(ByteBuffer.allocate(1));
                        reads.add(read);
                        read.poll(cx);
                    });
                    end(executor.submit(cx -> {
                        reads.forEach(Future::drop); // the last one may wait, if one before it has read the byte and failed then
                        return Poll.ready(null);
                    }));
                    pair.sends('b');
                    end(executor.submit(pair.client.readExactly(ByteBuffer.allocate(1)))); // the direction is free, and the slot knows of the bytes
                    return failed;
                } // close() returns
            }
        },
        CLOSES {
            @Override
            int run(Executor executor, int round) throws Exception {
                try (var pair = Pair.open(executor)) {
                    var reader = executor.submit(() -> {
                        try {
                            return await(pair.client.read(ByteBuffer.allocate(1)));
                        } catch (IOException e) {
                            return -2;
                        }
                    });
                    letWait(executor);
                    var failed = dig(executor, round, _ -> pair.client.close());
                    assertEquals(-2, end(reader));
                    return failed;
                }
            }
        };

        /// {@return how often the step failed}
        abstract int run(Executor executor, int round) throws Exception;

        static int besideSleeps(Executor executor, int round, Step step) throws Exception {
            var sleeps = new ArrayList<JoinHandle<Void>>();
            for (var i = 0; i < 10; i++) sleeps.add(executor.submit(Timer.sleep(Duration.ofMillis(100 + i * 7 % 10))));
            var failed = dig(executor, round, step);
            for (var sleep : sleeps) end(sleep);
            return failed;
        }

        /// Beside a receiver that waits.
        static int putsIn(Executor executor, int round, Function<Channel<String>, Step> step) throws Exception {
            var channel = new Channel<String>(100);
            var receiver = executor.submit(channel.receive());
            letWait(executor);
            var failed = dig(executor, round, step.apply(channel));
            assertEquals("item", end(receiver));
            assertEquals(0, channel.size(), "what failed has put an item in");
            return failed;
        }

        /// Beside a sender that waits.
        static <T> int takesOut(Executor executor, int round, Taking<T> taking, T one) throws Exception {
            var channel = new Channel<Integer>(1);
            channel.offer(1);
            var sender = executor.submit(channel.send(2));
            letWait(executor);
            var taken = new ArrayList<T>(1);
            var failed = dig(executor, round, cx -> {
                var t = taking.from(channel, cx);
                taken.add(t);
            });
            end(sender);
            assertEquals(one, taken.getFirst());
            assertEquals(2, end(executor.submit(channel.receive())), "what failed has taken an item");
            return failed;
        }

        /// Beside a task that waits for the same permit.
        static int dropsATurn(Executor executor, int round, Function<Semaphore, Future<?>> waiting) throws Exception {
            var mutex = new Semaphore(1);
            var permit = executor.submit(mutex.acquire()).join();
            var mine = waiting.apply(mutex);
            executor.submit(cx -> Poll.ready(mine.poll(cx))).join();
            var waits = executor.submit(mutex.acquire());
            letWait(executor);
            permit.close(); // its turn now
            var failed = dig(executor, round, _ -> mine.drop());
            end(waits).close();
            assertEquals("Semaphore[1 free, 0 wait]", mutex.toString());
            letWait(executor);
            assertEquals(0, executor.taskCount(), "what was dropped runs on");
            return failed;
        }

        /// What was spawned has been polled.
        static void letWait(Executor executor) {
            executor.submit(cx -> Poll.ready(null)).join();
        }

        static int dig(Executor executor, int round, Step step) throws Exception {
            return end(executor.submit((Future<Integer>) new Deep(round, step)));
        }

        static <T> T end(JoinHandle<T> handle) throws Exception {
            return handle.toCompletableFuture().get(10, TimeUnit.SECONDS);
        }
    }

    private record Pair(TcpStream client, TcpStream server) implements AutoCloseable {
        static Pair open(Executor executor) {
            return executor.submit(() -> {
                try (var listener = TcpListener.bind(new InetSocketAddress("127.0.0.1", 0))) {
                    var client = await(TcpStream.connect(listener.localAddress()));
                    return new Pair(client, await(listener.accept()));
                }
            }).join();
        }

        void sends(char c) throws Exception {
            Program.end(Executor.get().submit(server.writeAll(ByteBuffer.wrap(new byte[] {(byte) c}))));
        }

        @Override
        public void close() {
            client.close();
            server.close();
        }
    }

    /// The child: interpreted, so that each call may be the one for which there is no stack.
    static final class Main {
        private Main() {}

        static void main(String[] args) throws Exception {
            var failed = 0;
            for (var round = 0; round <= ROUNDS; round++) {
                try (var executor = Executor.builder().name("child").build()) {
                    failed += Program.valueOf(args[0]).run(executor, round);
                }
            }
            assertTrue(failed > 0, "no step ran out of stack: this shows nothing");
            IO.println("no task is harmed");
        }
    }

    @ParameterizedTest // R24
    @EnumSource
    void whatFailsForWantOfStackHarmsNoOtherTask_andIsDoneByTheNextCall(Program program) throws Exception {
        try (var child = Child.startWith("-Xint", Main.class, program.name())) {
            assertEquals("no task is harmed\n", child.end());
        }
    }
}
