package models;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import models.Interleavings.Failure;
import models.Interleavings.Step;

/// `./trale model`: tries a model in every order, or shows the order that breaks one of its wrong twins.
final class Main {
    private static final int WIDTH = 100;

    private Main() {}

    public static void main(String[] args) {
        System.exit(run(List.of(args), System.out));
    }

    /// {@return what the process ends with: 1 if a model shows nothing or the code is wrong, 2 for an unknown name}
    static int run(List<String> args, Appendable out) {
        try {
            return tryOut(args, out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int tryOut(List<String> args, Appendable out) throws IOException {
        if (args.isEmpty()) {
            out.append("usage: ./trale model NAME [TWIN]\n\n");
            for (var model : Model.ALL) out.append(("  %-10s %s\n").formatted(model.name(), indented(model.shows(), 13)));
            return 0;
        }
        for (var model : Model.ALL) if (model.name().equals(args.getFirst())) return show(model, args, out);
        out.append("trale: there is no model '" + args.getFirst() + "'. ./trale model lists them.\n");
        return 2;
    }

    private static <T extends Enum<T> & Model.Twin> int show(Model<T> model, List<String> args, Appendable out) throws IOException {
        var all = model.all();
        if (args.size() == 1) {
            var result = Interleavings.of(model, all.getFirst());
            out.append(indented(model.shows(), 0) + "\n");
            if (result.failure().isPresent()) {
                print(model, all.getFirst(), result.failure().get(), out);
                return 1;
            }
            var orders = result.orders().map(Main::grouped).orElse("without end");
            out.append("\nNone of its orders goes wrong: %s orders, through %s states.\n\nWrong twins:\n"
                    .formatted(orders, grouped(result.states())));
            for (var twin : all.subList(1, all.size()))
                out.append("  %s\n      %s\n".formatted(Model.nameOf(twin), indented(twin.mistake(), 6)));
            return 0;
        }
        for (var twin : all.subList(1, all.size())) {
            if (!Model.nameOf(twin).equals(args.get(1))) continue;
            var failure = Interleavings.of(model, twin).failure();
            if (failure.isEmpty()) {
                out.append("trale: no order breaks it: the model shows nothing.\n");
                return 1;
            }
            print(model, twin, failure.get(), out);
            return 0;
        }
        out.append("trale: the model '%s' has no twin '%s'. ./trale model %s lists them.\n"
                .formatted(model.name(), args.get(1), model.name()));
        return 2;
    }

    /// A column for each thread, a row for each step.
    private static <T extends Enum<T> & Model.Twin> void print(Model<T> model, T twin, Failure failure, Appendable out) throws IOException {
        var threads = model.threads().apply(twin);
        var used = failure.steps().stream().map(Step::thread).distinct().sorted().toList(); // a thread without a step needs no column
        var width = (WIDTH - 4) / used.size();
        out.append(indented(twin.mistake(), 0) + "\n\n");
        row(out, "", used.size(), -1, used.stream().map(t -> threads.get(t).name()).toList(), width);
        row(out, "", used.size(), -1, used.stream().map(t -> "─".repeat(width - 2)).toList(), width);
        var number = 0;
        var places = new ArrayList<>(Collections.nCopies(threads.size(), ""));
        for (var step : failure.steps()) {
            var lines = new ArrayList<String>();
            if (!step.place().isEmpty() && !step.place().equals(places.get(step.thread()))) lines.add("in " + step.place() + ":");
            places.set(step.thread(), step.place());
            var result = step.result().isEmpty() ? "" : " →\u00a0" + step.result().replace(' ', '\u00a0');
            lines.addAll(wrapped("  " + step.text() + result, width - 2, "    "));
            number++;
            for (var i = 0; i < lines.size(); i++)
                row(out, i == 0 ? "" + number : "", used.size(), used.indexOf(step.thread()), List.of(lines.get(i)), width);
        }
        var wrong = failure.wrong();
        out.append("\n" + indented("Then " + wrong + ".", 0) + "\n");
    }

    private static void row(Appendable out, String number, int columns, int only, List<String> texts, int width) throws IOException {
        var line = new StringBuilder("%3s ".formatted(number));
        for (var c = 0; c < columns; c++) {
            var text = only < 0 ? texts.get(c) : only == c ? texts.getFirst() : "";
            line.append(text.replace('\u00a0', ' ')).repeat(' ', Math.max(0, width - text.length()));
        }
        out.append(line.toString().stripTrailing() + "\n");
    }

    static String grouped(Number n) {
        return String.format(Locale.ROOT, "%,d", n);
    }

    private static String indented(String text, int indent) {
        return String.join("\n" + " ".repeat(indent), wrapped(text, WIDTH - indent, ""));
    }

    private static List<String> wrapped(String text, int width, String indent) {
        var lines = new ArrayList<String>();
        for (var rest = text; ; ) {
            if (rest.length() <= width) {
                lines.add(rest);
                return lines;
            }
            var end = rest.lastIndexOf(' ', width);
            if (end <= indent.length() + 1) end = width;
            lines.add(rest.substring(0, end));
            rest = indent + rest.substring(end).strip();
        }
    }
}
