package book;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.TreeMap;

/// Runs `book.chNN.Main measure` of every chapter, each in a JVM of its own, and writes the lines `figure NAME = VALUE` into
/// book/figures.properties.
final class Figures {
    private static final int CHAPTERS = 13;

    private Figures() {}

    /// @param args the folder of the project
    public static void main(String[] args) throws IOException, InterruptedException {
        var figures = new TreeMap<String, String>();
        for (int chapter = 1; chapter <= CHAPTERS; chapter++) {
            var main = "book.ch%02d.Main".formatted(chapter);
            var resource = main.replace('.', '/') + ".class";
            if (Figures.class.getClassLoader().getResource(resource) == null) continue;
            var java = ProcessHandle.current().info().command().orElse("java");
            var process = new ProcessBuilder(java, "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"), main, "measure")
                    .redirectError(ProcessBuilder.Redirect.INHERIT).start();
            var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) throw new IOException(main + " measure failed");
            System.out.print(output);
            for (String line : output.lines().filter(l -> l.startsWith("figure ")).toList()) {
                String[] figure = line.substring("figure ".length()).split(" = ", 2);
                figures.put(figure[0], figure[1]);
            }
        }
        var text = new StringBuilder("# Written by ./trale book figures\n");
        text.append("date=").append(LocalDate.now().format(DateTimeFormatter.ofPattern("d MMMM yyyy", Locale.ENGLISH))).append('\n');
        figures.forEach((name, value) -> text.append(name).append('=').append(value).append('\n'));
        Files.writeString(Path.of(args[0], "book", "figures.properties"), text);
    }
}
