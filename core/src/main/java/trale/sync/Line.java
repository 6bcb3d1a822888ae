package trale.sync;

import org.jspecify.annotations.Nullable;
import trale.Context;
import trale.Future;
import trale.Poll;
import trale.Waker;
import trale.internal.Owned;

/// Who waits for one kind of thing (items, room, permits), first come first served. The monitor of `lock` guards it whole.
///
/// A woken one stays at its place until it has taken something or gives up, and owns nothing meanwhile: at least as many are
/// woken as there are things to take, if so many wait. A newcomer goes behind those that wait and wakes the first that sleeps,
/// maybe itself: it overtakes only one that is woken and not polled.
final class Line {
    final Object lock;
    private @Nullable Turn<?> first;
    private @Nullable Turn<?> last;
    int size;

    Line(Object lock) {
        this.lock = lock;
    }

    /// {@return the waker of the first that sleeps, which the caller wakes outside of the lock; null: all are awake}
    @Nullable Waker next() {
        for (var t = first; t != null; t = t.next) {
            if (!t.woken) {
                t.woken = true;
                return t.waker;
            }
        }
        return null;
    }

    static void wake(@Nullable Waker waker) {
        if (waker != null) waker.wake();
    }

    private void add(Turn<?> t) {
        t.previous = last;
        if (last == null) first = t;
        else last.next = t;
        last = t;
        t.in = true;
        size++;
    }

    private void remove(Turn<?> t) {
        if (!t.in) return;
        if (t.previous == null) first = t.next;
        else t.previous.next = t.next;
        if (t.next == null) last = t.previous;
        else t.next.previous = t.previous;
        t.previous = t.next = null;
        t.waker = null;
        t.in = false;
        size--;
    }

    /// One that takes one thing in its own poll. All fields are guarded by the line's lock.
    abstract static class Turn<T extends @Nullable Object> extends Owned implements Future<T> {
        private final Line line;
        private @Nullable Turn<?> previous;
        private @Nullable Turn<?> next;
        private @Nullable Waker waker;
        private boolean in;
        private boolean woken;

        Turn(Line line) {
            this.line = line;
        }

        /// {@return whether there is something to take, or the end has come} Called with the lock held.
        abstract boolean available();

        /// Takes it. Called with the lock held.
        abstract T take() throws Exception;

        /// {@return whom the taking lets go on, on the other side} Called with the lock held.
        @Nullable Waker after() {
            return null;
        }

        @Override
        public Poll<T> poll(Context cx) throws Exception {
            Waker wake;
            var answer = Poll.<T>pending();
            synchronized (line.lock) {
                if (available() && (woken || line.size == 0)) {
                    line.remove(this);
                    answer = Poll.ready(take());
                    wake = after();
                } else {
                    waker = cx.waker();
                    woken = false;
                    if (!in) line.add(this);
                    wake = available() ? line.next() : null;
                }
            }
            wake(wake);
            return answer;
        }

        /// Gives the place up; a wake that was for it goes to the next.
        @Override
        public void drop() {
            Waker wake;
            synchronized (line.lock) {
                var passOn = in && woken && available();
                line.remove(this);
                wake = passOn ? line.next() : null;
            }
            wake(wake);
        }
    }
}
