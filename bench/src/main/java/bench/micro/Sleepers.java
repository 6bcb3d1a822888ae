package bench.micro;

import static trale.Async.await;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import trale.Executor;
import trale.time.Timer;

/// Tasks that sleep until the same instant: `Sleepers PEER TASKS SECONDS`, a JVM for each peer.
///
/// ```text
/// start ──create──▶ all asleep ──(heap measured)──▶ instant ──fire──▶ the last one has run
/// ```
///
/// Prints nanoseconds to create one, nanoseconds to fire one, and bytes of heap for each.
final class Sleepers {
    private final int tasks;
    private final long instant;
    private final AtomicInteger asleep = new AtomicInteger();
    private final CountDownLatch over;

    private Sleepers(int tasks, long instant) {
        this.tasks = tasks;
        this.instant = instant;
        this.over = new CountDownLatch(tasks);
    }

    public static void main(String[] args) throws InterruptedException {
        var peer = args[0];
        new Sleepers(1, System.nanoTime()).start(peer); // what every peer keeps once and for all is no task's share
        long empty = heap();
        long start = System.nanoTime();
        var sleepers = new Sleepers(Integer.parseInt(args[1]), start + Long.parseLong(args[2]) * 1_000_000_000);
        sleepers.start(peer);
        while (sleepers.asleep.get() < sleepers.tasks) {
            LockSupport.parkNanos(1_000_000);
        }
        long created = System.nanoTime();
        long full = heap();
        if (System.nanoTime() > sleepers.instant) {
            throw new IllegalStateException("they were to wake before all was measured: give more than " + args[2] + " s");
        }
        sleepers.over.await();
        long fired = System.nanoTime();
        System.out.printf("create=%d fire=%d bytes=%d%n", (created - start) / sleepers.tasks,
                (fired - sleepers.instant) / sleepers.tasks, (full - empty) / sleepers.tasks);
        System.exit(0); // some peers' threads are no daemons
    }

    private static long heap() {
        System.gc();
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private void start(String peer) {
        switch (peer) {
            case "trale" -> trale();
            case "kotlin" -> new KotlinPeer().sleepUntil(instant, tasks, asleep, over);
            case "virtualThreads" -> virtualThreads();
            case "completableFuture" -> completableFuture();
            case "netty" -> netty();
            default -> throw new IllegalArgumentException(peer);
        }
    }

    private void trale() {
        Executor.blockOn(() -> {
            for (int i = 0; i < tasks; i++) {
                Executor.spawn(() -> {
                    asleep.incrementAndGet();
                    await(Timer.sleep(Duration.ofNanos(instant - System.nanoTime())));
                    over.countDown();
                });
            }
        });
    }

    private void virtualThreads() {
        for (int i = 0; i < tasks; i++) {
            Thread.startVirtualThread(() -> {
                asleep.incrementAndGet();
                try {
                    Thread.sleep(Duration.ofNanos(instant - System.nanoTime()));
                } catch (InterruptedException e) {
                    throw new AssertionError("nothing interrupts", e);
                }
                over.countDown();
            });
        }
    }

    private void completableFuture() {
        var single = new Peers.SingleThread().executor;
        for (int i = 0; i < tasks; i++) {
            CompletableFuture.runAsync(over::countDown,
                    CompletableFuture.delayedExecutor(instant - System.nanoTime(), TimeUnit.NANOSECONDS, single));
            asleep.incrementAndGet();
        }
    }

    private void netty() {
        var loop = new Peers.Netty().loop;
        loop.execute(() -> {
            for (int i = 0; i < tasks; i++) {
                loop.schedule(over::countDown, instant - System.nanoTime(), TimeUnit.NANOSECONDS);
                asleep.incrementAndGet();
            }
        });
    }
}
