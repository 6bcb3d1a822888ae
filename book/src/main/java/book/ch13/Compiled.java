package book.ch13;

import static trale.Async.await;

import trale.Async;

/// The bodies that this chapter compiles: by hand, and with trale.
final class Compiled {
    private Compiled() {}

    // region total
    /// Adds n numbers.
    static Async.Body<Integer> total(Feed feed, int n) {
        return () -> {
            int total = 0;
            for (int i = 0; i < n; i++) total += await(feed.next());
            return total;
        };
    }
    // end

    // region header
    /// Looks at a large message, keeps its first byte, and waits.
    static Async.Body<Integer> header(Feed feed, Message message) {
        return () -> {
            byte[] bytes = message.load();
            int first = bytes[0];
            return first + await(feed.next());
        };
    }
    // end
}
