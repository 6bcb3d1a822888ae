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
    void answer(ByteBuffer in, ByteBuffer out) {
        while (in.hasRemaining()) {
            byte b = in.get();
            matched = b == BLANK_LINE[matched] ? matched + 1 : b == '\r' ? 1 : 0;
            if (matched == BLANK_LINE.length) {
                out.put(ANSWER);
                matched = 0;
            }
        }
    }

    /// {@return how large `out` must be for an input of that many bytes}
    static int answerCapacity(int bytes) {
        return (bytes + 3) / BLANK_LINE.length * ANSWER.length;
    }
}
