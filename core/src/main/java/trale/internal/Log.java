package trale.internal;

import java.lang.System.Logger.Level;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;
import trale.internal.linux.Kernel;

/// The one place where trale logs: the System.Logger `trale`. A logger is foreign code. It may throw, and it may find no memory, no stack
/// and no descriptor. Then the text goes to System.err, or is lost, and the caller goes on. If the thread is watched, its probe is told
/// afterwards.
public final class Log {
    private static final String NAME = "trale";

    public static final String WAKER_THREW = loaded("a waker threw: ");

    /// Kept because a look-up takes descriptors. Any thread may set it: each finds the same logger.
    private static volatile System.@Nullable Logger logger;

    private Log() {}

    public static void error(String text, @Nullable Throwable failure) {
        log(true, text, null, failure);
    }

    /// As [#error(String, Throwable)]. For a caller that may find no memory: the text of `of` is made and appended here.
    public static void error(String text, Object of, @Nullable Throwable failure) {
        log(true, text, of, failure);
    }

    public static void warn(String text, @Nullable Throwable failure) {
        log(false, text, null, failure);
    }

    @SuppressWarnings("CatchAndPrintStackTrace") // there is no better place left
    private static void log(boolean isError, String begin, @Nullable Object of, @Nullable Throwable failure) {
        var text = begin;
        try {
            if (of != null) text = begin.concat(describe(of));
            var level = isError ? Level.ERROR : Level.WARNING; // here, because its first use may find no memory
            var found = logger;
            if (found == null) logger = found = System.getLogger(NAME);
            if (failure == null) found.log(level, text);
            else found.log(level, text, failure);
        } catch (Throwable whatTheLoggerThrew) {
            print(text, failure, whatTheLoggerThrew);
        }
        tellProbe(text, failure);
    }

    private static void tellProbe(String text, @Nullable Throwable failure) {
        try {
            Kernel.tellLogged(failure == null ? text : text + ": " + failure.getClass().getName());
        } catch (Throwable t) {
            // There is no memory, or no stack, for it.
        }
    }

    private static void print(String text, @Nullable Throwable failure, Throwable whatTheLoggerThrew) {
        try {
            System.err.println(NAME + ": " + text + " (the logger threw " + whatTheLoggerThrew.getClass().getName() + ")");
            if (failure != null) failure.printStackTrace();
        } catch (Throwable t) {
            // Neither the logger nor System.err takes it.
        }
    }

    /// {@return the text} For a static field that a catch block reads: the first use of a literal needs memory, and there may be none then.
    public static String loaded(String text) {
        return text;
    }

    /// Loads what logging needs, while there are descriptors to load it with.
    public static void prepare() {
        try {
            logger = System.getLogger(NAME);
            var _ = ZoneId.systemDefault(); // a logger prints local times
        } catch (Throwable t) {
            // The logger throws: error and warn say so when there is something to log.
        }
    }

    /// {@return the text of an object, for a message; of a class, its name} Its toString is foreign code and may throw.
    public static String describe(@Nullable Object o) {
        try {
            return o instanceof Class<?> c ? c.getName() : String.valueOf(o);
        } catch (Throwable t) {
            return o == null ? "null" : o.getClass().getName() + ", whose toString threw " + t.getClass().getName();
        }
    }
}
