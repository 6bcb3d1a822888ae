/// Sockets: [trale.net.TcpListener] and [trale.net.TcpStream], [trale.net.UdpSocket], [trale.net.UnixListener] and
/// [trale.net.UnixStream]. [trale.net.AsyncRead] and [trale.net.AsyncWrite] are what all streams have in common; they also wrap java.io
/// streams. [trale.net.LineReader] and [trale.net.WriteBuffer] read lines and collect small writes.
///
/// A server with pipelining reads through a LineReader that is tied to a WriteBuffer: it answers all requests that have come with one
/// write, before it reads again.
///
/// Every operation is a future: it does nothing before it is polled, and is awaited once. The tasks of any executor may make and use a
/// socket. One operation may read (or accept) and one may write at a time; a further one fails with IllegalStateException. A socket's
/// events come through the reactor of the executor whose task made it, or of the process-wide executor if no task did. When that executor
/// is closed, the socket stays open and keeps its port, but its operations fail with an AsynchronousCloseException that says "its
/// executor was closed".
///
/// A failure has the exception type that java.net has. Its message has the call, the address, and the error's name and text, such as
/// `connect 127.0.0.1:80: ECONNREFUSED (Connection refused)`. An argument that is null is a NullPointerException at once. Making a socket
/// outside of tasks may fail as [trale.Executor#get()] does. On anything but Linux every first use fails with
/// UnsupportedOperationException, and with IllegalStateException if native access is denied.
@NullMarked
package trale.net;

import org.jspecify.annotations.NullMarked;
