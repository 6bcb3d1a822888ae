package book.ch12;

import book.recording.ChapterRecording;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import trale.Poll;

/// The two tasks of [BrokenOrder], for the recordings on the page.
public final class Recorded {
    private Recorded() {}

    public static void broken(ChapterRecording recording) throws IOException, InterruptedException {
        run(recording, Defect.RUN_QUEUE_IS_A_STACK);
    }

    public static void fixed(ChapterRecording recording) throws IOException, InterruptedException {
        run(recording);
    }

    private static void run(ChapterRecording recording, Defect... defects) throws IOException, InterruptedException {
        var ended = new CountDownLatch(2);
        try (var executor = new Executor(defects)) {
            executor.spawn(recording.<Void>told("spawns both", Recorded.class, "run", cx -> {
                for (char name : new char[] {'a', 'b'}) {
                    executor.spawn(recording.told("" + name, BrokenOrder.class, "yielding", BrokenOrder.yielding(name, new StringBuilder(), ended)));
                }
                return Poll.ready(null);
            }));
            ended.await();
        }
    }
}
