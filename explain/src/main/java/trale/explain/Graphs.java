package trale.explain;

import java.lang.classfile.CodeElement;
import java.lang.classfile.Instruction;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LabelTarget;
import java.lang.classfile.instruction.LineNumber;
import java.lang.classfile.instruction.LoadInstruction;
import java.lang.classfile.instruction.LocalVariable;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.lang.constant.ClassDesc;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import trale.explain.StateGraph.Size;
import trale.explain.StateGraph.State;
import trale.explain.StateGraph.Variable;
import trale.internal.async.Analysis;
import trale.internal.async.Checks;
import trale.internal.async.ClassFiles;
import trale.internal.async.Code;
import trale.internal.async.Compiler;
import trale.internal.async.Layout;
import trale.internal.async.Type;

/// From what the compiler's passes know of a body to what is shown of it, with the names of the source.
final class Graphs {
    private final Code code;
    private final Analysis body;

    private Graphs(Analysis body) {
        this.code = body.code;
        this.body = body;
    }

    static StateGraph of(Bodies.Body body) {
        try {
            return of(body.analysis());
        } catch (IllegalArgumentException e) {
            var file = Checks.sourceFile(ClassFiles.read(body.in()));
            var method = body.lambda() == null ? "run" : Analysis.methodName(body.lambda());
            return new StateGraph(body.in().getName(), method, file, body.line(), body.line(), new Size(0, 0, 0, 0, 0),
                    List.of(), List.of(), String.valueOf(e.getMessage()), "", List.of());
        }
    }

    static StateGraph of(Analysis body) {
        var warnings = new ArrayList<>(body.warnings);
        Compiler.classFile(body, warnings::add); // throws if it is too large
        int first = Integer.MAX_VALUE;
        int last = -1;
        for (var e : body.code.at) {
            if (!(e instanceof LineNumber n)) continue;
            first = Math.min(first, n.line());
            last = Math.max(last, n.line());
        }
        var graphs = new Graphs(body);
        var states = body.layout.states.stream().map(graphs::state).toList();
        var size = Memory.sizeOf(body.layout.fields.values().stream().map(ClassDesc::descriptorString).toList());
        return new StateGraph(body.model.thisClass().asInternalName().replace('/', '.'), Analysis.methodName(body.form),
                Checks.sourceFile(body.model), last < 0 ? -1 : first, last, size, states, Flow.edges(body), "", body.className(), warnings);
    }

    private State state(Layout.State s) {
        var variables = s.locals().stream().map(v -> variable(v, s.at())).toList();
        var operands = s.operands().stream().map(v -> new Variable("", name(v.type()), v.field())).toList();
        return new State(s.number(), s.line(), s.at() < 0 ? "" : name(s.awaited()), s.at() < 0 ? "" : future(s.at()),
                variables, operands, moved(s.at()));
    }

    private Variable variable(Layout.Kept v, int at) {
        var declared = declaration(v.slot(), at);
        if (declared == null) return new Variable("local " + v.slot(), name(v.type()), v.field());
        return new Variable(declared.name().stringValue(), v.type().isNull() ? "null" : declared.typeSymbol().displayName(), v.field());
    }

    /// {@return the variable that is in a slot at an instruction; -1 is before the first one, where the parameters are}
    private @Nullable LocalVariable declaration(int slot, int at) {
        for (var e : code.at)
            if (e instanceof LocalVariable v && v.slot() == slot && isIn(v, at)) return v;
        return null;
    }

    private boolean isIn(LocalVariable v, int at) {
        int start = code.index(v.startScope());
        if (at >= 0) return start <= at && at < code.index(v.endScope());
        for (int i = 0; i < start; i++) if (code.at[i] instanceof Instruction) return false;
        return true;
    }

    private static String name(Type type) {
        var desc = type.desc();
        return type.isNull() ? "null" : desc != null ? desc.displayName() : type.kind().upperBound().displayName();
    }

    /// {@return where the future on the stack comes from, if the instructions just before say it}
    private String future(int at) {
        for (int i = at - 1; i >= 0; i--) {
            var e = code.at[i];
            if (isJoin(e)) return "";
            if (!(e instanceof Instruction instruction) || instruction.opcode() == Opcode.CHECKCAST) continue;
            if (e instanceof LoadInstruction load) {
                var declared = load.typeKind() == TypeKind.REFERENCE ? declaration(load.slot(), i) : null;
                return declared == null ? "" : declared.name().stringValue();
            }
            return e instanceof InvokeInstruction call ? method(call) : "";
        }
        return "";
    }

    private boolean isJoin(CodeElement e) {
        return e instanceof LabelTarget target && code.declared.containsKey(target.label());
    }

    private static String method(InvokeInstruction call) {
        return call.owner().asSymbol().displayName() + "." + call.name().stringValue() + "("
                + String.join(", ", call.typeSymbol().parameterList().stream().map(ClassDesc::displayName).toList()) + ")";
    }

    private List<String> moved(int at) {
        var frame = at < 0 ? null : body.frames.frame(at);
        var moved = new ArrayList<String>();
        int before = -1;
        if (frame != null)
            for (var type : frame.stack()) {
                if (type.isInitialized() || type.allocatedAt() == before) continue;
                before = type.allocatedAt(); // the next entry is its copy
                moved.add(((NewObjectInstruction) code.at[before]).className().asSymbol().displayName());
            }
        return moved;
    }
}
