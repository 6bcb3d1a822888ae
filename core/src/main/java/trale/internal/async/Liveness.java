package trale.internal.async;

import java.lang.classfile.Instruction;
import java.lang.classfile.Label;
import java.lang.classfile.instruction.*;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// **Pass 2: which locals will be read again.** A walk backward over the code, repeated until nothing changes. Only loops need a second
/// walk.
///
/// ```
///  var a = …;  var b = …;             live
///  await(f);                          a        b is never read again: it is not saved, and its object is free
///  use(a);                            (none)
/// ```
///
/// In a `try`, a local that the handler reads is live at each instruction, because the verifier asks for that.
final class Liveness {
    private final Code code;

    /// By label and await: the slots that are live before it; null elsewhere.
    private final @Nullable BitSet[] live;

    private BitSet entry = new BitSet();

    Liveness(Code code, Frames frames) {
        this.code = code;
        this.live = new BitSet[code.size()];
        for (var i = 0; i < live.length; i++)
            if (code.at[i] instanceof LabelTarget || Code.isAwait(code.at[i])) live[i] = new BitSet();
        while (walk(frames)) {}
    }

    /// {@return the live slots before a label or an await; the caller does not change them}
    BitSet at(int i) {
        var slots = live[i];
        if (slots == null) throw new IllegalArgumentException("neither a label nor an await: " + code.at[i]);
        return slots;
    }

    BitSet at(Label label) {
        return at(code.index(label));
    }

    /// {@return the slots that are live at the start of the code}
    BitSet atEntry() {
        return entry;
    }

    private boolean walk(Frames frames) {
        var changed = false;
        var now = new BitSet();
        var open = new ArrayList<ExceptionCatch>(); // the handlers of the current instruction
        for (var i = code.size() - 1; i >= 0; i--) {
            if (!code.fallsThrough(i)) now.clear();
            if (frames.at(i).reachable && code.at[i] instanceof Instruction instruction) {
                for (var label : code.targets(i)) now.or(at(label));
                if (instruction instanceof LoadInstruction load) now.set(load.slot());
                else if (instruction instanceof StoreInstruction store) now.clear(store.slot());
                else if (instruction instanceof IncrementInstruction increment) now.set(increment.slot());
                for (var handler : open) now.or(at(handler.handler()));
            }
            var before = live[i];
            if (before != null && !before.equals(now)) {
                before.or(now);
                changed = true;
            }
            if (code.at[i] instanceof LabelTarget target) open(open, target.label());
        }
        entry = now;
        return changed;
    }

    /// Going backward, a handler's range is entered at its end and left at its start.
    private void open(List<ExceptionCatch> open, Label label) {
        for (var k = open.size() - 1; k >= 0; k--) if (open.get(k).tryStart() == label) open.remove(k);
        for (var h : code.handlers) if (h.tryEnd() == label) open.add(h);
    }
}
