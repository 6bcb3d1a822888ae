/// The rule for `done`, for datagrams: when is the slot READY after a call?
///
/// A stream that gives less than it was asked for has been emptied. Here the same rule is used for datagrams. But a datagram has a length of its
/// own: a short one says nothing about the next.

final class DatagramRule {
    static final int EAGAIN = 11;

    /// {@return whether another call may find something}
    ///
    /// @param answer of the call: a length, or -EAGAIN
    /// @param asked  how long the buffer was
    static boolean mayHaveMore(int answer, int asked) {
        return answer == asked;
    }
}
