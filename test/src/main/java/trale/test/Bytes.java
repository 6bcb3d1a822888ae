package trale.test;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/// A queue of bytes, in the pieces in which they came.
final class Bytes {
    private final ArrayDeque<ByteBuffer> pieces = new ArrayDeque<>();
    private int size;

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    void add(byte[] piece) {
        pieces.addLast(ByteBuffer.wrap(piece));
        size += piece.length;
    }

    /// Takes out as many bytes as there is room for.
    ///
    /// @return how many pieces were used up
    int moveTo(ByteBuffer to) {
        var usedUp = 0;
        for (ByteBuffer piece; to.hasRemaining() && (piece = pieces.peekFirst()) != null; ) {
            var n = Math.min(piece.remaining(), to.remaining());
            to.put(to.position(), piece, piece.position(), n).position(to.position() + n);
            piece.position(piece.position() + n);
            size -= n;
            if (piece.hasRemaining()) continue;
            pieces.removeFirst();
            usedUp++;
        }
        return usedUp;
    }

    byte[] take(int atMost) {
        var taken = new byte[Math.min(size, atMost)];
        moveTo(ByteBuffer.wrap(taken));
        return taken;
    }

    void clear() {
        pieces.clear();
        size = 0;
    }
}
