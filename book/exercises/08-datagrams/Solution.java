/// Only EAGAIN says that there is no other datagram.

final class DatagramRule {
    static final int EAGAIN = 11;

    /// {@return whether another call may find something}
    ///
    /// @param answer of the call: a length, or -EAGAIN
    /// @param asked  how long the buffer was
    static boolean mayHaveMore(int answer, int asked) {
        return answer != -EAGAIN;
    }
}
