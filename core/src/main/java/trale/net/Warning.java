package trale.net;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/// What sockets log. The logger, and the default time zone that it may print, can be foreign code: what they throw goes no further.
final class Warning {
    /// Kept because finding it takes descriptors. Any thread may set it: each finds the same.
    private static volatile @Nullable Logger logger;

    private Warning() {}

    /// Loads what logging needs, as long as there are descriptors to load it with.
    static void prepare() {
        try {
            logger = System.getLogger("trale");
            var _ = ZoneId.systemDefault();
        } catch (Throwable t) {
            // then log() finds out whether it can do without
        }
    }

    /// {@return whether it was logged} A logger may fail because it needs a descriptor or memory itself.
    static boolean log(String message, @Nullable Throwable cause) {
        try {
            var found = logger;
            if (found == null) logger = found = System.getLogger("trale");
            found.log(Level.WARNING, message, cause);
            return true;
        } catch (Throwable t) {
            return false;
        }
    }
}
