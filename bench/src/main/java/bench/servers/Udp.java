package bench.servers;

/// What all servers on the JVM ask for in UDP, as `echo.c` does.
final class Udp {
    /// SO_RCVBUF in bytes: room for a datagram of each of 1,000 connections. Linux counts some 800 bytes for a small one, and its default
    /// has room for 277.
    static final int RECEIVE_BUFFER = 1 << 20;

    private Udp() {}
}
