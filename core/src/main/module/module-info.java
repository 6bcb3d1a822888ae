/// The Tiny Readable Async Linux Executor.
module trale {
    requires static org.jspecify;

    exports trale;
    exports trale.net;
    exports trale.reactor;
    exports trale.time;
}
