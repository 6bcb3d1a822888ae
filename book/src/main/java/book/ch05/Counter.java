package book.ch05;

/// Counts, one step a poll. Between two steps it lets the other tasks run: it *yields*.
// region counter
final class Counter implements Task {
    private final String name;
    private final StringBuilder log;
    private int steps;

    Counter(String name, int steps, StringBuilder log) {
        this.name = name;
        this.steps = steps;
        this.log = log;
    }

    @Override
    public boolean poll() {
        log.append(name).append(steps).append(' ');
        steps--;
        return steps == 0;
    }
}
// end
