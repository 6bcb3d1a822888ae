/// The waking thread's steps, for the model of chapter 11. Put them in an order in which no wake is lost.
///
/// The executor's steps are those of the chapter: it sets `parked`, looks at `injected`, and only then sleeps. Here the waking thread looks at
/// `parked` before it adds its task. A step returns `Model.NEXT`, `Model.END`, or the number of the step to go on with.

import book.ch11.Model;
import java.util.List;

final class WakerSteps {

    static List<Model.Step> waker() {
        return List.of(
                new Model.Step("parked.getAndSet(false)", m -> {
                    if (m[Model.PARKED] == 0) return 2;
                    m[Model.PARKED] = 0;
                    return Model.NEXT;
                }),
                new Model.Step("write to the eventfd", m -> {
                    m[Model.EVENT] = 1;
                    return Model.NEXT;
                }),
                new Model.Step("injected.add(task)", m -> {
                    m[Model.INJECTED]++;
                    return Model.END;
                }));
    }
}
