package trale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.async;
import static trale.Async.await;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import trale.support.Child;
import trale.net.AsyncRead;
import trale.support.NeedsLinux;
import trale.sync.Event;
import trale.sync.Semaphore;
import trale.time.Timer;

/// A future polls, or drops, another one from far down the stack, which ends in that call. It is tried at
/// depths that differ by a frame, from the last one at which the call succeeds.
@NeedsLinux(NeedsLinux.THREADS)
class PollAtTheEndOfTheStackTest {
    private static final int DEPTHS = 50;

    /// Polls another future from some frames further down, and drops it from some frames further down, once.
    private static final class Deeper implements Future<Void> {
        private final Future<Void> inner;
        private int poll;
        private int drop;
        private boolean failed;

        Deeper(Future<Void> inner) {
            this.inner = inner;
        }

        @Override
        public Poll<Void> poll(Context cx) throws Exception {
            try {
                var n = poll;
                return n == 0 ? inner.poll(cx) : NearTheEndOfTheStack.run(() -> poll(cx, n));
            } catch (StackOverflowError e) {
                failed = true;
                throw e;
            }
        }

        private Poll<Void> poll(Context cx, int n) throws Exception {
            return n == 0 ? inner.poll(cx) : poll(cx, n - 1);
        }

        @Override
        public void drop() {
            var n = drop;
            drop = 0;
            try {
                if (n == 0) inner.drop();
                else NearTheEndOfTheStack.run(() -> {
                    drop(n);
                    return null;
                });
            } catch (StackOverflowError e) {
                failed = true;
                throw e;
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }

        private void drop(int n) {
            if (n == 0) inner.drop();
            else drop(n - 1);
        }
    }

    /// Each read waits for one byte.
    private static final class Given extends InputStream {
        private final BlockingQueue<Byte> bytes;

        Given(BlockingQueue<Byte> bytes) {
            this.bytes = bytes;
        }

        @Override
        public int read() {
            throw new AssertionError("one byte at a time");
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            try {
                to[offset] = bytes.take();
                return 1;
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }
    }

    /// The programs of the children.
    enum Program {
        POLLS_A_BODY {
            @Override
            Deeper run(Executor executor, int frames) throws Exception {
                return pollsAgain(executor, frames, mutex -> async(() -> {
                    await(mutex.acquire());
                }));
            }
        },
        POLLS_A_BODY_THAT_CATCHES_THE_ERROR {
            @Override
            Deeper run(Executor executor, int frames) throws Exception {
                var caught = new boolean[1]; // a call in the catch block would fail
                var deeper = pollsAgain(executor, frames, mutex -> async(() -> {
                    try {
                        await(mutex.acquire());
                    } catch (StackOverflowError e) {
                        caught[0] = true;
                    }
                }));
                deeper.failed |= caught[0];
                return deeper;
            }
        },
        POLLS_A_BODY_THAT_CATCHES_THE_ERROR_AND_AWAITS {
            @Override
            Deeper run(Executor executor, int frames) throws Exception {
                var caught = new boolean[1];
                var ready = async(() -> {});
                var deeper = pollsAgain(executor, frames, mutex -> async(() -> {
                    try {
                        await(mutex.acquire());
                    } catch (StackOverflowError e) {
                        caught[0] = true;
                        await(ready);
                        throw new IllegalStateException("after the await");
                    }
                }));
                deeper.failed |= caught[0];
                return deeper;
            }
        },
        POLLS_A_TIMEOUT {
            @Override
            Deeper run(Executor executor, int frames) throws Exception {
                return pollsAgain(executor, frames, mutex -> async(() -> {
                    await(Timer.timeout(Duration.ofHours(1), mutex.acquire()));
                }));
            }
        },
        DROPS_A_BODY {
            @Override
            Deeper run(Executor executor, int frames) throws Exception {
                var mutex = new Semaphore(1);
                var permit = executor.submit(mutex.acquire()).join();
                var deeper = new Deeper(async(() -> {
                    await(mutex.acquire());
                }));
                deeper.drop = frames;
                var task = executor.submit(() -> await(deeper));
                letPoll(executor);
                task.cancel();
                end(task);
                nextGets(executor, mutex, permit);
                return deeper;
            }
        },
        POLLS_A_BODY_THAT_DROPS_ITSELF {
            @Override
            Deeper run(Executor executor, int frames) throws Exception {
                var mutex = new Semaphore(1);
                var permit = executor.submit(mutex.acquire()).join();
                var self = new Future<?>[1];
                var deeper = new Deeper(async(() -> {
                    self[0].drop();
                    await(mutex.acquire());
                }));
                self[0] = deeper.inner;
                deeper.poll = frames;
                var task = executor.submit(() -> await(deeper));
                letPoll(executor);
                task.cancel(); // if it has not failed: the body that has given itself up wakes nobody
                end(task);
                nextGets(executor, mutex, permit);
                return deeper;
            }
        },
        /// The call goes on, and the read after that has its byte.
        POLLS_A_READ_WHOSE_CALL_IS_IN_FLIGHT {
            @Override
            Deeper run(Executor executor, int frames) throws Exception {
                var given = new LinkedBlockingQueue<Byte>();
                var in = AsyncRead.of(new Given(given));
                var first = executor.submit(in.read(ByteBuffer.allocate(1)));
                letPoll(executor);
                first.cancel();
                end(first);
                var deeper = new Deeper(async(() -> {
                    await(in.read(ByteBuffer.allocate(1)));
                }));
                deeper.poll = frames;
                var task = executor.submit(() -> await(deeper));
                letPoll(executor);
                task.cancel(); // if it has not failed
                end(task);
                given.addAll(List.of((byte) 'a', (byte) 'b'));
                var got = ByteBuffer.allocate(1);
                executor.submit(in.read(got)).toCompletableFuture().get(10, TimeUnit.SECONDS);
                assertEquals('a', got.get(0));
                return deeper;
            }
        },
        CANCELS_A_SCOPE {
            @Override
            Deeper run(Executor executor, int frames) throws Exception {
                var known = new Event();
                var self = new JoinHandle<?>[1];
                var deeper = new Deeper(async(() -> {
                    self[0].cancel();
                    await(Async.yieldNow());
                }));
                deeper.poll = frames;
                var task = executor.submit(Scope.run(scope -> {
                    for (var i = 0; i < 3; i++) scope.fork(Timer.sleep(Duration.ofHours(1)));
                    await(known.await());
                    await(deeper);
                }));
                self[0] = task;
                known.set();
                end(task);
                return deeper;
            }
        };

        /// {@return what was to meet the end of the stack}
        abstract Deeper run(Executor executor, int frames) throws Exception;

        private interface Waiting {
            Future<Void> on(Semaphore mutex);
        }

        /// A task waits for a mutex. Its next poll meets the end of the stack.
        static Deeper pollsAgain(Executor executor, int frames, Waiting waiting) throws Exception {
            var mutex = new Semaphore(1);
            var permit = executor.submit(mutex.acquire()).join();
            var deeper = new Deeper(waiting.on(mutex));
            var waker = new Waker[1];
            var task = executor.submit(() -> {
                Future<Void> polled = new Future<>() {
                    @Override
                    public Poll<Void> poll(Context cx) throws Exception {
                        waker[0] = cx.waker();
                        return deeper.poll(cx);
                    }

                    @Override
                    public void drop() {
                        deeper.drop();
                    }
                };
                await(polled);
            });
            letPoll(executor);
            deeper.poll = frames;
            waker[0].wake();
            letPoll(executor);
            task.cancel(); // if it has not failed
            end(task);
            nextGets(executor, mutex, permit);
            return deeper;
        }

        /// What was spawned has been polled.
        static void letPoll(Executor executor) {
            executor.submit(cx -> Poll.ready(null)).join();
        }

        static void nextGets(Executor executor, Semaphore mutex, Semaphore.Permit permit) throws Exception {
            var next = executor.submit(mutex.acquire());
            letPoll(executor); // it stands in the line before the permit is free
            permit.close();
            next.toCompletableFuture().get(10, TimeUnit.SECONDS).close();
            assertEquals("Semaphore[1 free, 0 wait]", mutex.toString());
        }

        static void end(JoinHandle<?> task) throws Exception {
            try {
                task.toCompletableFuture().get(10, TimeUnit.SECONDS);
            } catch (CancellationException e) {
                // The stack was long enough.
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof StackOverflowError || e.getCause() instanceof IllegalStateException)) throw e;
            }
        }
    }

    /// The child: interpreted, so that all frames of a method have one size, and each call may be the one for which there is no stack.
    static final class Main {
        private Main() {}

        static void main(String[] args) throws Exception {
            var program = Program.valueOf(args[0]);
            try (var executor = Executor.builder().name("child").build()) {
                program.run(executor, 1); // loads the classes: one that finds no stack while it is initialized can't be used any more
                var fits = 1;
                var fails = 10_000;
                while (fails - fits > 1) {
                    var middle = (fits + fails) / 2;
                    if (program.run(executor, middle).failed) fails = middle;
                    else fits = middle;
                }
                var failed = 0;
                for (var n = 0; n < DEPTHS; n++) if (program.run(executor, fits + n).failed) failed++;
                assertTrue(failed > 0, "no call ran out of stack: this shows nothing");
            }
            IO.println("no task is harmed");
        }
    }

    @ParameterizedTest // R24
    @EnumSource
    void whatACallLeftForWantOfStackIsGivenUpByTheTaskThatFails(Program program) throws Exception {
        try (var child = Child.startWith("-Xint", Main.class, program.name())) {
            assertEquals("no task is harmed\n", child.end());
        }
    }
}
