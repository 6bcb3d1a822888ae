package trale;

import java.io.Serializable;

/// `async` and `await`: plain lambdas that can wait without holding a thread.
public final class Async {
    private Async() {}

    /// An async body that returns a value. Serializable only so that its code can be found.
    @FunctionalInterface
    public interface Body<T> extends Serializable {
        T run() throws Exception;
    }

    /// An async body that returns nothing.
    @FunctionalInterface
    public interface VoidBody extends Serializable {
        void run() throws Exception;
    }

    public static <T> Future<T> async(Body<T> body) {
        throw new UnsupportedOperationException("compiler branch");
    }

    public static Future<Void> async(VoidBody body) {
        throw new UnsupportedOperationException("compiler branch");
    }

    public static <T> T await(Future<? extends T> f) throws Exception {
        throw new IllegalStateException("await outside an async body");
    }
}
