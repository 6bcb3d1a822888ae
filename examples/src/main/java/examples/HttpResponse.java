package examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static trale.Async.async;
import static trale.Async.await;

import module java.base;
import trale.Blocking;
import trale.Future;
import trale.net.TcpStream;
import trale.time.Timer;

/// A status, fields and a body, of which no more than a piece is in memory at a time.
///
/// @param fields all but those that every answer has; each ends with a new line
record HttpResponse(String status, String type, String fields, ReadableByteChannel body, long length) implements AutoCloseable {
    private static final int PIECE = 1 << 16;
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US);

    /// What the JDK does not know.
    private static final Map<String, String> TYPES = Map.of(
            "ico", "image/vnd.microsoft.icon", "mjs", "text/javascript", "woff", "font/woff", "woff2", "font/woff2");

    static HttpResponse of(HttpStatus status) {
        var text = (status.getMessage() + "\n").getBytes(UTF_8);
        var body = Channels.newChannel(new ByteArrayInputStream(text));
        return new HttpResponse(status.getMessage(), "text/plain; charset=utf-8", status.fields(), body, text.length);
    }

    /// {@return the Content-Type of a file of that name}
    static String typeOf(String name) {
        var type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
        if (type == null) type = URLConnection.guessContentTypeFromName(name);
        if (type == null) type = "application/octet-stream";
        return type.startsWith("text/") ? type + "; charset=utf-8" : type;
    }

    /// @param patience how long the client may take over each piece
    Future<Void> send(TcpStream stream, boolean keepAlive, boolean withBody, Duration patience) {
        return async(() -> {
            var head = head(keepAlive ? "keep-alive" : "close");
            var left = withBody ? length : 0;
            var piece = ByteBuffer.allocate((int) Math.min(PIECE, head.length + left)).put(head);
            do {
                while (left > 0 && piece.hasRemaining()) {
                    piece.limit((int) Math.min(piece.capacity(), piece.position() + left));
                    var n = await(Blocking.run(() -> body.read(piece)));
                    if (n < 0) throw new EOFException("a file has become shorter while it was sent");
                    left -= n;
                }
                await(Timer.timeout(patience, stream.writeAll(piece.flip())));
                piece.clear();
            } while (left > 0);
        });
    }

    private byte[] head(String connection) {
        var head = "HTTP/1.1 %s\nDate: %s\nConnection: %s\nContent-Type: %s\nContent-Length: %d\n%s\n".formatted(
                status, DATE.format(ZonedDateTime.now(ZoneOffset.UTC)), connection, type, length, fields);
        return head.replace("\n", "\r\n").getBytes(UTF_8);
    }

    @Override
    public void close() throws IOException {
        body.close();
    }
}
