package book.learn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Each exercise can be done, and is not done yet when a learner gets it.
@Timeout(60)
class ExercisesTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Duration LIMIT = Duration.ofSeconds(20); // on a machine that is busy

    @TempDir
    Path folder;

    @TestFactory
    Stream<DynamicTest> eachStarterIsRedAndEachSolutionIsGreen() throws Exception {
        return Exercise.all(ROOT).stream().map(e -> dynamicTest(e.name(), () -> assertEquals(List.of(), faults(e))));
    }

    @Test
    void everyFolderIsInTheListOnceInTheOrderOfTheChapters() throws Exception {
        List<Exercise> exercises = Exercise.all(ROOT);
        List<String> names = exercises.stream().map(Exercise::name).toList();
        try (var folders = Files.list(ROOT.resolve("book/exercises"))) {
            assertEquals(folders.filter(Files::isDirectory).map(f -> f.getFileName().toString()).sorted().toList(),
                    names.stream().sorted().toList());
        }
        List<Integer> chapters = exercises.stream().map(Exercise::chapter).toList();
        assertEquals(chapters.stream().sorted().toList(), chapters);
    }

    @Test
    void eachExerciseHasHintsAndTheSameFirstClassInStarterAndSolution() throws Exception {
        for (Exercise exercise : Exercise.all(ROOT)) {
            assertTrue(exercise.hints().size() >= 2 && exercise.hints().stream().noneMatch(String::isBlank), exercise.name() + ": hints");
            assertTrue(Files.readString(exercise.solution())
                    .matches("(?s).*\\b" + exercise.fileName().replace(".java", "") + "\\b[^\n]* \\{.*"), exercise.name());
            assertFalse(Files.readString(exercise.starter()).contains("\npackage "), exercise.name());
        }
    }

    @Test
    void anExerciseThatIsDoneAlreadyOrCannotBeDoneIsNoticed() throws Exception {
        Exercise first = Exercise.all(ROOT).getFirst();
        for (Path file : List.of(first.starter(), first.solution())) {
            Path copy = Files.createDirectories(folder.resolve(file.getFileName().toString()).resolve(first.name()));
            Files.copy(first.check(), copy.resolve("Check.java"));
            Files.copy(file, copy.resolve("Starter.java"));
            Files.copy(file, copy.resolve("Solution.java"));
            assertEquals(1, faults(new Exercise(copy)).size());
        }
    }

    /// Two threads meet in its check, many times. With one core they would meet by luck only.
    @Test
    void theCheckOfOneShotNoticesAMissingLock() throws Exception {
        assumeTrue(Runtime.getRuntime().availableProcessors() > 1);
        Exercise exercise = Exercise.all(ROOT).stream().filter(e -> e.name().equals("11-one-shot")).findFirst().orElseThrow();
        String withoutLock = Files.readString(exercise.solution()).replace("synchronized (this) {", "{").replace("synchronized ", "");
        Path solution = Files.writeString(folder.resolve(exercise.fileName()), withoutLock);
        Outcome outcome = Trial.of(solution, exercise.check(), LIMIT);
        assertTrue(outcome.report().toString().contains("A poll and complete came at the same moment"), outcome.report().toString());
    }

    private static List<String> faults(Exercise exercise) throws Exception {
        var faults = new ArrayList<String>();
        Outcome starter = Trial.of(exercise.starter(), exercise.check(), LIMIT);
        if (starter.isGreen()) faults.add("the starter is green");
        if (starter.isLate()) faults.add("the starter hangs: its check must say what is wrong");
        if (starter.report().toString().contains("does not compile")) faults.add("the starter does not compile: " + starter.report());
        Outcome solution = Trial.of(exercise.solution(), exercise.check(), LIMIT);
        if (!solution.isGreen()) faults.add("the solution is red: " + String.join("\n", solution.report()));
        return faults;
    }
}
