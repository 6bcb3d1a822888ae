/// Watches an executor run: where every task is and why each wake happened, live, step by step, and replayed.
module trale.watch {
    requires transitive trale;
    requires trale.explain;
    requires jdk.httpserver;
    requires jdk.jfr;
    requires static org.jspecify;

    exports trale.watch;

    provides trale.internal.probe.Installer with
            trale.watch.FromProperty;
    provides trale.internal.probe.Recording.Maker with
            trale.watch.Recordings;
}
