package trale.net;

import java.net.InetSocketAddress;

/// What [UdpSocket#recvFrom(java.nio.ByteBuffer)] received.
///
/// @param length the datagram's true length. If the buffer had less room, the rest of the datagram is lost, and this is
///               how it is told: the length is then greater than the room there was, and than what the position advanced
/// @param from   who sent it
public record Datagram(int length, InetSocketAddress from) {}
