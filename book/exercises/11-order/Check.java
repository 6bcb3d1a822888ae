import static book.learn.Expect.equal;
import static book.learn.Expect.that;

import book.ch11.Model;
import book.ch11.Sleeper;
import java.util.List;

void main() {
    List<String> wrong = new Model(List.of(Sleeper.executor(), WakerSteps.waker())).explore();
    that(wrong.isEmpty(), "The wake is lost in this order:\n" + String.join("\n", wrong));
    equal(0, event(0), "whether the eventfd is written although the executor is awake");
    equal(1, event(1), "whether the eventfd is written when the executor is parked");
}

/// {@return the eventfd after the steps have run alone}
static int event(int parked) {
    int[] memory = {0, parked, 0};
    List<Model.Step> steps = WakerSteps.waker();
    int at = 0;
    for (int i = 0; i < 10 && at != Model.END && at < steps.size(); i++) {
        int next = steps.get(at).action().run(memory);
        at = next == Model.NEXT ? at + 1 : next;
    }
    equal(1, memory[Model.INJECTED], "the number of tasks that were added");
    return memory[Model.EVENT];
}
