package trale;

import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;

/// The tasks that other threads have spawned or woken, first in first out. Any thread adds; the executor's thread takes.
///
/// ```
///   head ──▶ stub ──▶ task ──▶ task ◀── tail
///            taken    first    last               add: tail.getAndSet(task), then link it behind what was the tail
/// ```
///
/// The list goes through the tasks, so that a wake allocates nothing. Between the two steps of an add the task, and what other
/// threads add behind it, is not yet reachable from the head. The queue counts as empty then: that thread looks at
/// `parked` only after its second step. It is the intrusive queue of many producers by Dmitry Vyukov.
final class InjectedQueue {

    /// A task, seen as an element.
    static class Node {
        /// What was added next. Written once by the thread that added that, read by the executor's thread.
        @Nullable volatile Node nextInjected;
    }

    private static final AtomicReferenceFieldUpdater<InjectedQueue, Node> TAIL =
            AtomicReferenceFieldUpdater.newUpdater(InjectedQueue.class, Node.class, "tail");

    private final Node stub = new Node();
    private Node head = stub; // executor's thread only

    /// The last that was added. Exchanged by every thread that adds, which orders the adds.
    private volatile Node tail = stub;

    /// By any thread, with a task that is not in. If it fails, for want of stack, nothing has changed: getAndSet is the only call.
    void add(Node task) {
        var before = TAIL.getAndSet(this, task);
        before.nextInjected = task;
    }

    /// {@return the first, which leaves the queue, or null}
    @Nullable Task<?> poll() {
        var first = head;
        var next = first.nextInjected;
        if (first == stub) { // step over it
            if (next == null) return null;
            head = first = next;
            next = first.nextInjected;
        }
        if (next == null) {
            if (tail != first) return null; // another thread is between its two steps
            stub.nextInjected = null;
            add(stub); // so that the head may go on to it
            next = first.nextInjected;
            if (next == null) return null; // another thread came first, and is between its two steps
        }
        head = next;
        first.nextInjected = null;
        return (Task<?>) first;
    }

    /// As [#poll()], but waits until the adds that have begun are linked: null means that there is none. The tail alone does not tell:
    /// it is the stub, too, when poll has put that behind a task whose add is between its two steps.
    @SuppressWarnings("ThreadPriorityCheck") // a thread between its two steps may need this one's core
    @Nullable Task<?> pollAll() {
        for (;;) {
            var task = poll();
            if (task != null || (head == stub && tail == stub)) return task;
            Thread.yield();
        }
    }

    boolean isEmpty() {
        return head == stub && stub.nextInjected == null;
    }
}
