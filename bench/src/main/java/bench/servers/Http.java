package bench.servers;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// Just enough HTTP for the plaintext benchmark: a request ends at its blank line, wherever it was split, and every
/// request gets the same answer. The servers without an HTTP codec of their own share it; it does what `echo.c` does.
final class Http {
    static final String TEXT = "Hello, World!";

    private static final byte[] ANSWER = ("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: "
            + TEXT.length() + "\r\n\r\n" + TEXT).getBytes(StandardCharsets.US_ASCII);
    private static final byte[] BLANK_LINE = {'\r', '\n', '\r', '\n'};

    private int matched; // bytes of BLANK_LINE seen so far

    /// Takes all bytes of `in` and puts one answer into `out` for each request that ended in them.
    /// By index and in a local variable, because HotSpot writes a buffer's position and this object's field back for each byte.
    void answer(ByteBuffer in, ByteBuffer out) {
        int seen = matched;
        int end = in.limit();
        for (int i = in.position(); i < end; i++) {
            byte b = in.get(i);
            seen = b == BLANK_LINE[seen] ? seen + 1 : b == '\r' ? 1 : 0;
            if (seen == BLANK_LINE.length) {
                out.put(ANSWER);
                seen = 0;
            }
        }
        in.position(end);
        matched = seen;
    }

    /// {@return how large `out` must be for an input of that many bytes}
    static int answerCapacity(int bytes) {
        return (bytes + 3) / BLANK_LINE.length * ANSWER.length;
    }
}
