package bench.servers;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.uring.IoUringDatagramChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/// Netty 4.2 as its own examples write it, one event loop for everything: `epoll` or `io_uring`, then the protocol.
final class NettyServer {
    private NettyServer() {}

    /// What differs between the two transports, and nothing else does.
    private record Transport(IoHandlerFactory io, Class<? extends ServerChannel> listener,
                             Class<? extends DatagramChannel> datagrams) {
        static Transport named(String name) {
            return switch (name) {
                case "epoll" -> new Transport(EpollIoHandler.newFactory(), EpollServerSocketChannel.class,
                        EpollDatagramChannel.class);
                case "io_uring" -> new Transport(IoUringIoHandler.newFactory(), IoUringServerSocketChannel.class,
                        IoUringDatagramChannel.class);
                default -> throw new IllegalArgumentException("transport " + name + ": use epoll or io_uring");
            };
        }
    }

    public static void main(String[] args) throws InterruptedException {
        var transport = Transport.named(args[0]);
        var protocol = args[1];
        var loop = new MultiThreadIoEventLoopGroup(1, transport.io());
        var loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        var bound = protocol.equals("udp")
                ? new Bootstrap().group(loop).channel(transport.datagrams())
                        .option(ChannelOption.SO_RCVBUF, Udp.RECEIVE_BUFFER)
                        .handler(new Datagrams())
                        .bind(loopback)
                : new ServerBootstrap().group(loop).channel(transport.listener())
                        .option(ChannelOption.SO_BACKLOG, 4096)
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childHandler(new Streams(protocol.equals("http")))
                        .bind(loopback);
        var channel = bound.sync().channel();
        System.out.println("ready " + ((InetSocketAddress) channel.localAddress()).getPort());
        channel.closeFuture().sync();
    }

    @ChannelHandler.Sharable
    private static final class Streams extends ChannelInitializer<Channel> {
        private final boolean http;

        Streams(boolean http) {
            this.http = http;
        }

        @Override
        protected void initChannel(Channel channel) {
            if (http) {
                channel.pipeline().addLast(new HttpServerCodec(), new Plaintext());
            } else {
                channel.pipeline().addLast(new Echo());
            }
        }
    }

    /// Answers are written as messages are read and flushed once all that was there has been read.
    private abstract static class Handler extends ChannelInboundHandlerAdapter {
        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            context.flush();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            System.err.println("connection: " + cause);
            context.close();
        }
    }

    private static final class Echo extends Handler {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            context.write(message, context.voidPromise());
        }
    }

    private static final class Plaintext extends Handler {
        private static final ByteBuf TEXT = Unpooled.unreleasableBuffer(
                Unpooled.directBuffer().writeBytes(Http.TEXT.getBytes(StandardCharsets.US_ASCII)).asReadOnly());

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (message instanceof HttpRequest) {
                var response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, TEXT.duplicate());
                response.headers()
                        .set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.TEXT_PLAIN)
                        .setInt(HttpHeaderNames.CONTENT_LENGTH, TEXT.readableBytes());
                context.write(response, context.voidPromise());
            }
            ReferenceCountUtil.release(message);
        }
    }

    private static final class Datagrams extends Handler {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            var packet = (DatagramPacket) message;
            context.write(new DatagramPacket(packet.content(), packet.sender()), context.voidPromise());
        }
    }
}
