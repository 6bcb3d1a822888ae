package trale.internal.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Java's addresses and the kernel's, there and back.
class SocketAddressesTest {
    private final ByteBuffer memory = Libc.allocate(SocketAddresses.SIZE);

    private String bytes(SocketAddress address, int family) throws IOException {
        soil();
        var bytes = new byte[SocketAddresses.encode(address, family, memory)];
        memory.get(0, bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /// Puts there what an earlier address has left.
    private void soil() {
        for (var i = 0; i < memory.capacity(); i++) memory.put(i, (byte) 0x55);
    }

    private void thereAndBack(SocketAddress address) throws IOException {
        soil();
        var length = SocketAddresses.encode(address, SocketAddresses.family(address), memory);
        assertEquals(address, SocketAddresses.decode(memory, length));
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1, 0", "255.255.255.255, 65535", "::1, 80", "fe80::1:2, 1", "::, 32768"})
    void internetAddresses(String host, int port) throws IOException {
        thereAndBack(new InetSocketAddress(host, port));
    }

    @Test
    void scopes() throws IOException {
        var linkLocal = new InetSocketAddress("fe80::1", 0).getAddress().getAddress();
        var scoped = new InetSocketAddress(Inet6Address.getByAddress(null, linkLocal, 7), 9);
        thereAndBack(scoped);
        SocketAddresses.encode(scoped, SocketAddresses.AF_INET6, memory);
        assertEquals(7, memory.getInt(24));
        assertEquals(7, ((Inet6Address) ((InetSocketAddress) SocketAddresses.decode(memory, 28)).getAddress()).getScopeId());
    }

    @Test
    void theKernelsBytes() throws IOException {
        assertEquals("02001f90" + "7f000001" + "0".repeat(16), bytes(new InetSocketAddress("127.0.0.1", 8080), 2));
        assertEquals("0a001f90" + "00000000" + "0".repeat(20) + "ffff" + "7f000001" + "00000000",
                bytes(new InetSocketAddress("127.0.0.1", 8080), 10));
        assertEquals("0a001f90" + "00000000" + "20010db8" + "0".repeat(22) + "01" + "00000000",
                bytes(new InetSocketAddress("2001:db8::1", 8080), 10));
        assertEquals("0100" + "2f612f62" + "00", bytes(UnixDomainSocketAddress.of("/a/b"), 1));
        assertEquals("0100" + "00" + "6162", bytes(UnixDomainSocketAddress.of("@ab"), 1));
        assertEquals("0100", bytes(UnixDomainSocketAddress.of(""), 1));
    }

    @Test
    void anIpv4PeerOfAnIpv6SocketIsShownAsIpv4() throws IOException {
        var four = new InetSocketAddress("10.1.2.3", 80);
        var length = SocketAddresses.encode(four, SocketAddresses.AF_INET6, memory);
        assertEquals(28, length);
        assertEquals(four, SocketAddresses.decode(memory, length));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "/tmp/x", "@", "@abstract", "./@file", "a b"})
    void unixAddresses(String path) throws IOException {
        thereAndBack(UnixDomainSocketAddress.of(path));
        thereAndBack(UnixDomainSocketAddress.of("x".repeat(107)));
        assertThrows(SocketException.class, () -> thereAndBack(UnixDomainSocketAddress.of("x".repeat(108))));
    }

    @Test
    void anAbstractNameMayBeAsLongAsAPathThoughItIsWrittenWithAnAt() throws IOException {
        thereAndBack(UnixDomainSocketAddress.of("@" + "x".repeat(107)));
        var tooLong = UnixDomainSocketAddress.of("@" + "x".repeat(108));
        assertEquals("unix:" + tooLong + ": the name has 108 bytes; the kernel takes 107 at most",
                assertThrows(SocketException.class, () -> thereAndBack(tooLong)).getMessage());
    }

    @Test
    void anAbstractNameWithNulsAndAPathWithoutOneAreReadableToo() {
        memory.putShort(0, (short) 1);
        memory.put(2, new byte[] {0, 'a', 0, 'b', 'c'});
        assertEquals(UnixDomainSocketAddress.of("@a@bc"), SocketAddresses.decode(memory, 7));
        memory.put(2, new byte[] {'p', 'q', 0, 'r'});
        assertEquals(UnixDomainSocketAddress.of("pq"), SocketAddresses.decode(memory, 4));
        assertEquals(UnixDomainSocketAddress.of("pq"), SocketAddresses.decode(memory, 6));
    }

    @Test
    void whatIsNoAddressIsRefused() {
        assertThrows(UnknownHostException.class, () -> thereAndBack(InetSocketAddress.createUnresolved("h", 1)));
        assertThrows(SocketException.class, () -> bytes(new InetSocketAddress("::1", 1), SocketAddresses.AF_INET));
        assertThrows(IllegalArgumentException.class, () -> SocketAddresses.family(new SocketAddress() {
            private static final long serialVersionUID = 1;
        }));
    }
}
