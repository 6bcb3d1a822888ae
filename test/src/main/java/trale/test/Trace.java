package trale.test;

/// What has happened in a simulation, a line each. Of a run that does not end, the first and the last lines, so that its failure can be
/// told:
///
/// ```
///  first: up to FIRST characters │ one line: how many are left out, and their hash │ last: LAST characters at least
/// ```
///
/// The hash makes the traces of two runs differ also if only lines that are left out do. The thread whose turn it is writes. The test's
/// thread may read at the same time, if it ends a run that takes too long: both hold the lock, so whole lines are read.
final class Trace {
    private static final int FIRST = 1 << 24; // 400,000 lines or so
    private static final int LAST = 1 << 16;

    private final int most;
    private final int kept;
    private final StringBuilder line = new StringBuilder(); // of the thread whose turn it is

    // Guarded by this.
    private final StringBuilder first = new StringBuilder();
    private final StringBuilder last = new StringBuilder();
    private long count;
    private long leftOut;
    private long hash;

    Trace() {
        this(FIRST, LAST);
    }

    /// @param most characters of the first lines; the last of them may have more
    /// @param kept characters of the last lines, at least; twice as many at most
    Trace(int most, int kept) {
        this.most = most;
        this.kept = kept;
    }

    /// {@return what the next line is appended to; then [#end()] is called}
    StringBuilder line() {
        line.setLength(0);
        return line;
    }

    /// The line has ended.
    synchronized void end() {
        count++;
        (first.length() < most ? first : last).append(line).append('\n');
        if (last.length() >= 2 * kept) leaveOut(last.indexOf("\n", last.length() - kept) + 1);
    }

    private void leaveOut(int length) {
        var lines = last.substring(0, length);
        leftOut += lines.chars().filter(c -> c == '\n').count();
        hash = 31 * hash + lines.hashCode();
        last.delete(0, length);
    }

    /// {@return how many lines there were}
    synchronized long count() {
        return count;
    }

    @Override
    public synchronized String toString() {
        if (leftOut == 0) return last.isEmpty() ? first.toString() : first.toString() + last;
        return first + "… " + leftOut + " events are left out, whose hash is " + Long.toHexString(hash) + "\n" + last;
    }

    /// {@return the last lines of a trace, each after two blanks}
    static String last(int lines, String trace) {
        var from = trace.length();
        for (var i = 0; i < lines && from > 0; i++) from = trace.lastIndexOf('\n', from - 2) + 1;
        return trace.substring(from).indent(2).stripTrailing();
    }

    /// {@return where two traces that are not equal differ first, as a sentence}
    static String difference(String one, String other) {
        var at = 0;
        while (at < one.length() && at < other.length() && one.charAt(at) == other.charAt(at)) at++;
        var begin = one.lastIndexOf('\n', at - 1) + 1;
        var number = one.substring(0, begin).chars().filter(c -> c == '\n').count() + 1;
        return "Line " + number + " of the trace was the first time: " + lineAt(begin, one)
                + ", and the second time: " + lineAt(begin, other);
    }

    private static String lineAt(int begin, String trace) {
        return begin == trace.length() ? "none" : trace.substring(begin, trace.indexOf('\n', begin));
    }
}
