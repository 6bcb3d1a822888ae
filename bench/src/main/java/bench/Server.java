package bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
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
                        java("trale", "bench.servers.TraleServer"),
                        java("trale (reactor thread)", "bench.servers.TraleServer", "-Dtrale.reactor=thread"),
                        beside(java("trale", "bench.servers.TraleServer")),
                        java("Netty epoll", "bench.servers.NettyServer epoll"),
                        java("Netty io_uring", "bench.servers.NettyServer io_uring"),
                        java("Vert.x", "bench.servers.VertxServer"),
                        java("java.nio", "bench.servers.NioServer"),
                        java("virtual threads", "bench.servers.VirtualThreadServer"),
                        program("tokio", ALL, "tokio"),
                        program("Go", ALL, "go-echo"),
                        program("libuv", List.of("echo"), "libuv"),
                        program("C io_uring", List.of("echo"), "uring"),
                        program("nginx", List.of("http"), "nginx-server"),
                        program(LIMIT_AGAIN, ALL, "echo"))
                .filter(Server::isHere)
                .toList();
    }

    private static final Server NONE = new Server("", true, List.of(), List.of());

    private boolean isHere() {
        return isJava ? this != NONE : Files.isExecutable(Path.of(command.getFirst()));
    }

    /// {@return the same program with the trale, and the examples, of another checkout, if there is one to be compared with}
    private static Server beside(Server server) {
        var other = System.getProperty("bench.beside");
        if (other == null) return NONE;
        int classPath = server.command.indexOf("-cp") + 1;
        var command = new ArrayList<>(server.command);
        command.set(classPath, Path.of(other, "core/target/classes") + ":" + Path.of(other, "examples/target/classes") + ":"
                + command.get(classPath));
        return new Server(server.name + " (beside)", true, server.protocols, command);
    }

    /// {@return what answers the load of `mixed.c`}
    static List<Server> mixed() {
        return Stream.of(
                        java("trale", "bench.servers.TraleMixed"),
                        java("Netty epoll", "bench.servers.NettyMixed"),
                        java("virtual threads", "bench.servers.VirtualThreadMixed"),
                        program("tokio", List.of("mixed"), "tokio"))
                .filter(Server::isHere)
                .toList();
    }

    /// {@return what answers redis-benchmark}
    static List<Server> redis() {
        var example = java("trale", "examples.Redis 0");
        return Stream.of(
                        program("redis-server", List.of("redis"), "redis-server"),
                        example,
                        beside(example),
                        program("redis-server again", List.of("redis"), "redis-server"))
                .filter(Server::isHere)
                .toList();
    }

    /// {@return the example `cores`: an echo server of several executors on one port}
    static Server cores(int executors) {
        return java("trale, %d executor%s".formatted(executors, executors == 1 ? "" : "s"), "examples.Cores 0 " + executors);
    }

    private static Server program(String name, List<String> protocols, String file) {
        return new Server(name, false, protocols, List.of(Run.TARGET.resolve(file).toString()));
    }

    private static Server java(String name, String mainAndArguments, String... options) {
        var command = Run.java(options);
        command.addAll(List.of(mainAndArguments.split(" ")));
        return new Server(name, true, ALL, command);
    }

    /// Starts it on the server's core and waits until it listens.
    Running start(String protocol) throws IOException {
        return start(protocol, Run.SERVER_CPU, protocol);
    }

    /// Starts it and waits until it listens.
    ///
    /// @param protocol  what the load speaks
    /// @param cpus      where it runs, as taskset(1) has it
    /// @param arguments behind its command
    Running start(String protocol, String cpus, String... arguments) throws IOException {
        var command = new ArrayList<>(List.of("taskset", "-c", cpus));
        command.addAll(this.command);
        command.addAll(List.of(arguments));
        var log = Files.createDirectories(Run.TARGET.resolve("logs"))
                .resolve(name.replaceAll("\\W+", "-") + "-" + protocol + ".log");
        var process = new ProcessBuilder(command).redirectError(log.toFile()).start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy)); // for Ctrl-C: no server is left behind
        var line = process.inputReader().readLine();
        // "ready PORT", or "Listening on HOST:PORT" as an example says it
        if (line == null || !line.startsWith("ready ") && !line.startsWith("Listening on ")) {
            process.destroy();
            throw new IOException(name + " did not start: see " + log);
        }
        return new Running(process, protocol, line.substring(Math.max(line.lastIndexOf(' '), line.lastIndexOf(':')) + 1), log);
    }

    /// Servers that run at the same time: an idle one costs nothing, and the load goes round them.
    record All(Map<Server, Running> running) implements AutoCloseable {

        /// Starts them, and warms each up.
        static All start(List<Server> servers, String protocol, Run.Plan plan) throws IOException {
            var all = new All(new LinkedHashMap<>());
            try {
                for (var server : servers) all.running.put(server, server.start(protocol));
                for (var server : all.running.values()) server.measure(50, plan.effort().firstWarmup, 0.1, false);
            } catch (IOException e) {
                all.close();
                throw e;
            }
            return all;
        }

        Running of(Server server) {
            return Objects.requireNonNull(running.get(server));
        }

        /// {@return them in an order drawn anew}
        static List<Server> shuffled(Collection<Server> servers, Random random) {
            var order = new ArrayList<>(servers);
            Collections.shuffle(order, random);
            return order;
        }

        @Override
        public void close() {
            running.values().forEach(Running::close);
        }
    }

    /// A server that listens, until it is closed.
    record Running(Process process, String protocol, String port, Path log) implements AutoCloseable {

        /// @param polls whether the load generator looks for answers without ever sleeping
        Measurement measure(int connections, double warmup, double seconds, boolean polls) throws IOException {
            var load = polls ? load(connections, warmup, seconds, "poll") : load(connections, warmup, seconds);
            return Measurement.parse(load.start().inputReader().readLine(), log);
        }

        /// Measures with two loads at once, which have half of the connections each.
        ///
        /// @param cpus where the loads run
        Measurement measureByTwo(String cpus, int connections, double warmup, double seconds) throws IOException {
            var loads = new ArrayList<Process>();
            for (int i = 0; i < 2; i++) loads.add(load(cpus, connections / 2, Double.toString(warmup), Double.toString(seconds)).start());
            var one = Measurement.parse(loads.getFirst().inputReader().readLine(), log);
            return one.and(Measurement.parse(loads.getLast().inputReader().readLine(), log));
        }

        /// Opens connections that send one message, and then nothing.
        Idle idle(int connections) throws IOException {
            var load = load(Run.LOAD_CPU, connections, "idle").start();
            var line = load.inputReader().readLine();
            if (line == null) throw new IOException("the load generator gave up; the server's log is " + log);
            var fields = line.split(" "); // open N limit L
            return new Idle(load, Integer.parseInt(fields[1]), Long.parseLong(fields[3]));
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
            var arguments = new ArrayList<>(List.of(Double.toString(warmup), Double.toString(seconds)));
            arguments.addAll(List.of(mode));
            return load(Run.LOAD_CPU, connections, arguments.toArray(String[]::new));
        }

        private ProcessBuilder load(String cpus, int connections, String... arguments) {
            var command = new ArrayList<>(List.of("taskset", "-c", cpus, Run.TARGET.resolve("load").toString(),
                    protocol, port, Long.toString(process.pid()), Integer.toString(connections)));
            command.addAll(List.of(arguments));
            return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        }

        @Override
        public void close() {
            process.destroy();
            process.onExit().join();
        }
    }

    /// Connections that stay open until this is closed.
    ///
    /// @param open  how many there are
    /// @param limit of open files, which may be why there are no more
    record Idle(Process load, int open, long limit) implements AutoCloseable {
        @Override
        public void close() {
            load.destroy();
            load.onExit().join();
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
