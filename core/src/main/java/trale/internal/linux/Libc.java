package trale.internal.linux;

import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/// Functions of libc, and whether they can be called at all. [Scratch] says how that is done.
public final class Libc {
    /// The functions that were looked up, by name and by handle. Only a [Kernel] reads it.
    private static final Map<String, MemorySegment> FUNCTIONS = new ConcurrentHashMap<>();

    private static final Map<Long, String> NAMES = new ConcurrentHashMap<>();

    /// Whether a thread links, or has linked. If two threads set it at once, both link, and one waits for the other.
    private static volatile boolean linking;

    private Libc() {}

    /// Says in one sentence why trale can't run here. Without it a class initializer would fail with a worse message.
    ///
    /// @throws UnsupportedOperationException not Linux, or a processor whose kernel structures are not known here
    /// @throws IllegalStateException native access is denied
    @SuppressWarnings("restricted")
    public static void require() {
        var os = System.getProperty("os.name", "");
        var arch = System.getProperty("os.arch", "");
        if (!os.equals("Linux") || !(arch.equals("amd64") || arch.equals("aarch64")))
            throw new UnsupportedOperationException(
                    "trale is built on Linux's epoll and runs on Linux x86-64 and aarch64 only; this is " + os + " " + arch);
        try {
            MemorySegment.NULL.reinterpret(0); // as restricted as a downcall is, and cheaper
        } catch (IllegalCallerException e) {
            var module = Libc.class.getModule();
            throw new IllegalStateException(
                    "trale calls Linux through java.lang.foreign, which is denied here: start java with --enable-native-access="
                            + (module.isNamed() ? module.getName() : "ALL-UNNAMED"), e);
        }
    }

    /// Begins to link, on a thread that ends when it is done. The caller has something else to do meanwhile: linking is a third of a
    /// program's way to its first task. Nothing waits for this thread but the initialisation of [Scratch], which the JVM does once. What
    /// the caller does must not use java.lang.foreign before. Then the two threads share nothing but what every two threads of Java share.
    public static void link() {
        if (linking) return;
        linking = true;
        try {
            var thread = new Thread(null, Scratch::load, "trale-link", 0, false);
            thread.setDaemon(true);
            thread.start();
        } catch (OutOfMemoryError e) {
            // The first call links.
        }
    }

    /// {@return System.nanoTime(), or what the thread's [Kernel] says instead}
    public static long nanoTime() {
        var k = Kernel.current();
        return k == null ? System.nanoTime() : k.nanoTime();
    }

    static MemorySegment function(String name) {
        var found = FUNCTIONS.get(name);
        if (found != null) return found;
        Scratch.load();
        var function = Linker.nativeLinker().defaultLookup().findOrThrow(name);
        NAMES.put(function.address(), name);
        FUNCTIONS.put(name, function);
        return function;
    }

    static String name(MemorySegment function) {
        return Objects.requireNonNull(NAMES.get(function.address()));
    }

    /// Zeroed memory that lives as long as the buffer, in the order of this processor.
    static ByteBuffer allocate(int size) {
        return ByteBuffer.allocateDirect(size).order(ByteOrder.nativeOrder());
    }

    /// A downcall itself throws nothing that is declared.
    static Error unexpected(Throwable t) {
        if (t instanceof RuntimeException e) throw e;
        return t instanceof Error e ? e : new AssertionError("a downcall threw", t);
    }

    static int call(MemorySegment function, long a, long b, long c, long d, long e) {
        return Scratch.get().call(function, a, b, c, d, e);
    }

    /// As [#call(MemorySegment, long, long, long, long, long)], for a call that changes nothing if it fails. It is made without errno, and
    /// made again with it if it failed.
    static int callTwice(MemorySegment function, long a, long b, long c, long d) {
        var kernel = KernelThread.answering();
        var result = Scratch.callInAnyCase(kernel, function, a, b, c, d);
        return result >= 0 || kernel != null ? result : call(function, a, b, c, d, 0);
    }

    static int call(MemorySegment function, long a, long b) {
        return call(function, a, b, 0, 0, 0);
    }
}
