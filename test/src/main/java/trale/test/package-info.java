/// Deterministic simulation for tests: virtual time, an order that a seed decides, a simulated Linux and network, faults.
///
/// ```java
/// import java.net.InetSocketAddress;
/// import java.nio.ByteBuffer;
/// import trale.net.AsyncRead;
/// import trale.net.TcpListener;
/// import trale.net.TcpStream;
/// import trale.test.Simulation;
/// import static trale.Async.await;
///
/// void main() {
///     Simulation.forEachSeed(100, simulation -> {
///         var server = simulation.host("server").spawn(() -> {
///             try (var listener = TcpListener.bind(new InetSocketAddress(7));
///                     var stream = await(listener.accept())) {
///                 await(AsyncRead.copy(stream, stream));
///             }
///         });
///         simulation.run(() -> {
///             await(simulation.idle()); // the server listens
///             try (var stream = await(TcpStream.connect("server", 7))) {
///                 await(stream.writeAll(ByteBuffer.wrap("hello".getBytes())));
///                 var answer = ByteBuffer.allocate(5);
///                 await(stream.readExactly(answer));
///                 assert new String(answer.array()).equals("hello");
///             }
///         });
///         server.join(); // throws what the server has failed with
///     });
/// }
/// ```
@NullMarked
package trale.test;

import org.jspecify.annotations.NullMarked;
