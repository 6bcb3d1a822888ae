package book.ch01;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.concurrent.ThreadFactory;

/// Chapter 1: why isn't a thread a client enough?
public final class Main {
    private static final int PATIENCE = 500; // milliseconds

    private Main() {}

    interface Serve {
        void serve(ServerSocket listener) throws IOException;
    }

    /// @param args none, `broken` or `measure`
    public static void main(String[] args) throws IOException, InterruptedException {
        switch (args.length == 0 ? "" : args[0]) {
            case "broken" -> run(BrokenEcho::serve);
            case "measure" -> Memory.measure();
            case "idle" -> Memory.serve(args[1]);
            default -> run(listener -> Echo.serve(listener, threads("platform")));
        }
    }

    /// @param kind `platform`: each thread is one of the kernel's; `virtual`: many share a few of those
    static ThreadFactory threads(String kind) {
        return kind.equals("virtual") ? Thread.ofVirtual().factory() : Thread.ofPlatform().daemon().factory();
    }

    /// Two clients: the first connects and says nothing, the second sends a byte.
    ///
    /// @return whether the second one heard its echo while the first one was there
    static boolean run(Serve server) throws IOException {
        return run(server, PATIENCE);
    }

    /// @param patience of the clients, in milliseconds
    static boolean run(Serve server, int patience) throws IOException {
        try (var listener = listen(server); var first = client(listener, patience); var second = client(listener, patience)) {
            System.out.println("The first client is connected, and says nothing.");
            second.getOutputStream().write(42);
            boolean heard = hears(second);
            System.out.println(heard ? "The second client hears its echo." : "The second client has heard nothing for " + patience + " ms.");
            first.shutdownOutput(); // it has no more to say
            if (!heard) System.out.println("The first client leaves. " + (hears(second) ? "Now the second one hears its echo." : "Still nothing."));
            return heard;
        }
    }

    static ServerSocket listen(Serve server) throws IOException {
        var listener = new ServerSocket(0, 1000, InetAddress.getLoopbackAddress());
        Thread.ofPlatform().daemon().name("server").start(() -> {
            try {
                server.serve(listener);
            } catch (IOException e) {
                // the listener has been closed
            }
        });
        return listener;
    }

    private static Socket client(ServerSocket listener, int patience) throws IOException {
        var client = new Socket(listener.getInetAddress(), listener.getLocalPort());
        client.setSoTimeout(patience);
        return client;
    }

    private static boolean hears(Socket client) throws IOException {
        try {
            return client.getInputStream().read() == 42;
        } catch (SocketTimeoutException e) {
            return false;
        }
    }
}
