package examples;

import static trale.Async.async;
import static trale.Async.await;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import trale.Executor;
import trale.Future;
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
                var up = Executor.spawn(pump("up", client, server));
                var down = Executor.spawn(pump("down", server, client));
                await(up);
                await(down);
            }
        });
    }

    /// Copies until the end of the stream, and passes that on: the other direction may have more to say. If either side
    /// breaks both are closed, which ends the other direction too.
    static Future<Void> pump(String which, TcpStream from, TcpStream to) {
        return async(() -> {
            try {
                var bytes = await(AsyncRead.copy(from, to));
                try {
                    to.shutdownOutput();
                } catch (IOException e) {
                    // its other end has reset the connection, or the other direction has closed it
                }
                Server.say(Command.text(from.remoteAddress()) + " " + which + ": " + bytes + " bytes");
            } catch (ClosedChannelException e) {
                Server.say(Command.text(from.remoteAddress()) + " " + which + ": closed with the other direction");
            } catch (IOException e) {
                Server.say(Command.text(from.remoteAddress()) + " " + which + ": " + e.getMessage());
                from.close();
                to.close();
            }
        });
    }
}
