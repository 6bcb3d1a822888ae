package trale.internal.async;

import java.lang.classfile.Instruction;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.*;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
import org.jspecify.annotations.Nullable;

/// **Writes the message of a NullPointerException** where a member is linked by `invokedynamic`. It is the message that the JVM writes for
/// the body's own instruction (JEP 358). For an `invokedynamic` the JVM has none.
///
/// ```
///  aload node                     node.next.add(n)
///  getfield Node.next
///  iload n                        Cannot invoke "Node.add(int)" because "node.next" is null
///  invokevirtual Node.add
/// ```
final class NullMessage {
    private static final String THIS = "this";

    private final Code code;
    private final Frames frames;
    private final boolean isStatic;

    NullMessage(Code code, Frames frames) {
        this.code = code;
        this.frames = frames;
        this.isStatic = code.method.flags().has(AccessFlag.STATIC);
    }

    /// {@return the text for an access to a member of an object; null if the object is `this`}
    @Nullable String of(int i) {
        var text = new StringBuilder("Cannot ");
        var operands = 1;
        if (code.at[i] instanceof InvokeInstruction invoke) {
            text.append("invoke \"").append(method(invoke));
            operands += invoke.typeSymbol().parameterCount();
        } else {
            var field = (FieldInstruction) code.at[i];
            if (field.opcode() == Opcode.PUTFIELD) operands++;
            text.append(operands == 2 ? "assign" : "read").append(" field \"").append(field.name().stringValue());
        }
        text.append('"');
        var source = source(i, frames.at(i).depth - operands);
        var what = describe(source);
        if (THIS.equals(what)) return null;
        if (what == null) return text.toString();
        text.append(code.at[source] instanceof InvokeInstruction ? " because the return value of \"" : " because \"");
        return text.append(what).append("\" is null").toString();
    }

    /// {@return the instruction that pushed an entry of the operand stack that is there before instruction i; -1 if several may have}
    private int source(int i, int entry) {
        var after = frames.at(i).depth;
        for (var j = i - 1; j >= 0; j--) {
            if (code.at[j] instanceof LabelTarget && frames.frame(j) != null) return -1;
            if (!(code.at[j] instanceof Instruction instruction)) continue;
            if (instruction.opcode() == Opcode.DUP && after == entry + 1) return source(j, entry - 1);
            if (instruction.opcode() != Opcode.CHECKCAST && after <= entry + 1) return j;
            after = frames.at(j).depth;
        }
        return -1;
    }

    private @Nullable String describe(int i) {
        if (i < 0) return null;
        var e = code.at[i];
        if (e instanceof InvokeInstruction invoke) return method(invoke);
        if (e instanceof LoadInstruction load) return !isStatic && load.slot() == 0 ? THIS : code.variable(i, load.slot());
        if (e instanceof ArrayLoadInstruction array) return element(i, array.opcode());
        if (e instanceof ConstantInstruction constant) return constant(constant);
        if (!(e instanceof FieldInstruction field)) return null;
        var of = field.opcode() == Opcode.GETSTATIC ? name(field.owner().asSymbol()) : describe(source(i, frames.at(i).depth - 1));
        var name = field.name().stringValue();
        return of == null ? name : of.concat(".").concat(name);
    }

    /// The JVM names elements of arrays of references and of int.
    private @Nullable String element(int i, Opcode op) {
        if (op != Opcode.AALOAD && op != Opcode.IALOAD) return null;
        var array = describe(source(i, frames.at(i).depth - 2));
        var index = describe(source(i, frames.at(i).depth - 1));
        return (array == null ? "<array>" : array).concat("[").concat(index == null ? "..." : index).concat("]");
    }

    /// The JVM names what lies in the code, not what lies in the constant pool.
    private static @Nullable String constant(ConstantInstruction constant) {
        if (constant.opcode() == Opcode.ACONST_NULL) return "null";
        return constant instanceof ConstantInstruction.LoadConstantInstruction ? null : constant.constantValue().toString();
    }

    private static String method(InvokeInstruction invoke) {
        return name(invoke.owner().asSymbol()).concat(".").concat(invoke.name().stringValue()).concat(parameters(invoke.typeSymbol()));
    }

    private static String parameters(MethodTypeDesc type) {
        var text = new StringBuilder("(");
        for (var parameter : type.parameterList()) {
            if (text.length() > 1) text.append(", ");
            text.append(name(parameter));
        }
        return text.append(')').toString();
    }

    private static String name(ClassDesc type) {
        if (type.isArray()) return name(type.componentType()).concat("[]");
        var full = type.packageName().isEmpty() ? type.displayName() : type.packageName().concat(".").concat(type.displayName());
        return full.equals("java.lang.String") || full.equals("java.lang.Object") ? type.displayName() : full;
    }
}
