package examples;

import static trale.Async.async;
import static trale.Async.await;

import module java.base;
import trale.Blocking;
import trale.Future;
import trale.net.*;
import trale.time.Timer;

/// A client of the web server: what it asks for, one request after the other, is answered from a folder.
///
/// @param patience how long the client may take over a request, and over each piece of an answer
record HttpConnection(TcpStream stream, WebFolder folder, Duration patience) {
    Future<Void> serve() {
        return async(() -> {
            var lines = new LineReader(stream, HttpRequest.MAX_LINE);
            for (boolean first = true, keepAlive = true; keepAlive; first = false) {
                keepAlive = false;
                var head = false;
                HttpResponse response;
                try {
                    var request = await(Timer.timeout(patience, HttpRequest.read(lines)));
                    if (request == null) return;
                    keepAlive = request.keepAlive();
                    head = request.method().equals("HEAD");
                    response = await(Blocking.run(() -> folder.answer(request)));
                } catch (TimeoutException e) {
                    if (!first) return; // just then a request may come, and this would be taken for its answer
                    response = HttpResponse.of(new HttpStatus("408 Request Timeout"));
                } catch (HttpStatus status) {
                    response = HttpResponse.of(status);
                }
                try (var answer = response) {
                    await(answer.send(stream, keepAlive, !head, patience));
                }
            }
            await(finish());
        });
    }

    /// A close with bytes unread would reset the connection, and the client might lose the answer: takes them, for a second.
    private Future<Void> finish() {
        return async(() -> {
            try {
                stream.shutdownOutput(); // fails if the client has reset the connection
                await(Timer.timeout(Duration.ofSeconds(1), AsyncRead.copy(stream, Server.NOWHERE)));
            } catch (IOException | TimeoutException e) {
                // it has been answered
            }
        });
    }
}
