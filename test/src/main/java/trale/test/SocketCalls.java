package trale.test;

import java.nio.ByteBuffer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import trale.internal.linux.Kernel;

/// What the system calls of a socket read and write in the memory of the caller.
final class SocketCalls {
    private SocketCalls() {}

    static int withAddress(long address, long length, Function<@Nullable Address, Integer> call) {
        return call.apply(Address.read(Kernel.memory(address, length)));
    }

    static int write(Address address, int family, long to, long length) {
        if (to == 0) return 0;
        Kernel.memory(length, Integer.BYTES).putInt(0, address.write(family, Kernel.memory(to, 128)));
        return 0;
    }

    static int getPeer(Socket s, long to, long length) {
        var peer = s instanceof Unix unix ? unix.peerName() : s.peer;
        return s.isConnected() && peer != null ? write(peer, s.family, to, length) : -Linux.ENOTCONN;
    }

    static int getOption(Socket s, int level, int name, long value, long length) {
        var room = Kernel.memory(length, Integer.BYTES);
        var n = s.getOption(level, name, Kernel.memory(value, room.getInt(0)));
        if (n < 0) return n;
        room.putInt(0, n);
        return 0;
    }

    static int send(Socket s, ByteBuffer bytes, long to, long length) {
        return to == 0 ? s.send(bytes, null) : withAddress(to, length, address -> s.send(bytes, address));
    }
}
