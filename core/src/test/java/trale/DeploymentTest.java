package trale;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import trale.support.Workshop;

/// J20: the places where bodies may live, each in a process of its own, as a user would start it.
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class DeploymentTest {
    private static final String UNNAMED = "--enable-native-access=ALL-UNNAMED";
    private static final String NAMED = "--enable-native-access=trale";
    private static final String TRALE = Workshop.trale().toString();

    /// Private members, a nested body, a timer.
    private static final String HELLO = """
            package app;

            import static trale.Async.*;
            import java.time.Duration;
            import trale.*;
            import trale.time.Timer;

            public class Hello {
                private static String secret = "hidden";
                private int count = 20;

                public Async.Body<Integer> body() {
                    return () -> {
                        await(Timer.sleep(Duration.ofMillis(1)));
                        return count + await(Executor.spawn(() -> 4));
                    };
                }

                public static void main(String[] args) {
                    IO.println(Executor.blockOn(() -> secret + await(async(new Hello().body()))));
                }
            }
            """;

    @TempDir
    Path folder;

    private Workshop workshop;

    @BeforeEach
    void write() throws Exception {
        workshop = new Workshop(folder).write("app/Hello.java", HELLO);
    }

    private void compileOnTheClassPath() {
        workshop.javac("-d", workshop.at("classes"), "-cp", TRALE, workshop.at("app/Hello.java"));
    }

    private void compileAsAModule(String directives) throws Exception {
        workshop.write("app/module-info.java", "module app { requires trale; " + directives + " }");
        workshop.javac("-d", workshop.at("modules/app"), "-p", TRALE, workshop.at("app/Hello.java"), workshop.at("app/module-info.java"));
    }

    private void jars() {
        workshop.tool("jar", "--create", "--file", workshop.at("trale.jar"), "-C", TRALE, ".");
        workshop.tool("jar", "--create", "--file", workshop.at("app.jar"), "-C", workshop.at("classes"), ".");
    }

    @Test // J20
    void aClassPathOfFoldersWorks() throws Exception {
        compileOnTheClassPath();
        assertEquals("hidden24\n", workshop.java(UNNAMED, "-cp", "classes:" + TRALE, "app.Hello"));
    }

    @Test // J20
    void aClassPathOfJarsWorks() throws Exception {
        compileOnTheClassPath();
        jars();
        assertEquals("hidden24\n", workshop.java(UNNAMED, "-cp", "app.jar:trale.jar", "app.Hello"));
    }

    @Test // J20
    void aJarOfSeveralVersionsWhoseNameIsNoUrlWorks() throws Exception {
        compileOnTheClassPath();
        jars();
        workshop.write("later/app/Hello.java", HELLO.replace("secret + await", "\"later\" + await"));
        workshop.javac("-d", workshop.at("classes25"), "-cp", TRALE, workshop.at("later/app/Hello.java"));
        workshop.tool("jar", "--create", "--file", workshop.at("a %25 b.jar"), "-C", workshop.at("classes"), ".", "--release", "25", "-C",
                workshop.at("classes25"), ".");
        assertEquals("later24\n", workshop.java(UNNAMED, "-cp", "a %25 b.jar:trale.jar", "app.Hello"));
    }

    @Test // J20
    void aJarWhoseManifestNamesTheOtherWorks() throws Exception {
        compileOnTheClassPath();
        jars();
        workshop.write("manifest", "Main-Class: app.Hello\nClass-Path: trale.jar\nEnable-Native-Access: ALL-UNNAMED\n")
                .tool("jar", "--create", "--file", workshop.at("run.jar"), "--manifest", workshop.at("manifest"), "-C",
                        workshop.at("classes"), ".");
        assertEquals("hidden24\n", workshop.java("-jar", "run.jar"));
    }

    @Test // J20
    void aModuleThatOpensItsPackageWorks() throws Exception {
        compileAsAModule("opens app to trale;");
        assertEquals("hidden24\n", workshop.java(NAMED, "-p", TRALE + ":modules", "-m", "app/app.Hello"));
    }

    private static final String NOT_OPENED = "java.lang.IllegalArgumentException: module app does not open package app to module trale,"
            + " which has to define the class of an async body beside app.Hello. Add `opens app to trale;` to its module-info.java,"
            + " or call Async.allow(MethodHandles.lookup()) in it once.\n";

    /// Prints why a body cannot be compiled.
    private static final String REFUSED = HELLO.replace("public static void main(String[] args) {", """
            public static void main(String[] args) {
                try {
                    Executor.spawn(() -> 1);
                } catch (IllegalArgumentException e) {
                    IO.println(e);
                    return;
                }
            """);

    @Test // J20
    void aModuleThatDoesNotOpenItsPackageIsToldTheLineToAdd() throws Exception {
        workshop.write("app/Hello.java", REFUSED);
        compileAsAModule("");
        assertEquals(NOT_OPENED, workshop.java(NAMED, "-p", TRALE + ":modules", "-m", "app/app.Hello"));
    }

    @Test // J20
    void aModuleWhoseTraleIsOnTheClassPathIsToldTheLineToAdd() throws Exception {
        workshop.write("app/Hello.java", REFUSED).write("app/module-info.java", "module app {}");
        workshop.javac("-d", workshop.at("modules/app"), "-cp", TRALE, "--add-reads", "app=ALL-UNNAMED", workshop.at("app/Hello.java"),
                workshop.at("app/module-info.java"));
        assertEquals(NOT_OPENED.replace("module trale", "unnamed module").replace("opens app to trale;", "opens app;"),
                workshop.java(UNNAMED, "--add-reads", "app=ALL-UNNAMED", "-cp", TRALE, "-p", "modules", "-m", "app/app.Hello")
                        .replaceAll("unnamed module @\\w+", "unnamed module"));
    }

    @Test // J20
    void aModuleThatAllowsItWorks() throws Exception {
        workshop.write("app/Hello.java",
                HELLO.replace("main(String[] args) {", "main(String[] args) { Async.allow(java.lang.invoke.MethodHandles.lookup());"));
        compileAsAModule("");
        assertEquals("hidden24\n", workshop.java(NAMED, "-p", TRALE + ":modules", "-m", "app/app.Hello"));
    }

    @Test // J20
    void anAutomaticModuleWorks() throws Exception {
        compileOnTheClassPath();
        jars();
        assertEquals("hidden24\n", workshop.java(NAMED, "-p", "trale.jar:app.jar", "--add-modules", "trale", "-m", "app/app.Hello"));
    }

    @Test // J20
    void aClassPathWhoseTraleIsAModuleWorks() throws Exception {
        compileOnTheClassPath();
        assertEquals("hidden24\n", workshop.java(NAMED, "-p", TRALE, "--add-modules", "trale", "-cp", "classes", "app.Hello"));
    }

    /// The body belongs to a module which opens its package, the caller to another.
    @Test // J20
    void theBodyOfAnotherModuleWorks() throws Exception {
        compileAsAModule("exports app; opens app to trale;");
        caller();
        assertEquals("24\n", workshop.java(NAMED, "-p", TRALE + ":modules", "-m", "caller/caller.Main"));
    }

    @Test // J20
    void theBodyOfAnotherModuleThatDoesNotOpenItsPackageNamesTheLineToAdd() throws Exception {
        compileAsAModule("exports app;");
        caller();
        assertEquals(NOT_OPENED, workshop.java(NAMED, "-p", TRALE + ":modules", "-m", "caller/caller.Main"));
    }

    private void caller() throws Exception {
        workshop.write("caller/module-info.java", "module caller { requires app; requires trale; }").write("caller/Main.java", """
                package caller;

                public class Main {
                    public static void main(String[] args) {
                        try {
                            IO.println(trale.Executor.blockOn(trale.Async.async(new app.Hello().body())));
                        } catch (IllegalArgumentException e) {
                            IO.println(e);
                        }
                    }
                }
                """);
        workshop.javac("-d", workshop.at("modules/caller"), "-p", TRALE + ":" + workshop.at("modules"), workshop.at("caller/Main.java"),
                workshop.at("caller/module-info.java"));
    }

    @Test // J20
    void aCompactSourceFileWorks() throws Exception {
        workshop.write("Compact.java", """
                import static trale.Async.await;
                import trale.Executor;

                int count = 20;

                int more(int n) {
                    return count + n;
                }

                void main() {
                    IO.println(Executor.blockOn(() -> more(await(Executor.spawn(() -> 4)))));
                }
                """);
        assertEquals("24\n", workshop.java(UNNAMED, "-cp", TRALE, "Compact.java"));
        assertEquals("24\n", workshop.java(NAMED, "-p", TRALE, "--add-modules", "trale", "Compact.java"));
    }

    @Test // J20
    void aSourceFileOfOneClassWorks() throws Exception {
        assertEquals("hidden24\n", workshop.java(UNNAMED, "-cp", TRALE, "app/Hello.java"));
    }

    @Test // J20
    void sourceFilesThatUseEachOtherWork() throws Exception {
        workshop.write("app/Main.java", """
                package app;

                class Main {
                    static void main() {
                        Hello.main(null);
                        IO.println(trale.Executor.blockOn(new Hello().body()));
                    }
                }
                """);
        assertEquals("hidden24\n24\n", workshop.java(UNNAMED, "-cp", TRALE, "app/Main.java"));
    }

    @Test // J20
    void jShellRunsBodies() throws Exception {
        workshop.write("snippets.jsh", """
                import static trale.Async.*;
                import trale.*;
                import trale.time.Timer;
                int count = 20;
                int more(int n) { return count + n; }
                System.out.println(Executor.blockOn(() -> { await(Timer.sleep(Duration.ofMillis(1))); \
                        return more(await(Executor.spawn(() -> 4))); }));
                Future<Integer> later(int n) { return async(() -> n + await(Executor.spawn(() -> count))); }
                class Counter { private int n = 3; Future<Integer> next() { return async(() -> n += await(later(1))); } }
                var task = Executor.spawn(() -> await(new Counter().next()));
                System.out.println(task.join());
                Future<Integer> later(int n) { return async(() -> n - await(Executor.spawn(() -> count))); }
                System.out.println(Executor.blockOn(later(1)));
                try { Executor.spawn(() -> { synchronized (task) { await(task); } }); } \
                        catch (IllegalArgumentException e) { System.out.println(e.getMessage()); }
                /exit
                """);
        assertEquals(
                "24\n24\n-19\n"
                        + "$JShell$13.java:5: await inside synchronized: the monitor would be held while the task is suspended."
                        + " Move the await out of the block.\n",
                workshop.run("jshell", "-s", "--class-path", TRALE, "-R" + UNNAMED, "-R-XX:TieredStopAtLevel=1",
                        "-J-XX:TieredStopAtLevel=1", "-J-Djava.util.prefs.userRoot=" + folder, "-J-Djava.util.prefs.systemRoot=" + folder,
                        "snippets.jsh"));
    }

    @Test // J20
    void aRunTimeImageWorks() throws Exception {
        compileAsAModule("opens app to trale;");
        workshop.tool("jlink", "-p", TRALE + ":" + workshop.at("modules"), "--add-modules", "app", "--launcher", "hello=app/app.Hello",
                "--add-options=" + NAMED, "--strip-debug", "--output", workshop.at("image"));
        assertEquals("hidden24\n", workshop.runFrom(folder.resolve("image"), "hello"));
    }
}
