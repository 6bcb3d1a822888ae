package trale;

import org.jspecify.annotations.Nullable;
import trale.internal.linux.Kernel;
import trale.internal.linux.KernelThread;

/// A thread of an executor. Code that runs on it finds its executor here.
final class Worker extends KernelThread {
    /// In bytes. A poll polls the awaited future, down to the leaf, so a chain of awaits is as deep on the stack. This is enough for about
    /// ten thousand. Linux gives the thread only the pages that it touches.
    private static final long STACK_SIZE = 16 << 20;

    final Executor executor;
    private final Runnable loop;
    private final @Nullable Kernel kernel = Kernel.current(); // of the thread that builds the executor

    Worker(Executor executor, String name, Runnable loop) {
        super(loop, name, STACK_SIZE);
        this.executor = executor;
        this.loop = loop;
        setDaemon(true);
    }

    @Override
    public void run() {
        Kernel.use(kernel);
        if (kernel == null) loop.run();
        else kernel.run(loop);
    }
}
