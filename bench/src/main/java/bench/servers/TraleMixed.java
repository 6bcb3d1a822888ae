package bench.servers;

import static trale.Async.await;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import trale.Executor;
import trale.Future;
import trale.net.TcpListener;
import trale.net.TcpStream;
import trale.time.Timer;

/// trale under the mixed load of `mixed.c`.
final class TraleMixed {
    private static final int BUFFER = 65536;

    private TraleMixed() {}

    public static void main(String[] args) throws Exception {
        var lateness = new Lateness();
        var listener = TcpListener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        System.out.println("ready " + listener.localAddress().getPort());
        Executor.spawn(() -> {
            while (true) {
                lateness.set();
                await(Timer.sleep(Duration.ofMillis(Lateness.PERIOD_MILLIS)));
                lateness.gone();
            }
        });
        Executor.blockOn(() -> {
            while (true) {
                var stream = await(listener.accept());
                stream.noDelay(true);
                Executor.spawn(serve(stream, lateness)).closing(stream);
            }
        });
    }

    private static Future<Void> serve(TcpStream stream, Lateness lateness) {
        return trale.Async.async(() -> {
            var buffer = ByteBuffer.allocateDirect(BUFFER);
            await(stream.readExactly(buffer.limit(1)));
            switch (buffer.get(0)) {
                case 'S' -> {
                    while (true) await(stream.writeAll(buffer.clear()));
                }
                case 'E' -> {
                    while (await(stream.read(buffer.clear())) >= 0) await(stream.writeAll(buffer.flip()));
                }
                default -> await(stream.writeAll(ByteBuffer.wrap(lateness.text().getBytes(StandardCharsets.US_ASCII))));
            }
        });
    }
}
