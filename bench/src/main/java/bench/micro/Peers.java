package bench.micro;

import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/// What each peer runs its tasks on: always one thread. (Virtual threads get theirs by
/// `-Djdk.virtualThreadScheduler.parallelism=1`.)
public final class Peers {
    private Peers() {}

    interface Code {
        void run() throws InterruptedException;
    }

    static void onVirtualThread(Code code) throws InterruptedException {
        Thread.ofVirtual().start(() -> {
            try {
                code.run();
            } catch (InterruptedException e) {
                throw new AssertionError("nothing interrupts", e);
            }
        }).join();
    }

    @State(Scope.Benchmark)
    public static class Trale {
        final trale.Executor executor = trale.Executor.builder().name("bench").build();

        @TearDown
        public void close() {
            executor.close();
        }
    }

    @State(Scope.Benchmark)
    public static class TwoTrales {
        final trale.Executor one = trale.Executor.builder().name("one").build();
        final trale.Executor other = trale.Executor.builder().name("other").build();

        @TearDown
        public void close() {
            one.close();
            other.close();
        }
    }

    @State(Scope.Benchmark)
    public static class Kotlin {
        final KotlinPeer peer = new KotlinPeer();

        @TearDown
        public void close() {
            peer.close();
        }
    }

    @State(Scope.Benchmark)
    public static class OtherKotlin {
        final KotlinPeer peer = new KotlinPeer();

        @TearDown
        public void close() {
            peer.close();
        }
    }

    /// Where CompletableFuture's stages run.
    @State(Scope.Benchmark)
    public static class SingleThread {
        final ExecutorService executor = Executors.newSingleThreadExecutor();

        @TearDown
        public void close() {
            executor.shutdownNow();
        }
    }

    @State(Scope.Benchmark)
    public static class Netty {
        private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        final EventLoop loop = group.next();

        @TearDown
        public void close() {
            group.shutdownGracefully();
        }
    }
}
