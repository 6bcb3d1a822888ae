package trale.net;

import java.nio.channels.AsynchronousCloseException;

/// The socket is open, but the executor through whose reactor its events come is closed.
final class ExecutorClosedException extends AsynchronousCloseException {
    private static final long serialVersionUID = 1;

    @Override
    public String getMessage() {
        return "its executor was closed: a socket's events come through the executor whose task made it";
    }
}
