package bench;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.FieldInstruction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;

/// What the probe costs while nothing is watched: a yield with trale as it is, beside trale without a probe. That is trale's jar with each
/// question for the probe answered by null in the class files, so that the JIT compiler drops it and what depends on it.
///
/// Forks of the two take turns; a difference is taken within a pair.
final class ProbeOff {
    private static final String PROPERTY = "java.class.path"; // JMH starts its forks with it
    private static final Set<String> FIELDS = Set.of("trale/RunLoop.watching", "trale/reactor/Timers.probe");

    private ProbeOff() {}

    /// @param with       nanoseconds of a yield
    /// @param without    the same without a probe
    /// @param difference of the two in a pair: the median, and its bootstrap interval
    record Cost(Spread with, Spread without, Spread difference) {}

    static Cost measure(Run.Plan plan) throws IOException, RunnerException {
        var whole = System.getProperty(PROPERTY);
        var stripped = withoutProbe(whole);
        var with = new ArrayList<Double>();
        var without = new ArrayList<Double>();
        var difference = new ArrayList<Double>();
        try {
            for (int pair = 0; pair < plan.rounds(); pair++) {
                System.setProperty(PROPERTY, whole);
                with.add(nanosOfAYield(plan));
                System.setProperty(PROPERTY, stripped);
                without.add(nanosOfAYield(plan));
                difference.add(with.getLast() - without.getLast());
            }
        } finally {
            System.setProperty(PROPERTY, whole);
        }
        return new Cost(Spread.of(with), Spread.of(without), Spread.interval(difference));
    }

    private static double nanosOfAYield(Run.Plan plan) throws RunnerException {
        var options = Micro.options(plan).forks(1).include("^bench\\.micro\\.Watched\\.trale$").build();
        return Micro.nanos(new Runner(options).runSingle()).median();
    }

    /// {@return the class path with another jar of trale}
    private static String withoutProbe(String classPath) throws IOException {
        var parts = new ArrayList<>(Arrays.asList(classPath.split(":")));
        var found = 0;
        for (int i = 0; i < parts.size(); i++) {
            if (!isTrale(parts.get(i))) continue;
            var changed = Run.TARGET.resolve("trale-without-probe.jar");
            found += strip(parts.get(i), changed);
            parts.set(i, changed.toString());
        }
        if (found == 0) throw new IllegalStateException("no question for a probe in " + FIELDS + " of " + classPath);
        return String.join(":", parts);
    }

    private static boolean isTrale(String part) throws IOException {
        if (!part.endsWith(".jar")) return false;
        try (var jar = new JarFile(part)) {
            return jar.getEntry("trale/RunLoop.class") != null;
        }
    }

    /// {@return how many questions there were}
    private static int strip(String from, Path to) throws IOException {
        var questions = new int[1];
        CodeTransform answerNull = (code, element) -> {
            if (element instanceof FieldInstruction f && f.opcode() == Opcode.GETFIELD
                    && FIELDS.contains(f.owner().asInternalName() + "." + f.name().stringValue())) {
                code.pop().aconst_null();
                questions[0]++;
            } else {
                code.with(element);
            }
        };
        var methods = ClassTransform.transformingMethods(MethodTransform.transformingCode(answerNull));
        try (var jar = new JarFile(from); var copy = new JarOutputStream(Files.newOutputStream(to))) {
            for (var entry : (Iterable<JarEntry>) jar.stream()::iterator) {
                var bytes = jar.getInputStream(entry).readAllBytes();
                copy.putNextEntry(new JarEntry(entry.getName()));
                var isCode = entry.getName().endsWith(".class") && !entry.getName().endsWith("-info.class");
                copy.write(isCode ? ClassFile.of().transformClass(ClassFile.of().parse(bytes), methods) : bytes);
            }
        }
        return questions[0];
    }
}
