package book.learn;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// `./trale learn`: gives the learner one exercise after the other, and runs its check whenever the file is saved.
///
/// ```text
///   the file is saved ──┐                       ┌── red: the first thing that is wrong, and its line
///                       ├─▶ events ─▶ compile, ─┤
///   a line is typed ────┘             check     └── green: a solution; Enter: the next exercise
/// ```
final class Learn {
    /// The process ends with this when an exercise's thread can't be stopped; `./trale` starts another one in its place.
    static final int START_AGAIN = 75;

    private static final int SOLVED = -1;
    private static final Duration LIMIT = Duration.ofSeconds(Integer.getInteger("trale.learn.seconds", 5));
    private static final Duration SETTLED = Duration.ofMillis(60);
    private static final String SAVED = "\0saved";
    private static final String END = "\0end";
    private static final String USAGE = """
            usage: ./trale learn              the next exercise, checked whenever you save your file
                   ./trale learn list         all exercises, and which are done
                   ./trale learn check [N]    check exercise N (or the next one) once
                   ./trale learn reset N      begin exercise N again; your file is kept beside it, as NAME.java.old
            N is a number or a name of the list. A check may take 5 seconds; ./trale -Dtrale.learn.seconds=60 learn gives it a minute,
            for a debugger.""";

    private final Path root;
    private final List<Exercise> exercises;
    private final Progress progress;
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

    Learn(Path root) throws IOException {
        this.root = root;
        exercises = Exercise.all(root);
        progress = new Progress(root.resolve("exercises"));
    }

    static void main(String[] args) throws Exception {
        var learn = new Learn(Path.of(System.getProperty("trale.home", "")).toAbsolutePath());
        int status = learn.command(args.length == 0 ? "" : args[0], args.length < 2 ? "" : args[1]);
        System.exit(status); // also if a thread of an exercise runs on
    }

    int command(String command, String which) throws IOException, InterruptedException {
        switch (command) {
            case "", "--after-a-hang" -> {
                return loop(command.isEmpty());
            }
            case "list" -> list();
            case "check" -> {
                Exercise exercise = which.isEmpty() ? next() : find(which);
                if (exercise != null) return check(exercise).isGreen() ? 0 : 1;
                if (!which.isEmpty()) return unknown(which);
                IO.println("All exercises are done.");
            }
            case "reset" -> {
                Exercise exercise = find(which);
                if (exercise == null) return unknown(which);
                reset(exercise);
            }
            default -> {
                IO.println(USAGE);
                return command.equals("help") ? 0 : 2;
            }
        }
        return 0;
    }

    private int unknown(String which) {
        IO.println("There is no exercise '" + which + "'.\n" + USAGE);
        return 2;
    }

    private void list() throws IOException {
        int number = 0;
        for (Exercise exercise : exercises) {
            IO.println("%3d %s %-28s %s".formatted(++number, progress.isDone(exercise) ? "✓" : "·", exercise.name(), exercise.title()));
        }
    }

    private void reset(Exercise exercise) throws IOException {
        Path file = file(exercise);
        if (Files.exists(file)) {
            Files.move(file, file.resolveSibling(file.getFileName() + ".old"), StandardCopyOption.REPLACE_EXISTING);
        }
        progress.set(exercise, false);
        provide(exercise);
        IO.println(root.relativize(file) + " is the starter again.");
    }

    /// {@return the first exercise that is not done, or null}
    private Exercise next() {
        return exercises.stream().filter(e -> !progress.isDone(e)).findFirst().orElse(null);
    }

    /// {@return the exercise with that number or name, or null}
    private Exercise find(String which) {
        if (which.matches("\\d{1,4}")) {
            int number = Integer.parseInt(which);
            return number < 1 || number > exercises.size() ? null : exercises.get(number - 1);
        }
        return exercises.stream().filter(e -> e.name().equals(which)).findFirst().orElse(null);
    }

    private Path file(Exercise exercise) throws IOException {
        return root.resolve("exercises").resolve(exercise.name()).resolve(exercise.fileName());
    }

    private void provide(Exercise exercise) throws IOException {
        Path file = file(exercise);
        if (Files.exists(file)) return;
        Files.createDirectories(file.getParent());
        Files.copy(exercise.starter(), file);
    }

    private Outcome check(Exercise exercise) throws IOException, InterruptedException {
        provide(exercise);
        Outcome outcome = Trial.of(file(exercise), exercise.check(), LIMIT);
        if (outcome.isGreen()) progress.set(exercise, true);
        IO.println(outcome.isGreen() ? "✓ " + exercise.name() + " is done." : "✗ " + exercise.name());
        outcome.report().forEach(line -> IO.println("  " + line));
        return outcome;
    }

    /// @param atOnce whether the check runs before the file has changed
    private int loop(boolean atOnce) throws IOException, InterruptedException {
        listen();
        Exercise exercise;
        boolean run = atOnce;
        while ((exercise = next()) != null) {
            provide(exercise);
            IO.println("\nExercise " + (exercises.indexOf(exercise) + 1) + " of " + exercises.size() + ": " + exercise.title() + "\n\n  Edit "
                    + root.relativize(file(exercise)) + "\n  Its comment says what to do. Chapter: book/pages, the one that begins with "
                    + "%02d".formatted(exercise.chapter()) + ".\n");
            int status = until(exercise, run);
            if (status != SOLVED) return status;
            run = true;
        }
        IO.println("All exercises are done.");
        return 0;
    }

    /// {@return SOLVED, or the status that the process ends with}
    private int until(Exercise exercise, boolean atOnce) throws IOException, InterruptedException {
        try (WatchService watch = file(exercise).getFileSystem().newWatchService()) {
            file(exercise).getParent().register(watch, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY);
            var watcher = new Thread(() -> saved(watch), "watcher");
            watcher.setDaemon(true);
            watcher.start();
            String text = atOnce ? "" : Files.readString(file(exercise));
            int hints = 0;
            String event = SAVED;
            while (true) {
                switch (event) {
                    case END, "q" -> {
                        return 0;
                    }
                    case "h" -> hints = hint(exercise, hints);
                    case SAVED -> {
                        String now = Files.exists(file(exercise)) ? Files.readString(file(exercise)) : text;
                        if (!now.equals(text)) {
                            text = now;
                            Outcome outcome = check(exercise);
                            if (outcome.isGreen()) return solved(exercise);
                            if (outcome.isRunning()) {
                                IO.println("\n  Your code runs on and can't be interrupted, so this process ends and another one starts.");
                                return START_AGAIN;
                            }
                        }
                        IO.println("\nSave the file to check it again. h and Enter: a hint. q and Enter: enough for today.");
                    }
                    default -> IO.println("h: a hint. q: enough for today.");
                }
                event = next(events);
            }
        }
    }

    private int solved(Exercise exercise) throws IOException, InterruptedException {
        IO.println("\nOne solution, to compare with yours (" + root.relativize(exercise.solution()) + "):\n");
        try (var lines = Files.lines(exercise.solution())) {
            lines.dropWhile(line -> line.isBlank() || line.startsWith("///")).forEach(line -> IO.println("    " + line));
        }
        if (next() == null) return SOLVED;
        IO.println("\nEnter: the next exercise. q and Enter: enough for today.");
        String event = events.take();
        while (event.equals(SAVED)) {
            event = events.take();
        }
        return event.equals(END) || event.equals("q") ? 0 : SOLVED;
    }

    /// {@return how many hints have been shown}
    private static int hint(Exercise exercise, int shown) throws IOException {
        List<String> hints = exercise.hints();
        if (shown == hints.size()) {
            IO.println("There is no further hint. The last one was:");
            shown--;
        }
        IO.println("Hint " + (shown + 1) + " of " + hints.size() + ": " + hints.get(shown));
        return shown + 1;
    }

    /// {@return the next event; of a file that is being saved, only when it has been left alone for a moment}
    private static String next(BlockingQueue<String> events) throws InterruptedException {
        String event = events.take();
        while (event.equals(SAVED)) {
            String later = events.poll(SETTLED.toMillis(), TimeUnit.MILLISECONDS);
            if (later == null) return event;
            event = later;
        }
        return event;
    }

    private void listen() {
        var reader = new Thread(() -> {
            new BufferedReader(new InputStreamReader(System.in)).lines().forEach(line -> events.add(line.strip()));
            events.add(END);
        }, "input");
        reader.setDaemon(true);
        reader.start();
    }

    private void saved(WatchService watch) {
        try {
            while (true) {
                var key = watch.take();
                key.pollEvents();
                events.add(SAVED);
                if (!key.reset()) return; // the folder is gone
            }
        } catch (InterruptedException | ClosedWatchServiceException e) {
            // the exercise is done
        }
    }
}
