package trale.explain;

import static java.lang.classfile.ClassFile.ACC_SYNTHETIC;

import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.LineNumber;
import java.lang.constant.ClassDesc;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.SerializedLambda;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import trale.internal.async.Analysis;
import trale.internal.async.Checks;
import trale.internal.async.ClassFiles;

/// Finds the bodies in a class: each `invokedynamic` that makes a `Body` says which method it is.
final class Bodies {

    /// A body, not yet looked at.
    ///
    /// @param in the class it was written in
    /// @param line where it is made a body, or -1
    /// @param lambda what its lambda would be serialized as; null if it is an object of the class `in`
    record Body(Class<?> in, int line, @Nullable SerializedLambda lambda) {

        /// @throws IllegalArgumentException it cannot be compiled
        Analysis analysis() {
            if (lambda == null) throw Checks.notALambda(in);
            try {
                return Analysis.of(lambda, in.getClassLoader());
            } catch (ClassNotFoundException e) {
                throw new IllegalStateException("not in its own loader: " + in, e);
            }
        }
    }

    private final Class<?> in;
    private final ClassModel model;
    private final List<Body> found = new ArrayList<>();
    private final Set<DirectMethodHandleDesc> isBody = new HashSet<>();
    private final Set<DirectMethodHandleDesc> searched = new HashSet<>();

    private Bodies(Class<?> in) {
        this.in = in;
        this.model = ClassFiles.read(in);
    }

    /// {@return those of the class and of the classes inside of it; a body comes before those inside of it}
    static List<Body> in(Class<?> c) {
        var all = new ArrayList<Body>();
        for (var member : c.getNestMembers())
            if (member == c || member.getName().startsWith(c.getName() + "$")) all.addAll(new Bodies(member).all());
        return all;
    }

    private List<Body> all() {
        if (!in.isInterface() && Checks.isBody(in)) found.add(new Body(in, -1, null));
        for (var method : model.methods()) if ((method.flags().flagsMask() & ACC_SYNTHETIC) == 0) search(method);
        return found;
    }

    private void search(MethodModel method) {
        var code = method.code().orElse(null);
        if (code == null) return;
        int line = -1;
        for (var e : code) {
            if (e instanceof LineNumber n) line = n.line();
            if (!(e instanceof InvokeDynamicInstruction indy)) continue;
            var target = Checks.target(indy);
            if (target == null) continue;
            if (Checks.isBody(indy, in) && isBody.add(target)) found.add(new Body(in, line, lambda(indy, target)));
            if (!searched.add(target)) continue;
            for (var m : model.methods())
                if ((m.flags().flagsMask() & ACC_SYNTHETIC) != 0
                        && m.methodName().equalsString(target.methodName())
                        && m.methodType().equalsString(target.lookupDescriptor())) search(m);
        }
    }

    /// What the lambda would say of itself, less what it captures.
    private SerializedLambda lambda(InvokeDynamicInstruction indy, DirectMethodHandleDesc target) {
        var method = ((MethodTypeDesc) indy.bootstrapArgs().getFirst()).descriptorString();
        return new SerializedLambda(in, internalName(indy.typeSymbol().returnType()), indy.name().stringValue(), method, target.refKind(),
                internalName(target.owner()), target.methodName(), target.lookupDescriptor(), method, new Object[0]);
    }

    private static String internalName(ClassDesc c) {
        var descriptor = c.descriptorString();
        return descriptor.substring(1, descriptor.length() - 1);
    }
}
