package trale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.eclipse.jdt.core.compiler.batch.BatchCompiler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// J19: the class files of Eclipse's compiler, which has its own ways with loops, switches, `finally` and lambda names.
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class EclipseCompilerTest {
    @TempDir
    Path folder;

    private void compile(Path sources) {
        var log = new StringWriter();
        var printer = new PrintWriter(log);
        var arguments = "--release 25 -g -nowarn -proc:none -d \"%s\" -cp \"%s\" \"%s\"".formatted(folder,
                System.getProperty("java.class.path"), sources);
        assertTrue(BatchCompiler.compile(arguments, printer, printer, null), log::toString);
    }

    /// The class as Eclipse compiled it, with all of the corpus but the Probe, which the test itself uses.
    private Class<?> load(String name) throws ReflectiveOperationException, MalformedURLException {
        var loader = new URLClassLoader(new URL[] {folder.toUri().toURL()}, getClass().getClassLoader()) {
            private boolean isMine(String name) {
                return findResource(name) != null && !name.startsWith("trale/corpus/Probe");
            }

            @Override
            protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
                synchronized (getClassLoadingLock(name)) {
                    if (!isMine(name.replace('.', '/').concat(".class"))) return super.loadClass(name, resolve);
                    var loaded = findLoadedClass(name);
                    return loaded != null ? loaded : findClass(name);
                }
            }

            @Override
            public URL getResource(String name) {
                return isMine(name) ? findResource(name) : super.getResource(name);
            }
        };
        loader.setDefaultAssertionStatus(getClass().desiredAssertionStatus());
        return loader.loadClass(name);
    }

    @Test // J19
    void theWholeCorpusWorksAsEclipseCompilesIt() throws Exception {
        var corpus = Path.of("src/test/java/trale/corpus");
        compile(corpus);
        var files = 0;
        try (var sources = Files.newDirectoryStream(corpus, "*.java")) {
            for (var source : sources) {
                var name = source.getFileName().toString().replace(".java", "");
                if (name.equals("Probe") || name.equals("Uninitialized")) continue;
                Twin.compare(load("trale.corpus." + name));
                files++;
            }
        }
        assertTrue(files > 9, () -> "the corpus is not in " + corpus.toAbsolutePath());
    }

    /// Its loops have their condition at the end: the code within is entered by a jump from further down.
    @Test // J12
    void awaitInALoopInsideSynchronizedIsRejected() throws IOException, ReflectiveOperationException {
        var source = Files.writeString(folder.resolve("Main.java"), """
                import static trale.Async.*;
                class Main {
                    static Object body() {
                        return async(() -> {
                            synchronized (Main.class) {
                                for (int i = 0; i < 3; i++) {
                                    while (i == 1) await(cx -> trale.Poll.ready(1));
                                }
                            }
                        });
                    }
                }
                """);
        compile(source);
        var body = load("Main").getDeclaredMethod("body");
        body.setAccessible(true);
        var e = assertThrows(java.lang.reflect.InvocationTargetException.class, () -> body.invoke(null)).getCause();
        assertEquals(
                "Main.java:7: await inside synchronized: the monitor would be held while the task is suspended."
                        + " Move the await out of the block.",
                e.getMessage());
    }
}
