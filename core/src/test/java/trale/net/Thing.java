package trale.net;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import trale.Future;
import trale.internal.linux.Kernel;
import trale.net.GivingUpTest.End;
import trale.net.GivingUpTest.State;

/// A thing with one operation that waits. [GivingUpTest] gives the operation up, and then uses the thing.
abstract class Thing implements AutoCloseable {
    abstract Future<?> operation() throws Exception;

    /// Makes one operation ready, the one that waits or the next.
    void makeReady() throws Exception {}

    /// Undoes what an operation that became a value has done, so that another is ready.
    void giveBack(Object value) throws Exception {}

    /// The last operation has become a value.
    void used(Object value) throws Exception {
        if (value instanceof AutoCloseable c) c.close();
    }

    /// {@return what the thing holds, and what waits for it} The same before an operation is made ready, and after it was.
    String text() {
        return "";
    }

    /// Ends what goes on behind an operation that was given up.
    ///
    /// @param ready whether it had been made ready
    /// @param returned whether it became a value all the same
    void afterwards(boolean ready, boolean returned) throws Exception {}

    /// {@return why no operation of this thing is in the state; empty: it can be}
    String impossible(State state) {
        return "";
    }

    /// {@return whether the first poll of an operation that was made ready is certainly ready} Else a thread or Linux has to do
    /// something first.
    boolean isReadyAtOnce() {
        return true;
    }

    /// {@return whether the next poll of an operation that was woken is certainly ready}
    boolean isReadyWhenWoken() {
        return true;
    }

    /// {@return whether an operation that was polled and is pending has come to where it is to be given up}
    boolean waits() {
        return true;
    }

    /// {@return whether children have taken what there is to take before the operation itself is polled again}
    boolean hasChildren() {
        return false;
    }

    /// {@return the ends that lose what the children of a woken operation have become}
    Set<End> losing() {
        return Set.of();
    }

    /// {@return a time-out by which the state is usually reached}
    Duration limit() {
        return Duration.ofMillis(30);
    }

    /// {@return what answers the system calls of the task; null: Linux}
    Kernel kernel() {
        return null;
    }

    @Override
    public void close() throws IOException {}

    interface Maker {
        /// @param state in which the operation will be given up
        Thing make(GivingUpTest test, State state) throws Exception;
    }

    /// Numbers for names.
    static final AtomicInteger NUMBER = new AtomicInteger();
}
