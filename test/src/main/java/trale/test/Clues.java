package trale.test;

import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What may be the reason when a run fails, and is told with its failure.
final class Clues {

    /// What a program does instead of letting a thread outside complete something.
    static final String INSTEAD = "do it in a task of the simulation, or as a step of one: await(Blocking.run(…))";

    /// The first spawn or wake by a thread outside. That thread sets it: what it throws there may be lost in a CompletableFuture.
    private final AtomicReference<@Nullable IllegalStateException> refusal = new AtomicReference<>();

    /// Keeps what a thread outside is about to be told. By that thread.
    IllegalStateException refused(IllegalStateException refusal) {
        this.refusal.compareAndSet(null, refusal);
        return refusal;
    }

    /// {@return a line for each; none if nothing is known}
    String text() {
        return exceptions().stream().map(e -> "! " + e.getMessage() + "\n").collect(Collectors.joining());
    }

    /// {@return the failure, with all this among its suppressed ones}
    <T extends Throwable> T addTo(T failure) {
        for (var each : exceptions()) if (each != failure && !List.of(failure.getSuppressed()).contains(each)) failure.addSuppressed(each);
        return failure;
    }

    private List<Throwable> exceptions() {
        var refused = refusal.get();
        return refused == null ? List.of() : List.of(refused);
    }
}
