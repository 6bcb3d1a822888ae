/// The socket itself has a limit for how long a read may block.

import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;

final class PatientEcho {
    static final int PATIENCE = 200;

    /// Echoes until the client has sent all, or has been silent for too long; then the connection is closed.
    static void echo(Socket client) throws IOException {
        try (client) {
            client.setSoTimeout(PATIENCE);
            var buffer = new byte[1024];
            int count;
            while ((count = client.getInputStream().read(buffer)) >= 0) {
                client.getOutputStream().write(buffer, 0, count);
            }
        } catch (SocketTimeoutException e) {
            // silent for too long: the socket has been closed above
        }
    }
}
