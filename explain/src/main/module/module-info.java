/// What an async body is compiled to: a text and a picture. Programs do not need it to run.
module trale.explain {
    requires transitive trale;
    requires static org.jspecify;

    // Used only if they are there: javac for source files, the JVM's flags for sizes.
    requires static java.compiler;
    requires static jdk.management;

    exports trale.explain;
}
