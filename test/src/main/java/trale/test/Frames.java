package trale.test;

import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.stream.Stream;

/// Stack traces of failures: the frames of the program and of its test, without those below, which are the same in each.
final class Frames {
    private Frames() {}

    /// Cuts the stack traces of a failure, of its causes and of what they have suppressed.
    ///
    /// @return the failure
    static <T extends Throwable> T trim(T failure) {
        trim(failure, Collections.newSetFromMap(new IdentityHashMap<>()));
        return failure;
    }

    private static void trim(Throwable failure, Set<Throwable> known) {
        if (!known.add(failure)) return;
        try {
            var frames = failure.getStackTrace();
            failure.setStackTrace(Arrays.copyOf(frames, length(frames)));
            Stream.concat(Stream.ofNullable(failure.getCause()), Stream.of(failure.getSuppressed())).forEach(each -> trim(each, known));
        } catch (RuntimeException e) {
            // a method of the program's own exception threw: it is told as it is
        }
    }

    /// {@return how many frames are the program's and the test's} What calls a test is JUnit's engine, through reflection. What calls a
    /// task is the executor. A stack without any other frame is left as it is.
    private static int length(StackTraceElement[] frames) {
        var n = 0;
        while (n < frames.length && !isEngine(frames[n].getClassName())) n++;
        while (n > 0 && isBelow(frames[n - 1].getClassName())) n--;
        return n == 0 ? frames.length : n;
    }

    private static boolean isEngine(String name) {
        return name.startsWith("org.junit.platform.") || name.startsWith("org.junit.jupiter.engine.");
    }

    private static boolean isBelow(String name) {
        return name.startsWith("java.") || name.startsWith("jdk.") || name.startsWith("trale.");
    }
}
