package trale.internal.async;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.instruction.LocalVariable;
import java.lang.classfile.instruction.LocalVariableType;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// **The variables that a debugger shows**, by name, each where it has its value. A variable that is not read again is not kept while the
/// body is suspended. It is not shown then, rather than shown as 0.
///
/// ```
///  int a = next();                javac: a from here         a from here
///  if (a > 0) await(f);                                      … to here: it is not read again
///  log();
///  a = 5;                                                    and from here
///  }                              to here                    to here
/// ```
final class Variables {
    private final CodeBuilder out;
    private final int shift;
    private final List<LocalVariable> variables = new ArrayList<>();
    private final List<LocalVariableType> types = new ArrayList<>();
    private final boolean[] inScope;

    /// By slot: the label from which its variable is shown; null if it is not shown.
    private final @Nullable Label[] from;

    Variables(Code code, int shift, CodeBuilder out) {
        this.out = out;
        this.shift = shift;
        for (var e : code.at) {
            if (e instanceof LocalVariable v) variables.add(v);
            else if (e instanceof LocalVariableType t) types.add(t);
        }
        inScope = new boolean[variables.size()];
        from = new Label[variables.size()];
    }

    /// @param live the slots that are read again, if control flow meets here
    void label(Label label, @Nullable BitSet live) {
        for (var n = 0; n < inScope.length; n++) {
            var v = variables.get(n);
            if (v.startScope() == label) inScope[n] = true;
            else if (v.endScope() == label) inScope[n] = false;
            else if (live == null) continue;
            if (!inScope[n] || (live != null && !live.get(v.slot()))) hide(n, label);
            else if (from[n] == null) from[n] = label;
        }
    }

    /// @param kept the slots whose values are there when the body goes on at the label
    void suspended(Label label, BitSet kept) {
        for (var n = 0; n < inScope.length; n++) if (!kept.get(variables.get(n).slot())) hide(n, label);
    }

    /// The last instruction has given the slot a value.
    void stored(int slot) {
        for (var n = 0; n < inScope.length; n++) {
            if (!inScope[n] || from[n] != null || variables.get(n).slot() != slot) continue;
            var here = out.newLabel();
            out.labelBinding(here);
            from[n] = here;
        }
    }

    private void hide(int n, Label end) {
        var start = from[n];
        if (start == null) return;
        from[n] = null;
        var v = variables.get(n);
        var name = v.name().stringValue();
        if (name.equals("this")) {
            // In `step`, `this` is the state machine. A NullPointerException takes the first name it finds, and debuggers
            // leave out all that begins with `this`.
            out.localVariable(v.slot() + shift, name, v.typeSymbol(), start, end);
            name = "$this";
        }
        out.localVariable(v.slot() + shift, name, v.typeSymbol(), start, end);
        for (var t : types)
            if (t.slot() == v.slot() && t.startScope() == v.startScope())
                out.localVariableType(t.slot() + shift, name, t.signatureSymbol(), start, end);
    }
}
