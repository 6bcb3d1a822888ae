package trale.internal;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import trale.Waker;

/// The wakers of the tasks that wait for something, first in, first out. Each waiter has a key, which is compared by identity: a waker
/// may be a record that equals another one.
///
/// ```
///   add ────▶ first ⇄ … ⇄ last ────▶ poll: the first leaves, and the caller wakes it
///                     │
///                     └─ remove: gives up. False: it was polled before, so its waker was called or will be.
/// ```
///
/// `poll` allocates nothing, so an end can always wake its waiters. A lock of the owner guards this.
public final class Waiters {

    private static final class Waiter {
        final Object key;
        Waker waker;
        @Nullable Waiter previous;
        @Nullable Waiter next;

        Waiter(Object key, Waker waker) {
            this.key = key;
            this.waker = waker;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Waiter w && w.key == key;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(key);
        }
    }

    /// Wakes nothing.
    public static final Waker NONE = () -> {};

    private @Nullable Waiter first;
    private @Nullable Waiter last;

    /// Finds a waiter among more than one. Null as long as there never were two, and after it was thrown away: a change that fails may have
    /// been made in part, as HashMap first puts and then grows. The next [#add] makes it anew.
    private @Nullable Map<Waiter, Waiter> index;

    /// Adds a waiter at the end. If a waiter with this key is in the queue, it keeps its place and gets this waker.
    ///
    /// @throws OutOfMemoryError nothing has changed
    public void add(Object key, Waker waker) {
        var present = find(key);
        if (present != null) {
            present.waker = waker;
            return;
        }
        var added = new Waiter(key, waker);
        var end = last;
        if (end == null) {
            first = added;
        } else {
            var all = takeIndex();
            all.put(added, added);
            index = all;
            added.previous = end;
            end.next = added;
        }
        last = added;
    }

    /// {@return the index, which the caller puts back once its change has succeeded}
    private Map<Waiter, Waiter> takeIndex() {
        var all = index == null ? new HashMap<Waiter, Waiter>() : index;
        index = null;
        if (all.isEmpty()) for (var w = first; w != null; w = w.next) all.put(w, w);
        return all;
    }

    private @Nullable Waiter find(Object key) {
        if (first == null || first.key == key) return first;
        if (index != null) return index.get(new Waiter(key, NONE));
        var w = first;
        while (w != null && w.key != key) w = w.next;
        return w;
    }

    /// {@return whether it was in the queue}
    public boolean remove(Object key) {
        var waiter = find(key);
        if (waiter == null) return false;
        remove(waiter);
        return true;
    }

    /// Removes the first waiter.
    ///
    /// @return its waker, or null if the queue is empty
    public @Nullable Waker poll() {
        var waiter = first;
        if (waiter == null) return null;
        remove(waiter);
        return waiter.waker;
    }

    private void remove(Waiter w) {
        if (w.previous == null) first = w.next;
        else w.previous.next = w.next;
        if (w.next == null) last = w.previous;
        else w.next.previous = w.previous;
        var all = index;
        if (all == null) return;
        index = null;
        all.remove(w);
        index = all;
    }

    public boolean isEmpty() {
        return first == null;
    }
}
