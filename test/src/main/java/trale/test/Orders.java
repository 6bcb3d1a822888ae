package trale.test;

import java.util.ArrayList;

/// The orders of a small program, one after the other, depth first: a path of choices, of which the last is made otherwise
/// the next time.
///
/// ```
///  run 1   0 of 2 ─ 0 of 3            run 4   1 of 2 ─ 0 of 2
///  run 2   0 of 2 ─ 1 of 3            run 5   1 of 2 ─ 1 of 2
///  run 3   0 of 2 ─ 2 of 3            no more
/// ```
final class Orders {
    private static final class Choice {
        int chosen;
        final int of;

        Choice(int of) {
            this.of = of;
        }
    }

    private final ArrayList<Choice> path = new ArrayList<>();
    private int made; // in this run

    /// {@return 0 to n − 1: what was chosen here the last time, or the first of all}
    int pick(int n) {
        if (made == path.size()) path.add(new Choice(n));
        var choice = path.get(made++);
        if (choice.of != n)
            throw new IllegalStateException("not deterministic: choice " + made + " is one of " + n + ", and was one of " + choice.of);
        return choice.chosen;
    }

    /// The next run has the same order again.
    void again() {
        made = 0;
    }

    /// {@return whether there is another order, which is that of the next run}
    boolean next() {
        made = 0;
        while (!path.isEmpty()) {
            var last = path.getLast();
            if (++last.chosen < last.of) return true;
            path.removeLast();
        }
        return false;
    }

    @Override
    public String toString() {
        return String.join(" ", path.subList(0, made).stream().map(choice -> String.valueOf(choice.chosen)).toList());
    }
}
