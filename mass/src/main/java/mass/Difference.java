package mass;

/// What a library does with async bodies in place of its methods is not what it does as it is.
final class Difference extends RuntimeException {
    private static final long serialVersionUID = 1;

    Difference(String message) {
        super(message);
    }
}
