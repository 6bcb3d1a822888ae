package trale;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.AssertionFailedError;
import trale.fuzz.Generator;
import trale.fuzz.Mistake;
import trale.internal.async.Inspection;
import trale.support.LongForm;

/// Random bodies do the same as plain Java and as state machines. A failure shows the seed and the source of its body.
///
/// ```sh
/// mvn test -pl core -Dtest=RandomBodiesTest -Dtrale.fuzz=100000                     # 100,000 bodies
/// mvn test -pl core -Dtest=RandomBodiesTest -Dtrale.fuzz=1 -Dtrale.fuzz.seed=4711   # this one once more
/// ```
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class RandomBodiesTest {
    private static final long FIRST = Long.getLong("trale.fuzz.seed", 1);
    private static final long END = FIRST + Long.getLong("trale.fuzz", LongForm.or(250, 2_000));

    /// The number of classes that are compiled at once, as javac takes longer to begin than to go on.
    private static final int BATCH = 125;

    /// The classes of consecutive seeds, which are compiled while others are compared.
    ///
    /// @param end the seed after the last one
    record Batch(long first, long end, CompletableFuture<Sources> classes) {
        static Batch of(long first, long end) {
            return new Batch(first, end, CompletableFuture.supplyAsync(() -> compile(first, end)));
        }

        private static Sources compile(long first, long end) {
            var sources = LongStream.range(first, end).boxed().collect(Collectors.toMap(Generator::className, Generator::source));
            try {
                return Sources.compile(true, sources, "-g");
            } catch (AssertionError e) { // which one is it?
                if (end - first == 1) throw new AssertionError(show(first), e);
                long middle = (first + end) / 2;
                compile(first, middle);
                compile(middle, end);
                throw e;
            }
        }

        private static String show(long seed) {
            return "-Dtrale.fuzz=1 -Dtrale.fuzz.seed=" + seed + "\n" + Generator.source(seed);
        }

        void compare() throws Exception {
            var loader = classes.join();
            var invalid = 0;
            for (long seed = first; seed < end; seed++) {
                var name = Generator.className(seed);
                try {
                    if (isValid(name, loader)) Twin.compare(loader.loadClass(name));
                    else invalid++;
                } catch (Throwable t) {
                    throw new AssertionError(show(seed), t);
                }
            }
            assertTrue(invalid <= 1 + (end - first) / 100, "too many class files of javac are not valid: " + invalid);
        }

        /// {@return whether the JVM takes what javac made of the source: javac has bugs that only such code shows}
        private static boolean isValid(String name, ClassLoader loader) throws ClassNotFoundException {
            try {
                for (var inner : Class.forName(name, true, loader).getDeclaredClasses()) Class.forName(inner.getName(), true, loader);
                return true;
            } catch (VerifyError e) {
                return false;
            }
        }
    }

    /// The one that is next.
    private static Batch ahead = batch(FIRST);

    private static Batch batch(long first) {
        return Batch.of(first, Math.min(first + BATCH, END));
    }

    static LongStream firsts() {
        return LongStream.iterate(FIRST, seed -> seed < END, seed -> seed + BATCH);
    }

    @ParameterizedTest(name = "seeds from {0}") // J24
    @MethodSource("firsts")
    void randomBodiesDoTheSameAsPlainJavaAndAsStateMachines(long first) throws Exception {
        var batch = ahead;
        if (batch.end < END) ahead = batch(batch.end);
        batch.compare();
    }

    /// The bodies that the mistakes are made in, compiled once for all of them.
    private static final class Spoiled {
        private static final long END = 100;
        private static final Sources CLASSES = Batch.compile(1, END);
    }

    /// A comparison that cannot fail proves nothing: this compiler makes a mistake, and one of the first bodies has to show it.
    @ParameterizedTest // J24
    @EnumSource(Mistake.class)
    void aMistakeOfTheCompilerIsNoticed(Mistake mistake) {
        try (var _ = Inspection.mutate(mistake::inAMethod)) {
            var e = assertThrows(AssertionError.class,
                    new Batch(1, Spoiled.END, CompletableFuture.completedFuture(Spoiled.CLASSES.again()))::compare);
            assertInstanceOf(AssertionFailedError.class, e.getCause(), "more than the comparison failed");
            assertTrue(e.getMessage().startsWith("-Dtrale.fuzz=1 -Dtrale.fuzz.seed="));
        }
    }
}
