package book;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The programs of the book are small, and each chapter has what every chapter has.
@Timeout(20)
class ChaptersTest {
    private static final Path SOURCES = Path.of("src/main/java/book");
    private static final int LINES = 200;
    private static final int LINES_OF_TINY = 500;
    private static final String EXAMPLES_OF_TINY = "Examples|Echo|Steps|Then"; // they run on it

    /// The lines that are neither blank nor comment, import or package, without the wrong versions, `Main`, `Recorded` and markers.
    private static long codeLines(Path chapter) throws IOException {
        long lines = 0;
        try (var files = Files.list(chapter)) {
            for (Path file : files.filter(f -> !f.getFileName().toString()
                    .matches("(Broken.*|Main|Recorded|" + EXAMPLES_OF_TINY + ")\\.java")).toList()) {
                lines += Files.readAllLines(file).stream().map(String::strip)
                        .filter(l -> !l.isEmpty() && !l.startsWith("//") && !l.startsWith("import ") && !l.startsWith("package ")).count();
            }
        }
        return lines;
    }

    private static List<Path> chapters() throws IOException {
        try (var folders = Files.list(SOURCES)) {
            return folders.filter(f -> f.getFileName().toString().matches("ch\\d\\d")).sorted().toList();
        }
    }

    @Test
    void aChapterIsAtMost200LinesOfCode_andTraleTiny500() throws IOException {
        assertTrue(!chapters().isEmpty(), "there are chapters");
        var tooLong = new ArrayList<String>();
        for (Path chapter : chapters()) {
            long lines = codeLines(chapter);
            if (lines > (chapter.endsWith("ch12") ? LINES_OF_TINY : LINES)) tooLong.add(chapter.getFileName() + ": " + lines);
        }
        assertEquals(List.of(), tooLong);
    }

    @Test
    void eachChapterHasAMainAndAWrongVersion() throws IOException {
        var missing = new ArrayList<String>();
        for (Path chapter : chapters()) {
            if (!Files.exists(chapter.resolve("Main.java"))) missing.add(chapter + " has no Main");
            try (var files = Files.list(chapter)) {
                if (files.noneMatch(f -> f.getFileName().toString().startsWith("Broken"))) missing.add(chapter + " has no Broken…");
            }
        }
        assertEquals(List.of(), missing);
    }

    @Test
    void eachPageLeadsToTenQuestions() throws IOException {
        var wrong = new ArrayList<String>();
        for (Path chapter : chapters()) {
            String number = chapter.getFileName().toString().substring(2);
            Path questions = Path.of("pages/questions/" + number + ".md");
            long asked = Files.exists(questions)
                    ? Files.readAllLines(questions).stream().filter(l -> l.matches("\\d+\\. \\*\\*.+\\?\\*\\* .+")).count() : 0;
            if (asked != 10) wrong.add(questions + " has " + asked + " questions with an answer");
            try (var pages = Files.list(Path.of("pages"))) {
                Path page = pages.filter(p -> p.getFileName().toString().startsWith(number + "-")).findFirst().orElseThrow();
                if (!Files.readString(page).contains("en questions about this chapter](questions/" + number + ".md)"))
                    wrong.add(page + " does not lead there");
            }
        }
        assertEquals(List.of(), wrong);
    }
}
