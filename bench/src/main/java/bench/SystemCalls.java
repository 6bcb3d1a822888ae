package bench;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// The system calls of a server while it answered a known number of messages.
///
/// ```text
/// load: warm up, wait for all answers ── "warm" ─▶ strace attaches to all threads ── "\n" ─▶ load: measure, wait for all
/// ```
record SystemCalls(long messages, Map<String, Long> calls) {

    static SystemCalls count(Server server, String protocol, Run.Plan plan) throws IOException {
        var summary = Run.TARGET.resolve("logs").resolve("strace.txt");
        try (var running = server.start(protocol);
                var load = running.gated(plan.effort().firstWarmup, plan.isShort() ? 0.5 : 2)) {
            var strace = new ProcessBuilder("strace", "-c", "-f", "--summary-columns=calls,name", "-o",
                    summary.toString(), "-p", Long.toString(running.process().pid())).start();
            var attached = strace.errorReader().readLine();
            if (attached == null || !attached.contains("attached")) {
                throw new IOException("strace: " + attached);
            }
            var measured = load.measure();
            strace.destroy();
            strace.onExit().join();
            var calls = new LinkedHashMap<String, Long>();
            for (var line : Files.readAllLines(summary)) {
                var columns = line.trim().split("\\s+");
                if (columns.length == 2 && columns[0].matches("\\d+") && !columns[1].equals("total")) {
                    calls.put(columns[1], Long.valueOf(columns[0]));
                }
            }
            if (calls.isEmpty()) throw new IOException("strace has counted nothing: see " + summary);
            return new SystemCalls(measured.messages(), calls);
        }
    }

    double each() {
        return (double) calls.values().stream().mapToLong(Long::longValue).sum() / messages;
    }

    /// {@return the calls that matter, most frequent first, as `read 1.00, write 1.00`}
    String names() {
        List<Map.Entry<String, Long>> entries = new ArrayList<>(calls.entrySet());
        entries.sort(Map.Entry.comparingByValue(Comparator.reverseOrder()));
        return entries.stream().filter(e -> e.getValue() >= messages / 200)
                .map(e -> "%s %.2f".formatted(e.getKey(), (double) e.getValue() / messages))
                .collect(Collectors.joining(", "));
    }
}
