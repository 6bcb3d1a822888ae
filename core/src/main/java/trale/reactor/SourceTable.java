package trale.reactor;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// Finds the [Source] of an event. Epoll keeps 64 bits for each descriptor, and puts them into each event of the descriptor. Here they are
/// the source's key: its place in this table and its generation, a number that is one higher for each source.
///
/// While the reactor goes through a batch of events, another thread may close a source and register a new one in its place. A later event
/// of the batch may be for the closed source. It has the old generation and finds no source.
final class SourceTable {
    private static final int NONE = -1;

    /// `add` and `remove` write it under the monitor. The thread that turns the reactor reads it without the monitor: the elements are
    /// volatile, and a source is put in before it is added to epoll, so its first event finds it.
    private volatile AtomicReferenceArray<@Nullable Source> places = new AtomicReferenceArray<>(64);

    // Guarded by this:
    private int[] nextFree = new int[64]; // a list through the free places, so that `remove` allocates nothing
    private int firstFree = NONE;
    private int used; // places ever used
    private int size;
    int generation;

    /// @throws OutOfMemoryError nothing has changed
    synchronized Source add(Reactor reactor, int fd) {
        var place = firstFree != NONE ? firstFree : used;
        if (place == places.length()) grow();
        // 31 bits without 0: a generation comes again after 2³¹ − 1 sources. An event that is that stale would cause a spurious wake.
        var next = generation % Integer.MAX_VALUE + 1;
        var source = new Source(reactor, fd, (long) next << 32 | place);
        places.set(place, source);
        generation = next; // no call from here on: there may be no stack for it, and this would be half done
        if (place == used) used++;
        else firstFree = nextFree[place];
        size++;
        return source;
    }

    private void grow() {
        var n = places.length();
        var more = new AtomicReferenceArray<@Nullable Source>(n * 2);
        nextFree = Arrays.copyOf(nextFree, n * 2);
        for (var i = 0; i < n; i++) more.setPlain(i, places.getPlain(i));
        places = more;
    }

    /// {@return whether it was there}
    synchronized boolean remove(Source s) {
        if (get(s.key) != s) return false;
        var place = (int) s.key;
        places.set(place, null);
        nextFree[place] = firstFree;
        firstFree = place;
        size--;
        return true;
    }

    @Nullable Source get(long key) {
        var s = places.get((int) key);
        return s != null && s.key == key ? s : null;
    }

    /// {@return how many there are}
    synchronized int size() {
        return size;
    }

    /// Closes all sources. The reactor is closed before, so no source is added meanwhile.
    void close() {
        var all = places;
        for (var i = 0; i < all.length(); i++) {
            var s = all.get(i);
            if (s != null) s.close();
        }
    }
}
