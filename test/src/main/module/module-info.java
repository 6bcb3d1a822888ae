/// Network programs of several machines, run in virtual time on one thread, in an order that a seed decides.
module trale.test {
    requires transitive trale;
    requires static org.jspecify;
    requires static org.junit.jupiter.api; // for those whose tests are written with it
    requires static org.junit.platform.commons;

    exports trale.test;

    // What failed is recorded, if trale.watch is there.
    uses trale.internal.probe.Recording.Maker;
}
