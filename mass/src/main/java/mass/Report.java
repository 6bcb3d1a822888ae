package mass;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// What the test prints, and whether it is fine.
final class Report {
    private static final String ROW = "%-17s %7s %7s %7s %7s %8s %8s %8s %9s %9s %8s %6s  %s%n";

    private final PrintStream out;
    private final long start = System.nanoTime();
    private final Map<String, Integer> skipped = new TreeMap<>();
    private int inConstruction;
    private final List<String> failures = new ArrayList<>();
    private String command = "";

    Report(PrintStream out) {
        this.out = out;
    }

    /// Something to be run and counted.
    interface Part {
        /// {@return what was compared}
        String run() throws Exception;
    }

    void title(long seed, boolean isShort) {
        command = "mass/run" + (isShort ? " --short" : "") + " --seed " + seed;
        out.printf("The mass test of the compiler of async bodies: %s%n%n", command);
        out.printf(ROW, "", "", "", "async", "", "strewn", "", "", "", "cancel-", "", "", "");
        out.printf(ROW, "library", "classes", "methods", "bodies", "run", "awaits", "reached", "awaited", "pending", "lations",
                "caught", "s", "compared");
    }

    void part(String name, Strewer strewer, Driver driver, Part part) {
        long from = System.nanoTime();
        String compared;
        try {
            compared = part.run();
            if (driver.suspensions == 0) failures.add(name + ": no body was suspended, so nothing was tested");
            else if (driver.cancellations == 0 && strewer.probes) failures.add(name + ": no body was cancelled");
        } catch (Difference e) {
            compared = "DIFFERENT";
            failures.add(e.getMessage());
        } catch (Exception | LinkageError e) {
            compared = "FAILED";
            failures.add(name + ": " + e);
            e.printStackTrace(out);
        }
        inConstruction += strewer.inConstruction;
        strewer.skipped.forEach((reason, n) -> skipped.merge(reason, n, Integer::sum));
        out.printf(ROW, name, number(strewer.classes), number(strewer.methods), number(strewer.bodies.size()),
                number(driver.bodiesReached()), number(strewer.places.size()), number(driver.placesReached()), number(driver.awaits),
                number(driver.suspensions), number(driver.cancellations), number(driver.handled), seconds(from), compared);
        out.flush();
    }

    void everything(Everything all) {
        long from = System.nanoTime();
        all.compileAll();
        out.printf(ROW, all.name, number(all.strewer.classes), number(all.strewer.methods), number(all.strewer.bodies.size()), "-",
                number(all.strewer.places.size()), "-", "-", "-", "-", "-", seconds(from), number(all.bodies) + " verified");
        if (!all.unusable.isEmpty())
            out.println("  less those of classes that cannot be initialised here, as they are either: "
                    + String.join(", ", all.unusable.keySet()));
        failures.addAll(all.failures);
        out.flush();
    }

    void skipped() {
        out.printf("%nOf these awaits %s stand where a new object waits on the stack for its constructor.%n", number(inConstruction));
        out.print("Methods that stay as they are:");
        String separator = " ";
        for (var s : skipped.entrySet()) {
            out.print(separator + number(s.getValue()) + " × " + s.getKey());
            separator = ", ";
        }
        out.println();
    }

    void canaries(Canaries canaries) {
        out.printf("%nCanaries: five faults of the compiler, each of which has to be noticed.%n");
        for (var c : canaries.verdicts().entrySet()) {
            var verdict = c.getValue().join();
            out.printf("%-9s %s%n", verdict.isNoticed() ? "noticed" : "MISSED", c.getKey().what);
            verdict.says().lines().forEach(line -> out.println("          " + line));
            if (!verdict.isNoticed()) failures.add("not noticed: " + c.getKey().what);
        }
    }

    void log(TraleLog log) {
        out.printf("%n%d bodies are too large for HotSpot, unless -XX:-DontCompileHugeMethods lets it.%n", log.large());
        for (var other : log.others()) failures.add("trale logged: " + other);
    }

    /// {@return whether all is fine}
    boolean end() {
        for (var f : failures) out.printf("%nFAILED  %s%n", f);
        out.printf("%n%s in %s s: %s%n", failures.isEmpty() ? "Everything is the same" : failures.size() + " failures",
                seconds(start), command);
        return failures.isEmpty();
    }

    private static String seconds(long from) {
        return String.format(Locale.ROOT, "%.1f", (System.nanoTime() - from) / 1e9);
    }

    private static String number(long n) {
        if (n < 1_000_000) return String.format(Locale.ROOT, "%,d", n);
        return String.format(Locale.ROOT, "%.1f M", n / 1e6);
    }
}
