package mass;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// A test that cannot fail proves nothing. For each [Mistake] a JVM of its own runs the trials with a compiler that makes it,
/// one after the other beside the test itself.
///
/// @param verdicts what came of each
record Canaries(Map<Mistake, CompletableFuture<Verdict>> verdicts) {
    private static final long MOST_SECONDS = 120;

    /// What came of a canary.
    ///
    /// @param isNoticed whether a trial failed as it should
    /// @param says the first line that the trial said
    record Verdict(boolean isNoticed, String says) {}

    static Canaries start(long seed) {
        var verdicts = new LinkedHashMap<Mistake, CompletableFuture<Verdict>>();
        for (var mistake : Mistake.values()) verdicts.put(mistake, new CompletableFuture<>());
        Thread.ofPlatform().daemon().name("canaries").start(() -> {
            for (var v : verdicts.entrySet()) v.getValue().complete(run(v.getKey(), seed));
        });
        return new Canaries(verdicts);
    }

    private static Verdict run(Mistake mistake, long seed) {
        var command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java"));
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-javaagent:" + Main.property("mass.jar") + "=" + mistake,
                "-cp", System.getProperty("java.class.path"), "mass.Main", "--canary", "--seed", "" + seed));
        try {
            var process = new ProcessBuilder(command).redirectErrorStream(true).start();
            try (var _ = process.getOutputStream(); var in = process.getInputStream()) {
                var killer = CompletableFuture.delayedExecutor(MOST_SECONDS, TimeUnit.SECONDS);
                var timeout = CompletableFuture.runAsync(process::destroyForcibly, killer);
                var lines = new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
                timeout.cancel(false);
                int status = process.waitFor();
                return new Verdict(status == 0, lines.isEmpty()
                        ? "nothing was said, status " + status
                        : String.join("\n", status == 0 ? lines.subList(0, 1) : lines));
            }
        } catch (IOException | InterruptedException e) {
            return new Verdict(false, e.toString());
        }
    }
}
