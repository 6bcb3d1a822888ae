package trale.reactor;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// Finds the [Source] an event is for by the 64 bits that epoll gives back: the place in this table, and a generation.
///
/// An event may be older than the source: it was in the same batch as the event whose task closed the source and
/// registered another. The key of the newcomer in its place has another generation, so the stale event finds nobody.
final class SourceTable {

    /// Written by add and remove under the monitor; read by the reactor's thread without it. The array's elements are
    /// volatile, and a source is put in before it is added to epoll, so its first event finds it.
    private volatile AtomicReferenceArray<@Nullable Source> places = new AtomicReferenceArray<>(64);

    private final ArrayDeque<Integer> free = new ArrayDeque<>(); // guarded by this
    private int used; // places ever used; guarded by this
    int generation; // guarded by this

    synchronized Source add(Reactor reactor, int fd) {
        var last = free.pollFirst();
        var place = last != null ? last : used++;
        if (place == places.length()) {
            var more = new AtomicReferenceArray<@Nullable Source>(place * 2);
            for (var i = 0; i < place; i++) more.setPlain(i, places.getPlain(i));
            places = more;
        }
        // 31 bits: once round is two thousand million sources later, and an event of the first then is a spurious one
        generation = (generation + 1) & Integer.MAX_VALUE;
        var source = new Source(reactor, fd, (long) generation << 32 | place);
        places.set(place, source);
        return source;
    }

    /// {@return whether it was there}
    synchronized boolean remove(Source s) {
        if (get(s.key) != s) return false;
        places.set((int) s.key, null);
        free.addFirst((int) s.key);
        return true;
    }

    @Nullable Source get(long key) {
        var s = places.get((int) key);
        return s != null && s.key == key ? s : null;
    }

    synchronized List<Source> all() {
        var all = new ArrayList<Source>();
        for (var i = 0; i < used; i++) {
            var s = places.get(i);
            if (s != null) all.add(s);
        }
        return all;
    }
}
