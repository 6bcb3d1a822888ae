package trale.watch;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import trale.Executor;
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
        var history = new History(Watch.MOST_EVENTS);
        return new Recording() {
            @Override
            public synchronized void write(Path html) throws IOException {
                var events = new ArrayList<Event>();
                if (recorder.drain(events)) history.add(diagnoses.read(events));
                history.add(diagnoses.atTheEnd());
                Page.write(html, machines, history);
            }
        };
    }
}
