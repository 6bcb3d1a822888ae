package book.ch01;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Locale;

/// What a client costs that has said one byte and then waits: the memory of a server with thousands of them.
final class Memory {
    private static final int CLIENTS = 10_000;

    private Memory() {}

    static void measure() throws IOException {
        for (String kind : new String[] {"platform", "virtual"}) {
            long bytes = bytesAClient(kind, CLIENTS);
            System.out.printf(Locale.ENGLISH, "figure ch01.%s = %,d bytes a client, with %,d clients, each a %s thread that waits%n", kind, bytes / 100 * 100, CLIENTS, kind);
        }
    }

    // region measure
    /// The server is a process of its own, so that what the clients need is not counted.
    static long bytesAClient(String kind, int count) throws IOException {
        var java = ProcessHandle.current().info().command().orElse("java");
        var server = new ProcessBuilder(java, "-Xmx512m", "-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path"), Main.class.getName(), "idle", kind)
                .redirectError(Redirect.INHERIT).start();
        var clients = new ArrayList<SocketChannel>();
        try (var out = new BufferedReader(new InputStreamReader(server.getInputStream())); var in = server.outputWriter()) {
            var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(out.readLine()));
            clients.add(echoed(address)); // the first one loads classes
            long before = memory(out, in);
            for (int i = 0; i < count; i++) {
                clients.add(echoed(address));
            }
            return (memory(out, in) - before) / count;
        } finally {
            server.destroyForcibly();
            for (var client : clients) {
                client.close();
            }
        }
    }
    // end

    private static SocketChannel echoed(InetSocketAddress server) throws IOException {
        var client = SocketChannel.open(server);
        client.write(ByteBuffer.wrap(new byte[1]));
        client.read(ByteBuffer.allocate(1));
        return client;
    }

    private static long memory(BufferedReader out, Writer in) throws IOException {
        in.write('\n');
        in.flush();
        return Long.parseLong(out.readLine());
    }

    /// The server's process: prints its port, and for each line it reads the memory that it holds.
    static void serve(String kind) throws IOException {
        try (var listener = Main.listen(l -> Echo.serve(l, Main.threads(kind)))) {
            System.out.println(listener.getLocalPort());
            while (System.in.read() >= 0) {
                System.gc();
                System.out.println(resident());
            }
        }
    }

    /// {@return the bytes of this process that are in memory; without the 16 KiB stack that the kernel has for each of its threads}
    private static long resident() {
        try (var lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(l -> l.startsWith("VmRSS:")).mapToLong(l -> Long.parseLong(l.replaceAll("\\D", "")) * 1024).findFirst().orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
