package examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static trale.Async.async;
import static trale.Async.await;
import static trale.time.Timer.sleep;

import module java.base;
import trale.Executor;
import trale.Future;
import trale.Scope;
import trale.net.*;

/// Three mirrors are asked, each a moment after the one before; the first answer wins, and the others are cancelled.
class Race {
    /// The first mirror is slow today, the third is asked too late.
    enum Mirror {
        BERLIN(0, 3000), OSLO(200, 400), LIMA(400, 1000);

        final Duration askedAfter, answersAfter;

        Mirror(int askedAfter, int answersAfter) {
            this.askedAfter = Duration.ofMillis(askedAfter);
            this.answersAfter = Duration.ofMillis(answersAfter);
        }
    }

    static void main() {
        Executor.blockOn(Scope.run(mirrors -> {
            var asked = new ArrayList<Future<String>>();
            for (var mirror : Mirror.values()) {
                var listener = TcpListener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                mirrors.fork(serve(mirror, listener)).closing(listener);
                asked.add(ask(mirror, listener.localAddress()));
            }
            IO.println("The answer: " + await(Future.any(asked)));
            mirrors.cancel(); // they would listen for ever
        }));
    }

    private static Future<String> ask(Mirror mirror, InetSocketAddress address) {
        return async(() -> {
            try {
                await(sleep(mirror.askedAfter));
                IO.println("Asking " + mirror);
                try (var stream = await(TcpStream.connect(address))) {
                    return await(new LineReader(stream, 80).readLine());
                } // its connection is closed also if it loses
            } catch (CancellationException e) {
                IO.println(mirror + " was cancelled: another was faster");
                throw e;
            }
        });
    }

    private static Future<Void> serve(Mirror mirror, TcpListener listener) {
        return async(() -> {
            try (var stream = await(listener.accept())) {
                await(sleep(mirror.answersAfter));
                await(stream.writeAll(ByteBuffer.wrap((mirror + " has it\n").getBytes(UTF_8))));
            }
        });
    }
}
