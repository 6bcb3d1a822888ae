/// The Tiny Readable Async Linux Executor.
module trale {
    requires static org.jspecify;

    // Only `trale.explain` uses these, and only if they are there: javac for source files, the JVM's flags for sizes.
    requires static java.compiler;
    requires static jdk.management;

    exports trale;
    exports trale.explain;
    exports trale.net;
    exports trale.reactor;
    exports trale.time;
}
