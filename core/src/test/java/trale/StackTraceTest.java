package trale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static trale.Async.async;
import static trale.Async.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import trale.support.Gate;
import trale.support.UnderBothArrangements;

/// J22: stack traces and messages are those of plain Java, also after every body on the way was suspended.
class StackTraceTest extends UnderBothArrangements {
    private static final class Account {
        private String owner;
        private Account parent;
    }

    private final Gate<String> gate = new Gate<>();
    private String unset;

    private Future<Integer> inner() {
        return async(() -> {
            await(gate);
            throw new IOException("deep"); // 1: thrown
        });
    }

    private Future<Integer> middle() {
        return async(() -> {
            await(yielding());
            int n = await(inner()); // 2: middle
            return n + 1;
        });
    }

    private Future<Integer> outer() {
        return async(() -> {
            await(yielding());
            try {
                return await(middle()); // 3: outer
            } finally {
                await(yielding());
            }
        });
    }

    private static Future<Void> yielding() {
        var polled = new boolean[1];
        return cx -> {
            if (polled[0]) return Poll.ready(null);
            polled[0] = true;
            cx.waker().wake();
            return Poll.pending();
        };
    }

    /// The lines of this file on which the marks stand.
    private static List<Integer> lines(String... marks) throws IOException {
        var source = Files.readAllLines(Path.of("src/test/java/trale/StackTraceTest.java"));
        var lines = new ArrayList<Integer>();
        for (var mark : marks)
            for (var i = 0; i < source.size(); i++) if (source.get(i).endsWith("// " + mark)) lines.add(i + 1);
        assertEquals(marks.length, lines.size());
        return lines;
    }

    private static List<Integer> linesOfBodies(Throwable t) {
        return Arrays.stream(t.getStackTrace())
                .filter(s -> s.getClassName().startsWith(StackTraceTest.class.getName() + "$async$"))
                .peek(s -> assertEquals("StackTraceTest.java", s.getFileName()))
                .map(StackTraceElement::getLineNumber)
                .toList();
    }

    private Throwable failureOf(JoinHandle<?> task) throws InterruptedException {
        gate.waker();
        settle(); // every body on the way is suspended now
        gate.open("open");
        return assertThrows(CompletionException.class, task::join).getCause();
    }

    @Test // J22
    void anExceptionThreeAwaitsDeepShowsTheThreeLinesAfterEachWasSuspended() throws Exception {
        var e = failureOf(executor.submit(outer()));
        assertEquals("deep", e.getMessage());
        assertEquals(lines("1: thrown", "2: middle", "3: outer"), linesOfBodies(e));
    }

    @Test // J22
    void theExceptionOfATaskNamesTheLineThatAwaitedItsHandle() throws Exception {
        var inner = executor.submit(inner());
        var outer = executor.submit(() -> {
            return await(inner); // 4: awaits a handle
        });
        var e = failureOf(outer);
        assertEquals(lines("1: thrown"), linesOfBodies(e));
        var awaited = e.getSuppressed();
        assertEquals(List.of("awaited here"), Arrays.stream(awaited).map(Throwable::getMessage).toList());
        assertEquals(lines("4: awaits a handle"), linesOfBodies(awaited[0]));
        assertSame(e, assertThrows(CompletionException.class, inner::join).getCause());
    }

    @Test // J22
    void aNullPointerExceptionOfATaskNamesTheVariableAndTheLine() throws Exception {
        var e = failureOf(executor.submit(() -> {
            Account account = null;
            String name = await(gate);
            return name + account.owner; // 5: reads a private field
        }));
        assertEquals("Cannot read field \"owner\" because \"account\" is null", e.getMessage());
        assertEquals(lines("5: reads a private field"), linesOfBodies(e));
        assertEquals("step", e.getStackTrace()[0].getMethodName());
    }

    @Test // J22
    void aNullPointerExceptionNamesThePrivateMemberThatHeldNull() throws Exception {
        var e = failureOf(executor.submit(() -> {
            await(gate);
            return unset.length(); // 6: calls a method of null
        }));
        assertEquals("Cannot invoke \"String.length()\" because \"unset\" is null", e.getMessage());
        assertEquals(lines("6: calls a method of null"), linesOfBodies(e));
        assertNull(unset);
    }

    @Test // J22
    void aNullPointerExceptionNamesThePrivateMethodThatReturnedNull() throws Exception {
        var e = failureOf(executor.submit(() -> {
            await(gate);
            return nothing().parent;
        }));
        assertEquals(
                "Cannot read field \"parent\" because the return value of \"trale.StackTraceTest.nothing()\" is null", e.getMessage());
        gate.open("open");
        e = failureOf(executor.submit(() -> {
            await(gate);
            synchronized (nothing()) {
                return 1;
            }
        }));
        assertEquals("Cannot enter synchronized block because \"nothing()\" is null", e.getMessage());
    }

    private Account nothing() {
        return null;
    }
}
