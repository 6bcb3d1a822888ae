package book.ch12;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Phaser;
import java.util.concurrent.atomic.AtomicBoolean;
import trale.Future;
import trale.Waker;

/// One thread that polls tasks, and sleeps in the reactor when there are none.
final class Executor implements AutoCloseable {
    private static final int POLLS_PER_TURN = 64;
    private static final ThreadLocal<Executor> CURRENT = new ThreadLocal<>();

    final Reactor reactor;
    final Thread thread = new Thread(this::run, "trale, tiny");
    private final Set<Defect> defects;
    private final ArrayDeque<Task<?>> runQueue = new ArrayDeque<>(); // executor's thread only
    private final ConcurrentLinkedQueue<Task<?>> injected = new ConcurrentLinkedQueue<>(); // any thread adds
    private final AtomicBoolean parked = new AtomicBoolean(); // chapter 11
    private final Phaser tasks = new Phaser(1); // those that have not ended
    private volatile boolean closed;
    private final List<Task<?>> places = new ArrayList<>(); // of Defect.WAKER_IS_AN_INDEX
    private final ArrayDeque<Integer> freePlaces = new ArrayDeque<>();

    Executor(Defect... defects) throws IOException {
        this.defects = EnumSet.noneOf(Defect.class);
        this.defects.addAll(Arrays.asList(defects));
        reactor = new Reactor(this);
        thread.setDaemon(true);
        thread.setUncaughtExceptionHandler((_, e) -> System.out.println("the executor's thread has died: " + e));
        thread.start();
    }

    boolean has(Defect defect) {
        return defects.contains(defect);
    }

    /// {@return the executor whose thread calls this, or null}
    static Executor current() {
        return CURRENT.get();
    }

    boolean isCurrent() {
        return Thread.currentThread() == thread;
    }

    <T> JoinHandle<T> spawn(Future<T> future) {
        tasks.register();
        var task = new Task<>(this, future);
        if (isCurrent()) task.wakeInjected();
        else inject(task);
        return task.handle;
    }

    <T> T blockOn(Future<T> future) {
        T value = spawn(future).join();
        if (has(Defect.BLOCK_ON_WAITS_FOR_ALL)) tasks.arriveAndAwaitAdvance();
        return value;
    }

    // region loop
    private void run() {
        CURRENT.set(this);
        for (int polls = 0; !closed; polls++) {
            if (polls % POLLS_PER_TURN == 0) reactor.turn(false); // tasks that are always busy do not starve the sockets
            Task<?> woken = injected.poll(); // one for each poll: neither starves the other
            if (woken != null) woken.wakeInjected();
            Task<?> task = runQueue.pollFirst();
            if (task != null) task.run();
            else if (woken == null) sleep();
        }
    }

    private void sleep() {
        parked.set(true);
        reactor.turn(injected.isEmpty() && !closed);
        parked.set(false);
    }
    // end

    void push(Task<?> task) {
        if (has(Defect.RUN_QUEUE_IS_A_STACK)) runQueue.addFirst(task);
        else runQueue.addLast(task);
    }

    void inject(Task<?> task) {
        injected.add(task);
        unpark();
    }

    private void unpark() {
        if (parked.getAndSet(false)) reactor.wakeup();
    }

    Waker wakerOf(Task<?> task) {
        if (!has(Defect.WAKER_IS_AN_INDEX)) return task;
        int place = freePlaces.isEmpty() ? places.size() : freePlaces.pop();
        if (place == places.size()) places.add(task);
        else places.set(place, task);
        task.place = place;
        return () -> places.get(place).wake();
    }

    void ended(Task<?> task) {
        tasks.arriveAndDeregister();
        if (task.place >= 0) freePlaces.push(task.place);
    }

    @Override
    public void close() {
        closed = true;
        unpark();
        try {
            thread.join();
            reactor.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
