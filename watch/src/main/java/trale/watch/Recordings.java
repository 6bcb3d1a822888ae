package trale.watch;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import trale.Executor;
import trale.internal.probe.Probe;
import trale.internal.probe.Recording;

/// Takes down what an executor does for a file alone: without a server, and without a thread of its own, so a simulation's executor is not
/// disturbed. Of more than 65,536 events the latest are kept.
///
/// @hidden
public final class Recordings implements Recording.Maker {

    /// Called by the service loader.
    public Recordings() {}

    @Override
    public Recording begin(Executor executor, String program) {
        var machines = new Machines();
        var recorder = new Recorder(machines, program, false, () -> {});
        executor.probe(recorder);
        var diagnoses = new Diagnoses(executor, recorder, () -> 0);
        return new Begun(recorder, machines, diagnoses::read);
    }

    @Override
    public Recording begin(Probe.Host host, String program) {
        var machines = new Machines();
        var recorder = new Recorder(machines, program, false, () -> {});
        recorder.installed(host);
        return new Begun(recorder, machines, events -> events);
    }

    /// @param read adds the diagnoses
    private record Begun(Recorder probe, Machines machines, History history, UnaryOperator<List<Event>> read) implements Recording {
        Begun(Recorder probe, Machines machines, UnaryOperator<List<Event>> read) {
            this(probe, machines, new History(Watch.MOST_EVENTS), read);
        }

        @Override
        public synchronized void write(Path html) throws IOException {
            var events = new ArrayList<Event>();
            if (probe.drain(events)) history.add(read.apply(events));
            Page.write(html, machines, history);
        }
    }
}
