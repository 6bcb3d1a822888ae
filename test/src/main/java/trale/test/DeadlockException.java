package trale.test;

/// Everything in a [Simulation] waits, and nothing can happen any more.
public class DeadlockException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    DeadlockException(String message) {
        super(message);
    }
}
