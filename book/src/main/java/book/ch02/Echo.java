package book.ch02;

/// Sleeps for a millisecond when no socket had anything. No core is busy any more, and each echo is late.
final class Echo {
    private Echo() {}

    // region loop
    static void run(Sockets sockets) throws InterruptedException {
        while (sockets.isOpen()) {
            if (!sockets.turn()) Thread.sleep(1);
        }
    }
    // end
}
