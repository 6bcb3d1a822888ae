package trale.fuzz;

import java.util.List;
import java.util.SplittableRandom;

/// A body that is being written: what its seed makes of every choice, and how much may still be added to it.
final class Draft {
    final Scope scope = new Scope();
    private final SplittableRandom random;
    private final List<Kind> favourites;
    private int names;
    private int statements;
    private int operands;

    Draft(long seed) {
        random = new SplittableRandom(seed);
        favourites = List.of(of(Kind.ALL), of(Kind.ALL), of(Kind.NUMBERS), Kind.INT);
        statements = 6 + below(1 + below(22)); // few are large
    }

    int below(int n) {
        return random.nextInt(n);
    }

    boolean oneIn(int n) {
        return below(n) == 0;
    }

    <T> T of(List<T> choices) {
        return choices.get(below(choices.size()));
    }

    /// {@return any kind; mostly one of a few, so that there are variables of the same kind}
    Kind kind() {
        return oneIn(3) ? of(Kind.ALL) : of(favourites);
    }

    /// {@return a name that nothing else in the body has}
    String name(String prefix) {
        return prefix + names++;
    }

    /// {@return whether there may be another statement, and takes it into account}
    boolean takeStatement() {
        if (statements-- <= 0) return false;
        operands = 1 + below(11);
        return true;
    }

    /// Takes half of the statements that are left, so that a block leaves some for what comes after it.
    int keepHalf() {
        int kept = Math.max(statements, 0) / 2;
        statements -= kept;
        return kept;
    }

    void giveBack(int kept) {
        statements += kept;
    }

    /// {@return whether the current expression may have another operator, and takes it into account}
    boolean takeOperand() {
        return operands-- > 0;
    }
}
