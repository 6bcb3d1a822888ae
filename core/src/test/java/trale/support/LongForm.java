package trale.support;

/// The long form of the tests: more seeds, rounds and combinations of the kinds of case that the short form has too.
/// `-Dtrale.long=true` chooses it.
public final class LongForm {
    private static final boolean CHOSEN = Boolean.getBoolean("trale.long");

    private LongForm() {}

    public static boolean isChosen() {
        return CHOSEN;
    }

    /// {@return one of the two, in the short form the first}
    public static <T> T or(T inShort, T inLong) {
        return CHOSEN ? inLong : inShort;
    }
}
