package bench;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/// From the start of a process to its first line, and to its end: a `main` that prints what a task returned beside one
/// that only prints, each with and without an AOT cache (JEP 483, 514). The recipe is the two commands of [#withCache].
/// And what compiling a body takes, by the clock of the program that does it.
final class Startup {

    private static final Path LOG = Run.TARGET.resolve("logs").resolve("startup.log");

    /// Of one process: milliseconds until its first line and until its end, and of CPU, user and system.
    private record Times(double line, double end, double cpu) {}

    private Startup() {}

    static void run(Run.Plan plan) throws IOException {
        var head = Run.environment(plan);
        var commands = new LinkedHashMap<String, List<String>>();
        commands.put("empty main", java("bench.Empty"));
        commands.put("first task", java("bench.FirstTask"));
        commands.put("empty main, AOT cache", withCache("bench.Empty"));
        commands.put("first task, AOT cache", withCache("bench.FirstTask"));

        var runs = new LinkedHashMap<String, List<Times>>();
        for (int round = 0; round < plan.effort().starts; round++) {
            for (var command : commands.entrySet()) {
                runs.computeIfAbsent(command.getKey(), _ -> new ArrayList<>()).add(start(command.getValue()));
            }
        }
        write(plan, head, runs);
        Files.writeString(plan.results().resolve("startup.md"), bodies(plan), StandardOpenOption.APPEND);
    }

    private static String bodies(Run.Plan plan) throws IOException {
        var table = new StringBuilder("\nMilliseconds to compile an async body, median (min–max).\n\n");
        table.append("| | the first | the second | a later one |\n|---|--:|--:|--:|\n");
        var commands = new LinkedHashMap<String, List<String>>();
        commands.put("", java("bench.Bodies"));
        commands.put("AOT cache", withCache("bench.Bodies"));
        for (var command : commands.entrySet()) {
            var micros = List.of(new ArrayList<Double>(), new ArrayList<Double>(), new ArrayList<Double>());
            for (int round = 0; round < plan.effort().starts; round++) {
                var line = output(command.getValue()).split(" ");
                for (int i = 0; i < 3; i++) micros.get(i).add(Integer.parseInt(line[i]) / 1e3);
            }
            table.append("| ").append(command.getKey());
            for (var column : micros) table.append(" | ").append(Spread.of(column).text(1));
            table.append(" |\n");
        }
        return table.toString();
    }

    /// A cache holds for the class path it was made with, so there is nothing on it but what is needed.
    private static List<String> java(String main, String... options) {
        var jars = new ArrayList<String>();
        for (var jar : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (jar.endsWith("bench.jar") || jar.contains("/trale-")) {
                jars.add(jar);
            }
        }
        var command = Run.java(options);
        command.set(command.size() - 1, String.join(File.pathSeparator, jars));
        command.add(main);
        return command;
    }

    private static List<String> withCache(String main) throws IOException {
        var cache = Run.TARGET.resolve(main + ".aot");
        Files.deleteIfExists(cache);
        output(java(main, "-XX:AOTCacheOutput=" + cache)); // a training run, which writes the cache at its end
        return java(main, "-XX:AOTCache=" + cache, "-XX:AOTMode=on");
    }

    private static Times start(List<String> command) throws IOException {
        // The shell asks the kernel what its child has used, and says so in a second line.
        var timed = new ArrayList<>(List.of("bash", "-c", "TIMEFORMAT='%U %S'; { time \"$@\" 2>\"$0\"; } 2>&1", LOG.toString()));
        timed.addAll(command);
        long start = System.nanoTime();
        var process = process(timed);
        var output = process.inputReader();
        var line = output.readLine();
        long printed = System.nanoTime();
        var cpu = output.readLine();
        end(command, process, line);
        long ended = System.nanoTime();
        var seconds = cpu.split(" ");
        return new Times((printed - start) / 1e6, (ended - start) / 1e6,
                (Double.parseDouble(seconds[0]) + Double.parseDouble(seconds[1])) * 1e3);
    }

    private static String output(List<String> command) throws IOException {
        var process = process(command);
        var line = process.inputReader().readLine();
        end(command, process, line);
        return line;
    }

    private static Process process(List<String> command) throws IOException {
        return new ProcessBuilder(command).redirectError(LOG.toFile()).start();
    }

    private static void end(List<String> command, Process process, String line) throws IOException {
        int exit = process.onExit().join().exitValue();
        if (exit != 0 || line == null || !line.matches("24|\\d+ \\d+ \\d+")) {
            throw new IOException("exit %d and \"%s\" of %s: see %s".formatted(exit, line, String.join(" ", command), LOG));
        }
    }

    private static void write(Run.Plan plan, String head, Map<String, List<Times>> runs) throws IOException {
        var csv = new StringBuilder("what,round,ms_to_line,ms_to_end,ms_cpu\n");
        var table = new StringBuilder("# Start\n\n" + head + "\nMilliseconds from the start of the process, and of CPU time; ");
        table.append("median (min–max) of %d rounds. *Beyond* is the difference from the\n".formatted(plan.effort().starts));
        table.append("empty main in the same round: the median, and its 95 % bootstrap interval.\n\n");
        table.append("| | to the first line | beyond | to the end | beyond | CPU | beyond |\n|---|--:|--:|--:|--:|--:|--:|\n");
        var bars = new ArrayList<Chart.Bar>();
        runs.forEach((what, of) -> {
            for (int i = 0; i < of.size(); i++) {
                csv.append("\"%s\",%d,%.1f,%.1f,%.1f\n".formatted(what, i + 1, of.get(i).line, of.get(i).end, of.get(i).cpu));
            }
            var empty = runs.get(what.replace("first task", "empty main"));
            table.append("| ").append(what);
            for (var figure : List.<ToDoubleFunction<Times>>of(Times::line, Times::end, Times::cpu)) {
                table.append(" | ").append(spread(of, figure).text(0));
                table.append(" | ").append(of == empty ? "" : beyond(of, empty, figure).text(0));
            }
            table.append(" |\n");
            bars.add(new Chart.Bar(what, spread(of, Times::line)));
        });
        Files.writeString(plan.results().resolve("startup.csv"), csv);
        Files.writeString(plan.results().resolve("startup.md"), table);
        var panel = new Chart.Panel("milliseconds to the first line; the whiskers are the fastest and the slowest", bars);
        Files.writeString(plan.results().resolve("startup.svg"), Chart.bars("Start", List.of(panel)));
    }

    private static Spread spread(List<Times> runs, ToDoubleFunction<Times> figure) {
        return Spread.of(runs.stream().mapToDouble(figure).toArray());
    }

    private static Spread beyond(List<Times> runs, List<Times> empty, ToDoubleFunction<Times> figure) {
        return Spread.interval(IntStream.range(0, runs.size())
                .mapToObj(i -> figure.applyAsDouble(runs.get(i)) - figure.applyAsDouble(empty.get(i))).toList());
    }
}
