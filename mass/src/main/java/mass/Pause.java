package mass;

import org.jspecify.annotations.Nullable;
import trale.Context;
import trale.Future;
import trale.Poll;

/// What the strewn awaits wait for: a future that is pending 0, 1 or 2 times. Which it is depends on the seed and on how many
/// came before, so that a run can be repeated.
public final class Pause implements Future<Object> {
    private final @Nullable Object value;
    private final int place;
    private int left;

    private Pause(@Nullable Object value, int place) {
        this.value = value;
        this.place = place;
        this.left = Driver.current().pendings(place);
    }

    /// {@return a future whose value is not used}
    /// @param place the number of the await
    public static Future<Object> at(int place) {
        return new Pause(null, place);
    }

    /// {@return a future that becomes a value which the body goes on with}
    /// @param place the number of the await
    public static Future<Object> carry(@Nullable Object value, int place) {
        return new Pause(value, place);
    }

    @Override
    public Poll<Object> poll(Context cx) {
        if (left == 0) return Poll.ready(value);
        left--;
        Driver.current().suspended(place);
        cx.waker().wake();
        return Poll.pending();
    }

    @Override
    public void drop() {
        Driver.current().dropped(place);
    }
}
