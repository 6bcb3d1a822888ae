package book.learn;

import java.util.Objects;

/// What a `Check.java` says about an exercise: a sentence for the learner where something is not as it should be.
public final class Expect {
    private Expect() {}

    /// @param holds     what must be true
    /// @param otherwise what the learner reads if it is not: what was seen, and what should have been seen
    /// @throws AssertionError if it does not hold
    public static void that(boolean holds, String otherwise) {
        if (!holds) throw new AssertionError(otherwise);
    }

    /// @param what the thing that is compared, as the subject of a sentence: `the second line`
    /// @throws AssertionError if the two are not equal
    public static void equal(Object expected, Object actual, String what) {
        if (!Objects.equals(expected, actual)) {
            throw new AssertionError(what + " should be " + shown(expected) + " and is " + shown(actual));
        }
    }

    private static String shown(Object value) {
        return value instanceof String text ? '"' + text.replace("\r", "\\r").replace("\n", "\\n") + '"' : String.valueOf(value);
    }
}
