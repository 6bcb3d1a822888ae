package examples;

import static trale.Async.await;
import static trale.time.Timer.sleep;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import trale.Executor;
import trale.Scope;
import trale.net.UdpSocket;

/// Twenty bytes go from one task to another, from one UDP socket to another, while a third task prints.
class Udp {

    static void main(String... args) throws Exception {
        var command = new Command("udp [[HOST:]PORT]   to receive on; 127.0.0.1:9998 by default, 0 is any free port", args, "9998");
        var address = command.address(0);
        command.run("Choose another port: ./trale udp PORT", () -> talk(address));
    }

    static void talk(InetSocketAddress address) throws Exception {
        var second = Duration.ofSeconds(1);
        try (var in = UdpSocket.bind(address); // before the tasks: what is sent is not lost
                var out = UdpSocket.bind(new InetSocketAddress(address.getAddress(), 0))) {
            Executor.blockOn(Scope.run(tasks -> {
                tasks.fork(() -> {
                    await(sleep(Duration.ofMillis(500)));
                    IO.println("Hello A!");
                    await(sleep(second));
                    IO.println("Hello B!");
                    await(sleep(second));
                    IO.println("Hello C!");
                });
                tasks.fork(() -> {
                    var datagram = await(in.recvFrom(ByteBuffer.allocate(1500)));
                    IO.println("Received " + datagram.length() + " bytes from " + Command.text(datagram.from()));
                });
                tasks.fork(() -> {
                    await(sleep(second));
                    var sent = await(out.sendTo(ByteBuffer.allocate(20), in.localAddress()));
                    IO.println("Sent " + sent + " bytes");
                });
            }));
        }
    }
}
