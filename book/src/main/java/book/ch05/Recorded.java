package book.ch05;

import book.recording.ChapterRecording;
import trale.Context;
import trale.Future;
import trale.Poll;

/// The two counters on both run-queues, for the recordings on the page.
public final class Recorded {
    private static final int POLLS = 10;

    private Recorded() {}

    public static void broken(ChapterRecording recording) {
        var queue = new BrokenRunQueue();
        queue.spawn(told(recording, "a", 3));
        queue.spawn(told(recording, "b", 1000));
        queue.run(POLLS);
    }

    public static void fixed(ChapterRecording recording) {
        var queue = new RunQueue();
        queue.spawn(told(recording, "a", 3));
        queue.spawn(told(recording, "b", 1000));
        queue.run(POLLS);
    }

    /// A task of this chapter has no waker: that it goes back into the queue is told as a wake by itself.
    private static Task told(ChapterRecording recording, String name, int steps) {
        var counter = new Counter(name, steps, new StringBuilder());
        Future<Void> told = recording.told(name, Counter.class, "poll", cx -> {
            if (counter.poll()) return Poll.ready(null);
            cx.waker().wake();
            return Poll.pending();
        });
        var queued = Context.of(() -> {}); // the queue has put it in already
        return () -> {
            try {
                return told.poll(queued) instanceof Poll.Ready<?>;
            } catch (Exception e) {
                throw new AssertionError("a counter does not fail", e);
            }
        };
    }
}
