package trale.test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The names of the calls that may be let fail.
@Timeout(60)
class FaultNamesTest {
    private static final Pattern CALL = Pattern.compile("\\bfunction\\(\"(\\w+)\"\\)");

    @Test
    void aNameThatIsNoCallOfTraleIsRefusedAndTheRightOnesAreTold() {
        try (var simulation = new Simulation(1)) {
            for (var wrong : new String[] {"acceptt", "accept", "read", "", "strerror"}) {
                var e = assertThrows(IllegalArgumentException.class, () -> simulation.faults().at(wrong, "EMFILE", 1), wrong);
                assertTrue(e.getMessage().startsWith(wrong + " is no system call that trale makes"), e.getMessage());
                assertTrue(e.getMessage().contains(" accept4,"), e.getMessage());
            }
        }
    }

    /// strerror is no system call.
    @Test
    void theNamesAreThoseOfTheCallsInTheSourcesOfTheCore() throws IOException {
        var made = new TreeSet<String>();
        try (var files = Files.list(Path.of("../core/src/main/java/trale/internal/linux"))) {
            for (var file : files.toList()) CALL.matcher(Files.readString(file)).results().forEach(found -> made.add(found.group(1)));
        }
        assertTrue(made.remove("strerror"), made.toString());
        try (var simulation = new Simulation(1)) {
            for (var call : made) simulation.faults().at(call, "EIO", 0);
            var e = assertThrows(IllegalArgumentException.class, () -> simulation.faults().at("?", "EIO", 0));
            assertTrue(e.getMessage().endsWith(": " + String.join(", ", made)), e.getMessage());
        }
        assertEquals(21, made.size());
    }
}
