package trale.watch;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import trale.explain.StateGraph;
import trale.internal.probe.Probe;

/// What is known of the bodies that were seen: the state machine of each, and the source that it was written in.
///
/// A body's class is looked at once, when the first event of one of its bodies is taken out of the ring. Any thread may ask.
final class Machines {

    private static final int MOST_KEPT = 24; // variables of one body

    /// @param graph null if the class cannot be found, or cannot be read
    /// @param keeps what the body keeps in a field, for each of its states
    record Known(@Nullable StateGraph graph, List<List<StateGraph.Variable>> keeps) {

        Known(@Nullable StateGraph graph) {
            this(graph, graph == null ? List.of() : graph.states().stream()
                    .map(s -> s.variables().stream().filter(v -> !v.field().isEmpty()).limit(MOST_KEPT).toList()).toList());
        }
    }

    private final Map<Class<?>, Known> byMachine = new ConcurrentHashMap<>();
    private final Map<String, String> sources = new ConcurrentHashMap<>();

    /// Looks at the class of a body that has not been seen.
    Known see(Probe.Body body) {
        return byMachine.computeIfAbsent(body.machine().getClass(), c -> look(c, body.at()));
    }

    /// {@return what a body keeps in its state, by name; the fields are those of its machine}
    List<StateGraph.Variable> keeps(Probe.Body body) {
        var keeps = see(body).keeps();
        return body.state() < 0 || body.state() >= keeps.size() ? List.of() : keeps.get(body.state());
    }

    private Known look(Class<?> machine, StackTraceElement at) {
        try {
            var written = Class.forName(at.getClassName(), false, machine.getClassLoader());
            findSource(written, at.getFileName());
            for (var graph : StateGraph.of(written.getNestHost()))
                if (graph.generatedName().equals(machine.getName())) return new Known(graph);
        } catch (ClassNotFoundException | LinkageError | IllegalArgumentException e) {
            // It is shown without.
        }
        return new Known(null);
    }

    /// The source of a class in `target/classes` lies in `src`; that of `java Hello.java` is named on the command line; others may lie
    /// in `-Dtrale.watch.sources=FOLDER`.
    private void findSource(Class<?> c, @Nullable String file) {
        if (file == null) return;
        var name = c.getPackageName().replace('.', '/') + (c.getPackageName().isEmpty() ? "" : "/") + file;
        if (sources.containsKey(name)) return;
        for (var path : candidates(c, name, file)) {
            try {
                if (!Files.isRegularFile(path)) continue;
                sources.put(name, Files.readString(path));
                return;
            } catch (IOException e) {
                // Or in another place.
            }
        }
    }

    private static List<Path> candidates(Class<?> c, String name, String file) {
        var paths = new ArrayList<Path>();
        var given = System.getProperty("trale.watch.sources");
        if (given != null) paths.add(Path.of(given, name));
        try {
            var domain = c.getProtectionDomain().getCodeSource();
            if (domain != null && domain.getLocation().getProtocol().equals("file")) {
                var classes = Path.of(domain.getLocation().toURI()); // …/target/classes, or …/target/test-classes
                var project = classes.getParent() == null ? null : classes.getParent().getParent();
                if (project != null) for (var kind : List.of("main", "test")) paths.add(project.resolve("src/" + kind + "/java/" + name));
                if (classes.toString().endsWith(file)) paths.add(classes);
            }
        } catch (URISyntaxException | IllegalArgumentException e) {
            // A class path that is no path.
        }
        var command = System.getProperty("sun.java.command", "").split(" ", 2)[0];
        if (command.endsWith(".java") && command.substring(command.lastIndexOf('/') + 1).equals(file)) paths.add(Path.of(command));
        return paths;
    }

    /// {@return a number that grows with what is known}
    int size() {
        return byMachine.size() + sources.size();
    }

    /// {@return the sources that were found and the machines that were seen} The same for the same classes.
    String json() {
        return json(new HashSet<>());
    }

    /// {@return the machines that were seen, and the sources whose names are not among those that were told; these are added there}
    String json(Set<String> told) {
        var more = new TreeMap<>(sources);
        more.keySet().removeAll(told);
        told.addAll(more.keySet());
        var machines = new TreeMap<String, List<Json.Written>>();
        byMachine.values().stream().map(Known::graph).filter(g -> g != null && !g.states().isEmpty())
                .sorted((a, b) -> a.generatedName().compareTo(b.generatedName()))
                .forEach(g -> machines.computeIfAbsent(g.className() + "." + method(g), _ -> new ArrayList<>()).add(graph(g)));
        return Json.object().put("sources", more).put("machines", machines).end();
    }

    private static String method(StateGraph g) {
        return Event.method(new StackTraceElement(g.className(), g.methodName(), g.file(), g.firstLine()));
    }

    private static Json.Written graph(StateGraph g) {
        var states = g.states().stream().map(s -> new Json.Written(Json.object().put("line", s.line()).put("type", s.type())
                .put("future", s.future()).put("keeps", s.variables().stream().map(StateGraph.Variable::name).toList()).end())).toList();
        var edges = g.edges().stream().map(e -> new Json.Written(Json.object().put("from", e.from()).put("to", e.to())
                .put("x", e.exceptional() ? true : null).end())).toList();
        return new Json.Written(Json.object().put("first", g.firstLine()).put("last", g.lastLine())
                .put("states", states).put("edges", edges).end());
    }
}
