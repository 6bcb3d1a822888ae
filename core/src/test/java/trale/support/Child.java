package trale.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/// A JVM of its own: to be stopped by signals, to end, or to have its system calls counted.
public final class Child implements AutoCloseable {
    private static final int SECONDS = 55;
    private static final String NATIVE_ACCESS = "--enable-native-access=ALL-UNNAMED";

    private final Process process;
    private final Path calls;
    private final Path errors;

    private Child(Process process, Path calls, Path errors) {
        this.process = process;
        this.calls = calls;
        this.errors = errors;
    }

    /// Starts a JVM on the main method of a class of the tests.
    public static Child start(Class<?> main, String... args) throws IOException {
        return start(List.of(), null, List.of(NATIVE_ACCESS), main, args);
    }

    /// The same under strace(1), which records these system calls.
    public static Child startTraced(String calls, Class<?> main, String... args) throws IOException {
        var file = Files.createTempFile("trale", ".strace");
        var strace = List.of("strace", "-f", "--seccomp-bpf", "-qq", "-e", "signal=none", "-e", "trace=" + calls, "-o", file.toString());
        try {
            return start(strace, file, List.of(NATIVE_ACCESS), main, args);
        } catch (IOException e) {
            throw new AssertionError("this test counts system calls with strace, which does not start; "
                    + "install it (on Debian: apt install strace) and allow ptrace", e);
        }
    }

    /// The same under strace(1), which lets system calls fail: `getsockname:error=ENOBUFS:when=2`, the second of each thread.
    public static Child startFailing(String injection, Class<?> main, String... args) throws IOException {
        var call = injection.substring(0, injection.indexOf(':'));
        var strace = List.of("strace", "-f", "-qq", "-e", "signal=none", "-e", "trace=" + call, "-e", "inject=" + injection, "-o",
                "/dev/null");
        return start(strace, null, List.of(NATIVE_ACCESS), main, args);
    }

    /// The same with options of the JVM.
    public static Child startWith(List<String> options, Class<?> main, String... args) throws IOException {
        var all = new ArrayList<>(options);
        all.add(NATIVE_ACCESS);
        return start(List.of(), null, all, main, args);
    }

    /// The same with an option of the JVM.
    public static Child startWith(String option, Class<?> main, String... args) throws IOException {
        return start(List.of(), null, List.of(NATIVE_ACCESS, option), main, args);
    }

    /// The same with a limit of file descriptors.
    public static Child startLimited(int descriptors, Class<?> main, String... args) throws IOException {
        var limit = List.of("sh", "-c", "ulimit -n " + descriptors + " && exec \"$@\"", "sh");
        return start(limit, null, List.of(NATIVE_ACCESS), main, args);
    }

    /// The same with the JIT compiler that looks closer and starts slower.
    public static Child startOptimizing(Class<?> main, String... args) throws IOException {
        return startWith("-XX:TieredStopAtLevel=4", main, args);
    }

    /// The same where no code may call native functions.
    public static Child startWithoutNativeAccess(Class<?> main, String... args) throws IOException {
        return start(List.of(), null, List.of("--illegal-native-access=deny"), main, args);
    }

    private static Child start(List<String> before, Path calls, List<String> options, Class<?> main, String... args) throws IOException {
        var command = new ArrayList<>(before);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-ea", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path")));
        command.addAll(options);
        command.add(main.getName());
        command.addAll(List.of(args));
        var errors = Files.createTempFile("trale", ".err");
        var process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
        // A thread that reads from a child that hangs is freed by its end.
        process.onExit().orTimeout(SECONDS, TimeUnit.SECONDS).exceptionally(_ -> process.destroyForcibly());
        return new Child(process, calls, errors);
    }

    /// {@return the next line it prints}
    public String line() throws IOException {
        var line = new StringBuilder();
        for (int c; (c = process.getInputStream().read()) != '\n'; line.append((char) c))
            if (c < 0) throw new AssertionError("the child ended: " + line + errors());
        return line.toString();
    }

    /// Sends it a line.
    public void say(String line) throws IOException {
        process.getOutputStream().write((line + "\n").getBytes());
        process.getOutputStream().flush();
    }

    /// Sends it the end of its input.
    public void endInput() throws IOException {
        process.getOutputStream().close();
    }

    /// Waits for its end; it must be a good one.
    ///
    /// @return what it printed since the last line
    public String end() throws IOException, InterruptedException {
        var out = new String(process.getInputStream().readAllBytes());
        var status = process.waitFor();
        if (status != 0) throw new AssertionError("the child ended with " + status + ":\n" + out + errors());
        return out;
    }

    public String errors() throws IOException {
        return Files.readString(errors);
    }

    /// {@return how many of the system calls that were recorded look like this; after the end}
    public long calls(String regex) throws IOException {
        var pattern = Pattern.compile(regex);
        try (var lines = Files.lines(calls)) {
            return lines.filter(l -> pattern.matcher(l).find()).count();
        }
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        try {
            process.waitFor();
            process.getInputStream().close();
            process.getOutputStream().close();
            Files.delete(errors);
            if (calls != null) Files.delete(calls);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
