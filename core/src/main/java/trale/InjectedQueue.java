package trale;

import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;

/// The tasks that other threads have spawned or woken, first in first out. Any thread adds; the executor's thread takes.
///
/// ```
///   head ──▶ stub ──▶ task ──▶ task ◀── tail      add: tail.getAndSet(task), then link it behind what was the tail
///   (a placeholder)   first    last               take: returns the first task, and the next one is the head
/// ```
///
/// A take steps over the stub, which then is out of the list. Before the last task is taken, the stub is added again, behind it. So the
/// list is never without a node.
///
/// The list goes through the tasks, so a wake allocates nothing. Between the two steps of an add, the added task and all tasks
/// behind it cannot be reached from the head, and [#take()] does not see them. The task before them stays too, because a task leaves only
/// when its link is set. No wake is lost: the executor's thread may sleep between the two steps, but the adding thread looks at
/// `RunLoop.parked` after its second step, and wakes it. This is Dmitry Vyukov's intrusive queue for many producers and one consumer.
final class InjectedQueue {

    /// What the queue links. Each [Task] is a node, because [Outcome], which it extends, extends this. The stub is a bare node.
    static class Node {
        /// The node that was added next. The thread that adds that node sets this link. The executor's thread reads and clears it.
        @Nullable volatile Node nextInjected;
    }

    private static final AtomicReferenceFieldUpdater<InjectedQueue, Node> TAIL =
            AtomicReferenceFieldUpdater.newUpdater(InjectedQueue.class, Node.class, "tail");

    private final Node stub = new Node();
    private Node head = stub; // executor's thread only

    /// The last node. Each add exchanges it (getAndSet), which puts the adds of all threads in one order.
    private volatile Node tail = stub;

    /// By any thread, with a task that is not in the queue. If it fails because the stack is full, nothing has changed: getAndSet is
    /// its only call.
    void add(Node task) {
        var before = TAIL.getAndSet(this, task);
        before.nextInjected = task;
    }

    /// {@return the first, which leaves the queue, or null}
    @Nullable Task<?> take() {
        var first = head;
        var next = first.nextInjected;
        if (first == stub) { // step over it
            if (next == null) return null;
            head = first = next;
            next = first.nextInjected;
        }
        // A node leaves only when it has a successor, because another thread may link its task behind the last node at any time. If it has
        // none, the stub is added as the successor.
        if (next == null) {
            if (tail != first) return null; // another thread is between its two steps
            stub.nextInjected = null; // `first` was the only node just now, so the stub is not in the list
            add(stub);
            next = first.nextInjected;
            if (next == null) return null; // another thread came first, and is between its two steps; the stub is behind its task
        }
        head = next;
        first.nextInjected = null;
        return (Task<?>) first;
    }

    /// As [#take()], but where that finds none because an add is between its two steps, this waits. So null means that the queue is empty.
    /// `tail == stub` alone does not mean empty: `take` may have added the stub behind a task that is not linked yet.
    @SuppressWarnings("ThreadPriorityCheck") // a thread between its two steps may need this one's core
    @Nullable Task<?> takeUnlessEmpty() {
        for (;;) {
            var task = take();
            if (task != null || (head == stub && tail == stub)) return task;
            Thread.yield();
        }
    }

    /// {@return whether there is no task that can be taken} It is true also while the add of the next task is half done. So the executor's
    /// thread sleeps meanwhile, and does not look again and again.
    boolean isEmpty() {
        if (head.nextInjected != null) return false; // what is behind the stub, or the head itself
        return head == stub || tail != head; // a head that is a task and no tail stays until the add behind it is done
    }
}
