package book.ch01;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;

/// One thread serves one client after the other.
final class BrokenEcho {
    private BrokenEcho() {}

    // region serve
    static void serve(ServerSocket listener) throws IOException {
        while (true) {
            Socket client = listener.accept();   // blocks until a client has come
            echo(client);
        }
    }
    // end

    // region echo
    static void echo(Socket client) {
        try (client) {
            var in = client.getInputStream();
            var out = client.getOutputStream();
            var buffer = new byte[1024];
            int count;
            while ((count = in.read(buffer)) >= 0) {   // blocks until the client has sent something
                out.write(buffer, 0, count);           // blocks while the client does not read
            }
        } catch (IOException e) {
            // this client is gone; the others are not
        }
    }
    // end
}
