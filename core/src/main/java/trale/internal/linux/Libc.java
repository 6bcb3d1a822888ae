package trale.internal.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.invoke.MethodHandle;

/// How a system call is made: a plain downcall to libc, with `errno` captured into the thread's [Scratch].
///
/// Every call in this package answers as the kernel does: a result ≥ 0, or −errno. No exception is made for what is
/// ordinary (EAGAIN); [Errno] makes one for what is not. The handles are `static final` and called by `invokeExact`, so
/// the JIT compiles a call to a few instructions around libc's stub. None is `Linker.Option.critical`: that gains nothing
/// on a system call and holds up the garbage collector.
public final class Libc {
    private static final Linker.Option CAPTURE_ERRNO = Linker.Option.captureCallState("errno");

    private Libc() {}

    /// Says in one sentence why trale can't run here, before a class initializer fails with less to say.
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
            Linker.nativeLinker().downcallHandle(FunctionDescriptor.of(JAVA_INT));
        } catch (IllegalCallerException e) {
            var module = Libc.class.getModule();
            throw new IllegalStateException(
                    "trale calls Linux through java.lang.foreign, which is denied here: start java with --enable-native-access="
                            + (module.isNamed() ? module.getName() : "ALL-UNNAMED"), e);
        }
    }

    /// {@return a handle whose first parameter is [Scratch#errno], then the C function's own}
    @SuppressWarnings("restricted")
    static MethodHandle function(String name, MemoryLayout result, MemoryLayout... parameters) {
        var linker = Linker.nativeLinker();
        var address = linker.defaultLookup().find(name)
                .orElseThrow(() -> new UnsatisfiedLinkError("libc has no function " + name));
        return linker.downcallHandle(address, FunctionDescriptor.of(result, parameters), CAPTURE_ERRNO);
    }

    /// A call of a function's handle.
    @FunctionalInterface
    interface Call {
        int with(Scratch s) throws Throwable;
    }

    /// Makes a call that is not made so often that its lambda matters.
    ///
    /// @return what it answers: ≥ 0 or −errno
    static int call(Call call) {
        var s = Scratch.get();
        try {
            return s.result(call.with(s));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /// A downcall itself throws nothing that is declared.
    static Error unexpected(Throwable t) {
        if (t instanceof RuntimeException e) throw e;
        return t instanceof Error e ? e : new AssertionError("a downcall threw", t);
    }
}
