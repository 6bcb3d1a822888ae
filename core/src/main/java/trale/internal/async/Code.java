package trale.internal.async;

import java.lang.classfile.*;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.classfile.attribute.StackMapFrameInfo;
import java.lang.classfile.instruction.*;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The body's method as javac compiled it: instructions, labels and line numbers, numbered in their order, and how
/// control goes from one to the other. The passes name an instruction by that number.
///
/// ```
///  0  LineNumber 17          4  invokestatic Async.await
///  1  LabelTarget L0         5  pop
///  2  aload 0                6  goto L0           targets(6) = [L0], fallsThrough(6) = false
///  3  invokevirtual next     7  LabelTarget L1
/// ```
public final class Code {
    public final MethodModel method;
    public final CodeElement[] at;
    final int maxLocals;
    public final List<ExceptionCatch> handlers;
    private final Map<Label, Integer> index = new HashMap<>();

    /// javac's own types at the labels where control flow meets; there is one at each branch target.
    public final Map<Label, StackMapFrameInfo> declared = new HashMap<>();

    Code(MethodModel method) {
        this.method = method;
        var model = (CodeAttribute) method.code().orElseThrow();
        var maps = model.findAttribute(Attributes.stackMapTable());
        if (maps.isPresent()) for (var frame : maps.get().entries()) declared.put(frame.target(), frame);
        this.at = model.elementList().toArray(new CodeElement[0]);
        this.maxLocals = model.maxLocals();
        this.handlers = model.exceptionHandlers();
        for (var i = 0; i < at.length; i++) if (at[i] instanceof LabelTarget l) index.put(l.label(), i);
    }

    public int size() {
        return at.length;
    }

    public int index(Label label) {
        return Objects.requireNonNull(index.get(label), "a label of another method");
    }

    /// {@return the source line of the first instruction, or -1}
    int firstLine() {
        for (var e : at) if (e instanceof LineNumber n) return n.line();
        return -1;
    }

    /// {@return the source line an instruction belongs to, or -1}
    public int line(int i) {
        for (; i >= 0; i--) if (at[i] instanceof LineNumber n) return n.line();
        return -1;
    }

    /// {@return the name of the variable in a slot that an instruction reads, or null if there is no table of them}
    @Nullable String variable(int i, int slot) {
        for (var e : at)
            if (e instanceof LocalVariable v && v.slot() == slot && index(v.startScope()) < i && i < index(v.endScope()))
                return v.name().stringValue();
        return null;
    }

    public static boolean isAwait(CodeElement e) {
        return e instanceof InvokeInstruction i
                && i.opcode() == Opcode.INVOKESTATIC
                && i.name().equalsString(Names.AWAIT)
                && i.owner().name().equalsString(Names.ASYNC);
    }

    /// {@return whether the instruction after this one may be the next}
    public boolean fallsThrough(int i) {
        if (!(at[i] instanceof Instruction instruction)) return true;
        return switch (instruction.opcode()) {
            case GOTO, GOTO_W, ATHROW, RETURN, IRETURN, LRETURN, FRETURN, DRETURN, ARETURN, TABLESWITCH, LOOKUPSWITCH -> false;
            default -> true;
        };
    }

    /// {@return where else it may go, exceptions apart}
    public List<Label> targets(int i) {
        if (at[i] instanceof BranchInstruction b) return List.of(b.target());
        if (at[i] instanceof TableSwitchInstruction s) return targets(s.defaultTarget(), s.cases());
        if (at[i] instanceof LookupSwitchInstruction s) return targets(s.defaultTarget(), s.cases());
        return List.of();
    }

    private static List<Label> targets(Label otherwise, List<SwitchCase> cases) {
        var all = new ArrayList<Label>(cases.size() + 1);
        all.add(otherwise);
        for (var c : cases) all.add(c.target());
        return all;
    }
}
