package trale.sync;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import trale.Context;
import trale.Future;
import trale.Poll;
import trale.Snapshot;
import trale.Waker;
import trale.internal.Explanation;
import trale.internal.Log;
import trale.internal.Owned;
import trale.internal.probe.Watched;

/// The futures that wait for one kind of thing (items, room, permits), first come first served. The monitor of `lock` guards all
/// of it. Things that need no lock, as permits, may be taken without it while the line is empty.
///
/// ```
///   woken ⇄ woken ⇄ asleep ⇄ asleep ⇄ … ⇄ last
///                   ▲
///                   sleeper: the first that is asleep
/// ```
///
/// A woken turn keeps its place until it takes something or gives up. It owns nothing meanwhile: a future that is held and not
/// polled holds no permit. What is kept instead: **at least as many turns are woken as there are things to take, or all are**.
///
/// - A thing is added: one sleeper is woken.
/// - A turn takes a thing: one woken turn and one thing less.
/// - A woken turn gives up, or fails: it wakes the next sleeper, if a thing is there.
/// - A woken turn finds nothing: nothing is there, so it may sleep again.
/// - A turn comes while things are there: it waits behind the others and wakes the first sleeper, which may be itself.
final class Line {
    static final Poll<Void> DONE = Poll.ready(null);

    final Object lock;
    private @Nullable Place last;
    private @Nullable Place sleeper;
    private long tickets;

    /// How many wait. Written with the lock held, and read without it by a [Semaphore].
    volatile int size;

    Line(Object lock) {
        this.lock = lock;
    }

    /// Where a turn stands. Most turns find what they want, and never have one.
    private static final class Place {
        private @Nullable Place previous;
        private @Nullable Place next;
        private @Nullable Waker waker;
        private long ticket; // ascending along the line
        private boolean woken;
    }

    /// {@return the waker of the first sleeper, which the caller wakes outside of the lock, or null: none sleeps}
    @Nullable Waker next() {
        var p = sleeper;
        if (p == null) return null;
        p.woken = true;
        sleeper = asleepAfter(p);
        return p.waker;
    }

    /// Walks over woken turns only. The sleeper moves back only when a woken turn falls asleep again.
    private static @Nullable Place asleepAfter(Place p) {
        var next = p.next;
        while (next != null && next.woken) next = next.next;
        return next;
    }

    /// Wakes without the lock. A waker is foreign code. What it throws must neither lose what the caller has taken nor leave the
    /// other waiters asleep, so it is logged.
    static void wake(@Nullable Waker waker) {
        if (waker == null) return;
        try {
            waker.wake();
        } catch (Throwable t) {
            Log.warn("A waker threw: " + Log.describe(waker), t);
        }
    }

    /// Asks `next` under the lock and wakes without it, until `next` finds none.
    static void wakeAll(Object lock, Supplier<@Nullable Waker> next) {
        for (;;) {
            Waker waker;
            synchronized (lock) {
                waker = next.get();
            }
            if (waker == null) return;
            wake(waker);
        }
    }

    private void sleep(Turn<?> t, Waker waker) {
        var p = t.place;
        if (p == null) {
            p = new Place();
            t.place = p;
            add(p);
        }
        p.waker = waker;
        p.woken = false;
        if (sleeper == null || p.ticket < sleeper.ticket) sleeper = p;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // the lock is held
    private void add(Place p) {
        p.ticket = tickets++;
        p.previous = last;
        if (last != null) last.next = p;
        last = p;
        size++;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // the lock is held
    private void remove(Turn<?> t) {
        var p = t.place;
        if (p == null) return;
        t.place = null;
        if (p == sleeper) sleeper = asleepAfter(p);
        if (p.previous != null) p.previous.next = p.next;
        if (p.next == null) last = p.previous;
        else p.next.previous = p.previous;
        size--;
    }

    /// A future that takes one thing, in its own poll. The line's lock guards the fields.
    abstract static class Turn<T extends @Nullable Object> extends Owned implements Future<T> {
        private final Line line;
        private @Nullable Place place; // while it waits

        Turn(Line line) {
            this.line = line;
        }

        /// {@return whether there is something to take, or the end has come} Called with the lock held.
        abstract boolean available();

        /// {@return whether there is enough for all, so that none waits behind another} Called with the lock held.
        abstract boolean endless();

        /// Takes it. Allocations come first, so an OutOfMemoryError loses nothing. Called with the lock held.
        ///
        /// @param waker of the poll that takes
        /// @return ready, or null: it was taken without the lock meanwhile
        abstract @Nullable Poll<T> take(Waker waker) throws Exception;

        /// {@return what it waits for, for people}
        abstract String wanted();

        /// {@return the tasks that have what it waits for, as far as that is known}
        List<Watched> holders() {
            return List.of();
        }

        /// {@return the waker of a turn in another line that can go on because of the taking} Called with the lock held.
        @Nullable Waker after() {
            return null;
        }

        @Override
        public Poll<T> poll(Context cx) throws Exception {
            Waker wake = null;
            try {
                synchronized (line.lock) {
                    var taken = available() && (isWoken() || line.size == 0 || endless()) ? take(cx.waker()) : null;
                    if (taken != null) {
                        line.remove(this);
                        wake = after();
                        return taken;
                    }
                    line.sleep(this, cx.waker());
                    if (available()) wake = line.next(); // asked once it is in the line: see Semaphore
                    return Poll.pending();
                }
            } catch (Throwable t) {
                drop(); // what could not be taken is still there, for the next
                throw t;
            } finally {
                wake(wake);
            }
        }

        private boolean isWoken() {
            return place != null && place.woken;
        }

        @Override
        protected final void explain(Explanation to) {
            var holders = holders();
            to.waitsFor(new Snapshot.Turn(wanted(), holders.stream().map(Watched::number).toList()), holders.size() == 1 ? holders : List.of());
        }

        /// Gives the place up. A wake that was for this turn goes to the next.
        @Override
        public void drop() {
            Waker wake;
            synchronized (line.lock) {
                var passOn = isWoken() && available();
                line.remove(this);
                wake = passOn ? line.next() : null;
            }
            wake(wake);
        }
    }
}
