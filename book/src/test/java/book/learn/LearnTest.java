package book.learn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What a learner meets, with two small exercises in a folder of their own; the loop as the process that it is.
@Timeout(60)
class LearnTest {
    @TempDir
    Path root;

    private Process process;

    @BeforeEach
    void twoExercises() throws IOException {
        Files.createDirectories(root.resolve("book/pages"));
        for (String name : List.of("01-one", "02-two")) {
            Path folder = Files.createDirectories(root.resolve("book/exercises").resolve(name));
            Files.writeString(folder.resolve("Starter.java"),
                    "/// Make it " + name + ".\n\nclass Answer {\n    static String name() {\n        return \"\";\n    }\n}\n");
            Files.writeString(folder.resolve("Solution.java"), answer("return \"" + name + "\";"));
            Files.writeString(folder.resolve("Check.java"),
                    "void main() { book.learn.Expect.equal(\"" + name + "\", Answer.name(), \"the name\"); }\n");
            Files.writeString(folder.resolve("hints.md"), "gentle\n---\nplain\n");
        }
        Files.writeString(root.resolve("book/exercises/list.txt"), "01-one\n02-two\n");
    }

    @AfterEach
    void stop() {
        if (process != null) process.destroyForcibly();
    }

    private static String answer(String statement) {
        return "class Answer {\n    static String name() {\n        " + statement + "\n    }\n}\n";
    }

    private Path answer(String exercise, String statement) throws IOException {
        Path file = root.resolve("exercises").resolve(exercise).resolve("Answer.java");
        Files.createDirectories(file.getParent());
        return Files.writeString(file, answer(statement));
    }

    private Outcome check(String statement, Duration limit) throws Exception {
        return Trial.of(answer("01-one", statement), root.resolve("book/exercises/01-one/Check.java"), limit);
    }

    @Test
    void aWrongAnswerIsToldByTheChecksOwnSentence() throws Exception {
        List<String> report = check("return \"x\";", Duration.ofSeconds(20)).report();
        assertEquals("the name should be \"01-one\" and is \"x\"", report.getFirst());
        assertEquals("  Check.java:1", report.get(2));
    }

    @Test
    void anExceptionOfTheAnswerIsShownWithTheAnswersLine() throws Exception {
        List<String> report = check("return List.of().get(0).toString();", Duration.ofSeconds(20)).report();
        assertTrue(report.getFirst().startsWith("It does not compile: cannot find symbol"), report::toString);
        report = check("return java.util.List.of().get(0).toString();", Duration.ofSeconds(20)).report();
        assertTrue(report.getFirst().contains("ArrayIndexOutOfBoundsException"), report::toString);
        assertEquals(List.of("", "  Answer.java:3", "     3 │         return java.util.List.of().get(0).toString();"),
                report.subList(1, report.size()));
    }

    @Test
    void aSyntaxErrorIsShownWithItsColumn() throws Exception {
        List<String> report = check("return \"x\"", Duration.ofSeconds(20)).report();
        assertEquals("It does not compile: ';' expected", report.getFirst());
        assertEquals("     3 │         return \"x\"", report.get(3));
        assertEquals(report.get(3).length() + 1, report.get(4).length());
    }

    @Test
    void aCheckThatIsLateIsInterruptedAndItsLineIsShown() throws Exception {
        Outcome outcome = check("try { Thread.sleep(100_000); } catch (InterruptedException e) { } return null;", Duration.ofSeconds(1));
        assertTrue(outcome.isLate());
        assertFalse(outcome.isGreen());
        assertEquals("  Answer.java:3", outcome.report().get(2));
    }

    @Test
    void progressIsKeptAndResetKeepsTheOldAnswer() throws Exception {
        answer("01-one", "return \"01-one\";");
        assertEquals(0, new Learn(root).command("check", "1"));
        assertEquals("01-one\n", Files.readString(root.resolve("exercises/.progress")));
        assertEquals(1, new Learn(root).command("check", "")); // the second one, whose starter is copied
        assertEquals(0, new Learn(root).command("reset", "01-one"));
        assertEquals("", Files.readString(root.resolve("exercises/.progress")));
        assertEquals(answer("return \"01-one\";"), Files.readString(root.resolve("exercises/01-one/Answer.java.old")));
        assertEquals(-1, Files.mismatch(root.resolve("exercises/01-one/Answer.java"), root.resolve("book/exercises/01-one/Starter.java")));
        assertEquals(2, new Learn(root).command("reset", "3"));
        assertEquals(2, new Learn(root).command("frobnicate", ""));
    }

    @Test
    void theLoopChecksWhatIsSavedGivesHintsAndGoesOnToTheNext() throws Exception {
        Files.writeString(root.resolve("book/pages/01-thread.md"), "# 1. Why?\n");
        var loop = new Loop(20);
        loop.waitFor("It belongs to book/pages/01-thread.md", "the name should be \"01-one\" and is \"\"");
        loop.type("h");
        loop.waitFor("Hint 1 of 2: gentle");
        loop.type("h");
        loop.waitFor("Hint 2 of 2: plain");
        loop.save("01-one", "return \"01-one\";");
        loop.waitFor("✓ 01-one is done.", "return \"01-one\";", "Enter: the next exercise");
        loop.type("");
        loop.waitFor("Exercise 2 of 2: Make it 02-two.");
        loop.save("02-two", "return \"02-two\";");
        loop.waitFor("All exercises are done.");
        assertEquals(0, process.waitFor());
    }

    @Test
    void anEndlessLoopEndsTheProcessWithTheStatusThatStartsAnother() throws Exception {
        var loop = new Loop(1);
        loop.waitFor("Save the file to check it again");
        loop.save("01-one", "while (true) { }");
        loop.waitFor("did not end within", "Answer.java:3", "another one starts");
        assertEquals(Learn.START_AGAIN, process.waitFor());
    }

    /// `./trale learn` as a process, and what it has printed.
    private final class Loop {
        private final List<String> printed = new ArrayList<>();
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        /// @param seconds how long a check may take
        Loop(int seconds) throws IOException {
            process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin/java").toString(), "-Dstdout.encoding=UTF-8",
                    "-Dtrale.learn.seconds=" + seconds, "-Dtrale.home=" + root, "-cp", System.getProperty("java.class.path"),
                    Learn.class.getName())
                    .redirectErrorStream(true).start();
        }

        void type(String line) throws IOException {
            process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
        }

        /// As editors do it: another file that takes the place of the old one.
        void save(String exercise, String statement) throws IOException {
            Path file = root.resolve("exercises").resolve(exercise).resolve("Answer.java");
            Path other = Files.writeString(file.resolveSibling("Answer.java~"), answer(statement));
            Files.move(other, file, StandardCopyOption.ATOMIC_MOVE);
        }

        /// Reads on until each of the texts has come, in this order.
        void waitFor(String... texts) throws IOException {
            for (String text : texts) {
                int b;
                while (!bytes.toString(StandardCharsets.UTF_8).contains(text)) {
                    b = process.getInputStream().read();
                    if (b < 0) throw new AssertionError("the process ended without: " + text + "\n" + printed
                            + bytes.toString(StandardCharsets.UTF_8));
                    bytes.write(b);
                }
                printed.add(bytes.toString(StandardCharsets.UTF_8));
                bytes.reset();
            }
        }
    }
}
