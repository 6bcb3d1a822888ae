package book.ch12;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import trale.Future;
import trale.Poll;

/// Two tasks that yield six times, on an executor with defects.
final class BrokenOrder {
    private static final int TIMES = 6;

    private BrokenOrder() {}

    /// {@return which task was polled, a letter a poll}
    static String run(Defect... defects) throws IOException, InterruptedException {
        try (var executor = new Executor(defects)) {
            var log = new StringBuilder();
            var ended = new CountDownLatch(2);
            executor.spawn(cx -> { // both are spawned before either is polled
                executor.spawn(yielding('a', log, ended));
                executor.spawn(yielding('b', log, ended));
                return Poll.ready(null);
            });
            ended.await();
            return log.toString();
        }
    }

    static Future<Void> yielding(char name, StringBuilder log, CountDownLatch ended) {
        int[] left = {TIMES};
        return cx -> {
            log.append(name);
            if (--left[0] == 0) {
                ended.countDown();
                return Poll.ready(null);
            }
            cx.waker().wake();
            return Poll.pending();
        };
    }
}
