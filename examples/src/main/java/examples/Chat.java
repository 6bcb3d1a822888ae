package examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static trale.Async.async;
import static trale.Async.await;

import module java.base;
import trale.Async;
import trale.Future;
import trale.Scope;
import trale.net.*;
import trale.sync.Channel;
import trale.time.Timer;

/// A chat room for nc: a bounded channel for each client, so one that does not read is disconnected and hurts no other.
///
/// @param room the mail of all clients, in the order in which they came; the executor's thread alone uses it
record Chat(Map<Channel<String>, String> room) {
    private static final int UNREAD = 64; // lines
    private static final int KERNEL = 1 << 14; // bytes that the kernel keeps for a client that does not read
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    static void main(String... args) throws Exception {
        var command = new Command(
                "chat [[HOST:]PORT]   127.0.0.1:7000 by default, 0 is any free port; nc 127.0.0.1 7000 enters", args, "7000");
        command.run("Choose another port: ./trale chat PORT",
                () -> Server.run("", command.address(0), new Chat(new LinkedHashMap<>())::serve, "ann\nhello\n"));
    }

    Future<Void> serve(TcpStream stream) {
        return Scope.run(client -> {
            stream.setOption(StandardSocketOptions.SO_SNDBUF, KERNEL);
            await(write(stream, "Your name?"));
            var lines = new LineReader(stream, 1000);
            var name = await(lines.readLine());
            if (name == null) return;
            var mail = new Channel<String>(UNREAD);
            room.put(mail, name);
            tell("* " + name + " is here");
            try {
                var reading = client.fork(read(lines, name)).closing(mail);
                for (String line; (line = await(mail.receive())) != null; ) await(write(stream, line));
                if (!reading.isDone()) await(write(stream, "* you read too slowly: goodbye"));
            } finally {
                room.remove(mail);
                client.cancel(); // the reading
                tell("* " + name + " has left");
            }
        });
    }

    /// What the client says goes to all. At the end of it the client's mail is closed, which ends its writing.
    private Future<Void> read(LineReader lines, String name) {
        return async(() -> {
            for (String line; (line = await(lines.readLine())) != null; ) {
                tell(name + ": " + line);
                await(Async.yieldNow()); // now the others write: one that talks fast fills no channel of one that reads
            }
        });
    }

    /// Waits for no client: one whose mail is full has not read for too long, and gets no more.
    private void tell(String line) {
        for (var mail : room.keySet()) {
            if (!mail.offer(line)) mail.close();
        }
    }

    private static Future<Void> write(TcpStream stream, String line) {
        return Timer.timeout(PATIENCE, stream.writeAll(ByteBuffer.wrap((line + "\n").getBytes(UTF_8))));
    }
}
