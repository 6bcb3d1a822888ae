package book.learn;

import java.util.List;

/// What came of one run of an exercise's check.
///
/// @param isGreen   whether the exercise is done
/// @param report    what is printed: the first thing that is wrong, its line and that line's text; empty if green
/// @param isRunning whether the exercise's code still runs, because it did not stop when it was interrupted
record Outcome(boolean isGreen, List<String> report, boolean isRunning) {
    static final Outcome GREEN = new Outcome(true, List.of(), false);

    static Outcome red(List<String> report) {
        return new Outcome(false, report, false);
    }
}
