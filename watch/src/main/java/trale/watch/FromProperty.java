package trale.watch;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import trale.Executor;
import trale.internal.probe.Installer;

/// `-Dtrale.watch=PORT` or `=FILE.html`: watches each executor that the program builds, and says where. `-Dtrale.watch=jfr`: events for
/// JDK Flight Recorder.
///
/// Of a second executor the port is another, and the file's name has a 2 in it. A file is written when the JVM exits. With
/// `-Dtrale.watch.paused=true` an executor is held before its first poll.
///
/// @hidden
public final class FromProperty implements Installer {
    private static final AtomicInteger COUNT = new AtomicInteger();

    /// Called by the service loader.
    public FromProperty() {}

    @Override
    public void built(Executor executor, String property) {
        if (property.equals("jfr")) {
            executor.probe(new FlightRecorder());
            return;
        }
        var number = COUNT.incrementAndGet();
        var watch = Watch.of(executor, System.getProperty("trale.watch.program", program()), Boolean.getBoolean("trale.watch.paused"));
        if (property.endsWith(".html")) {
            var file = Path.of(number == 1 ? property
                    : property.substring(0, property.length() - ".html".length()) + "-" + number + ".html");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> end(watch, file), "trale-watch-file"));
            return;
        }
        System.err.println("Watch " + executor + " at " + watch.serve(number == 1 ? port(property) : 0)
                + (Boolean.getBoolean("trale.watch.paused") ? "\nIt is held before its first poll until the page lets it go." : ""));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(watch, null), "trale-watch-end"));
    }

    private static int port(String property) {
        try {
            return Integer.parseInt(property);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "-Dtrale.watch=" + property + ": it takes a port, 0 for a free one, a file that ends in .html, or jfr", e);
        }
    }

    private static String program() {
        var command = System.getProperty("sun.java.command", "a program").split(" ", 2)[0];
        return command.substring(command.lastIndexOf('/') + 1);
    }

    private static void end(Watch watch, @Nullable Path file) {
        try {
            watch.exit(file);
            if (file != null) System.err.println("Watched: " + file.toAbsolutePath());
        } catch (IOException e) {
            System.err.println("trale: the recording cannot be written: " + e);
        }
    }
}
