package book.ch02;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BusyLoopTest {
    @Test
    void theBusyLoopMakesThousandsOfCallsForAnEchoAndThePausingOneFew() throws Exception {
        var busy = Main.cost(BrokenEcho::run, 40);
        // Linux counts the time that a thread waits for a core when it gets one. Where all cores are taken, some of it is not counted yet,
        // and a thread that has no core makes no calls.
        for (int i = 0; i < 20 && (busy.busy() <= 90 || busy.calls() <= 1000); i++) busy = Main.cost(BrokenEcho::run, 40);
        var pausing = Main.cost(Echo::run, 40);
        assertTrue(busy.calls() > 1000, busy.toString());
        assertTrue(pausing.calls() < 100, pausing.toString());
        assertTrue(busy.busy() > 90, busy.toString()); // a core at 100 %, or it would be, if it had one for itself
    }

    @Test
    void aClientThatReadsLateGetsAllItsBytes() throws Exception {
        try (var sockets = new Sockets()) {
            Main.start(Echo::run, sockets);
            var sent = new byte[3_000_000]; // more than the kernel has room for
            new Random(1).nextBytes(sent);
            try (var client = new Socket(sockets.address().getAddress(), sockets.address().getPort())) {
                var received = new ByteArrayOutputStream();
                Thread reader = Thread.startVirtualThread(() -> {
                    try {
                        client.getInputStream().transferTo(received);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
                client.getOutputStream().write(sent);
                client.shutdownOutput();
                reader.join();
                assertEquals(-1, Arrays.mismatch(sent, received.toByteArray()));
            }
        }
    }
}
