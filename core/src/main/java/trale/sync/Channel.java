package trale.sync;

import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import trale.Future;
import trale.Waker;

/// A queue of at most so many items between tasks: senders wait for room, receivers for items, each first come first
/// served. From any thread and any executor.
///
/// @param <T> what goes through it
public final class Channel<T> implements AutoCloseable {
    private final int capacity;
    private final ArrayDeque<T> items = new ArrayDeque<>(); // guarded by this
    private final Line senders = new Line(this);
    private final Line receivers = new Line(this);
    private boolean closed; // guarded by this

    /// @param capacity how many items may wait in it
    /// @throws IllegalArgumentException `capacity` is less than 1: an item is never handed over, it waits to be taken
    public Channel(int capacity) {
        if (capacity < 1) throw new IllegalArgumentException(
                "a channel of capacity " + capacity + " has no room for an item to be taken from: at least 1");
        this.capacity = capacity;
    }

    private boolean room() {
        return closed || items.size() < capacity;
    }

    /// {@return a future that is ready when the item is in the channel} It fails with [ClosedChannelException] if the channel
    /// is closed. A cancelled one has sent nothing.
    ///
    /// @throws NullPointerException the item is null, which is how [#receive()] tells the end
    public Future<Void> send(T item) {
        Objects.requireNonNull(item, "the item is null: receive() tells the end by null");
        return new Line.Turn<>(senders) {
            @Override
            boolean available() {
                return room();
            }

            @Override
            Void take() throws ClosedChannelException {
                if (closed) throw new ClosedChannelException();
                items.add(item);
                return null;
            }

            @Override
            @Nullable Waker after() {
                return receivers.next();
            }
        };
    }

    /// {@return a future that becomes the oldest item; null: the channel is closed and empty} A cancelled one has taken none.
    public Future<@Nullable T> receive() {
        return new Line.Turn<>(receivers) {
            @Override
            boolean available() {
                return closed || !items.isEmpty();
            }

            @Override
            @Nullable T take() {
                return items.poll();
            }

            @Override
            @Nullable Waker after() {
                return senders.next();
            }
        };
    }

    /// Puts the item in if there is room and no sender waits, from any thread.
    ///
    /// @return whether it is in; false also if the channel is closed
    /// @throws NullPointerException the item is null
    public boolean offer(T item) {
        Objects.requireNonNull(item, "the item is null: receive() tells the end by null");
        Waker wake;
        synchronized (this) {
            if (closed || items.size() >= capacity || senders.size != 0) return false;
            items.add(item);
            wake = receivers.next();
        }
        Line.wake(wake);
        return true;
    }

    /// {@return how many items are in it}
    public synchronized int size() {
        return items.size();
    }

    /// No more items: wakes every sender, which fails, and every receiver, which takes what is left. A second time does nothing.
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        for (;;) {
            Waker wake;
            synchronized (this) {
                wake = senders.next();
                if (wake == null) wake = receivers.next();
            }
            if (wake == null) return;
            wake.wake();
        }
    }

    @Override
    public synchronized String toString() {
        return "Channel[" + items.size() + " of " + capacity + (closed ? ", closed" : "")
                + (senders.size == 0 ? "" : ", " + senders.size + " senders wait")
                + (receivers.size == 0 ? "" : ", " + receivers.size + " receivers wait") + "]";
    }
}
