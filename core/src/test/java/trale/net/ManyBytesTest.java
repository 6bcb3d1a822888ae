package trale.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static trale.Async.async;
import static trale.Async.await;

import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.EnumSet;
import java.util.Random;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import trale.Future;
import trale.support.NeedsLinux;
import trale.support.Optimized;

/// 64 MiB each way at once, in chunks of random sizes, in buffers of every kind, to and from java.nio: compared by hash.
@NeedsLinux(NeedsLinux.THREADS)
@Optimized
class ManyBytesTest extends SocketTest {
    private static final int SIZE = 64 << 20;

    @TempDir
    Path folder;

    enum Kind {
        HEAP,
        DIRECT,
        HEAP_SLICE,
        DIRECT_SLICE,
        READ_ONLY,
        READ_ONLY_DIRECT;

        /// {@return an empty buffer with so much room, somewhere between its position and its limit}
        ByteBuffer room(int size) {
            return switch (this) {
                case HEAP, READ_ONLY -> ByteBuffer.allocate(size);
                case DIRECT, READ_ONLY_DIRECT -> ByteBuffer.allocateDirect(size);
                case HEAP_SLICE -> ByteBuffer.allocate(size + 30).slice(10, size + 10).position(3).limit(size + 3);
                case DIRECT_SLICE -> ByteBuffer.allocateDirect(size + 30).slice(10, size + 10).position(3).limit(size + 3);
            };
        }

        ByteBuffer holding(byte[] bytes) {
            var buffer = room(bytes.length);
            buffer.put(buffer.position(), bytes);
            return this == READ_ONLY || this == READ_ONLY_DIRECT ? buffer.asReadOnlyBuffer() : buffer;
        }
    }

    @Test
    void overTcpArriveUnchanged() throws Exception {
        try (var ends = ends()) {
            bothWays(ends.ours(), ends.theirs());
        }
    }

    @Test
    void overAUnixSocketArriveUnchanged() throws Exception {
        var here = UnixDomainSocketAddress.of(folder.resolve("s"));
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(here);
                var ours = executor.submit(UnixStream.connect(here)).join();
                var theirs = server.accept()) {
            bothWays(ours, theirs);
        }
    }

    private void bothWays(ByteStream<?> ours, SocketChannel theirs) throws Exception {
        var theirSend = new FutureTask<>(() -> {
            var chunks = new Chunks(1);
            for (byte[] chunk; (chunk = chunks.next()).length > 0; )
                for (var b = ByteBuffer.wrap(chunk); b.hasRemaining(); ) theirs.write(b);
            theirs.shutdownOutput();
            return chunks.digest.digest();
        });
        var theirReceive = new FutureTask<>(() -> {
            var digest = MessageDigest.getInstance("SHA-256");
            for (var b = ByteBuffer.allocateDirect(50_000); theirs.read(b) >= 0; b.clear()) digest.update(b.flip());
            return digest.digest();
        });
        Thread.ofPlatform().start(theirSend);
        Thread.ofPlatform().start(theirReceive);
        var ourSend = executor.submit(sending(ours));
        var ourReceive = executor.submit(receiving(ours));
        assertArrayEquals(theirSend.get(), ourReceive.join());
        assertArrayEquals(ourSend.join(), theirReceive.get());
    }

    /// [#SIZE] random bytes.
    private static final class Chunks {
        final MessageDigest digest = MessageDigest.getInstance("SHA-256");
        private final Random random;
        private int left = SIZE;

        Chunks(int seed) throws Exception {
            random = new Random(seed);
        }

        /// {@return the next, or an empty one at the end}
        byte[] next() {
            var chunk = new byte[Math.min(left, 1 + random.nextInt(200_000))];
            random.nextBytes(chunk);
            digest.update(chunk);
            left -= chunk.length;
            return chunk;
        }
    }

    private static Future<byte[]> sending(ByteStream<?> stream) {
        return async(() -> {
            var kinds = new Random(2);
            var used = EnumSet.noneOf(Kind.class);
            var chunks = new Chunks(3);
            for (byte[] chunk; (chunk = chunks.next()).length > 0; ) {
                var kind = Kind.values()[kinds.nextInt(6)];
                used.add(kind);
                await(stream.writeAll(kind.holding(chunk)));
            }
            stream.shutdownOutput();
            assertEquals(EnumSet.allOf(Kind.class), used);
            return chunks.digest.digest();
        });
    }

    private static Future<byte[]> receiving(AsyncRead stream) {
        return async(() -> {
            var random = new Random(4);
            var digest = MessageDigest.getInstance("SHA-256");
            while (true) {
                var buffer = Kind.values()[random.nextInt(4)].room(1 + random.nextInt(200_000));
                var start = buffer.position();
                var n = await(stream.read(buffer));
                if (n < 0) return digest.digest();
                assertEquals(start + n, buffer.position());
                digest.update(buffer.flip().position(start));
            }
        });
    }
}
