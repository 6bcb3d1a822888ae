package trale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A build replaces class files while a program runs: what is compiled is the class that was loaded, or nothing.
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ClassFileThatWasRebuiltTest {
    private static final String CODE = """
            import static trale.Async.*;
            class Main {
                static Object first() {
                    return async(() -> "first");
                }
                static Object second() {
                    return async(() -> "second");
                }
                private int field;
            }
            """;

    private static Sources loaded() throws Exception {
        var main = Sources.compile("Main", CODE);
        main.loadClass("Main").getDeclaredMethods(); // linked
        return main;
    }

    private static String refusal(Sources main) {
        var refused = assertThrows(IllegalArgumentException.class, () -> main.call("Main", "second"));
        var message = refused.getMessage();
        assertTrue(message.startsWith("Main: the class file that ") && message.contains(" shows is not the one that was loaded: ")
                && message.endsWith(". Was it built anew while the program runs? Start the program again."), message);
        return message;
    }

    @Test // C1
    void aFileWithOneMoreBodyIsRefused() throws Exception {
        var main = loaded().rebuild("Main",
                CODE.replace("    static Object second() {", "    static Object second() { async(() -> \"inserted\");"));
        assertTrue(refusal(main).contains("it has lambda$second$"), () -> refusal(main));
    }

    @Test // C1
    void aFileWithoutOneOfTheBodiesIsRefused() throws Exception {
        var main = loaded().rebuild("Main", CODE.replace("async(() -> \"first\")", "null"));
        assertTrue(refusal(main).contains("it does not have lambda$first$"), () -> refusal(main));
    }

    @Test // C1
    void aFileWithOtherMembersIsRefused() throws Exception {
        assertTrue(refusal(loaded().rebuild("Main", CODE.replace("private int field", "private long field")))
                .contains("it has field J, which the class has not"));
        assertTrue(refusal(loaded().rebuild("Main", CODE.replace("private int field;", "private int field; void method() {}")))
                .contains("it has method()V"));
        assertTrue(refusal(loaded().rebuild("Main", CODE.replace("private int field;", "private int field; Main(int n) {}")))
                .contains("it has <init>(I)V"));
    }

    @Test // C1
    void aFileWhoseLinesAreOthersIsRefused() throws Exception {
        var message = refusal(loaded().rebuild("Main", CODE.replace("    static Object second", "\n\n    static Object second")));
        assertTrue(message.contains("there is nothing at line 7 in its method second, where the class's is running"), message);
    }

    /// As a build leaves it for a moment.
    @ParameterizedTest // C1
    @ValueSource(ints = {0, 9, 200})
    void aFileThatIsOnlyBegunIsRefused(int length) throws Exception {
        var message = refusal(loaded().cut("Main", length));
        assertTrue(message.contains(": it cannot be read, "), message);
    }

    @Test // C1
    void afterABodyWasCompiledTheNextOneIsComparedAgain() throws Throwable {
        var main = loaded();
        assertEquals("first", Executor.blockOn((Future<?>) main.call("Main", "first")));
        refusal(main.rebuild("Main", CODE.replace("private int field;", "private int field; void method() {}")));
    }

    /// An agent that measures coverage adds a field and a method.
    @Test // C1, C9
    void aClassThatHasMoreThanItsFileIsNot() throws Throwable {
        var main = Sources.compile("Main",
                CODE.replace("private int field;",
                        "private int field; private static boolean[] $data; private static boolean[] $init() { return $data; }"));
        main.loadClass("Main").getDeclaredMethods();
        assertEquals("second", Executor.blockOn((Future<?>) main.rebuild("Main", CODE).call("Main", "second")));
    }
}
