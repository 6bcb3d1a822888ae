package examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import trale.Executor;
import trale.reactor.Reactor;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class LeafTest {
    private static final int EFD_NONBLOCK = 0x800;

    @Test
    void aLeafWaitsUntilTheEventfdCounts() throws Exception {
        int fd = Leaf.libc("eventfd", 0, EFD_NONBLOCK);
        try (var source = Reactor.register(fd)) {
            var reader = Executor.spawn(new Leaf(fd, source.read()));
            assertEquals(0, Leaf.libc("eventfd_write", fd, 42));
            assertEquals(42, reader.join());
        } finally {
            Leaf.libc("close", fd, 0);
        }
    }

    @Test
    void aReadThatFailsEndsTheTaskInsteadOfLettingItWait() throws Exception {
        int fd = Leaf.libc("eventfd", 0, EFD_NONBLOCK);
        try (var source = Reactor.register(fd)) {
            var failure = assertThrows(CompletionException.class, Executor.spawn(new Leaf(-1, source.read()))::join);
            assertTrue(failure.getCause() instanceof IOException, failure.toString());
            assertEquals("eventfd_read(-1) failed with errno 9", failure.getCause().getMessage());
        } finally {
            Leaf.libc("close", fd, 0);
        }
    }
}
