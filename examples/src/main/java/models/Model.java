package models;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import models.Interleavings.Memory;

/// A place of trale where threads meet, as a few threads that make atomic steps on a few cells.
///
/// @param name for the command line
/// @param shows what holds in every order, as one sentence
/// @param twins the first is the code as it is; each other one has one mistake
/// @param cells their names; all are 0 at first
/// @param threads of a twin
/// @param wrongAtTheEnd looks at the cells when all threads have ended: "", or what is wrong
record Model<T extends Enum<T> & Model.Twin>(
        String name,
        String shows,
        Class<T> twins,
        List<String> cells,
        Function<T, List<Actor>> threads,
        Function<Memory, String> wrongAtTheEnd) {

    /// All of them.
    static final List<Model<?>> ALL = List.of(
            Sleep.MODEL, Wakeup.MODEL, Wake.MODEL, Readiness.MODEL, Release.MODEL, Claims.MODEL, Closing.MODEL, Seen.MODEL, Permits.MODEL);

    /// The right version or one with a mistake.
    interface Twin {
        /// {@return the mistake, as a sentence}
        String mistake();
    }

    /// A thread of the model.
    record Actor(String name, Program program) {}

    @FunctionalInterface
    interface Program {
        /// Makes one atomic step, and says which with [Memory#at] or [Memory#outside].
        ///
        /// @param at which one: 0, then what the last step returned
        /// @return the next, [Interleavings#WAIT] or [Interleavings#END]
        int step(int at, Memory memory);
    }

    /// A step finds something that must not be.
    static final class Wrong extends RuntimeException {
        private static final long serialVersionUID = 1;

        Wrong(String what) {
            super(what, null, false, false);
        }
    }

    static void check(boolean holds, String otherwise) {
        if (!holds) throw new Wrong(otherwise);
    }

    static String nothingWrong(Memory m) {
        return "";
    }

    List<T> all() {
        return List.of(twins.getEnumConstants());
    }

    static String nameOf(Enum<?> twin) {
        return twin.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
