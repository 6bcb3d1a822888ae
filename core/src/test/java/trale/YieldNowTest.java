package trale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static trale.Async.await;
import static trale.Async.yieldNow;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import trale.support.Arrangement;
import trale.support.Futures;
import trale.support.Gate;
import trale.support.Linux;
import trale.support.UnderBothArrangements;

/// yieldNow and isCancelled.
class YieldNowTest extends UnderBothArrangements {

    @Test
    void aTaskThatYieldsGoesBehindThoseThatAreRunnable() throws Exception {
        var log = new ArrayList<String>();
        JoinHandle<Void> first;
        try (var _ = new Hold()) {
            first = executor.submit(() -> {
                log.add("a1");
                await(yieldNow());
                log.add("a2");
            });
            for (var name : List.of("b", "c")) executor.submit(cx -> Poll.ready(log.add(name)));
        }
        first.join();
        assertEquals(List.of("a1", "b", "c", "a2"), log);
    }

    /// With a reactor thread it is that thread which finds the I/O ready, when it comes to it.
    @Test
    void aTaskThatYieldsGoesBehindThoseWhoseIoIsReady() throws Exception {
        if (arrangement == Arrangement.REACTOR_THREAD) return;
        var log = new ArrayList<String>();
        var pipe = Linux.pipe();
        try (var source = executor.reactor().add(pipe[0])) {
            var reader = executor.submit(() -> {
                await(Futures.read(source, pipe[0], 1, true));
                log.add("read");
            });
            settle();
            executor.submit(() -> {
                Linux.write(pipe[1], 1);
                await(yieldNow());
                log.add("yielded");
            }).join();
            reader.join();
        }
        Linux.close(pipe);
        assertEquals(List.of("read", "yielded"), log);
    }

    @Test
    void aTaskThatIsCancelledWhileItYieldsStopsThere() throws Exception {
        var self = new AtomicReference<JoinHandle<Void>>();
        var start = new Gate<Void>();
        var handle = executor.submit(() -> {
            await(start);
            self.get().cancel("why");
            await(yieldNow());
        });
        self.set(handle);
        start.waker();
        start.open(null);
        assertEquals("why", assertThrows(CancellationException.class, handle::join).getMessage());
    }

    @Test
    void isCancelledIsWhetherTheTaskThatRunsHereWasAskedToStop() throws Exception {
        assertFalse(Async.isCancelled(), "outside a task");
        var log = new ArrayList<Boolean>();
        var self = new AtomicReference<JoinHandle<?>>();
        var start = new Gate<Void>();
        var handle = executor.submit(Scope.run(scope -> {
            await(start);
            log.add(Async.isCancelled());
            scope.fork(() -> {
                log.add(Async.isCancelled()); // the child's, not the parent's
            });
            await(yieldNow());
            self.get().cancel();
            log.add(Async.isCancelled());
            try {
                await(yieldNow());
            } finally {
                await(yieldNow());
                log.add(Async.isCancelled());
            }
        }));
        self.set(handle);
        start.waker();
        start.open(null);
        assertThrows(CancellationException.class, handle::join);
        assertEquals(List.of(false, false, true, true), log);
        assertFalse(onExecutor(Async::isCancelled));
    }
}
