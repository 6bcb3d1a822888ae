package trale.net;

import static java.net.StandardSocketOptions.SO_RCVBUF;
import static java.net.StandardSocketOptions.SO_SNDBUF;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.await;

import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import trale.Poll;

/// What can't work is refused by the call that says it, not by a later await.
class ArgumentsTest extends SocketTest {
    private static final AsyncRead NOTHING = to -> _ -> Poll.ready(-1);
    private static final AsyncWrite NOWHERE = from -> _ -> Poll.ready(from.remaining());

    @Test
    void nullIsRefusedAtOnce() throws Exception {
        try (var stream = ends();
                var udp = udp()) {
            for (var call : List.<Executable>of(
                    () -> TcpListener.bind(null), () -> UnixListener.bind(null), () -> UdpSocket.bind(null),
                    () -> TcpListener.bind(LOOPBACK, null), () -> UdpSocket.bind(LOOPBACK, null),
                    () -> UnixListener.bind(abstractName("null"), null),
                    () -> TcpStream.connect(null), () -> TcpStream.connect(null, 1), () -> UnixStream.connect(null),
                    () -> stream.ours().read(null), () -> stream.ours().write(null), () -> stream.ours().readExactly(null),
                    () -> stream.ours().writeAll(null), () -> stream.ours().setOption(null, 1),
                    () -> stream.ours().setOption(SO_RCVBUF, null), () -> stream.ours().getOption(null),
                    () -> NOTHING.readExactly(null), () -> NOWHERE.writeAll(null),
                    () -> AsyncRead.copy(null, NOWHERE), () -> AsyncRead.copy(NOTHING, null),
                    () -> udp.connect(null), () -> udp.send(null), () -> udp.sendTo(null, LOOPBACK),
                    () -> udp.sendTo(bytes("x"), null), () -> udp.recv(null), () -> udp.recvFrom(null),
                    () -> new LineReader(null, 1), () -> new LineReader(NOTHING, 1, null)))
                assertThrows(NullPointerException.class, call);
            assertEquals(1, run(() -> await(stream.ours().write(bytes("x")))), "and the sockets are as they were");
            assertEquals(1, run(() -> await(udp.sendTo(bytes("x"), udp.localAddress()))));
        }
    }

    private static void isRefused(String why, Executable call) {
        assertEquals(why, assertThrows(IllegalArgumentException.class, call).getMessage());
    }

    @Test
    void aValueThatCannotBeIsNamed() throws Exception {
        isRefused("a backlog of -1: it has to be 0 or more", () -> BindOptions.LISTENER.backlog(-1));
        isRefused("lines of at most 0 bytes: it has to be 1 or more", () -> new LineReader(NOTHING, 0));
        isRefused("lines of at most -5 bytes: it has to be 1 or more", () -> new LineReader(NOTHING, -5));
        isRefused("lines of at most 2147483647 bytes: a buffer holds 2147483637 and the line's end",
                () -> new LineReader(NOTHING, Integer.MAX_VALUE));
        isRefused("in UTF-16LE a line does not end with the byte 10",
                () -> new LineReader(NOTHING, 10, StandardCharsets.UTF_16LE));
        isRefused("port out of range:-1", () -> TcpStream.connect("localhost", -1));
        isRefused("port out of range:65536", () -> TcpStream.connect("localhost", 65_536));
        try (var udp = udp()) {
            isRefused("SO_RCVBUF: -1 is negative", () -> udp.setOption(SO_RCVBUF, -1));
            isRefused("SO_SNDBUF: -2 is negative", () -> udp.setOption(SO_SNDBUF, -2));
            var unknown = assertThrows(UnsupportedOperationException.class,
                    () -> udp.getOption(StandardSocketOptions.IP_TOS)).getMessage();
            assertTrue(unknown.startsWith("IP_TOS is none of ") && unknown.contains("SO_RCVBUF"), unknown);
        }
    }

    @Test
    void aBufferThatCannotBeWrittenToIsRefusedAtOnceByEveryRead() throws Exception {
        var readOnly = ByteBuffer.allocate(1).asReadOnlyBuffer();
        try (var stream = ends();
                var udp = udp()) {
            for (var call : List.<Executable>of(() -> stream.ours().read(readOnly), () -> stream.ours().readExactly(readOnly),
                    () -> NOTHING.readExactly(readOnly), () -> udp.recv(readOnly), () -> udp.recvFrom(readOnly)))
                assertThrows(ReadOnlyBufferException.class, call);
            stream.theirs().write(bytes("x"));
            assertEquals(1, run(() -> await(stream.ours().read(ByteBuffer.allocate(1)))), "and no byte is lost");
        }
    }
}
