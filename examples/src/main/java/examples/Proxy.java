package examples;

import static trale.Async.async;
import static trale.Async.await;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.CancellationException;
import trale.Future;
import trale.Scope;
import trale.net.AsyncRead;
import trale.net.TcpStream;

/// A TCP proxy: bytes go both ways at once, and so does the end of the stream (half-close).
class Proxy {

    static void main(String... args) throws Exception {
        var command = new Command(
                "proxy [[HOST:]PORT [[HOST:]PORT]]   from and to; 127.0.0.1:5001 and 127.0.0.1:5000 by default", args, "5001", "5000");
        var from = command.address(0);
        var to = command.address(1);
        command.run("Choose another port: ./trale proxy PORT", () -> Server.run("", from, client -> serve(client, to), "hello"));
    }

    private static Future<Void> serve(TcpStream client, InetSocketAddress to) {
        return async(() -> {
            try (var server = await(TcpStream.connect(Server.isRehearsing() ? client.localAddress() : to))) {
                await(Scope.run(directions -> {
                    directions.fork(pump("up", client, server, directions));
                    directions.fork(pump("down", server, client, directions));
                }));
            }
        });
    }

    /// Copies until the end of the stream, and passes that on: the other direction may have more to say. If either side
    /// breaks the other direction is cancelled, and then both are closed.
    private static Future<Void> pump(String which, TcpStream from, TcpStream to, Scope directions) {
        return async(() -> {
            var name = Command.text(from.remoteAddress()) + " " + which + ": ";
            try {
                var bytes = await(AsyncRead.copy(from, to));
                Server.say(name + bytes + " bytes");
                end(to);
            } catch (CancellationException e) {
                Server.say(name + "closed with the other direction");
                throw e;
            } catch (IOException e) {
                Server.say(name + e.getMessage());
                directions.cancel();
            }
        });
    }

    private static void end(TcpStream to) {
        try {
            to.shutdownOutput();
        } catch (IOException e) {
            // it has reset its connection (ENOTCONN), and needs no end
        }
    }
}
