package trale.internal.async;

import java.lang.constant.ClassDesc;

/// **The names of the library that the compiler compiles for.** It knows no class of it. A generated class extends [#STATE_MACHINE] and
/// calls its methods. `await` is a static method of [#ASYNC].
final class Names {
    static final ClassDesc STATE_MACHINE = ClassDesc.of("trale.StateMachine");
    static final ClassDesc FUTURE = ClassDesc.of("trale.Future");
    static final ClassDesc CONTEXT = ClassDesc.of("trale.Context");

    /// `await` takes it too. The static method `from` of [#FUTURE] makes a future of it.
    static final ClassDesc STAGE = ClassDesc.of("java.util.concurrent.CompletionStage");

    static final String ASYNC = "trale/Async";
    static final String AWAIT = "await";

    /// The package of the library's own methods.
    static final String PACKAGE = "trale/";

    /// A future that may be ignored, because its task runs by itself.
    static final String JOIN_HANDLE = "trale/JoinHandle";

    /// The functional interfaces whose lambdas are async bodies, and the name of their method.
    private static final String[] BODIES = {"trale/Async$Body", "trale/Async$VoidBody", "trale/Scope$Body", "trale/Scope$VoidBody"};

    static final String RUN = "run";

    private Names() {}

    /// @param name an interface's internal name
    static boolean isBody(String name) {
        for (var body : BODIES) if (body.equals(name)) return true;
        return false;
    }

    /// {@return whether a class is one of the bodies' interfaces, or extends or implements one}
    static boolean isBody(Class<?> c) {
        if (c.isInterface() && isBody(c.getName().replace('.', '/'))) return true;
        for (var i : c.getInterfaces()) if (isBody(i)) return true;
        var parent = c.getSuperclass();
        return parent != null && isBody(parent);
    }
}
