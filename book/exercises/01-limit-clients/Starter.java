/// An echo server that serves two clients at a time; a third one waits.
///
/// The server starts a thread for each client that it accepts, however many there are. Change `serve` so that a client
/// that comes while `LIMIT` others are served is accepted, but hears its echo only when one of the others has left.

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;

final class LimitedEcho {
    static final int LIMIT = 2;

    /// Accepts clients until the socket is closed.
    static void serve(ServerSocket listener) throws IOException {
        while (true) {
            Socket client = listener.accept();
            Thread.startVirtualThread(() -> echo(client));
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
