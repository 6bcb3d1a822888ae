package trale;

import trale.internal.Cancellation;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.BitSet;
import java.util.concurrent.CompletionException;
import java.util.function.IntUnaryOperator;
import trale.corpus.Probe;
import trale.internal.probe.TaskWaker;
import trale.support.TheLog;

/// One run of a body, and what was seen of it. Whatever way it goes, in the end nothing is left: no future was given up
/// without being dropped, no task is alive, the body is finished.
///
/// @param log what the body did
/// @param end what it returned or threw
record Run(String log, String end) {

    /// Makes a body for a run: a `Body` or a `VoidBody`.
    interface Maker {
        Object make(Probe p) throws Exception;
    }

    /// As plain Java.
    ///
    /// @param probe says where it is cancelled
    static Run plain(Maker maker, Probe probe) throws Exception {
        var body = maker.make(probe);
        try {
            if (body instanceof Async.Body<?> b) return returned(probe, b.run());
            ((Async.VoidBody) body).run();
            return returned(probe, null);
        } catch (Throwable t) {
            return threw(probe, t);
        }
    }

    /// As a state machine that is polled until it is ready, each time it is pending.
    ///
    /// @param cancelled the numbers of the awaits at which it is cancelled while it is suspended
    static Run byHand(Maker maker, IntUnaryOperator pendings, int... cancelled) throws Exception {
        var probe = new Probe(pendings);
        var machine = machine(maker, probe);
        var where = new BitSet();
        for (int number : cancelled) where.set(number);
        Run run;
        try {
            Poll<?> poll;
            while ((poll = poll(machine)) == Poll.pending()) {
                if (!where.get(probe.awaits() - 1)) continue;
                where.clear(probe.awaits() - 1);
                machine.cancel(Cancellation.PLAIN);
            }
            run = returned(probe, ((Poll.Ready<?>) poll).value());
        } catch (Throwable t) {
            run = threw(probe, t);
        }
        machine.drop();
        assertNothingIsLeft(machine, probe);
        assertEquals(run.log, probe.log(), "dropped after its end");
        return run;
    }

    /// As a task.
    ///
    /// @param cancelled the numbers of the awaits at which it is asked to stop, in that very step
    static Run asATask(Maker maker, Executor executor, int... cancelled) throws Exception {
        var where = new BitSet();
        for (int number : cancelled) where.set(number);
        var probe = new Probe(_ -> 1);
        var machine = machine(maker, probe);
        var handle = executor.submit(_ -> {
            var task = executor.submit(machine); // is polled after this
            probe.atAwait(number -> {
                if (where.get(number)) task.cancel();
            });
            return Poll.ready(task);
        }).join();
        Run run;
        try {
            run = returned(probe, handle.join());
        } catch (CompletionException e) {
            run = threw(probe, e.getCause());
        } catch (Throwable t) {
            run = threw(probe, t);
        }
        settle(executor);
        assertNothingIsLeft(machine, probe);
        return run;
    }

    /// As a state machine that is dropped at an await, twice, and whose cleanup goes on as a task if it has to wait.
    ///
    /// @return with the end of that task; or with what was logged because the cleanup failed at once; or with nothing
    static Run dropped(Maker maker, Executor executor, TheLog errors, int at) throws Exception {
        var probe = new Probe(_ -> 1);
        var machine = machine(maker, probe);
        errors.rest();
        boolean waits = executor.<Boolean>submit(_ -> {
            while (probe.awaits() - 1 != at) if (poll(machine) != Poll.pending()) throw new AssertionError("no await " + at);
            machine.drop();
            machine.drop();
            return Poll.ready(machine.awaiting() != null);
        }).join();
        settle(executor);
        assertNothingIsLeft(machine, probe);
        if (!waits) {
            for (var record : errors.rest())
                if (record.getMessage().startsWith("an async body that was dropped failed")) return threw(probe, record.getThrown());
            return new Run(probe.log(), "");
        }
        var cleanup = (Task<?>) ((TaskWaker) probe.waker()).task();
        var failure = cleanup.failure();
        return failure == null ? returned(probe, cleanup.value()) : threw(probe, failure);
    }

    /// As a state machine that is dropped before it is polled, which does nothing.
    static void neverStarted(Maker maker) throws Exception {
        var probe = new Probe(_ -> 0);
        var machine = machine(maker, probe);
        var log = probe.log();
        machine.drop();
        machine.drop();
        assertEquals(log, probe.log(), "dropped before it started");
        assertNothingIsLeft(machine, probe);
    }

    private static StateMachine<?> machine(Maker maker, Probe probe) throws Exception {
        var body = maker.make(probe);
        return (StateMachine<?>) (body instanceof Async.Body<?> b ? Async.async(b) : Async.async((Async.VoidBody) body));
    }

    private static Poll<?> poll(StateMachine<?> machine) throws Exception {
        var poll = machine.poll(Context.of(() -> {}));
        if (poll == Poll.pending() && (machine.location() == null || machine.awaiting() == null))
            throw new AssertionError("suspended nowhere: " + machine);
        return poll;
    }

    /// Waits until no task is left. What is runnable now has been polled when the next one that is submitted has.
    private static void settle(Executor executor) {
        while (executor.taskCount() > 0) executor.submit(_ -> Poll.ready(null)).join();
    }

    private static void assertNothingIsLeft(StateMachine<?> machine, Probe probe) {
        var log = probe.log();
        assertThrows(IllegalStateException.class, () -> machine.poll(Context.of(() -> {})), "polled after its end");
        assertEquals(log, probe.log(), "polled after its end");
        assertEquals(0, probe.open(), "futures that were neither ready nor dropped");
    }

    private static Run returned(Probe probe, Object value) {
        return new Run(probe.log(), "returned " + Probe.show(value) + (value == null ? "" : " " + value.getClass().getName()));
    }

    private static Run threw(Probe probe, Throwable t) {
        if (t instanceof LinkageError e) throw e;
        return new Run(probe.log(), "threw " + Probe.show(t));
    }
}
