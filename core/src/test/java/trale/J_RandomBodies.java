package trale;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import trale.fuzz.Generator;

/// Random bodies do the same as plain Java and as state machines. A failure shows the seed and the source of its body.
///
/// ```
///  mvn test -pl core -Dtest=J_RandomBodies -Dtrale.fuzz=100000                          so many bodies
///  mvn test -pl core -Dtest=J_RandomBodies -Dtrale.fuzz=1 -Dtrale.fuzz.seed=4711        this one once more
/// ```
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class J_RandomBodies {
    private static final long FIRST = Long.getLong("trale.fuzz.seed", 1);
    private static final long BODIES = Long.getLong("trale.fuzz", 2_000);

    /// So many classes are compiled at once: javac takes longer to begin than to go on.
    private static final int BATCH = 500;

    static LongStream batches() {
        return LongStream.iterate(FIRST, seed -> seed < FIRST + BODIES, seed -> seed + BATCH);
    }

    @ParameterizedTest(name = "seeds from {0}")
    @MethodSource("batches")
    void J1_to_J10_randomBodiesDoTheSameAsPlainJavaAndAsStateMachines(long first) throws Exception {
        compare(first, (int) Math.min(BATCH, FIRST + BODIES - first));
    }

    static void compare(long first, int bodies) throws Exception {
        var classes = Sources.compile(true, LongStream.range(first, first + bodies).boxed().collect(Collectors.toMap(Generator::className, Generator::source)));
        int invalid = 0;
        for (long seed = first; seed < first + bodies; seed++) {
            var name = Generator.className(seed);
            try {
                if (isValid(name, classes)) Twin.compare(classes.loadClass(name));
                else invalid++;
            } catch (Throwable t) {
                throw new AssertionError("-Dtrale.fuzz=1 -Dtrale.fuzz.seed=" + seed + "\n" + Generator.source(seed), t);
            }
        }
        assertTrue(invalid <= bodies / 100, "javac's class files are not valid: " + invalid + " of " + bodies);
    }

    /// {@return whether the JVM takes what javac made of the source, which once in a while it does not}
    private static boolean isValid(String name, ClassLoader loader) throws ClassNotFoundException {
        try {
            Class.forName(name, true, loader);
            return true;
        } catch (VerifyError e) {
            return false;
        }
    }
}
