package bench.servers;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.datagram.DatagramSocketOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;

/// Vert.x 5 on its native epoll transport with one event loop, as its manual writes servers.
final class VertxServer {
    private static final String HOST = "127.0.0.1";

    private VertxServer() {}

    public static void main(String[] args) {
        var vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true).setEventLoopPoolSize(1));
        if (!vertx.isNativeTransportEnabled()) {
            throw new IllegalStateException("no native transport", vertx.unavailableNativeTransportCause());
        }
        var port = switch (args[0]) {
            case "http" -> http(vertx);
            case "udp" -> udp(vertx);
            default -> echo(vertx);
        };
        port.onSuccess(p -> System.out.println("ready " + p)).onFailure(Throwable::printStackTrace);
    }

    private static Future<Integer> echo(Vertx vertx) {
        return vertx.createNetServer(new NetServerOptions().setTcpNoDelay(true).setAcceptBacklog(4096))
                .connectHandler(stream -> stream.handler(stream::write))
                .listen(0, HOST)
                .map(NetServer::actualPort);
    }

    private static Future<Integer> http(Vertx vertx) {
        var text = Buffer.buffer(Http.TEXT);
        return vertx.createHttpServer(new HttpServerOptions().setTcpNoDelay(true).setAcceptBacklog(4096))
                .requestHandler(request -> request.response().putHeader("Content-Type", "text/plain").end(text))
                .listen(0, HOST)
                .map(HttpServer::actualPort);
    }

    private static Future<Integer> udp(Vertx vertx) {
        var socket = vertx.createDatagramSocket(new DatagramSocketOptions().setReceiveBufferSize(Udp.RECEIVE_BUFFER));
        socket.handler(packet -> socket.send(packet.data(), packet.sender().port(), packet.sender().host()));
        return socket.listen(0, HOST).map(s -> s.localAddress().port());
    }
}
