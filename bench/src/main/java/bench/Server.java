package bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// A server to be measured: its name in the tables, whether it is a JVM, the protocols it has, and the command that starts it, the
/// protocol still missing.
record Server(String name, boolean isJava, List<String> protocols, List<String> command) {

    /// The bare C server: the limit every ratio refers to.
    static final String LIMIT = "C epoll";

    /// The limit once more: how far the two are from each other is how much a ratio is worth.
    static final String LIMIT_AGAIN = LIMIT + " again";

    private static final List<String> ALL = List.of("echo", "http", "udp");

    /// {@return all that can be started here} `bench/run` builds the peers of other languages, if their compilers are there.
    static List<Server> all() {
        return Stream.of(
                        program(LIMIT, ALL, "echo"),
                        java("trale", "TraleServer"),
                        java("trale (reactor thread)", "TraleServer", "-Dtrale.reactor=thread"),
                        beside(),
                        java("Netty epoll", "NettyServer epoll"),
                        java("Netty io_uring", "NettyServer io_uring"),
                        java("Vert.x", "VertxServer"),
                        java("java.nio", "NioServer"),
                        java("virtual threads", "VirtualThreadServer"),
                        program("tokio", ALL, "tokio"),
                        program("Go", ALL, "go-echo"),
                        program("C io_uring", List.of("echo"), "uring"),
                        program("nginx", List.of("http"), "nginx-server"),
                        program(LIMIT_AGAIN, ALL, "echo"))
                .filter(s -> s.isJava ? s != NONE : Files.isExecutable(Path.of(s.command.getFirst())))
                .toList();
    }

    private static final Server NONE = new Server("", true, List.of(), List.of());

    /// {@return the same program with the trale of another checkout, if there is one to be compared with}
    private static Server beside() {
        var other = System.getProperty("bench.beside");
        if (other == null) return NONE;
        var server = java("trale (beside)", "TraleServer");
        int classPath = server.command.indexOf("-cp") + 1;
        server.command.set(classPath, Path.of(other, "core", "target", "classes") + ":" + server.command.get(classPath));
        return server;
    }

    /// {@return what answers the load of `mixed.c`}
    static List<Server> mixed() {
        return Stream.of(
                        java("trale", "TraleMixed"),
                        java("Netty epoll", "NettyMixed"),
                        java("virtual threads", "VirtualThreadMixed"),
                        program("tokio", List.of("mixed"), "tokio"))
                .filter(s -> s.isJava || Files.isExecutable(Path.of(s.command.getFirst())))
                .toList();
    }

    private static Server program(String name, List<String> protocols, String file) {
        return new Server(name, false, protocols, List.of(Run.TARGET.resolve(file).toString()));
    }

    private static Server java(String name, String mainAndArguments, String... options) {
        var command = Run.java(options);
        command.addAll(List.of(("bench.servers." + mainAndArguments).split(" ")));
        return new Server(name, true, ALL, command);
    }

    /// Starts it on the server's core and waits until it listens.
    Running start(String protocol) throws IOException {
        var command = new ArrayList<>(List.of("taskset", "-c", Run.SERVER_CPU));
        command.addAll(this.command);
        command.add(protocol);
        var log = Files.createDirectories(Run.TARGET.resolve("logs"))
                .resolve(name.replaceAll("\\W+", "-") + "-" + protocol + ".log");
        var process = new ProcessBuilder(command).redirectError(log.toFile()).start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy)); // for Ctrl-C: no server is left behind
        var line = process.inputReader().readLine();
        if (line == null || !line.startsWith("ready ")) {
            process.destroy();
            throw new IOException(name + " did not start: see " + log);
        }
        return new Running(process, protocol, line.substring("ready ".length()), log);
    }

    /// A server that listens, until it is closed.
    record Running(Process process, String protocol, String port, Path log) implements AutoCloseable {

        /// @param polls whether the load generator looks for answers without ever sleeping
        Measurement measure(int connections, double warmup, double seconds, boolean polls) throws IOException {
            var load = polls ? load(connections, warmup, seconds, "poll") : load(connections, warmup, seconds);
            return Measurement.parse(load.start().inputReader().readLine(), log);
        }

        /// Warms up with 50 connections and pauses, so that a tracer can attach to the server.
        Gated gated(double warmup, double seconds) throws IOException {
            var load = load(50, warmup, seconds, "gate").start();
            if (!"warm".equals(load.inputReader().readLine())) {
                throw new IOException("the load generator gave up; the server's log is " + log);
            }
            return new Gated(load, log);
        }

        private ProcessBuilder load(int connections, double warmup, double seconds, String... mode) {
            var command = new ArrayList<>(List.of("taskset", "-c", Run.LOAD_CPU, Run.TARGET.resolve("load").toString(),
                    protocol, port, Long.toString(process.pid()), Integer.toString(connections),
                    Double.toString(warmup), Double.toString(seconds)));
            command.addAll(List.of(mode));
            return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        }

        @Override
        public void close() {
            process.destroy();
            process.onExit().join();
        }
    }

    /// A load that waits between warm-up and measurement; no message is on its way before and after.
    record Gated(Process load, Path serverLog) implements AutoCloseable {

        Measurement measure() throws IOException {
            try (var go = load.outputWriter()) {
                go.newLine();
            }
            return Measurement.parse(load.inputReader().readLine(), serverLog);
        }

        @Override
        public void close() {
            load.destroy();
        }
    }
}
