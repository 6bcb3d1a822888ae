/// The Tiny Readable Async Linux Executor.
@SuppressWarnings("module") // trale.explain, trale.test and trale.watch are built after this
module trale {
    requires static org.jspecify;

    exports trale;
    exports trale.net;
    exports trale.reactor;
    exports trale.sync;
    exports trale.time;

    // The kernel seam: a simulated Linux stands there.
    exports trale.internal.linux to trale.test, trale.watch;
    exports trale.internal to trale.test; // its Log
    exports trale.internal.async to trale.explain;

    // What an executor tells while it is watched.
    exports trale.internal.probe to trale.test, trale.watch;
    uses trale.internal.probe.Installer;
}
