package book.ch02;

/// One thread that asks all sockets, again and again.
final class BrokenEcho {
    private BrokenEcho() {}

    // region loop
    static void run(Sockets sockets) {
        while (sockets.isOpen()) {
            sockets.turn();
        }
    }
    // end
}
