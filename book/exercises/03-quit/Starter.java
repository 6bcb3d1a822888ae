/// The server of sums gets a command: `quit` ends the conversation, at any point of it.
///
/// A client sends two numbers, a line each, and gets their sum. If one of the lines is `quit`, the answer is `bye`, and from then on the client
/// gets no more answers, whatever it sends. All state is in fields, because each line comes with a call of `line`.

import java.util.function.Consumer;

final class Sum {
    private final Consumer<String> answer;
    private boolean hasFirst;
    private long first;

    /// @param answer sends a line to the client
    Sum(Consumer<String> answer) {
        this.answer = answer;
    }

    /// A line of the client has come.
    void line(String line) {
        try {
            long number = Long.parseLong(line);
            if (hasFirst) {
                answer.accept(String.valueOf(first + number));
                hasFirst = false;
            } else {
                first = number;
                hasFirst = true;
            }
        } catch (NumberFormatException e) {
            answer.accept("not a number");
            hasFirst = false;
        }
    }
}
