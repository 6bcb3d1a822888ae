package trale.test;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import trale.internal.Log;

/// What may be the reason when a run fails, and is told with its failure.
final class Clues {

    /// What a program does instead of letting a thread outside complete something.
    static final String INSTEAD = "do it in a task of the simulation, or as a step of one: await(Blocking.run(…))";

    private static final int MOST_FAILURES = 10; // that are kept: the first is the one that most often explains the rest

    /// The first spawn or wake by a thread outside. That thread sets it: what it throws there may be lost in a CompletableFuture.
    private final AtomicReference<@Nullable IllegalStateException> refusal = new AtomicReference<>();

    private record Failed(String task, Throwable failure, BooleanSupplier isSeen) {}

    /// Of tasks that nothing had awaited or joined when they failed. Used by the thread whose turn it is, as is `later`.
    private final List<Failed> failed = new ArrayList<>(0);

    private int later; // how many more failed

    /// Keeps what a thread outside is about to be told. By that thread.
    IllegalStateException refused(IllegalStateException refusal) {
        this.refusal.compareAndSet(null, refusal);
        return refusal;
    }

    /// A task has failed.
    void failed(String task, Throwable failure, BooleanSupplier isSeen) {
        if (failed.size() == MOST_FAILURES) failed.removeIf(each -> each.isSeen.getAsBoolean());
        if (failed.size() == MOST_FAILURES) later++;
        else failed.add(new Failed(task, failure, isSeen));
    }

    /// The run is over: the tasks are to become garbage, so that their failures are logged.
    void forgetTasks() {
        failed.clear();
    }

    private List<Failed> unseen() {
        return failed.stream().filter(each -> !each.isSeen.getAsBoolean()).toList();
    }

    /// {@return a line for each, which ends in a line feed; none if nothing is known}
    String text() {
        var text = new StringBuilder();
        var refused = refusal.get();
        if (refused != null) text.append("! ").append(refused.getMessage()).append('\n');
        for (var each : unseen())
            text.append("! task ").append(each.task).append(" failed: ").append(Log.describe(each.failure)).append('\n');
        if (later != 0) text.append("! ").append(later).append(" others failed later\n");
        return text.toString();
    }

    /// {@return the failure, with all this among its suppressed ones}
    <T extends Throwable> T addTo(T failure) {
        Stream.concat(Stream.ofNullable(refusal.get()), unseen().stream().map(Failed::failure))
                .filter(each -> each != failure && !List.of(failure.getSuppressed()).contains(each))
                .forEach(failure::addSuppressed);
        return failure;
    }
}
