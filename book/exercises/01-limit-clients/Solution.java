/// A semaphore has a permit for each client that may be served.

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.Semaphore;

final class LimitedEcho {
    static final int LIMIT = 2;

    /// Accepts clients until the socket is closed.
    static void serve(ServerSocket listener) throws IOException {
        var permits = new Semaphore(LIMIT);
        while (true) {
            Socket client = listener.accept();
            Thread.startVirtualThread(() -> {
                permits.acquireUninterruptibly();
                try {
                    echo(client);
                } finally {
                    permits.release(); // also when the echo has failed
                }
            });
        }
    }

    private static void echo(Socket client) {
        try (client) {
            client.getInputStream().transferTo(client.getOutputStream());
        } catch (IOException e) {
            // the client is gone
        }
    }
}
