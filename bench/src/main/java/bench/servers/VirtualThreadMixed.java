package bench.servers;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// Virtual threads, all on one carrier thread, under the mixed load of `mixed.c`.
final class VirtualThreadMixed {
    private static final int BUFFER = 65536;

    private VirtualThreadMixed() {}

    public static void main(String[] args) throws Exception {
        var lateness = new Lateness();
        var listener = new ServerSocket(0, 4096, InetAddress.getLoopbackAddress());
        System.out.println("ready " + listener.getLocalPort());
        Thread.ofVirtual().start(() -> {
            while (true) {
                lateness.set();
                try {
                    Thread.sleep(Lateness.PERIOD_MILLIS);
                } catch (InterruptedException e) {
                    return;
                }
                lateness.gone();
            }
        });
        Thread.ofVirtual().start(() -> {
            try {
                while (true) {
                    var stream = listener.accept();
                    stream.setTcpNoDelay(true);
                    Thread.ofVirtual().start(() -> serve(stream, lateness));
                }
            } catch (IOException e) {
                System.err.println("accept: " + e);
            }
        }).join();
    }

    private static void serve(Socket stream, Lateness lateness) {
        try (stream; var in = stream.getInputStream(); var out = stream.getOutputStream()) {
            var buffer = new byte[BUFFER];
            switch (in.read()) {
                case 'S' -> {
                    while (true) out.write(buffer);
                }
                case 'E' -> {
                    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) out.write(buffer, 0, n);
                }
                default -> out.write(lateness.text().getBytes(StandardCharsets.US_ASCII));
            }
        } catch (IOException e) {
            // The load has gone.
        }
    }
}
