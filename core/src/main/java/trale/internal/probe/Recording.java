package trale.internal.probe;

import java.io.IOException;
import java.nio.file.Path;
import trale.Executor;

/// What an executor has done since this was begun, to be written as a page. trale-watch provides it; trale.test, which does not know
/// trale-watch, asks for it.
public interface Recording {

    /// Begins recordings: a service.
    interface Maker {

        /// From now on what the executor does is taken down, instead of what the probe before was told.
        ///
        /// @param program its name on the page
        Recording begin(Executor executor, String program);

        /// Takes down what an executor does that is not trale's: its program tells it to [Recording#probe()].
        Recording begin(Probe.Host host, String program);
    }

    /// {@return what is to be told}
    Probe probe();

    /// Writes what has happened so far into one HTML file. By a thread that may look at the executor: of a simulation, one whose turn it
    /// is.
    ///
    /// @param html is replaced if it exists; its folder is made if that does not
    void write(Path html) throws IOException;
}
