package bench;

/// What a JVM takes to start, print a line and end.
final class Empty {
    private Empty() {}

    public static void main(String[] args) {
        System.out.println(24);
    }
}
