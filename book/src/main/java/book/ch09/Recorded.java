package book.ch09;

import book.recording.ChapterRecording;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import trale.Future;
import trale.Poll;
import trale.Snapshot;

/// The sleep whose time passes before the timerfd is set, as in [Main], for the recordings on the page. Its clock is the recording's.
public final class Recorded {
    private static final int PATIENCE = 20; // milliseconds
    private static final long SLEEP = 50_000_000;

    private Recorded() {}

    public static void broken(ChapterRecording recording) throws IOException {
        run(recording, new BrokenTimers() {
            @Override
            long now() {
                return recording.now();
            }
        });
    }

    public static void fixed(ChapterRecording recording) throws IOException {
        run(recording, new Timers() {
            @Override
            long now() {
                return recording.now();
            }
        });
    }

    private static void run(ChapterRecording recording, Timers timers) throws IOException {
        try (var reactor = new Reactor(timers)) {
            var executor = new Executor(reactor);
            var sleep = new Sleep(timers, SLEEP);
            recording.waitsFor(_ -> List.of(new Snapshot.Sleep(1, Duration.ofNanos(sleep.deadline - recording.now()))));
            recording.observe();
            executor.spawn(recording.told(sleep));
            executor.spawn(recording.told("busy", Recorded.class, "busy", busy(recording)));
            executor.run(PATIENCE);
            recording.end();
        }
    }

    /// Works until the other's time is over.
    private static Future<Void> busy(ChapterRecording recording) {
        return _ -> {
            recording.pass(SLEEP);
            return Poll.ready(null);
        };
    }
}
