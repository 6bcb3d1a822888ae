package bench;

import java.util.Arrays;
import java.util.Collection;

/// The rounds of one figure: on a shared machine a single number says nothing.
record Spread(double min, double median, double max) {

    static Spread of(Collection<Double> rounds) {
        var sorted = rounds.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        if (sorted.length == 0) {
            throw new IllegalArgumentException("no rounds");
        }
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(sorted[0], median, sorted[sorted.length - 1]);
    }

    static Spread of(double... rounds) {
        return of(Arrays.stream(rounds).boxed().toList());
    }

    /// {@return `median (min–max)`}
    String text(int decimals) {
        var f = "%." + decimals + "f";
        return (f + " (" + f + "–" + f + ")").formatted(median, min, max);
    }
}
