package trale.corpus.elsewhere;

/// Hands out objects of a class that other packages may not name.
public final class Unnamed {
    private Unnamed() {}

    static class Hidden {
        @Override
        public String toString() {
            return "hidden";
        }
    }

    @SuppressWarnings("exports")
    public static Hidden make() {
        return new Hidden();
    }

    @SuppressWarnings("exports")
    public static Hidden[] makeArray() {
        return new Hidden[2];
    }

    @SuppressWarnings("exports")
    public static String use(Hidden hidden, String s) {
        return hidden + s;
    }
}
