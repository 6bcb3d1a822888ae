package examples;

import static trale.Async.async;
import static trale.Async.await;

import trale.net.AsyncRead;

/// An echo server: a task for each connection sends back what it receives. SIGTERM or Ctrl-C stops it gracefully.
class TcpServ {

    static void main(String... args) throws Exception {
        var command = new Command("tcp-serv [[HOST:]PORT]   127.0.0.1:5000 by default, 0 is any free port", args, "5000");
        var address = command.address(0);
        command.run("Choose another port: ./trale tcp-serv PORT", () -> Server.run("", address, stream -> async(() -> {
            var bytes = await(AsyncRead.copy(stream, stream));
            Server.say("Echoed " + bytes + " bytes of " + Command.text(stream.remoteAddress()));
        }), "hello"));
    }
}
