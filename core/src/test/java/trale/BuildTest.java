package trale;

import static java.lang.module.ModuleDescriptor.Requires.Modifier.STATIC;
import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What every other test takes for granted: the JVM it runs in, and the module that was built.
class BuildTest {

    @Test
    void theTestsRunOnJava25WithAssertionsAndNativeAccess() {
        assertTrue(Runtime.version().feature() >= 25, () -> "the tests run on Java " + Runtime.version());
        assertTrue(BuildTest.class.desiredAssertionStatus(), "assertions are off");
        assertTrue(BuildTest.class.getModule().isNativeAccessEnabled(), "native access is off");
    }

    @Test
    void atRunTimeTheModuleNeedsNothingButTheJdk() throws Exception {
        assertEquals(
                Set.of("java.base"),
                descriptor().requires().stream()
                        .filter(r -> !r.modifiers().contains(STATIC))
                        .map(ModuleDescriptor.Requires::name)
                        .collect(toSet()));
    }

    @Test
    void theInternalsAreNotExported() throws Exception {
        assertTrue(descriptor().exports().stream().filter(e -> !e.isQualified()).noneMatch(e -> e.source().startsWith("trale.internal")));
    }

    @Test
    void everyOtherPackageIsExported() throws Exception {
        assertEquals(
                descriptor().packages().stream().filter(p -> !p.startsWith("trale.internal")).collect(toSet()),
                descriptor().exports().stream().filter(e -> !e.isQualified()).map(ModuleDescriptor.Exports::source).collect(toSet()));
    }

    private static ModuleDescriptor descriptor() throws Exception {
        Path classes = Path.of(Future.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        return ModuleFinder.of(classes).find("trale").orElseThrow().descriptor();
    }
}
