package mass;

import static trale.Async.async;
import static trale.Async.await;

import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import trale.Async;
import trale.Context;
import trale.Future;
import trale.Poll;

/// Drives the bodies of one library to their ends, one inside the other on the same thread, and counts.
///
/// A body that is to be cancelled is awaited by another, which sees how it ends; that one is dropped. Then it must be seen,
/// in this order: the pause at which the body was suspended is dropped; the first handler to run is the one that the class
/// file has for that place, and it catches a CancellationException; if there is none the CancellationException leaves the body.
/// What the body has come to is what its caller gets.
public final class Driver {
    /// The number of a handler that is not there.
    static final int NONE = -1;

    /// Of a handler that was not looked for.
    static final int UNKNOWN = -2;

    private static final Context CONTEXT = Context.of(() -> {});

    /// Written before the thread starts that uses it; one thread at a time.
    private static Driver current = new Driver(List.of(), 0);

    private final List<Strewer.Place> places;
    private long random;

    /// The places that were reached.
    private final BitSet reached = new BitSet();

    long awaits;
    long suspensions;

    /// Of the suspensions, those at places from which a CancellationException gets to a handler of the body.
    long guarded;

    long cancellations;

    /// Of the cancellations, those that a handler caught.
    long handled;

    /// At which suspension a body is cancelled, of all or of the guarded ones; 0: at none.
    private long cancelAt;
    private long cancelAtGuarded;

    /// The place of the suspension that was reached so, until the body is cancelled.
    private int cancelledAt = NONE;

    private boolean cancels;
    private boolean isCleaningUp;

    /// How many awaits a run may have; a fault of the compiler can make it endless.
    private final long limit;

    private int droppedAt;
    private int caughtBy;
    private boolean caughtCancellation;

    /// What a cancelled body did wrong, or null. It is kept, as the library may catch what is thrown.
    private @Nullable String fault;

    private static final class Outcome {
        boolean hasEnded;
        @Nullable Object value;
        @Nullable Throwable failure;
    }

    /// @param places the awaits by number; may grow
    /// @param limit how many awaits there may be
    Driver(List<Strewer.Place> places, long limit) {
        this.places = places;
        this.limit = limit;
    }

    static Driver current() {
        return current;
    }

    /// From now on bodies are driven by this.
    ///
    /// @param seed of how often pauses are pending
    void begin(long seed) {
        random = seed;
        current = this;
    }

    /// Called in place of a method that was made a body.
    ///
    /// @throws Exception what the body threw
    public static Object drive(Async.Body<?> body) throws Exception {
        return current.finish(async(body));
    }

    /// The same for one that returns nothing.
    ///
    /// @throws Exception what the body threw
    public static Object drive(Async.VoidBody body) throws Exception {
        return current.finish(async(body));
    }

    /// Called by handlers first of all, if they are probed.
    public static void caught(Throwable caught, int handler) {
        var driver = current;
        if (!driver.isCleaningUp || driver.caughtBy != NONE) return;
        driver.caughtBy = handler;
        driver.caughtCancellation = caught instanceof CancellationException;
    }

    /// {@return how often the next pause is pending}
    /// @param place where it is
    int pendings(int place) {
        if (++awaits > limit) throw new Difference("it does not end");
        reached.set(place);
        if (isCleaningUp) return 0; // it would go on as a task of an executor
        random += 0x9e3779b97f4a7c15L;
        long mixed = (random ^ random >>> 30) * 0xbf58476d1ce4e5b9L;
        return switch ((int) (mixed >>> 61)) {
            case 0, 1, 2, 3 -> 0;
            case 4, 5, 6 -> 1;
            default -> 2;
        };
    }

    void suspended(int place) {
        boolean isGuarded = places.get(place).handler() >= 0;
        suspensions++;
        if (isGuarded) guarded++;
        if (suspensions == cancelAt || isGuarded && guarded == cancelAtGuarded) cancelledAt = place;
    }

    void dropped(int place) {
        droppedAt = place;
    }

    /// Bodies are observed, and one is cancelled.
    ///
    /// @param suspension which one from now on, counted from 1
    void cancelAt(long suspension) {
        cancels = true;
        cancelAt = suspensions + suspension;
    }

    /// The same, at a place from which a CancellationException gets to a handler.
    void cancelAtGuarded(long suspension) {
        cancels = true;
        cancelAtGuarded = guarded + suspension;
    }

    /// No body is cancelled, until it is said again.
    void cancelNone() {
        cancels = false;
        cancelAt = 0;
        cancelAtGuarded = 0;
    }

    /// {@return what a cancelled body did wrong, or null}
    @Nullable String fault() {
        return fault;
    }

    /// {@return how many places were reached}
    int placesReached() {
        return reached.cardinality();
    }

    /// {@return how many bodies have a place that was reached}
    long bodiesReached() {
        return reached.stream().map(place -> places.get(place).body()).distinct().count();
    }

    private Object finish(Future<?> body) throws Exception {
        if (cancels && !isCleaningUp) return observe(body);
        while (true) if (body.poll(CONTEXT) instanceof Poll.Ready<?>(var value)) return value;
    }

    private Object observe(Future<?> body) throws Exception {
        var outcome = new Outcome();
        var observer = async(() -> {
            try {
                outcome.value = await(body);
            } catch (Throwable t) {
                outcome.failure = t;
            }
            outcome.hasEnded = true;
        });
        while (observer.poll(CONTEXT) instanceof Poll.Pending<?>) {
            if (cancelledAt == NONE) continue;
            cancel(observer, outcome);
            break;
        }
        if (outcome.failure instanceof Error e) throw e;
        if (outcome.failure instanceof Exception e) throw e;
        return outcome.value;
    }

    private void cancel(Future<?> observer, Outcome outcome) {
        int place = cancelledAt;
        cancelledAt = NONE;
        droppedAt = NONE;
        caughtBy = NONE;
        cancellations++;
        isCleaningUp = true;
        try {
            observer.drop();
        } finally {
            isCleaningUp = false;
        }
        var wrong = wrong(place, outcome);
        if (wrong == null) return;
        fault = places.get(place).in() + " was cancelled at await " + place + ": " + wrong;
        throw new AssertionError(fault);
    }

    private @Nullable String wrong(int place, Outcome outcome) {
        int expected = places.get(place).handler();
        if (!outcome.hasEnded) return "the body did not end";
        if (droppedAt != place) return "what it awaited was not dropped";
        if (expected == UNKNOWN) return null;
        if (expected != caughtBy) {
            if (expected == NONE) return "a handler ran, from whose range it was not";
            return caughtBy == NONE ? "its handler did not run" : "another handler ran first";
        }
        if (expected != NONE) {
            handled++;
            return caughtCancellation ? null : "its handler caught something else than a CancellationException";
        }
        return outcome.failure instanceof CancellationException ? null : "it ended with " + outcome.failure;
    }
}
