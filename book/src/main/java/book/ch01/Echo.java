package book.ch01;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ThreadFactory;

/// A thread for each client.
final class Echo {
    private Echo() {}

    // region serve
    static void serve(ServerSocket listener, ThreadFactory threads) throws IOException {
        while (true) {
            Socket client = listener.accept();   // blocks until a client has come
            threads.newThread(() -> BrokenEcho.echo(client)).start();
        }
    }
    // end
}
