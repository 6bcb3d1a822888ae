package bench;

import java.util.Arrays;
import java.util.Collection;
import java.util.Random;

/// The rounds of one figure: on a shared machine a single number says nothing.
///
/// @param min the smallest, or the lower end of an interval of the median
/// @param max the largest, or the upper end
record Spread(double min, double median, double max) {
    private static final int RESAMPLES = 10_000;

    /// {@return the median, and the interval in which 95 of 100 medians lie if the rounds are drawn again from the rounds that there were}
    /// The bootstrap of Efron (1979). The seed is fixed, so the same rounds have the same interval.
    static Spread interval(Collection<Double> rounds) {
        var all = rounds.stream().mapToDouble(Double::doubleValue).toArray();
        var random = new Random(1979);
        var medians = new double[RESAMPLES];
        for (int i = 0; i < RESAMPLES; i++) {
            medians[i] = of(random.ints(all.length, 0, all.length).mapToDouble(k -> all[k]).toArray()).median;
        }
        Arrays.sort(medians);
        return new Spread(medians[RESAMPLES * 25 / 1000], of(rounds).median, medians[RESAMPLES * 975 / 1000]);
    }

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
