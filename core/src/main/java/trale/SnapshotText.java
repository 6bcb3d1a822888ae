package trale;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import trale.Snapshot.State;
import trale.Snapshot.TaskInfo;
import trale.Snapshot.Turn;
import trale.internal.Explanation;

/// A snapshot as a tree in columns, and as JSON.
final class SnapshotText {
    private static final int MOST_ROWS = 1_000;
    private static final int WIDEST = 70; // of a column; what is longer moves the rest of its row

    private final Snapshot snapshot;
    private final Map<Long, List<TaskInfo>> children = new LinkedHashMap<>(); // by parent; 0: the roots
    private final List<List<String>> rows = new ArrayList<>();

    private SnapshotText(Snapshot snapshot) {
        this.snapshot = snapshot;
        var numbers = snapshot.tasks().stream().map(TaskInfo::number).collect(Collectors.toSet());
        for (var task : snapshot.tasks())
            children.computeIfAbsent(numbers.contains(task.parent()) ? task.parent() : 0, _ -> new ArrayList<>()).add(task);
    }

    static String tree(Snapshot snapshot) {
        return new SnapshotText(snapshot).tree();
    }

    private String tree() {
        addRows(0, "");
        var tasks = snapshot.tasks();
        var text = new StringBuilder("executor ").append(snapshot.executor()).append(' ').append(snapshot.thread())
                .append(Inspector.isPartial(snapshot) ? "" : tasks.size() == 1 ? ", 1 task" : ", " + tasks.size() + " tasks").append('\n');
        var widths = new int[3];
        for (var row : rows)
            for (var i = 0; i < widths.length; i++)
                if (row.get(i).length() <= WIDEST) widths[i] = Math.max(widths[i], row.get(i).length());
        for (var row : rows) {
            var line = new StringBuilder();
            for (var i = 0; i < row.size(); i++)
                line.append(row.get(i)).repeat(' ', i == widths.length ? 0 : Math.max(0, widths[i] - row.get(i).length()) + 2);
            text.append(line.toString().stripTrailing()).append('\n');
        }
        if (rows.size() < tasks.size()) text.append("and ").append(tasks.size() - rows.size()).append(" more\n");
        for (var cycle : snapshot.cycles())
            text.append("! none of these can go on: #")
                    .append(cycle.stream().map(String::valueOf).collect(Collectors.joining(" waits for #")))
                    .append(" waits for #").append(cycle.getFirst())
                    .append(waitsForTurn(cycle) ? ", unless another task releases the permit\n" : "\n");
        for (var task : tasks)
            if (task.lost()) text.append("! #").append(task.number()).append(" can never run: nothing holds its waker\n");
        if (Inspector.isPartial(snapshot))
            text.append("! no other task runs meanwhile, and none can be listed; code that blocks belongs in Blocking.run\n");
        return text.toString();
    }

    private boolean waitsForTurn(List<Long> cycle) {
        return snapshot.tasks().stream().filter(task -> cycle.contains(task.number()))
                .anyMatch(task -> task.waitsFor().stream().anyMatch(reason -> reason instanceof Turn));
    }

    private void addRows(long parent, String indent) {
        var siblings = children.getOrDefault(parent, List.of());
        for (var task : siblings) {
            if (rows.size() == MOST_ROWS) return;
            var isLast = task == siblings.getLast();
            rows.add(row(task, parent == 0 ? "" : indent + (isLast ? "└ " : "├ ")));
            addRows(task.number(), parent == 0 ? "" : indent + (isLast ? "  " : "│ "));
        }
    }

    private static List<String> row(TaskInfo task, String indent) {
        var state = switch (task.state()) {
            case QUEUED -> "queued   ";
            case RUNNING -> "runs     ";
            case WAITING -> "waits    ";
        };
        var what = task.state() == State.WAITING ? Explanation.words(task.waitsFor()) : task.polls() == 0 ? "has not begun" : "";
        if (task.cancelled() != null) what = (what + ", cancelled " + Explanation.words(task.cancelled()) + " ago").replaceFirst("^, ", "");
        return List.of(indent + "#" + task.number() + (task.name() == null ? "" : " " + oneLine(task.name())),
                state + Explanation.words(task.since()), oneLine(what), Explanation.places(task.lines()));
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\p{Cntrl}", " ");
    }

    /// {@return JSON of a record, of what is in it, and of lists} Durations are numbers of nanoseconds; what is null is left out.
    static String json(@Nullable Object value) {
        return switch (value) {
            case null -> "null";
            case Number n -> n.toString();
            case Boolean b -> b.toString();
            case Duration d -> Long.toString(d.toNanos());
            case Enum<?> e -> json(e.name().toLowerCase(Locale.ROOT));
            case Collection<?> all -> all.stream().map(SnapshotText::json).collect(Collectors.joining(",", "[", "]"));
            case StackTraceElement at -> fields(null, "class", at.getClassName(), "method", at.getMethodName(), "file", at.getFileName(),
                    "line", at.getLineNumber());
            case Record r -> record(r);
            default -> quoted(value.toString());
        };
    }

    private static String record(Record r) {
        var components = r.getClass().getRecordComponents();
        var fields = new ArrayList<@Nullable Object>();
        for (var c : components) {
            fields.add(c.getName());
            try {
                fields.add(c.getAccessor().invoke(r));
            } catch (ReflectiveOperationException e) {
                throw new LinkageError("a record of this package", e);
            }
        }
        return fields(r instanceof Snapshot.Reason ? r.getClass().getSimpleName().toLowerCase(Locale.ROOT) : null, fields.toArray());
    }

    private static String fields(@Nullable String what, @Nullable Object... namesAndValues) {
        var parts = new ArrayList<String>();
        if (what != null) parts.add("\"what\":" + quoted(what));
        for (var i = 0; i < namesAndValues.length; i += 2)
            if (namesAndValues[i + 1] != null) parts.add(json(namesAndValues[i]) + ":" + json(namesAndValues[i + 1]));
        return "{" + String.join(",", parts) + "}";
    }

    private static String quoted(String text) {
        var json = new StringBuilder("\"");
        for (var i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            if (c == '"' || c == '\\') json.append('\\').append(c);
            else if (c < ' ' || c == '<' || Character.isSurrogate(c) || c == '\u2028' || c == '\u2029')
                json.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            else json.append(c);
        }
        return json.append('"').toString();
    }
}
