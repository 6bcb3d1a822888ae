package trale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jetbrains.kotlin.cli.common.ExitCode;
import org.jetbrains.kotlin.cli.jvm.K2JVMCompiler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import trale.internal.async.Inspection;

/// Kotlin's lambdas for Java's interfaces are compiled as Java's are.
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class KotlinTest {
    @TempDir
    Path folder;

    private Object call(String method, String code) throws Exception {
        var source = Files.writeString(folder.resolve("Main.kt"), """
                import trale.Async.async
                import trale.Async.await
                import trale.*

                private fun <T> later(value: T): Future<T> {
                    var polled = false
                    return Future { cx ->
                        if (polled) Poll.ready(value) else { polled = true; cx.waker().wake(); Poll.pending() }
                    }
                }
                """ + code);
        var printed = new ByteArrayOutputStream();
        var status = new K2JVMCompiler().exec(new PrintStream(printed), "-d", folder.toString(), "-no-reflect", "-no-stdlib", "-cp",
                System.getProperty("java.class.path"), source.toString());
        assertEquals(ExitCode.OK, status, printed::toString);
        try (var loader = new URLClassLoader(new URL[] {folder.toUri().toURL()}, getClass().getClassLoader());
                var _ = Inspection.verify()) {
            return Executor.blockOn((Future<?>) loader.loadClass("MainKt").getMethod(method).invoke(null));
        }
    }

    @Test // C6
    void aBodyInKotlin() throws Exception {
        assertEquals("[1, 2, 3]15 later x", call("body", """
                private data class Point(val x: Int, val y: Int)
                private var count = 0

                fun body(): Future<String> = async(Async.Body {
                    val array = intArrayOf(1, 2, await(later(3)))
                    val copy = array.clone()
                    copy[0] = await(later(7))
                    for (i in 0 until await(later(3))) count += i
                    val (x, y) = Point(await(later(5)), copy[0])
                    val text = try { await(later("later")) + await(async(Async.Body<String> { " " + await(later("x")) })) } \
                            finally { await(later(0)) }
                    array.contentToString() + (x + y + count) + when (text.length) { 7 -> " $text"; else -> "?" }
                })
                """));
    }

    @Test // C6
    void anAwaitInAPlainLambdaIsFoundWhenTheBodyIsCompiled() {
        var e = assertThrows(InvocationTargetException.class, () -> call("body", """
                fun body(): Future<Int> = async(Async.Body {
                    val r = Runnable { await(later(1)) }
                    if (System.nanoTime() == 0L) r.run()
                    1
                })
                """)).getCause();
        assertTrue(e instanceof IllegalArgumentException && e.getMessage().startsWith("Main.kt:12: await inside a plain lambda: "),
                e::toString);
    }
}
