package examples;

import static trale.Async.async;
import static trale.Async.await;
import static trale.time.Timer.sleep;

import java.net.InetSocketAddress;
import java.time.Duration;
import trale.Executor;
import trale.Future;
import trale.Scope;
import trale.net.AsyncRead;
import trale.net.TcpStream;

/// A TCP client sends back whatever it is sent, until the end of the stream, while another task prints.
class Tcp {

    static void main(String... args) throws Exception {
        var command = new Command("tcp [[HOST:]PORT]   to connect to; 127.0.0.1:5000 by default", args, "5000");
        var address = command.address(0);
        var port = address.getPort();
        command.run(
                "Start a peer first, in another terminal: nc -l -N " + port + " (what you type there comes back, Ctrl-D ends it), "
                        + "or ./trale tcp-serv " + port + " (which itself waits for what it is sent; Ctrl-C ends it)",
                () -> Executor.blockOn(Scope.run(tasks -> {
                    tasks.fork(echo(address));
                    tasks.fork(print());
                })));
    }

    private static Future<Void> echo(InetSocketAddress address) {
        return async(() -> {
            try (var stream = await(TcpStream.connect(address))) {
                IO.println("Connected to " + Command.text(stream.remoteAddress()));
                IO.println("Read " + await(AsyncRead.copy(stream, stream)) + " bytes");
            }
        });
    }

    private static Future<Void> print() {
        return async(() -> {
            await(sleep(Duration.ofMillis(500)));
            IO.println("Hello A!");
            await(sleep(Duration.ofSeconds(1)));
            IO.println("Hello B!");
            await(sleep(Duration.ofSeconds(1)));
            IO.println("Hello C!");
        });
    }
}
