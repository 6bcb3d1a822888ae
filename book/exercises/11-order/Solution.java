/// First it says what it does, then it looks at what the other side says.

import book.ch11.Model;
import java.util.List;

final class WakerSteps {

    static List<Model.Step> waker() {
        return List.of(
                new Model.Step("injected.add(task)", m -> {
                    m[Model.INJECTED]++;
                    return Model.NEXT;
                }),
                new Model.Step("parked.getAndSet(false)", m -> {
                    if (m[Model.PARKED] == 0) return Model.END;
                    m[Model.PARKED] = 0;
                    return Model.NEXT;
                }),
                new Model.Step("write to the eventfd", m -> {
                    m[Model.EVENT] = 1;
                    return Model.END;
                }));
    }
}
