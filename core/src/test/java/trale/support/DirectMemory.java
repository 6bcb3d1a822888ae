package trale.support;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// Direct memory that is used up, in a JVM that a test has started with little of it.
public final class DirectMemory {
    private DirectMemory() {}

    /// Takes all of it. It stays taken as long as the list is reachable.
    public static List<ByteBuffer> takeAll() {
        var taken = new ArrayList<ByteBuffer>();
        for (var size : List.of(1 << 20, 1 << 10, 1)) { // that a size is no longer to be had costs half a second of collections
            try {
                for (;;) taken.add(ByteBuffer.allocateDirect(size));
            } catch (OutOfMemoryError e) {
                // then smaller ones
            }
        }
        if (taken.isEmpty()) throw new AssertionError("there was none to take");
        return taken;
    }
}
