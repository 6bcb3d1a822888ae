import static book.learn.Expect.equal;

import java.util.ArrayList;
import java.util.List;

void main() {
    equal(List.of("3", "not a number", "7"), answers("1", "2", "one", "3", "4"), "the answer to 1, 2, one, 3, 4");
    equal(List.of("3", "bye"), answers("1", "2", "quit"), "the answer to 1, 2, quit");
    equal(List.of("bye"), answers("1", "quit"), "the answer to 1, quit");
    equal(List.of("bye"), answers("quit", "1", "2"), "the answer to quit, 1, 2");
    equal(List.of("bye"), answers("1", "quit", "2", "3", "4"), "the answer to 1, quit, 2, 3, 4");
    equal(List.of("bye"), answers("quit", "one", "quit"), "the answer to quit, one, quit");
}

static List<String> answers(String... lines) {
    var answers = new ArrayList<String>();
    var sum = new Sum(answers::add);
    for (String line : lines) {
        sum.line(line);
    }
    return answers;
}
