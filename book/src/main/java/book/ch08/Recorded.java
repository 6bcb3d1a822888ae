package book.ch08;

import book.linux.Linux;
import book.recording.ChapterRecording;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import trale.Future;

/// The message that does not fit into the buffer, as in [Main], for the recordings on the page.
public final class Recorded {
    private static final int PATIENCE = 20; // milliseconds

    private Recorded() {}

    public static void broken(ChapterRecording recording) throws IOException {
        run(recording, BrokenForgetsRest::new);
    }

    public static void fixed(ChapterRecording recording) throws IOException {
        run(recording, Slot::new);
    }

    private static void run(ChapterRecording recording, Supplier<Slot> newSlot) throws IOException {
        int listener = Linux.listen();
        try (var reactor = new Reactor(newSlot); var client = new Socket(InetAddress.getLoopbackAddress(), Linux.port(listener))) {
            var executor = new Executor(reactor) {
                @Override
                void spawn(Future<?> future) {
                    super.spawn(recording.told(future));
                }
            };
            recording.slots("READY", (fd, read) -> held(reactor, fd, read));
            recording.await(listener);
            executor.spawn(new Acceptor(executor, listener, 1));
            executor.runTasks();
            reactor.turn(PATIENCE); // the new socket has room to write
            client.getOutputStream().write("hello, edge".getBytes(StandardCharsets.US_ASCII));
            for (int fd : reactor.sources.keySet()) recording.await(fd);
            executor.run(PATIENCE);
            client.shutdownOutput();
            executor.run(PATIENCE); // the recording has ended
        }
    }

    private static Object held(Reactor reactor, int fd, boolean read) {
        var source = reactor.sources.get(fd);
        return source == null ? null : (read ? source.read() : source.write()).state;
    }
}
