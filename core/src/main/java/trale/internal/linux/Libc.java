package trale.internal.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Locale;

/// How a system call is made: a plain downcall to libc with `errno` captured into memory that belongs to the thread.
///
/// Every call in this package answers as the kernel does: a result ≥ 0, or −errno. No exception is made for what is
/// ordinary (EAGAIN); [Errno] makes one for what is not. The handles are `static final` and called by `invokeExact`, so
/// the JIT compiles a call to a few instructions around libc's stub. None is `Linker.Option.critical`: that gains nothing
/// on a system call and holds up the garbage collector.
public final class Libc {
    private static final MemoryLayout CAPTURE = Linker.Option.captureStateLayout();
    private static final long ERRNO_OFFSET =
            CAPTURE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));
    private static final Linker.Option CAPTURE_ERRNO = Linker.Option.captureCallState("errno");

    /// Where this thread's calls leave errno. It lives as long as the thread: allocating costs more than the call.
    private static final ThreadLocal<MemorySegment> ERRNO =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(CAPTURE));

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

    /// {@return a handle whose first parameter is [#errno()], then the C function's own}
    @SuppressWarnings("restricted")
    static MethodHandle function(String name, MemoryLayout result, MemoryLayout... parameters) {
        var linker = Linker.nativeLinker();
        var address = linker.defaultLookup().find(name)
                .orElseThrow(() -> new UnsatisfiedLinkError("libc has no function " + name));
        return linker.downcallHandle(address, FunctionDescriptor.of(result, parameters), CAPTURE_ERRNO);
    }

    static MemorySegment errno() {
        return ERRNO.get();
    }

    /// {@return the kernel's convention from libc's: the result, or −errno}
    static int result(int result, MemorySegment errno) {
        return result >= 0 ? result : -errno.get(JAVA_INT, ERRNO_OFFSET);
    }

    /// A call that is not made so often that its lambda matters.
    @FunctionalInterface
    interface Call {
        int with(MemorySegment errno) throws Throwable;
    }

    /// {@return what the call answers: ≥ 0 or −errno}
    static int call(Call call) {
        var errno = errno();
        try {
            return result(call.with(errno), errno);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /// A downcall itself throws nothing that is declared.
    static Error unexpected(Throwable t) {
        if (t instanceof RuntimeException e) throw e;
        if (t instanceof Error e) throw e;
        return new AssertionError(String.format(Locale.ROOT, "a downcall threw %s", t), t);
    }
}
