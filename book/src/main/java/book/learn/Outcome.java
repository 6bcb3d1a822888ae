package book.learn;

import java.util.List;

/// What came of one run of an exercise's check.
///
/// @param isGreen whether the exercise is done
/// @param report  what is printed: the first thing that is wrong, its line and that line's text; empty if green
/// @param isLate  whether the check did not end in time; then threads of the exercise may run on
record Outcome(boolean isGreen, List<String> report, boolean isLate) {
    static final Outcome GREEN = new Outcome(true, List.of(), false);

    static Outcome red(List<String> report) {
        return new Outcome(false, report, false);
    }
}
