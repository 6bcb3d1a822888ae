package trale.test;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import trale.Executor;
import trale.internal.probe.Recording;

/// The recordings of one run: a page of each host's executor. There are none without trale-watch, which is found as a service, so that
/// this module does not need that one.
///
/// ```
///  a run fails ──▶ the same run once more, each executor recorded ──▶ it fails again ──▶ a file for each host, named in the message
/// ```
final class Recordings {
    private static final String FOLDER = "trale.simulation.recordings";
    private static final String MAIN = "main"; // the host of Simulation.run

    private final Recording.Maker maker;
    private final String name;
    private final Map<String, Recording> byHost = new LinkedHashMap<>();
    private @Nullable Throwable failure; // of a recording that could not begin

    private Recordings(Recording.Maker maker, String name) {
        this.maker = maker;
        this.name = name.replaceAll("[^A-Za-z0-9._-]", "-");
    }

    /// {@return null: trale-watch is not there}
    /// @param name of the test and the seed
    static @Nullable Recordings open(String name) {
        return ServiceLoader.load(Recording.Maker.class).findFirst().map(maker -> new Recordings(maker, name)).orElse(null);
    }

    /// {@return whether a run that fails leaves a recording}
    static boolean arePossible() {
        try {
            return open("") != null;
        } catch (ServiceConfigurationError e) {
            return false;
        }
    }

    /// @param host its name; one that was restarted has another executor, and another file
    void begin(Executor executor, String host) {
        var key = host;
        for (var n = 2; byHost.containsKey(key); n++) key = host + "-" + n;
        try {
            byHost.put(key, maker.begin(executor, name + ", host " + key));
        } catch (Throwable e) { // the run goes on: its failure is what is asked for
            failure = e;
        }
    }

    /// Writes the files. That of the host `main`, or of the only one, has no host in its name.
    ///
    /// @return a line that names them, or says why there are none
    String write() {
        var files = new StringJoiner(", ");
        try {
            var hosts = new ArrayList<>(byHost.keySet());
            if (hosts.remove(MAIN)) hosts.addFirst(MAIN); // where the test's own body ran
            for (var host : hosts) {
                var suffix = byHost.size() == 1 || host.equals(MAIN) ? "" : "-" + host.replaceAll("[^A-Za-z0-9._-]", "-");
                var file = folder().resolve(name + suffix + ".html").toAbsolutePath();
                Objects.requireNonNull(byHost.get(host)).write(file);
                files.add(file.toString());
            }
        } catch (Throwable e) { // also an Error: the failure of the test is told, whatever happens here
            return "no recording: it cannot be written: " + e;
        }
        if (failure != null) return "no recording: " + failure;
        return byHost.isEmpty() ? "no recording: there is no host" : "recording: " + files;
    }

    /// Where the build tool puts what it makes: Maven's folder, or Gradle's if that alone is there.
    private static Path folder() {
        var given = System.getProperty(FOLDER);
        if (given != null) return Path.of(given);
        return Path.of(Files.isDirectory(Path.of("build")) && !Files.isDirectory(Path.of("target")) ? "build" : "target", "simulation");
    }
}
