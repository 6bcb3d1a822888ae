package trale.watch;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import trale.Executor;
import trale.explain.StateGraph;
import trale.internal.probe.Probe;
import trale.internal.probe.Recording;

/// Takes down what an executor does for a file alone: without a server, and without a thread of its own, so a simulation's executor is not
/// disturbed. Of more than 65,536 events the latest are kept.
///
/// @hidden
public final class Recordings implements Recording.Maker {

    /// Called by the service loader.
    public Recordings() {}

    /// @throws IllegalStateException trale-explain is missing; the JVM's own error names a class and no artifact
    static void requireExplain() {
        try {
            Objects.requireNonNull(StateGraph.class);
        } catch (NoClassDefFoundError e) {
            throw new IllegalStateException(
                    "trale-watch needs trale-explain, which is neither on the class path nor on the module path", e);
        }
    }

    @Override
    public Recording begin(Executor executor, String program) {
        requireExplain();
        var machines = new Machines();
        var recorder = new Recorder(machines, program, false, () -> {});
        executor.probe(recorder);
        return new Begun(recorder, machines, new History(Watch.MOST_EVENTS), new Diagnoses(executor, recorder, () -> 0));
    }

    @Override
    public Recording begin(Probe.Host host, String program) {
        requireExplain();
        var machines = new Machines();
        var recorder = new Recorder(machines, program, false, () -> {});
        recorder.installed(host);
        return new Begun(recorder, machines, new History(Watch.MOST_EVENTS), null);
    }

    /// @param diagnoses null: of an executor that is not trale's
    private record Begun(Recorder probe, Machines machines, History history, @Nullable Diagnoses diagnoses) implements Recording {

        @Override
        public synchronized void write(Path html) throws IOException {
            var events = new ArrayList<Event>();
            if (probe.drain(events)) history.add(diagnoses == null ? events : diagnoses.read(events));
            if (diagnoses != null) history.add(diagnoses.atTheEnd());
            Page.write(html, machines, history);
        }
    }
}
