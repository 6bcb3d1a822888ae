/// The Tiny Readable Async Linux Executor.
@SuppressWarnings("module") // trale.explain, which shows what the compiler does, is built after this
module trale {
    requires static org.jspecify;

    exports trale;
    exports trale.net;
    exports trale.reactor;
    exports trale.time;

    exports trale.internal.async to trale.explain;
}
