package bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// What `bench/run` starts: the parts one after the other, everything else here is what they share.
///
/// ```text
/// bench/run [--short] [--rounds N] [--only SERVER,…] [servers] [micro] [growth] [startup]
/// ```
final class Run {
    static final Path TARGET = Path.of(System.getProperty("bench.target")).toAbsolutePath();

    /// Two cores: one for what is measured, one for what measures.
    static final String SERVER_CPU = System.getProperty("bench.serverCpu", "0");
    static final String LOAD_CPU = System.getProperty("bench.loadCpu", "1");

    /// Rounds and windows; `brief` only shows that everything works.
    record Plan(boolean brief, int rounds, List<String> only, Path results) {
        double firstWarmup() {
            return brief ? 1 : 6;
        }

        double warmup() {
            return brief ? 0.2 : 1;
        }

        double seconds() {
            return brief ? 0.3 : 3;
        }

        List<Server> servers() {
            return Server.all().stream().filter(s -> only.isEmpty() || only.contains(s.name())).toList();
        }
    }

    private Run() {}

    public static void main(String[] args) throws Exception {
        Locale.setDefault(Locale.ROOT); // the tables have points, wherever they are made
        boolean brief = false;
        int rounds = 0;
        var only = List.<String>of();
        var parts = new ArrayList<String>();
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "--short" -> brief = true;
                case "--rounds" -> rounds = Integer.parseInt(args[++i]);
                case "--only" -> only = Arrays.asList(args[++i].split(","));
                case "servers", "micro", "growth", "startup" -> parts.add(args[i]);
                default -> throw new IllegalArgumentException(args[i]
                        + ": use [--short] [--rounds N] [--only SERVER,…] [servers] [micro] [growth] [startup]");
            }
        }
        // A short run proves nothing, so it never overwrites figures that do.
        var results = brief ? TARGET.resolve("short") : TARGET.resolveSibling("results");
        Files.createDirectories(results);
        var plan = new Plan(brief, rounds > 0 ? rounds : brief ? 1 : 5, only, results);
        for (var part : parts.isEmpty() ? List.of("servers", "growth", "startup", "micro") : parts) {
            switch (part) {
                case "servers" -> Servers.run(plan);
                case "growth" -> Growth.run(plan);
                case "startup" -> Startup.run(plan);
                default -> Micro.run(plan);
            }
        }
        System.out.println("results are in " + results);
    }

    /// The command of a JVM as every JVM here is started, up to its main class.
    static List<String> java(String... options) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(jvmOptions()));
        command.addAll(List.of(options));
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        return command;
    }

    /// The same collector for all, because the default one depends on how many cores a JVM sees.
    static String[] jvmOptions() {
        return new String[] {"-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow"};
    }

    /// Where and when: a paragraph for the head of every table.
    static String environment(Plan plan) throws IOException {
        var cpu = Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith("model name")).findFirst()
                .map(line -> line.substring(line.indexOf(':') + 2)).orElse("unknown CPU");
        var system = ManagementFactory.getOperatingSystemMXBean();
        return "%s · Linux %s · %d × %s · JDK %s · load average at the start %.2f%s\n".formatted(
                Instant.now().truncatedTo(ChronoUnit.MINUTES), system.getVersion(), system.getAvailableProcessors(),
                cpu, Runtime.version(), system.getSystemLoadAverage(),
                plan.brief() ? "\n\n**A short run: it shows that everything works, and proves no figure.**" : "");
    }
}
