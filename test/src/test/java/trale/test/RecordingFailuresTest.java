package trale.test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import trale.Executor;
import trale.internal.probe.Probe;
import trale.internal.probe.Recording;

/// A failure of the recording hides no failure of the test.
@Timeout(60)
class RecordingFailuresTest {
    @TempDir
    Path folder;

    private final ClassLoader usual = Thread.currentThread().getContextClassLoader();

    @AfterEach
    void forgetTheMaker() {
        Thread.currentThread().setContextClassLoader(usual);
    }

    /// Writes as trale-watch does when trale-explain is missing.
    public static final class CannotWrite implements Recording.Maker {
        @Override
        public Recording begin(Executor executor, String program) {
            return new Recording() {
                @Override
                public Probe probe() {
                    return new Probe() {};
                }

                @Override
                public void write(Path html) {
                    throw new NoClassDefFoundError("missing/OfWrite");
                }
            };
        }

        @Override
        public Recording begin(Probe.Host host, String program) {
            throw new AssertionError("no executor of another kind is here");
        }
    }

    /// Cannot even begin.
    public static final class CannotBegin implements Recording.Maker {
        @Override
        public Recording begin(Executor executor, String program) {
            throw new NoClassDefFoundError("missing/OfBegin");
        }

        @Override
        public Recording begin(Probe.Host host, String program) {
            throw new AssertionError("no executor of another kind is here");
        }
    }

    private void useMaker(String className) throws Exception {
        var services = Files.createDirectories(folder.resolve("META-INF/services"));
        Files.writeString(services.resolve(Recording.Maker.class.getName()), className + "\n");
        Thread.currentThread().setContextClassLoader(new URLClassLoader(new URL[] {folder.toUri().toURL()}, usual));
    }

    private void requireTheTestsOwnFailure(String maker, String notice) throws Exception {
        useMaker(maker);
        var e = assertThrows(AssertionError.class, () -> Simulation.forEachSeed(1, simulation -> simulation.run(() -> {
            throw new IllegalStateException("the test's own");
        })));
        assertEquals("the test's own", e.getCause().getMessage());
        assertTrue(e.getMessage().contains("no recording: ") && e.getMessage().contains(notice), e.getMessage());
    }

    @Test
    void aRecordingThatCannotBeWrittenLeavesTheFailureOfTheTest() throws Exception {
        requireTheTestsOwnFailure(CannotWrite.class.getName(), "it cannot be written: java.lang.NoClassDefFoundError: missing/OfWrite");
    }

    @Test
    void aRecordingThatCannotBeginLeavesTheFailureOfTheTest() throws Exception {
        requireTheTestsOwnFailure(CannotBegin.class.getName(), "java.lang.NoClassDefFoundError: missing/OfBegin");
    }

    @Test
    void aMakerThatCannotBeLoadedLeavesTheFailureOfTheTest() throws Exception {
        requireTheTestsOwnFailure("missing.Maker", "missing.Maker");
    }
}
