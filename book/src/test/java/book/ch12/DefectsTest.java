package book.ch12;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import book.linux.Epoll;
import book.linux.Linux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import trale.Context;
import trale.Future;
import trale.Poll;
import trale.Waker;

/// Each defect of the original, switched on, shows itself; switched off, it does not.
@Timeout(20)
class DefectsTest {
    private static final int SOON = 500; // milliseconds in which what must not happen would have happened
    private static final int PATIENCE = 15_000; // with what must happen

    private int limit = PATIENCE;

    @FunctionalInterface
    private interface Trial {
        /// {@return whether all is well}
        boolean run(Executor executor) throws Exception;
    }

    private void shows(Defect defect, Trial trial) throws Exception {
        try (var executor = new Executor()) {
            assertTrue(trial.run(executor), "without the defect all is well");
        }
        limit = SOON;
        var executor = new Executor(defect); // not closed: its thread may be dead, or blocked
        assertFalse(trial.run(executor), defect + " shows itself");
    }

    /// {@return whether the task ends}
    private boolean ends(JoinHandle<?> handle) throws Exception {
        var end = new CompletableFuture<Boolean>();
        Thread.ofPlatform().daemon().start(() -> {
            try {
                handle.join();
            } catch (RuntimeException e) {
                end.complete(false);
                return;
            }
            end.complete(true);
        });
        return end.completeOnTimeout(false, limit, TimeUnit.MILLISECONDS).get();
    }

    /// Waits to be opened.
    private static final class Gate implements Future<Void> {
        final AtomicReference<Waker> waker = new AtomicReference<>();
        final AtomicInteger polls = new AtomicInteger();
        volatile boolean open;

        @Override
        public Poll<Void> poll(Context cx) {
            polls.incrementAndGet();
            waker.set(cx.waker());
            return open ? Poll.ready(null) : Poll.pending();
        }

        void awaitPoll() {
            while (waker.get() == null) Thread.onSpinWait();
        }
    }

    private static void settle(Executor executor) {
        executor.blockOn(cx -> Poll.ready(null));
    }

    @Test // S1
    void theRunQueueIsAStack() throws Exception {
        assertEquals("abababababab", BrokenOrder.run());
        assertEquals("bbbbbbaaaaaa", BrokenOrder.run(Defect.RUN_QUEUE_IS_A_STACK));
    }

    @Test // S2
    void aSecondWakeBeforeThePollQueuesTheTaskAgain() throws Exception {
        shows(Defect.SECOND_WAKE_QUEUES_AGAIN, executor -> {
            var gate = new Gate();
            executor.spawn(gate);
            gate.awaitPoll();
            executor.blockOn(cx -> {
                gate.waker.get().wake();
                gate.waker.get().wake();
                return Poll.ready(null);
            });
            settle(executor);
            return gate.polls.get() == 2;
        });
    }

    @Test // S3
    void aWakeDuringTheLastPollQueuesAnEndedTask() throws Exception {
        shows(Defect.WAKE_IN_THE_LAST_POLL_QUEUES, executor -> {
            var polls = new AtomicInteger();
            executor.spawn(cx -> {
                if (polls.incrementAndGet() == 1) cx.waker().wake();
                return Poll.ready(null);
            }).join();
            settle(executor);
            return polls.get() == 1;
        });
    }

    @Test // S4
    void aDroppedHandleEndsTheExecutor() throws Exception {
        shows(Defect.DROPPED_HANDLE_ENDS_THE_EXECUTOR, executor -> {
            var gate = new Gate();
            executor.spawn(gate).drop();
            gate.awaitPoll();
            gate.open = true;
            gate.waker.get().wake();
            return ends(executor.spawn(cx -> Poll.ready(null)));
        });
    }

    @Test // S5
    void aPollWithoutNewsRegistersAgain() throws Exception {
        shows(Defect.EVERY_POLL_REGISTERS, executor -> {
            var received = executor.spawn(cx -> {
                var socket = new UdpSocket(executor);
                var receive = socket.receive(Linux.allocate(1));
                receive.poll(cx);
                receive.poll(cx); // nothing has happened meanwhile
                socket.close();
                return Poll.ready(null);
            });
            return ends(received);
        });
    }

    @Test // S6
    void aLateWakePollsAnotherTask() throws Exception {
        shows(Defect.WAKER_IS_AN_INDEX, executor -> {
            var old = new Gate();
            old.open = true;
            executor.spawn(old).join();
            var other = new Gate();
            executor.spawn(other);
            other.awaitPoll();
            executor.blockOn(cx -> {
                old.waker.get().wake(); // its task has ended
                return Poll.ready(null);
            });
            settle(executor);
            return other.polls.get() == 1;
        });
    }

    @Test // S7
    void oneTaskThatFailsEndsTheExecutor() throws Exception {
        shows(Defect.FAILURE_ENDS_THE_EXECUTOR, executor -> {
            executor.spawn(cx -> {
                throw new IOException("the task's own");
            });
            return ends(executor.spawn(cx -> Poll.ready(null)));
        });
    }

    /// A process that was stopped and goes on finds its wait interrupted.
    @Test // S8
    void eintrFromEpollWaitEndsTheExecutor() throws Exception {
        shows(Defect.EINTR_IS_A_FAILURE, executor -> {
            settle(executor);
            var pid = ProcessHandle.current().pid();
            for (int i = 0; i < 3; i++) { // at one of these times the thread is asleep
                new ProcessBuilder("sh", "-c", "sleep 0.1; kill -STOP " + pid + "; sleep 0.05; kill -CONT " + pid).start().waitFor();
            }
            return ends(executor.spawn(cx -> Poll.ready(null)));
        });
    }

    @Test // S9
    void aDeadlineThatPassesBeforeTheTimerIsSetIsLost() throws Exception {
        shows(Defect.TIMER_IS_SET_TO_ZERO, executor -> {
            var timers = new Timers(executor.has(Defect.TIMER_IS_SET_TO_ZERO) ? 0 : 1);
            var sleep = new Sleep(executor, Duration.ofNanos(1));
            timers.put(sleep);
            timers.arm();
            return readable(timers.fd);
        });
    }

    private boolean readable(int fd) throws IOException {
        try (var epoll = new Epoll()) {
            epoll.add(fd, Epoll.IN);
            return epoll.await(limit) == 1;
        }
    }

    @Test // S10
    void eachSleepHasADescriptor() throws Exception {
        shows(Defect.SLEEP_HAS_A_DESCRIPTOR, executor -> {
            for (int millis = SOON; ; millis *= 2) {
                long begun = System.nanoTime();
                long before = descriptors();
                var sleeps = new ArrayList<JoinHandle<?>>();
                var polled = new CountDownLatch(100);
                for (int i = 0; i < 100; i++) {
                    var sleep = new Sleep(executor, Duration.ofMillis(millis));
                    sleeps.add(executor.spawn(cx -> {
                        var poll = sleep.poll(cx);
                        polled.countDown();
                        return poll;
                    }));
                }
                polled.await();
                long during = descriptors();
                boolean allSlept = System.nanoTime() - begun < millis * 1_000_000L;
                for (var sleep : sleeps) sleep.join();
                if (allSlept) return during - before < 50; // else they are to sleep longer
            }
        });
    }

    private static long descriptors() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
            return files.count();
        }
    }

    @Test // S11
    void connectIsCalledAgain() throws Exception {
        shows(Defect.CONNECT_IS_CALLED_AGAIN, executor -> {
            int listener = Linux.listen();
            int port = Linux.port(listener);
            var connect = executor.spawn(new Then<>(TcpStream.connect(executor, port), stream -> {
                stream.close();
                return cx -> Poll.ready(null);
            }));
            boolean ends = ends(connect);
            Linux.close(listener);
            return ends;
        });
    }

    @Test // S12
    void joinInsideATaskBlocksTheExecutor() throws Exception {
        shows(Defect.JOIN_BLOCKS_THE_EXECUTOR, executor -> {
            var refused = new CompletableFuture<Boolean>();
            executor.spawn(cx -> {
                try {
                    executor.spawn(_ -> Poll.ready(1)).join();
                } catch (IllegalStateException e) {
                    refused.complete(true);
                }
                return Poll.ready(null);
            });
            return refused.completeOnTimeout(false, limit, TimeUnit.MILLISECONDS).get();
        });
    }

    @Test // S13
    void childrenInheritADescriptor() throws Exception {
        shows(Defect.CHILDREN_INHERIT_SOCKETS, executor -> {
            int listener = Linux.listen();
            int port = Linux.port(listener);
            var closesOnExec = new boolean[1];
            executor.blockOn(new Then<>(TcpStream.connect(executor, port), stream -> {
                var flags = Files.readAllLines(Path.of("/proc/self/fdinfo/" + stream.fd())).stream()
                        .filter(l -> l.startsWith("flags:")).findFirst().orElseThrow().substring(6).strip();
                closesOnExec[0] = (Integer.parseInt(flags, 8) & 0x80000) != 0;
                stream.close();
                return cx -> Poll.ready(null);
            }));
            Linux.close(listener);
            return closesOnExec[0];
        });
    }

    @Test // H2
    void aWakeOfATaskInItsOwnPollIsLost() throws Exception {
        shows(Defect.WAKE_WHILE_RUNNING_IS_LOST, executor -> {
            var woken = new boolean[1];
            return ends(executor.spawn(cx -> {
                if (woken[0]) return Poll.ready(null);
                woken[0] = true;
                cx.waker().wake();
                return Poll.pending();
            }));
        });
    }

    @Test // H3
    void aWakeFromTheThreadOfAnotherExecutorQueuesTheTaskThere() throws Exception {
        shows(Defect.WAKE_GOES_TO_THE_WAKING_EXECUTOR, executor -> {
            List<Thread> threads = Collections.synchronizedList(new ArrayList<>());
            var gate = new Gate();
            try (var other = new Executor()) {
                executor.spawn(cx -> {
                    threads.add(Thread.currentThread());
                    return gate.poll(cx);
                });
                gate.awaitPoll();
                other.blockOn(cx -> {
                    gate.waker.get().wake();
                    return Poll.ready(null);
                });
                while (gate.polls.get() < 2) Thread.onSpinWait();
                return threads.stream().distinct().count() == 1;
            }
        });
    }

    @Test // H8
    void blockOnWaitsForAllTasks() throws Exception {
        shows(Defect.BLOCK_ON_WAITS_FOR_ALL, executor -> {
            executor.spawn(new Gate()); // never opened
            var end = new CompletableFuture<Boolean>();
            Thread.ofPlatform().daemon().start(() -> end.complete(executor.blockOn(cx -> Poll.ready(true))));
            return end.completeOnTimeout(false, limit, TimeUnit.MILLISECONDS).get();
        });
    }

    @Test
    void everyDefectHasATestWithTheMarkOfItsRow() throws IOException {
        var defects = Files.readString(Path.of("src/main/java/book/ch12/Defect.java"));
        var tests = Files.readString(Path.of("src/test/java/book/ch12/DefectsTest.java")).split("\n    @Test");
        var rows = Pattern.compile("(?m)^    (\\w+),? // (\\w+)$").matcher(defects).results().toList();
        assertEquals(Stream.of(Defect.values()).map(Defect::name).toList(), rows.stream().map(row -> row.group(1)).toList());
        for (var row : rows) {
            assertTrue(Stream.of(tests)
                    .anyMatch(test -> test.startsWith(" // " + row.group(2) + "\n") && test.contains("Defect." + row.group(1))),
                    row.group());
        }
    }

    @Test
    void aTaskThatIsAlwaysBusyDoesNotKeepOthersFromBeingSpawned() throws Exception {
        try (var executor = new Executor()) {
            executor.spawn(cx -> {
                cx.waker().wake();
                return Poll.pending();
            });
            assertTrue(ends(executor.spawn(new Sleep(executor, Duration.ofMillis(1)))));
        }
    }

    @Test
    void aFailureIsThrownByJoin() throws Exception {
        try (var executor = new Executor()) {
            var failing = executor.spawn(cx -> {
                throw new IOException("the task's own");
            });
            assertEquals("the task's own", assertThrows(CompletionException.class, failing::join).getCause().getMessage());
        }
    }
}
