/// An echo server that sends away a silent client.
///
/// A client that connects and says nothing holds a thread for as long as it likes. Change `echo` so that the connection
/// is closed when nothing has come from the client for `PATIENCE` milliseconds. A client that speaks more often stays.

import java.io.IOException;
import java.net.Socket;

final class PatientEcho {
    static final int PATIENCE = 200;

    /// Echoes until the client has sent all, or has been silent for too long; then the connection is closed.
    static void echo(Socket client) throws IOException {
        try (client) {
            var buffer = new byte[1024];
            int count;
            while ((count = client.getInputStream().read(buffer)) >= 0) {
                client.getOutputStream().write(buffer, 0, count);
            }
        }
    }
}
