package trale.test;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import trale.Context;
import trale.Future;
import trale.Poll;
import trale.Waker;
import trale.sync.Channel;

/// A channel of one item: trale's, or one that is wrong in one way.
sealed interface Pipe {
    Future<Void> send(int item);

    /// {@return an item, or null when it is closed and empty}
    Future<@Nullable Integer> receive();

    /// {@return the item that is there, or null}
    @Nullable Integer poll();

    void close();

    int size();

    enum Mistake {
        /// None: the twin differs from a right one by the mistake alone.
        NONE,
        /// A receiver that waits is given the item, and takes it along when it is given up.
        HANDS_OVER,
        /// A woken receiver or sender that is given up keeps the wake.
        KEEPS_WAKE,
        /// Closing wakes one that waits.
        CLOSES_ONE,
        /// A poll wakes no sender.
        POLLS_IN_SILENCE,
        /// A woken receiver takes what is there without a look.
        TRUSTS_A_WAKE
    }

    static Pipe right() {
        return new Right(new Channel<>(1));
    }

    static Pipe wrong(Mistake mistake) {
        return new Wrong(mistake);
    }

    record Right(Channel<Integer> channel) implements Pipe {
        @Override
        public Future<Void> send(int item) {
            return channel.send(item);
        }

        @Override
        public Future<@Nullable Integer> receive() {
            return channel.receive();
        }

        @Override
        public @Nullable Integer poll() {
            return channel.poll();
        }

        @Override
        public void close() {
            channel.close();
        }

        @Override
        public int size() {
            return channel.size();
        }
    }

    final class Wrong implements Pipe {
        private final Mistake mistake;
        private final ArrayDeque<Integer> items = new ArrayDeque<>();
        private final List<Turn<?>> senders = new ArrayList<>();
        private final List<Turn<?>> receivers = new ArrayList<>();
        private boolean closed;

        private Wrong(Mistake mistake) {
            this.mistake = mistake;
        }

        private abstract class Turn<T extends @Nullable Object> implements Future<T> {
            private final List<Turn<?>> line;
            private @Nullable Waker waker;
            @Nullable Integer given;

            Turn(List<Turn<?>> line) {
                this.line = line;
            }

            abstract boolean isAvailable();

            abstract Poll<T> take() throws Exception;

            @Override
            public Poll<T> poll(Context cx) throws Exception {
                var wasWoken = waker != null && !line.contains(this);
                if (given != null || isAvailable() || (wasWoken && mistake == Mistake.TRUSTS_A_WAKE)) {
                    line.remove(this);
                    return take();
                }
                waker = cx.waker();
                if (!line.contains(this)) line.add(this);
                return Poll.pending();
            }

            @Override
            public void drop() {
                var wasWoken = !line.remove(this) && waker != null;
                if (wasWoken && isAvailable() && mistake != Mistake.KEEPS_WAKE) wakeFirst(line);
            }
        }

        private static void wakeFirst(List<Turn<?>> line) {
            if (line.isEmpty()) return;
            var waker = line.removeFirst().waker;
            if (waker != null) waker.wake();
        }

        @Override
        public Future<Void> send(int item) {
            return new Turn<>(senders) {
                @Override
                boolean isAvailable() {
                    return closed || items.isEmpty();
                }

                @Override
                Poll<Void> take() throws Exception {
                    if (closed) throw new java.nio.channels.ClosedChannelException();
                    if (mistake == Mistake.HANDS_OVER && !receivers.isEmpty()) receivers.getFirst().given = item;
                    else items.add(item);
                    wakeFirst(receivers);
                    return Poll.ready(null);
                }
            };
        }

        @Override
        public Future<@Nullable Integer> receive() {
            return new Turn<>(receivers) {
                @Override
                boolean isAvailable() {
                    return closed || !items.isEmpty();
                }

                @Override
                Poll<@Nullable Integer> take() {
                    var item = given != null ? given : items.poll();
                    wakeFirst(senders);
                    return Poll.ready(item);
                }
            };
        }

        @Override
        public @Nullable Integer poll() {
            var item = items.poll();
            if (item != null && mistake != Mistake.POLLS_IN_SILENCE) wakeFirst(senders);
            return item;
        }

        @Override
        public void close() {
            closed = true;
            for (var line : List.of(senders, receivers)) {
                wakeFirst(line);
                while (mistake != Mistake.CLOSES_ONE && !line.isEmpty()) wakeFirst(line);
            }
        }

        @Override
        public int size() {
            return items.size();
        }
    }
}
