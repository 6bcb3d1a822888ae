package bench.servers;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/// Netty on epoll, with one event loop, under the mixed load of `mixed.c`.
final class NettyMixed {
    private static final int BUFFER = 65536;

    private NettyMixed() {}

    public static void main(String[] args) throws InterruptedException {
        var lateness = new Lateness();
        var loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        var channel = new ServerBootstrap().group(loop).channel(EpollServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 4096)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new Handler(lateness));
                    }
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)).sync().channel();
        System.out.println("ready " + ((InetSocketAddress) channel.localAddress()).getPort());
        loop.execute(() -> tick(loop, lateness));
        channel.closeFuture().sync();
    }

    private static void tick(EventLoopGroup loop, Lateness lateness) {
        lateness.set();
        loop.schedule(() -> {
            lateness.gone();
            tick(loop, lateness);
        }, Lateness.PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    private static final class Handler extends ChannelInboundHandlerAdapter {
        private final Lateness lateness;
        private final ByteBuf piece = Unpooled.directBuffer(BUFFER).writeZero(BUFFER);
        private byte kind; // 0: the first byte has not come

        Handler(Lateness lateness) {
            this.lateness = lateness;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            var bytes = (ByteBuf) message;
            if (kind == 0) kind = bytes.readByte();
            switch (kind) {
                case 'E' -> {
                    context.writeAndFlush(bytes);
                    return;
                }
                case 'S' -> stream(context);
                default -> context.writeAndFlush(Unpooled.copiedBuffer(lateness.text(), StandardCharsets.US_ASCII))
                        .addListener(ChannelFutureListener.CLOSE);
            }
            bytes.release();
        }

        /// Writes as long as Netty's own buffer takes it; Netty calls when it does again.
        private void stream(ChannelHandlerContext context) {
            while (context.channel().isWritable()) context.write(piece.retainedDuplicate());
            context.flush();
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            if (kind == 'S') stream(context);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close(); // the load has gone
        }
    }
}
