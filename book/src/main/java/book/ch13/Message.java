package book.ch13;

import java.lang.ref.WeakReference;

/// A large message. It tells whether its bytes are still in memory.
final class Message {
    private static final int SIZE = 1 << 20;

    private WeakReference<byte[]> loaded = new WeakReference<>(null);

    byte[] load() {
        var bytes = new byte[SIZE];
        bytes[0] = 41;
        loaded = new WeakReference<>(bytes);
        return bytes;
    }

    /// {@return whether something still refers to the bytes}
    boolean isInMemory() {
        for (int i = 0; i < 10 && loaded.get() != null; i++) System.gc();
        return loaded.get() != null;
    }
}
