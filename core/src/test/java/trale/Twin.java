package trale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Comparator;
import trale.corpus.Probe;

/// Runs every body of a class twice and compares what it did: as plain Java, whose `await` polls until the future is ready,
/// and as a state machine, with each await pending 0, 1 and 2 times, and cancelled at each await.
///
/// The plain twin is the same class file, loaded once more, its awaits renamed.
final class Twin {
    private Twin() {}

    /// Every static method from a Probe to a Body or VoidBody is a test.
    static void compare(Class<?> corpus) throws Exception {
        var plain = new PlainLoader(corpus.getClassLoader()).loadClass(corpus.getName());
        int bodies = 0;
        var methods = corpus.getDeclaredMethods();
        Arrays.sort(methods, Comparator.comparing(Method::getName));
        for (var m : methods) {
            if (m.getParameterCount() != 1 || m.getParameterTypes()[0] != Probe.class || m.isSynthetic()) continue;
            if (m.getReturnType() != Async.Body.class && m.getReturnType() != Async.VoidBody.class) continue;
            compare(m, plain.getDeclaredMethod(m.getName(), Probe.class));
            bodies++;
        }
        assertTrue(bodies > 0, "no bodies in " + corpus);
    }

    private static void compare(Method machine, Method plain) throws Exception {
        machine.setAccessible(true);
        plain.setAccessible(true);
        var probe = new Probe(0, -1);
        var expected = plain(plain, probe);
        for (int pendings = 0; pendings <= 2; pendings++)
            assertEquals(expected, machine(machine, pendings, -1), machine.getName() + ", each await pending " + pendings + " times");
        int awaits = probe.awaits();
        for (int k = 0; k < awaits; k++)
            assertEquals(plain(plain, new Probe(0, k)), machine(machine, 1, k), machine.getName() + ", cancelled at await " + k);
    }

    private static String plain(Method m, Probe probe) throws Exception {
        var body = body(m, probe);
        try {
            if (body instanceof Async.Body<?> b) return outcome(probe, b.run(), null);
            ((Async.VoidBody) body).run();
            return outcome(probe, null, null);
        } catch (Throwable t) {
            return outcome(probe, null, t);
        }
    }

    private static String machine(Method m, int pendings, int cancelAt) throws Exception {
        var probe = new Probe(pendings, -1);
        var body = body(m, probe);
        var future = body instanceof Async.Body<?> b ? Async.async(b) : Async.async((Async.VoidBody) body);
        var cx = Context.of(() -> {});
        try {
            for (int suspended = 0; ; suspended++) {
                if (future.poll(cx) instanceof Poll.Ready<?>(var value)) return outcome(probe, value, null);
                if (suspended > 100_000) throw new AssertionError("never ready: " + future);
                var machine = (StateMachine<?>) future;
                if (machine.location() == null || machine.awaiting() == null) throw new AssertionError("suspended nowhere: " + future);
                if (probe.awaits() - 1 == cancelAt) machine.cancel();
            }
        } catch (Throwable t) {
            return outcome(probe, null, t);
        }
    }

    private static Object body(Method m, Probe probe) throws Exception {
        try {
            return m.invoke(null, probe);
        } catch (InvocationTargetException e) {
            throw new AssertionError(e.getCause());
        }
    }

    private static String outcome(Probe probe, Object value, Throwable thrown) {
        if (thrown instanceof LinkageError || thrown instanceof AssertionError && thrown.getCause() != null) throw (Error) thrown;
        var text = new StringBuilder(probe.log());
        if (value instanceof Object[] array) text.append("returned ").append(Arrays.deepToString(array));
        else if (thrown == null) text.append("returned ").append(value).append(value == null ? "" : " " + value.getClass().getName());
        for (var t = thrown; t != null; t = t.getCause()) {
            text.append("threw ").append(t.getClass().getName()).append(": ").append(t.getMessage());
            for (var s : t.getSuppressed()) text.append(" suppressed ").append(s.getClass().getName()).append(": ").append(s.getMessage());
        }
        return text.toString()
                .replace("trale.corpus.Probe.plainAwait(trale.Future)", "await")
                .replace("trale.StateMachine.await(trale.Future, trale.Context)", "await");
    }

    /// Loads the corpus anew, with `Probe.plainAwait` for `Async.await`.
    private static final class PlainLoader extends ClassLoader {
        PlainLoader(ClassLoader compiled) {
            super(compiled);
            setDefaultAssertionStatus(Twin.class.desiredAssertionStatus());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            synchronized (getClassLoadingLock(name)) {
                if (!name.matches("trale\\.corpus\\.[A-Z].*") || name.matches("trale\\.corpus\\.Probe.*")) return super.loadClass(name, resolve);
                var loaded = findLoadedClass(name);
                if (loaded != null) return loaded;
                try (var in = getResourceAsStream(name.replace('.', '/') + ".class")) {
                    var bytes = in.readAllBytes();
                    return defineClass(name, bytes, 0, bytes.length);
                } catch (IOException e) {
                    throw new ClassNotFoundException(name, e);
                }
            }
        }

        @Override
        public InputStream getResourceAsStream(String name) {
            try (var in = super.getResourceAsStream(name)) {
                return in == null ? null : new ByteArrayInputStream(plain(in.readAllBytes()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static byte[] plain(byte[] bytes) {
            CodeTransform rename = (b, e) -> {
                if (e instanceof InvokeInstruction i && i.owner().asInternalName().equals("trale/Async") && i.name().equalsString("await"))
                    b.invokestatic(ClassDesc.of("trale.corpus.Probe"), "plainAwait", i.typeSymbol());
                else b.with(e);
            };
            var file = ClassFile.of(ClassFile.StackMapsOption.STACK_MAPS_WHEN_REQUIRED);
            return file.transformClass(file.parse(bytes), ClassTransform.transformingMethodBodies(rename));
        }
    }
}
