import static book.learn.Expect.equal;

import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import trale.Async;
import trale.Poll;
import trale.explain.StateGraph;

void main() {
    compare(Keeps.FIRST, Keeps.first(_ -> Poll.ready(1), 1, 2), "first");
    compare(Keeps.SECOND, Keeps.second(_ -> Poll.ready(1), new int[] {1}), "second");
    compare(Keeps.THIRD, Keeps.third(_ -> Poll.ready("x"), "Ada"), "third");
}

static void compare(Set<String> guess, Async.Body<?> body, String name) {
    var kept = StateGraph.of(body).states().get(1).variables().stream().map(StateGraph.Variable::name).collect(Collectors.toSet());
    equal(new TreeSet<>(kept), new TreeSet<>(guess), "what you say that the body `" + name + "` keeps");
}
