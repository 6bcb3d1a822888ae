/// One more thing that may have happened already is one more field. With code that blocks, it would be a `return`.

import java.util.function.Consumer;

final class Sum {
    private final Consumer<String> answer;
    private boolean hasFirst;
    private boolean hasQuit;
    private long first;

    /// @param answer sends a line to the client
    Sum(Consumer<String> answer) {
        this.answer = answer;
    }

    /// A line of the client has come.
    void line(String line) {
        if (hasQuit) return;
        if (line.equals("quit")) {
            hasQuit = true;
            answer.accept("bye");
            return;
        }
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
