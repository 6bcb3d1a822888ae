package book.ch03;

import static java.nio.charset.StandardCharsets.UTF_8;
import static trale.Async.async;
import static trale.Async.await;

import java.nio.ByteBuffer;
import trale.Future;
import trale.net.LineReader;
import trale.net.TcpStream;

/// The sum as an async body of trale: the code that blocks, with `await` where it blocked. No thread waits.
final class AwaitSum {
    private AwaitSum() {}

    // region serve
    static Future<Void> serve(LineReader in, TcpStream out) {
        return async(() -> {
            String first;
            while ((first = await(in.readLine())) != null) {
                try {
                    long a = Long.parseLong(first);
                    long b = Long.parseLong(await(in.readLine()));
                    await(out.writeAll(bytes(a + b + "\n")));
                } catch (NumberFormatException e) {
                    await(out.writeAll(bytes("not a number\n")));
                }
            }
        });
    }
    // end

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }
}
