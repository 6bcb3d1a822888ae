package trale.test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import trale.Blocking;
import trale.Executor;
import trale.Future;
import trale.Poll;
import trale.time.Timer;

/// What a simulation says of threads that are none of its own.
@Timeout(60)
class OutsideThreadsTest {

    /// By a task, while another awaits the stage.
    private static void completeByAThread(CompletableFuture<Integer> stage) throws InterruptedException {
        var thread = new Thread(() -> stage.complete(7), "outsider");
        thread.start();
        thread.join();
    }

    private static void requireRemedy(String message) {
        assertTrue(message.contains("Blocking.run"), message);
        assertTrue(message.contains("in a task of the simulation"), message);
    }

    @Test
    void aDeadlockNamesTheThreadWhoseWakeWasRefused() {
        try (var simulation = new Simulation(1)) {
            var e = assertThrows(DeadlockException.class, () -> simulation.run(() -> {
                var stage = new CompletableFuture<Integer>();
                Executor.spawn(() -> completeByAThread(stage));
                await(stage);
            }));
            assertTrue(e.getMessage().contains("thread outsider spawns or wakes a task of the simulated host main"), e.getMessage());
            requireRemedy(e.getMessage());
            var refusal = e.getSuppressed()[0];
            assertTrue(List.of(refusal.getStackTrace()).toString().contains("completeByAThread"), "where the thread was");
        }
    }

    @Test
    void aDeadlockOfATaskThatAwaitsAStageSaysThatNoThreadOutsideMayCompleteIt() {
        try (var simulation = new Simulation(1)) {
            var e = assertThrows(DeadlockException.class, () -> simulation.run(() -> await(new CompletableFuture<>())));
            assertTrue(e.getMessage().contains("CompletionStage"), e.getMessage());
            assertTrue(e.getMessage().contains("thread outside"), e.getMessage());
            requireRemedy(e.getMessage());
        }
    }

    @Test
    void aDeadlockWithoutStagesSpeaksOfNone() {
        try (var simulation = new Simulation(1)) {
            Future<Void> never = _ -> Poll.pending();
            var e = assertThrows(DeadlockException.class, () -> simulation.run(() -> await(never)));
            assertFalse(e.getMessage().contains("CompletionStage"), e.getMessage());
            assertFalse(e.getMessage().contains("outside"), e.getMessage());
        }
    }

    private static void failLater(Simulation simulation) throws Exception {
        simulation.run(() -> {
            var stage = new CompletableFuture<Integer>();
            Executor.spawn(() -> {
                await(stage);
            });
            await(simulation.idle());
            completeByAThread(stage);
            await(Timer.sleep(Duration.ofSeconds(1)));
            throw new IllegalStateException("too late");
        });
    }

    @Test
    void aLaterFailureOfTheRunNamesTheThreadWhoseWakeWasRefused() {
        try (var simulation = new Simulation(1)) {
            var e = assertThrows(Exception.class, () -> failLater(simulation));
            assertTrue(List.of(e.getSuppressed()).toString().contains("thread outsider"), List.of(e.getSuppressed()).toString());
        }
        var e = assertThrows(AssertionError.class, () -> Simulation.forEachSeed(1, OutsideThreadsTest::failLater));
        assertTrue(e.getMessage().contains("thread outsider"), e.getMessage());
    }

    /// {@return what a thread outside is told if it does this while a task runs}
    private static String refusal(Simulation simulation, Executable action) throws Exception {
        return simulation.run(() -> {
            var refused = new FutureTask<>(() -> assertThrows(IllegalStateException.class, action));
            var thread = new Thread(refused, "outsider");
            thread.start();
            thread.join();
            return String.valueOf(refused.get().getMessage());
        });
    }

    @Test
    void aThreadOutsideMayNotSpawnOnAHost() throws Exception {
        try (var simulation = new Simulation(1)) {
            var server = simulation.host("server");
            var hasRun = new boolean[1];
            var message = refusal(simulation, () -> server.spawn(() -> {
                hasRun[0] = true;
            }));
            assertTrue(message.contains("thread outsider spawns or wakes a task of the simulated host server"), message);
            requireRemedy(message);
            simulation.run(() -> await(simulation.idle()));
            assertFalse(hasRun[0]);
        }
    }

    @Test
    void aThreadOutsideMayNotCrashAHost() throws Exception {
        try (var simulation = new Simulation(1)) {
            var server = simulation.host("server");
            for (var action : List.<Executable>of(server::crash, () -> server.restart(() -> {}))) {
                var message = refusal(simulation, action);
                assertTrue(message.contains("thread outsider crashes the simulated host server"), message);
                requireRemedy(message);
            }
            assertFalse(simulation.trace().contains("server crashes"), simulation.trace());
        }
    }

    @Test
    void aStageThatATaskCompletesIsAwaited() throws Exception {
        try (var simulation = new Simulation(1)) {
            assertEquals(7, simulation.<Integer>run(() -> {
                var stage = new CompletableFuture<Integer>();
                Executor.spawn(() -> {
                    stage.complete(await(Blocking.run(() -> 7)));
                });
                return await(stage);
            }));
        }
    }
}
