package trale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import trale.reactor.Reactor;
import trale.support.Arrangement;
import trale.support.NothingIsLeft;
import trale.support.TheLog;
import trale.support.Workshop;

/// R11: trale in a class loader of its own, as in a web application or a plugin, that is given up while the JVM runs on.
@ExtendWith(NothingIsLeft.class)
class UnloadingTest {

    /// trale once more: its classes, used by reflection.
    private static final class Copy {
        final URLClassLoader loader;

        Copy() throws Exception {
            loader = new URLClassLoader("copy", new URL[] {Workshop.trale().toUri().toURL()}, ClassLoader.getPlatformClassLoader());
            assertNotSame(Executor.class, type("Executor"));
        }

        Class<?> type(String name) throws ClassNotFoundException {
            return loader.loadClass("trale." + name);
        }

        /// A method of an object, or of a class if that is a class.
        static Object call(Object on, String method, Object... arguments) throws Throwable {
            var type = on instanceof Class<?> c ? c : on.getClass();
            for (var m : type.getMethods()) {
                if (!m.getName().equals(method) || m.getParameterCount() != arguments.length) continue;
                var fits = true;
                for (var i = 0; i < arguments.length; i++)
                    fits &= arguments[i] instanceof Boolean || m.getParameterTypes()[i].isInstance(arguments[i]);
                if (!fits) continue;
                try {
                    return m.invoke(on, arguments);
                } catch (InvocationTargetException e) {
                    throw e.getCause();
                }
            }
            throw new NoSuchMethodException(type + "." + method);
        }

        Object open(Arrangement arrangement) throws Throwable {
            var builder = call(type("Executor"), "builder");
            call(builder, "reactorThread", arrangement == Arrangement.REACTOR_THREAD);
            return call(builder, "build");
        }

        Object future(InvocationHandler poll) throws Exception {
            var type = type("Future");
            return Proxy.newProxyInstance(loader, new Class<?>[] {type}, (self, method, arguments) ->
                    method.getName().equals("poll") ? poll.invoke(self, method, arguments)
                            : method.getName().equals("toString") ? "future" : null);
        }
    }

    private static void collect(WeakReference<?> loader, int times) throws InterruptedException {
        for (var i = 0; i < times && loader.get() != null; i++) {
            collect();
        }
    }

    /// Until what was garbage has been found. What is done about it is up to other threads, such as the Cleaner's.
    private static void collect() throws InterruptedException {
        var found = new ReferenceQueue<Object>();
        var garbage = new WeakReference<>(new Object(), found);
        do System.gc();
        while (found.remove(1000) != garbage);
    }

    private static void assertUnloaded(WeakReference<?> loader) throws InterruptedException {
        collect(loader, 100);
        assertNull(loader.get());
    }

    /// What the other tests see is not an accident of the garbage collector's.
    @ParameterizedTest // R11
    @EnumSource(names = {"OWN_THREAD", "REACTOR_THREAD"})
    void aCopyWhoseExecutorIsOpenIsNotUnloaded(Arrangement arrangement) throws Throwable {
        var copy = new Copy();
        var executor = copy.open(arrangement);
        var loader = new WeakReference<>(copy.loader);
        var forgotten = new WeakReference<>(executor);
        copy = null;
        executor = null;
        collect(loader, 5);
        assertNotNull(loader.get());
        Copy.call(forgotten.get(), "close");
        assertUnloaded(loader);
    }

    @ParameterizedTest // R11
    @EnumSource(names = {"OWN_THREAD", "REACTOR_THREAD"})
    void withItsExecutorsClosedItIsUnloaded(Arrangement arrangement) throws Throwable {
        assertUnloaded(useAndClose(arrangement));
    }

    private static WeakReference<ClassLoader> useAndClose(Arrangement arrangement) throws Throwable {
        var copy = new Copy();
        var executor = copy.open(arrangement);
        var handle = Copy.call(executor, "submit", copy.future((_, _, _) -> Copy.call(copy.type("Poll"), "ready", "value")));
        assertEquals("value", Copy.call(handle, "join"));
        Copy.call(executor, "close");
        return new WeakReference<>(copy.loader);
    }

    /// A call of Linux leaves what it needs with the thread that makes it.
    @Test // R11
    void aThreadThatHasUsedItsSocketsKeepsNothingOfIt() throws Throwable {
        assertUnloaded(bindAndClose());
    }

    private static WeakReference<ClassLoader> bindAndClose() throws Throwable {
        var copy = new Copy();
        var listener = Copy.call(copy.type("net.TcpListener"), "bind", new InetSocketAddress("127.0.0.1", 0));
        assertInstanceOf(InetSocketAddress.class, Copy.call(listener, "localAddress"));
        Copy.call(listener, "close");
        Copy.call(Copy.call(copy.type("Executor"), "get"), "close");
        return new WeakReference<>(copy.loader);
    }

    @ParameterizedTest // R11
    @ValueSource(booleans = {false, true})
    void aTaskThatHasFailedIsReportedAndKeepsNothing(boolean seen) throws Throwable {
        assertUnloaded(failAndClose(seen));
    }

    private static WeakReference<ClassLoader> failAndClose(boolean seen) throws Throwable {
        try (var log = new TheLog()) {
            var failure = new IllegalStateException("this one stays unseen");
            var copy = new Copy();
            var executor = copy.open(Arrangement.OWN_THREAD);
            var handle = Copy.call(executor, "submit", copy.future((_, _, _) -> {
                throw failure;
            }));
            var joined = seen ? handle
                    : Copy.call(executor, "submit", copy.future((_, _, _) -> Copy.call(copy.type("Poll"), "ready", "value")));
            handle = null;
            if (seen) assertSame(failure, assertThrows(CompletionException.class, () -> Copy.call(joined, "join")).getCause());
            else Copy.call(joined, "join");
            Copy.call(executor, "close");
            if (!seen) {
                var loader = new WeakReference<ClassLoader>(copy.loader);
                assertSame(failure, reported(log));
                return loader;
            }
            return new WeakReference<>(copy.loader);
        }
    }

    private static Throwable reported(TheLog log) throws InterruptedException {
        for (;;) {
            collect();
            var rest = log.rest();
            if (!rest.isEmpty()) return rest.getFirst().getThrown();
        }
    }

    /// R17: a reactor that is not closed would never be collected.
    @Test // R17
    void aReactorComesWithAnExecutorAndIsClosedWithIt() {
        assertEquals(0, Reactor.class.getConstructors().length);
    }
}
