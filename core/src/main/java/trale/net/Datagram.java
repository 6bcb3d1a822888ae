package trale.net;

import java.net.InetSocketAddress;

/// A datagram that [UdpSocket#recvFrom(java.nio.ByteBuffer)] received.
///
/// @param length the datagram's length in bytes. If the buffer had less room, the rest of the datagram is lost; the length is then greater
///               than the room the buffer had
/// @param from   the sender's address
public record Datagram(int length, InetSocketAddress from) {}
