package trale.net;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import trale.Blocking;
import trale.Context;
import trale.Future;
import trale.Poll;
import trale.Waker;
import trale.internal.Explanation;
import trale.internal.Owned;

/// A java.io stream, whose calls block, as a source or a target of bytes that a task can await.
///
/// ```
///   read  ──▶ call in flight ──▶ bytes in `chunk` ──▶ buffer
///               │    ▲
///     cancelled │    │ the next read waits for the same call
///               ▼    │
///             call in flight
/// ```
///
/// A call in flight is not interrupted: an interrupt would close some streams, and others ignore it. So a call outlives an operation that
/// is cancelled, and the next operation takes its outcome. No byte is lost.
abstract class BlockingStreams {
    /// The most bytes of one call.
    static final int CHUNK = 1 << 13;

    /// The call in flight. Guarded by this, as are the fields below: operations may come from any thread.
    @Nullable Future<Integer> call;

    private @Nullable Operation current;

    /// What the call in flight has thrown. The call's thread writes it *before* the call ends. A poll that throws the same object has seen
    /// that end.
    private @Nullable Throwable thrown;

    /// What the call in flight wakes: the operation that waits, if there is one. Its poll writes it *before* it polls the call. So by the
    /// order in [Blocking] a call that ends meanwhile wakes it. A drop clears it, so that the call does not hold the task that waited.
    private volatile @Nullable Waker waker;

    private final Context context = Context.of(() -> {
        var w = waker;
        if (w != null) w.wake();
    });

    /// Between two calls the operations use it. During a call the call's thread uses it. The future hands it over, both ways.
    final byte[] chunk = new byte[CHUNK];

    /// One read or write.
    abstract static class Operation extends Owned implements Future<Integer> {
        final BlockingStreams stream;
        final ByteBuffer buffer;

        Operation(BlockingStreams stream, ByteBuffer buffer) {
            this.stream = stream;
            this.buffer = buffer;
        }

        /// Called with the stream's lock held.
        abstract Poll<Integer> step(Context cx) throws Exception;

        @Override
        public Poll<Integer> poll(Context cx) throws Exception {
            synchronized (stream) {
                if (stream.current != null && stream.current != this)
                    throw new IllegalStateException("two operations at a time on " + stream + ": end or cancel one before the next");
                stream.current = this;
                var waits = false;
                try {
                    var p = step(cx);
                    waits = p instanceof Poll.Pending<Integer>;
                    if (!waits) owner = this; // a second await of this is refused
                    return p;
                } finally {
                    if (!waits) stream.current = null;
                }
            }
        }

        @Override
        protected void explain(Explanation to) {
            synchronized (stream) {
                if (stream.call != null) to.polls(stream.call);
            }
        }

        @Override
        public void drop() {
            synchronized (stream) {
                if (stream.current != this) return;
                stream.current = null;
                stream.waker = null;
            }
        }
    }

    static IllegalArgumentException isPipe() {
        return new IllegalArgumentException(
                "a pipe of java.io needs one thread at each end that lives as long as the pipe, and here each call has a "
                + "thread of its own; give the bytes to a trale.sync.Channel instead");
    }

    /// {@return a call, which the caller makes that in flight; there is none now} Nothing runs before [#outcome(Context)] polls it.
    final Future<Integer> newCall(Callable<Integer> blocking) {
        thrown = null;
        return Blocking.run(() -> {
            try {
                return blocking.call();
            } catch (Throwable t) {
                thrown = t;
                throw t;
            }
        });
    }

    /// {@return the outcome of the call in flight, which is over then; or pending} If the poll of the call finds no memory or no stack, the
    /// call stays in flight, and the next operation takes its outcome.
    final Poll<Integer> outcome(Context cx) throws Exception {
        var waits = false;
        waker = cx.waker();
        try {
            var p = Objects.requireNonNull(call).poll(context);
            waits = p instanceof Poll.Pending<Integer>;
            if (!waits) call = null;
            return p;
        } catch (Throwable t) {
            if (t == thrown) call = null;
            throw t;
        } finally {
            if (!waits) waker = null;
        }
    }

    /// See [AsyncRead#of(InputStream)].
    static final class Input extends BlockingStreams implements AsyncRead {
        private final InputStream in;
        private int start; // of the bytes in `chunk` that no read has taken
        private int end;

        Input(InputStream in) {
            this.in = in;
        }

        @Override
        public Future<Integer> read(ByteBuffer to) {
            return new Operation(this, ByteStream.writable(to)) {
                @Override
                Poll<Integer> step(Context cx) throws Exception {
                    if (!buffer.hasRemaining()) return Poll.ready(0);
                    if (start == end) {
                        var p = fill(cx, buffer.remaining());
                        if (!(p instanceof Poll.Ready<Integer>(var n)) || n < 0) return p;
                        start = 0;
                        end = n;
                    }
                    var n = Math.min(end - start, buffer.remaining());
                    var read = Poll.ready(n); // first: without memory for it, nothing is read
                    buffer.put(chunk, start, n);
                    start += n;
                    return read;
                }

                @Override
                public String toString() {
                    return "reading from " + in;
                }
            };
        }

        private Poll<Integer> fill(Context cx, int atMost) throws Exception {
            if (call == null) call = newCall(() -> in.read(chunk, 0, Math.min(atMost, CHUNK)));
            return outcome(cx);
        }

        @Override
        public String toString() {
            return "AsyncRead[" + in + "]";
        }
    }

    /// See [AsyncWrite#of(OutputStream)].
    static final class Output extends BlockingStreams implements AsyncWrite {
        private final OutputStream out;

        Output(OutputStream out) {
            this.out = out;
        }

        @Override
        public Future<Integer> write(ByteBuffer from) {
            return new Operation(this, Objects.requireNonNull(from, "the buffer is null")) {
                private boolean begun;

                @Override
                Poll<Integer> step(Context cx) throws Exception {
                    if (!begun) {
                        if (call != null && outcome(cx) instanceof Poll.Pending<Integer> p) return p; // of a write that was given up
                        if (!buffer.hasRemaining()) return Poll.ready(0);
                        var n = Math.min(buffer.remaining(), CHUNK);
                        var put = newPut(n); // first: without memory for it, nothing is taken
                        buffer.get(chunk, 0, n);
                        call = put;
                        begun = true;
                    }
                    return outcome(cx);
                }

                @Override
                public String toString() {
                    return "writing to " + out;
                }
            };
        }

        /// Not in the operation: the call would hold it.
        private Future<Integer> newPut(int n) {
            return newCall(() -> {
                out.write(chunk, 0, n);
                out.flush();
                return n;
            });
        }

        @Override
        public String toString() {
            return "AsyncWrite[" + out + "]";
        }
    }
}
