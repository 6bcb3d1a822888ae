/// The Tiny Readable Async Linux Executor.
@SuppressWarnings("module") // trale.test is built after this
module trale {
    requires static org.jspecify;

    // Only `trale.explain` uses these, and only if they are there: javac for source files, the JVM's flags for sizes.
    requires static java.compiler;
    requires static jdk.management;

    exports trale;
    exports trale.explain;
    exports trale.net;
    exports trale.reactor;
    exports trale.sync;
    exports trale.time;

    // The kernel seam: a simulated Linux stands there.
    exports trale.internal.linux to trale.test;
}
