package mass;

import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.constant.ClassDesc;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.security.ProtectionDomain;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// An agent that makes a [Mistake] in every state machine that is defined once it has begun, where there is something that it can spoil.
/// `-javaagent:mass.jar=SKIPS_A_FINALLY`
public final class Canary implements ClassFileTransformer {
    private static final String STATE_MACHINE = "trale/StateMachine";

    /// The agent of this JVM; written before its main method runs.
    private static @Nullable Canary installed;

    private final Mistake mistake;

    /// Whether it has begun. Only one thread makes state machines and says this.
    private boolean spoils;

    /// How many classes were spoilt.
    private int spoilt;

    private Canary(Mistake mistake) {
        this.mistake = mistake;
    }

    /// Called by the JVM.
    ///
    /// @param mistake the name of a Mistake
    public static void premain(String mistake, Instrumentation jvm) {
        installed = new Canary(Mistake.valueOf(mistake));
        jvm.addTransformer(installed);
    }

    /// From now on state machines are spoilt. Those that were made before are right, so that the libraries' classes could be
    /// initialised: it would be too easy to notice that they cannot.
    static void begin() {
        agent().spoils = true;
    }

    /// {@return how many classes were spoilt in this JVM}
    static int spoilt() {
        return agent().spoilt;
    }

    private static Canary agent() {
        var canary = installed;
        if (canary == null) throw new IllegalStateException("no agent: java -javaagent:mass.jar=NAME");
        return canary;
    }

    @Override
    public byte @Nullable [] transform(
            @Nullable ClassLoader loader, String name, @Nullable Class<?> redefined, ProtectionDomain domain, byte[] bytes) {
        if (!spoils || !(loader instanceof StrewnLoader)) return null;
        try {
            return spoil(loader, bytes);
        } catch (RuntimeException | Error e) { // the JVM would pass over it
            e.printStackTrace();
            throw e;
        }
    }

    private byte @Nullable [] spoil(ClassLoader loader, byte[] bytes) {
        var model = ClassFile.of().parse(bytes);
        var parent = model.superclass();
        if (parent.isEmpty() || !parent.get().name().equalsString(STATE_MACHINE)) return null;
        var self = model.thisClass().asSymbol();
        var hierarchy = ClassHierarchyResolver.of(Set.of(), Map.of(self, ClassDesc.ofInternalName(STATE_MACHINE)))
                .orElse(ClassHierarchyResolver.ofResourceParsing(loader));
        var spoiler = new Mistake.Spoiler(mistake, self);
        var changed = ClassFile.of(ClassHierarchyResolverOption.of(hierarchy))
                .transformClass(model, ClassTransform.transformingMethodBodies(m -> m.methodName().equalsString("step"), spoiler));
        if (!spoiler.isMade) return null;
        spoilt++;
        return changed;
    }
}
