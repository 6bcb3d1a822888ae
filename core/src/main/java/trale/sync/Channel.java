package trale.sync;

import java.nio.channels.ClosedChannelException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import trale.Future;
import trale.Poll;
import trale.Waker;

/// A bounded queue between tasks. A full channel makes its senders wait, which is the back-pressure of a pipeline.
///
/// Items leave in the order in which they came. Senders are served first come first served, and so are receivers. All methods
/// may be called from any thread, and the tasks may run on any executors.
///
/// An item enters in the poll that makes `send` ready, and leaves in the poll that makes `receive` ready. So a `send` that is
/// cancelled or timed out has sent nothing, a `receive` has taken nothing, and neither leaves anything in the channel: the turn
/// goes to the next.
///
/// <!-- given: Executor executor; -->
/// ```java
/// var channel = new Channel<String>(16);
/// executor.submit(async(() -> {
///     for (var word : List.of("one", "two", "three")) await(channel.send(word));
/// })).closing(channel); // also if the task is cancelled before it begins
/// executor.submit(async(() -> {
///     for (String word; (word = await(channel.receive())) != null; ) IO.println(word);
/// }));
/// ```
///
/// @param <T> the items
public final class Channel<T> implements AutoCloseable {
    private final Object lock = new Object();
    private final int capacity;
    private final Ring<T> items = new Ring<>(); // guarded by the lock
    private final Line senders = new Line(lock);
    private final Line receivers = new Line(lock);
    private boolean closed; // guarded by the lock

    /// @param capacity how many items it holds, 1 or more
    /// @throws IllegalArgumentException `capacity` is less than 1: an item waits in the channel until it is taken, so it needs room
    public Channel(int capacity) {
        if (capacity < 1)
            throw new IllegalArgumentException("a channel of capacity " + capacity + " has no room for an item: at least 1");
        this.capacity = capacity;
    }

    /// Puts an item in, after it has waited for room. First come, first served. From any thread.
    ///
    /// Cancelled, timed out or dropped, it has sent nothing, and its turn goes to the next sender.
    ///
    /// <!-- run in a task: Channel<String> channel = new Channel<>(16); -->
    /// ```java
    /// await(channel.send("one"));
    /// ```
    ///
    /// @return ready when the item is in the channel; fails with [ClosedChannelException] if the channel is closed, also while it
    ///         waits
    /// @throws NullPointerException the item is null, by which [#receive()] tells the end
    public Future<Void> send(T item) {
        Objects.requireNonNull(item, "the item is null: receive() tells the end by null");
        return new Line.Turn<>(senders) {
            @Override
            boolean available() {
                return closed || items.size < capacity;
            }

            @Override
            boolean endless() {
                return closed;
            }

            @Override
            Poll<Void> take(Waker waker) throws ClosedChannelException {
                if (closed) throw new ClosedChannelException();
                items.add(item);
                return Line.DONE;
            }

            @Override
            @Nullable Waker wakeOther() {
                return receivers.next();
            }

            @Override
            String wanted() {
                return "room in " + Channel.this;
            }

            @Override
            public String toString() {
                return "sending to " + Channel.this;
            }
        };
    }

    /// Takes the oldest item, after it has waited for one. First come, first served. From any thread.
    ///
    /// Cancelled, timed out or dropped, it has taken nothing, and its turn goes to the next receiver.
    ///
    /// <!-- run in a task: Channel<String> channel = new Channel<>(16); { channel.offer("one"); channel.close(); } -->
    /// ```java
    /// for (String word; (word = await(channel.receive())) != null; ) IO.println(word);
    /// ```
    ///
    /// @return the item, or null when the channel is closed and all items have been taken; never fails
    public Future<@Nullable T> receive() {
        return new Line.Turn<>(receivers) {
            @Override
            boolean available() {
                return closed || items.size != 0;
            }

            @Override
            boolean endless() {
                return closed && items.size == 0;
            }

            @Override
            Poll<@Nullable T> take(Waker waker) {
                var first = Poll.<@Nullable T>ready(items.peek());
                items.removeFirst();
                return first;
            }

            @Override
            @Nullable Waker wakeOther() {
                return senders.next();
            }

            @Override
            String wanted() {
                return "an item of " + Channel.this;
            }

            @Override
            public String toString() {
                return "receiving from " + Channel.this;
            }
        };
    }

    /// Puts the item in if there is room and no sender waits. It never waits itself, so any thread may call it, in a task or not.
    ///
    /// <!-- run: Channel<String> channel = new Channel<>(16); -->
    /// ```java
    /// if (!channel.offer("one")) IO.println("full: the item is lost");
    /// ```
    ///
    /// @return whether the item is in; false also if the channel is closed
    /// @throws NullPointerException the item is null
    public boolean offer(T item) {
        Objects.requireNonNull(item, "the item is null: receive() tells the end by null");
        Waker wake;
        synchronized (lock) {
            if (closed || items.size >= capacity || senders.size != 0) return false;
            wake = receivers.next();
            items.add(item);
        }
        if (wake != null) Line.wake(wake);
        return true;
    }

    /// Takes the oldest item if one is there, as `poll` of a java.util.Queue. It never waits, so any thread may call it, in a task or not.
    ///
    /// It gives its room to the first sender that waits, whose item enters when that sender's task goes on. It does not queue behind the
    /// receivers that wait: one that was woken for this item finds none, and keeps its turn. It is done when it returns, so no cancellation
    /// reaches it. A loop of it lets no other task run, and needs a bound.
    ///
    /// <!-- run: Channel<String> channel = new Channel<>(16); -->
    /// ```java
    /// for (String word; (word = channel.poll()) != null; ) IO.println(word);
    /// ```
    ///
    /// @return the item, or null if none is there, whether the channel is closed or not: [#receive()] tells the two apart; never fails
    public @Nullable T poll() {
        T first;
        Waker wake;
        synchronized (lock) {
            first = items.peek();
            if (first == null) return null;
            wake = senders.next();
            items.removeFirst();
        }
        if (wake != null) Line.wake(wake);
        return first;
    }

    /// {@return how many items are in the channel}
    public int size() {
        synchronized (lock) {
            return items.size;
        }
    }

    /// Lets no more items in. Every waiting sender fails; the receivers take what is left, and then null. A second call does nothing.
    @Override
    public void close() {
        synchronized (lock) {
            closed = true;
        }
        senders.wakeAll();
        receivers.wakeAll();
    }

    @Override
    public String toString() {
        synchronized (lock) {
            return "Channel[" + items.size + " of " + capacity + (closed ? ", closed" : "")
                    + (senders.size == 0 ? "" : ", " + senders.size + " senders wait")
                    + (receivers.size == 0 ? "" : ", " + receivers.size + " receivers wait") + "]";
        }
    }
}
