import static book.learn.Expect.equal;
import static book.learn.Expect.that;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;

private static final int SOON = 300; // milliseconds in which an echo that must not come would have come
private static final int LATE = 3000;

void main() throws Exception {
    try (var listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
        Thread.startVirtualThread(() -> {
            try {
                LimitedEcho.serve(listener);
            } catch (IOException e) {
                // closed, below
            }
        });
        try (var first = client(listener); var second = client(listener)) {
            equal(1, echo(first, 1), "the echo of the first client's 1");
            equal(2, echo(second, 2), "the echo of the second client's 2");
            try (var third = client(listener)) {
                third.getOutputStream().write(3);
                that(!hears(third, SOON), "The third client got its echo while two others were there.");
                equal(4, echo(first, 4), "the echo of the first client's 4, while the third one waits");
                first.close();
                that(hears(third, LATE), "The third client got no echo, although the first one had left.");
            }
        }
    }
}

static Socket client(ServerSocket listener) throws IOException {
    var client = new Socket(listener.getInetAddress(), listener.getLocalPort());
    client.setSoTimeout(LATE);
    return client;
}

static int echo(Socket client, int b) throws IOException {
    client.getOutputStream().write(b);
    return client.getInputStream().read();
}

static boolean hears(Socket client, int millis) throws IOException {
    client.setSoTimeout(millis);
    try {
        return client.getInputStream().read() >= 0;
    } catch (SocketTimeoutException e) {
        return false;
    }
}
