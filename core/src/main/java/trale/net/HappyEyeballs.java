package trale.net;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import trale.Context;
import trale.Future;
import trale.Poll;
import trale.internal.Explanation;
import trale.internal.Waiting;
import trale.time.Timer;

/// Attempts to connect to the addresses of a name, side by side (RFC 8305, section 5). The first attempt that succeeds is the result. The
/// others are dropped, which closes their sockets.
///
/// ```
///  attempt 0  ├───────────────────────── (no answer) ──────────────┤ dropped
///  attempt 1          ├──── refused
///  attempt 2               ├──────────────────────────── connected ┤ Ready
///             0     250 ms: the next begins, or at once after a failure
/// ```
final class HappyEyeballs extends Waiting implements Future<TcpStream> {
    private static final Duration DELAY = Duration.ofMillis(250);

    private final List<Future<TcpStream>> waiting; // not begun
    private final List<Future<TcpStream>> begun = new ArrayList<>();
    private final List<IOException> failures = new ArrayList<>(); // in the order in which they came

    /// The wait before the next attempt. Null: it begins at once.
    private @Nullable Future<Void> pause;

    /// @param attempts one or more, lazy
    HappyEyeballs(List<Future<TcpStream>> attempts) {
        waiting = new ArrayList<>(attempts);
    }

    /// {@return the addresses, the families taking turns (section 4)} The resolver's order decides which family is first, and
    /// holds within each.
    static List<InetAddress> inTurn(InetAddress... addresses) {
        var first = new ArrayList<InetAddress>();
        var second = new ArrayList<InetAddress>();
        for (var a : addresses) (a.getClass() == addresses[0].getClass() ? first : second).add(a);
        var all = new ArrayList<InetAddress>();
        for (var i = 0; i < addresses.length; i++) {
            if (i < first.size()) all.add(first.get(i));
            if (i < second.size()) all.add(second.get(i));
        }
        return all;
    }

    List<IOException> failures() {
        return failures;
    }

    /// Fails with the last failure if all have failed.
    @Override
    public Poll<TcpStream> poll(Context cx) throws Exception {
        try {
            for (;;) {
                var connected = pollBegun(cx);
                if (connected != null) return connected;
                if (waiting.isEmpty()) {
                    if (begun.isEmpty()) throw failures.getLast();
                    return Poll.pending();
                }
                if (pause != null && pause.poll(cx) instanceof Poll.Pending) return Poll.pending();
                begun.add(waiting.removeFirst());
                pause = waiting.isEmpty() ? null : Timer.sleep(DELAY);
            }
        } catch (Throwable t) { // no memory, or Linux refuses the timer: the attempts that have begun are given up
            drop();
            throw t;
        }
    }

    private @Nullable Poll<TcpStream> pollBegun(Context cx) throws Exception {
        for (var i = 0; i < begun.size(); ) {
            try {
                var p = begun.get(i).poll(cx);
                if (p instanceof Poll.Ready) {
                    begun.remove(i);
                    drop();
                    return p;
                }
                i++;
            } catch (IOException e) {
                begun.remove(i);
                failures.add(e);
                stopPausing();
            }
        }
        return null;
    }

    private void stopPausing() {
        if (pause != null) pause.drop();
        pause = null;
    }

    @Override
    protected void explain(Explanation to) {
        begun.forEach(to::polls);
        if (pause != null) to.polls(pause);
    }

    @Override
    public void drop() {
        stopPausing();
        while (!begun.isEmpty()) {
            begun.getLast().drop(); // if the stack ends here, the next drop does what is left
            begun.removeLast();
        }
    }
}
