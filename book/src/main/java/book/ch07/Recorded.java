package book.ch07;

import book.linux.Linux;
import book.recording.ChapterRecording;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import trale.Future;

/// The silent client of [Main], for the recordings on the page.
public final class Recorded {
    private static final int PATIENCE = 20; // milliseconds
    private static final int TURNS = 5;

    private Recorded() {}

    public static void broken(ChapterRecording recording) throws IOException {
        run(recording, new BrokenReactor());
    }

    public static void fixed(ChapterRecording recording) throws IOException {
        run(recording, new Reactor());
    }

    private static void run(ChapterRecording recording, Reactor reactor) throws IOException {
        try (reactor) {
            int listener = Linux.listen();
            var executor = new Executor(reactor) {
                @Override
                void spawn(Future<?> future) {
                    super.spawn(recording.told(future));
                }
            };
            // This reactor has one place for both directions. Each task here waits to read.
            recording.slots("nothing", (fd, read) -> reactor.waiting.get(fd));
            recording.waitsFor(waker -> recording.slotsOf(waker).subList(0, 1));
            try (var _ = new Socket(InetAddress.getLoopbackAddress(), Linux.port(listener))) {
                recording.await(listener);
                executor.spawn(new Acceptor(executor, listener, 1));
                executor.run(PATIENCE, TURNS);
                recording.end();
            }
            executor.run(PATIENCE, TURNS + 10); // the client has closed its end
        }
    }
}
