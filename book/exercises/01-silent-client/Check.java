import static book.learn.Expect.equal;
import static book.learn.Expect.that;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.concurrent.CompletableFuture;

void main() throws Exception {
    try (var listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            var client = new Socket(listener.getInetAddress(), listener.getLocalPort())) {
        client.setSoTimeout(1000);
        var failure = new CompletableFuture<IOException>();
        Socket served = listener.accept();
        Thread.startVirtualThread(() -> {
            try {
                PatientEcho.echo(served);
                failure.complete(null);
            } catch (IOException e) {
                failure.complete(e);
            }
        });
        for (int i = 1; i <= 4; i++) { // longer than PATIENCE together, each shorter than it
            Thread.sleep(PatientEcho.PATIENCE / 3);
            client.getOutputStream().write(i);
            equal(i, client.getInputStream().read(), "the echo of a client that speaks often enough");
        }
        try {
            equal(-1, client.getInputStream().read(), "what a silent client reads (-1: the connection is closed)");
        } catch (SocketTimeoutException e) {
            that(false, "The client was silent for 1000 ms, and its connection is still open.");
        }
        IOException thrown = failure.get();
        that(thrown == null, "echo throws " + thrown + " although a silent client is nothing unusual.");
    }
}
