package trale.test;

import java.util.Arrays;
import java.util.Random;

/// Fails calls with a probability, in ways that a program need not know of.
final class Harmless implements FaultyKernel.Plan {
    private final Random random;
    private final double probability;
    private final boolean mayBeShort;
    int faults; // guarded by this

    /// @param mayBeShort calls may move fewer bytes than they could
    Harmless(long seed, double probability, boolean mayBeShort) {
        random = new Random(seed);
        this.probability = probability;
        this.mayBeShort = mayBeShort;
    }

    @Override
    public synchronized int fault(String call, int[] possible) {
        if (call.equals("close") || random.nextDouble() >= probability) return 0;
        var harmless = Arrays.stream(possible)
                .filter(p -> p == Linux.EINTR || p == Linux.EAGAIN || (mayBeShort && p == FaultyKernel.SHORT) || p == Linux.ECONNABORTED
                        || (call.equals("accept4") && p == Linux.EMFILE && random.nextInt(4) == 0))
                .toArray();
        if (harmless.length == 0) return 0;
        faults++;
        return harmless[random.nextInt(harmless.length)];
    }
}
