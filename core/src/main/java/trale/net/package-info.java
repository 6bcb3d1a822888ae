/// Sockets: [trale.net.TcpListener] and [trale.net.TcpStream], [trale.net.UdpSocket], [trale.net.UnixListener] and
/// [trale.net.UnixStream]; [trale.net.AsyncRead] and [trale.net.AsyncWrite], which streams share and java.io streams can be wrapped
/// as; [trale.net.LineReader] and [trale.net.WriteBuffer].
///
/// A server with pipelining reads by a LineReader that is tied to a WriteBuffer: all requests that have come are answered with one
/// write, just before the reader reads again.
///
/// Every operation is a future that does nothing before it is polled, and is awaited once. Sockets may be made and used
/// anywhere, by the tasks of any executor; of one socket's operations one may read (or accept) and one may write at a time,
/// another gets IllegalStateException. Its events come through the reactor of the executor whose task made it, or of the
/// process-wide one if no task did. When that executor is closed, the socket stays open and keeps its port, but an operation fails with
/// an AsynchronousCloseException that says "its executor was closed".
///
/// A failure is the exception java.net has for it, and tells the call, the address, and the error's name and text, such as
/// `connect 127.0.0.1:80: ECONNREFUSED (Connection refused)`. An argument that is null is a NullPointerException at once.
@NullMarked
package trale.net;

import org.jspecify.annotations.NullMarked;
