package trale.sync;

import java.util.List;
import org.jspecify.annotations.Nullable;
import trale.Context;
import trale.Future;
import trale.Poll;
import trale.Snapshot;
import trale.Waker;
import trale.internal.Explanation;
import trale.internal.Log;
import trale.internal.Owned;
import trale.internal.probe.TaskWaker;
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
///
/// **Where the stack ends.** Any call may fail with StackOverflowError, and a poll that catches it on its way back goes on. So a wake comes
/// *before* the change that it is for. The lock is held: the woken task can't look before the change is made. And a change is a piece of
/// code without a call. What fails has changed nothing, or it is done by the next call. One exception: a waker that is not a task's is
/// called after the change. If the stack ends there, the change is made, and the caller is not told.
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

    /// Wakes the first sleeper, if one sleeps. Called with the lock held, *before* there is something to take.
    ///
    /// @return a waker that is not a task's, hence foreign code: the caller calls it, without the lock; else null
    @Nullable Waker next() {
        var p = sleeper;
        if (p == null) return null;
        var after = asleepAfter(p);
        var waker = p.waker;
        if (waker instanceof TaskWaker) {
            waker.wake(); // a task's wake takes no lock whose owner calls this
            waker = null;
        }
        p.woken = true;
        sleeper = after;
        return waker;
    }

    /// Walks over woken turns only. The sleeper moves back only when a woken turn falls asleep again.
    private static @Nullable Place asleepAfter(Place p) {
        var next = p.next;
        while (next != null && next.woken) next = next.next;
        return next;
    }

    /// Wakes without the lock. A waker is foreign code. What it throws must neither lose what the caller has taken nor leave the
    /// other waiters asleep, so it is logged.
    static void wake(Waker waker) {
        try {
            waker.wake();
        } catch (Throwable t) {
            Log.error(Log.WAKER_THREW, waker.getClass(), t);
        }
    }

    /// Wakes all, one at a time, so that the lock is free in between.
    void wakeAll() {
        for (;;) {
            Waker waker;
            synchronized (lock) {
                if (sleeper == null) return;
                waker = next();
            }
            if (waker != null) wake(waker);
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // the lock is held
    private void sleep(Turn<?> t, Waker waker) {
        var p = t.place;
        if (p == null) {
            p = new Place();
            p.ticket = tickets++; // no call from here on
            p.previous = last;
            if (last != null) last.next = p;
            last = p;
            size++;
            t.place = p;
        }
        p.waker = waker;
        p.woken = false;
        if (sleeper == null || p.ticket < sleeper.ticket) sleeper = p;
    }

    /// The turn takes and leaves the line, or waits in it, or gives up and leaves it.
    ///
    /// @param waker of a poll; null: it gives up
    @SuppressWarnings("NonAtomicVolatileUpdate") // the lock is held
    private <T extends @Nullable Object> Poll<T> step(Turn<T> t, @Nullable Waker waker) throws Exception {
        Poll<T> pending = Poll.pending();
        Waker other = null; // foreign ones, called at the end
        Waker next = null;
        try {
            synchronized (lock) {
                var waits = false;
                try {
                    if (waker == null) {
                        if ((t.place == null || t.place.woken) && t.available()) next = next();
                        return pending;
                    }
                    if (t.available() && (t.isWoken() || size == 0 || t.endless())) {
                        other = t.wakeOther();
                        var taken = t.take(waker);
                        if (taken != null) return taken;
                    }
                    sleep(t, waker);
                    if (t.available()) next = next(); // asked once it is in the line: see Semaphore
                    waits = true;
                    return pending;
                } catch (Throwable e) {
                    if (t.isWoken() && t.available()) next = next(); // what could not be taken is still there, for the next
                    throw e;
                } finally {
                    var p = t.place;
                    if (!waits && p != null) { // it leaves; no call since it took
                        t.place = null;
                        if (p == sleeper) {
                            var after = p.next;
                            while (after != null && after.woken) after = after.next;
                            sleeper = after;
                        }
                        if (p.previous != null) p.previous.next = p.next;
                        if (p.next == null) last = p.previous;
                        else p.next.previous = p.previous;
                        size--;
                    }
                }
            }
        } finally {
            if (other != null) wake(other);
            if (next != null) wake(next);
        }
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

        /// Takes it. What may fail comes first, so an OutOfMemoryError or a StackOverflowError loses nothing. Called with the lock held.
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

        /// Wakes a turn in another line that can go on because of the taking, which follows. Called with the lock held.
        ///
        /// @return as [Line#next()]
        @Nullable Waker wakeOther() {
            return null;
        }

        @Override
        public Poll<T> poll(Context cx) throws Exception {
            var p = line.step(this, cx.waker());
            if (p instanceof Poll.Ready<T>) owner = this; // a second await of this is refused
            return p;
        }

        /// Gives the place up. A wake that was for this turn goes to the next.
        @Override
        public void drop() {
            try {
                line.step(this, null);
            } catch (Exception e) {
                throw new AssertionError("only taking fails", e);
            }
        }

        private boolean isWoken() {
            return place != null && place.woken;
        }

        @Override
        protected final void explain(Explanation to) {
            var holders = holders();
            to.waitsFor(new Snapshot.Turn(wanted(), holders.stream().map(Watched::number).toList()),
                    holders.size() == 1 ? holders : List.of());
        }
    }
}
