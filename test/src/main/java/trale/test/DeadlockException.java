package trale.test;

/// Everything in a [Simulation] waits, and nothing can happen any more.
///
/// The message lists all tasks and what each waits for. Its lines that begin with `!` tell what may be the reason: a task that has failed
/// and that nothing has looked at, a thread outside whose wake was refused, a CompletionStage. The failures are also among the suppressed
/// exceptions, as is what that thread was told.
public class DeadlockException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    DeadlockException(String message) {
        super(message);
    }
}
