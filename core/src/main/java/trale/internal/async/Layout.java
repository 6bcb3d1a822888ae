package trale.internal.async;

import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.invoke.MethodHandleInfo;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// **Pass 3: the states, and what each of them keeps in which field.** The fields are shared by all states: a state's
/// first reference goes to `L$0`, its second to `L$1`, its first int to `I$0`.
///
/// ```
///  var s = next();                        state 1   line 18   awaits Foo.read() : Future<Integer>
///  int n = s.length() + await(read());              s -> L$0,   the stack's int -> I$0
/// ```
///
/// An object that NEW has made cannot be kept in a field before its constructor was called. Such an object may be there at an await: on the
/// stack, or in a local, because javac clears the stack before a `try` in a switch expression. Then its NEW is *moved* behind the
/// constructor's arguments:
///
/// ```
///  new Foo(x, await(f))    new; dup; x; f; await; <init>   ->   x; f; await; (to temporaries) new; dup; (and back) <init>
/// ```
public final class Layout {

    /// A variable that is kept while the body is suspended.
    ///
    /// @param slot its slot in the body's method; for an entry of the operand stack, the slot it is put in meanwhile
    /// @param type what it holds there
    /// @param field where it is kept; empty for a variable that is always null
    /// @param fieldType Object for a reference, because other states keep other classes there. If the class may not be named in a cast (a
    ///     `var` can have such a type), or cannot be loaded, the variable has a field of its own type
    public record Kept(int slot, Type type, String field, ClassDesc fieldType) {}

    /// A place where the body can be suspended; number 0 is the one before its first instruction.
    ///
    /// @param number what the field `state` says
    /// @param at the number of the await in the code; -1 for state 0
    /// @param line where it stands in the source, or -1; for state 0 that of the first instruction
    /// @param awaited the static type of the future; the null type for state 0
    /// @param locals live variables
    /// @param operands entries of the operand stack beneath the future, bottom first
    public record State(int number, int at, int line, Type awaited, List<Kept> locals, List<Kept> operands) {}

    public final List<State> states = new ArrayList<>();

    /// The fields of all states, by name.
    public final Map<String, ClassDesc> fields = new LinkedHashMap<>();

    /// The NEW instructions that are moved to their constructor calls.
    final BitSet moved = new BitSet();

    /// The first slot that the body does not use. The future lies here while it is polled, and the operands behind it.
    final int scratch;

    private final Access access;
    private final Map<TypeKind, Integer> used = new EnumMap<>(TypeKind.class);

    Layout(Code code, Frames frames, Liveness liveness, Frames.Frame entry, Access access) {
        this.access = access;
        scratch = code.maxLocals;
        move(code, frames);
        states.add(new State(0, -1, code.firstLine(), Type.NULL, locals(entry, liveness.atEntry()), List.of()));
        for (var i = 0; i < code.size(); i++) {
            var frame = frames.frame(i);
            if (frame == null || !Code.isAwait(code.at[i])) continue;
            used.clear();
            var locals = locals(frame, liveness.at(i));
            var awaited = frame.stack().getLast();
            states.add(new State(states.size(), i, code.line(i), awaited, locals, operands(frame)));
        }
    }

    private void move(Code code, Frames frames) {
        for (var i = 0; i < code.size(); i++) {
            var frame = frames.frame(i);
            if (frame != null && Code.isAwait(code.at[i])) {
                for (var type : frame.stack()) move(type);
                for (var type : frame.locals()) if (type != null) move(type);
            } else if (frames.at(i).allocatedAt >= 0 && code.at[i] instanceof InvokeInstruction invoke) {
                var owner = invoke.owner().asInternalName();
                if (!access.mayName(MethodHandleInfo.REF_newInvokeSpecial, owner, ConstantDescs.INIT_NAME, invoke.type().stringValue()))
                    moved.set(frames.at(i).allocatedAt);
            }
        }
        for (var allocatedAt = moved.nextSetBit(0); allocatedAt >= 0; allocatedAt = moved.nextSetBit(allocatedAt + 1))
            if (frames.at(allocatedAt).isShuffled)
                throw new IllegalArgumentException("the class file's compiler moves a new "
                        + ((NewObjectInstruction) code.at[allocatedAt]).className().asInternalName().replace('/', '.')
                        + " about the stack before it calls the constructor. Make the object in a method.");
    }

    private void move(Type type) {
        if (!type.isInitialized()) moved.set(type.allocatedAt());
    }

    private List<Kept> locals(Frames.Frame frame, BitSet live) {
        var kept = new ArrayList<Kept>();
        for (var slot = live.nextSetBit(0); slot >= 0; slot = live.nextSetBit(slot + 1)) {
            var type = frame.locals().get(slot);
            if (type != null && type.isInitialized()) kept.add(keep(slot, type));
        }
        return kept;
    }

    private List<Kept> operands(Frames.Frame frame) {
        var kept = new ArrayList<Kept>();
        var slot = scratch + 1;
        for (var k = 0; k < frame.stack().size() - 1; k++) {
            var type = frame.stack().get(k);
            if (!type.isInitialized()) continue;
            kept.add(keep(slot, type));
            slot += type.slots();
        }
        return kept;
    }

    private Kept keep(int slot, Type type) {
        if (type.isNull()) return new Kept(slot, type, "", ConstantDescs.CD_Object);
        var kind = type.kind();
        var letter = kind == TypeKind.REFERENCE ? "L" : kind.upperBound().descriptorString();
        int n = used.getOrDefault(kind, 0);
        used.put(kind, n + 1);
        var field = letter.concat("$").concat(Integer.toString(n));
        var desc = type.desc();
        var fieldType = desc == null ? kind.upperBound() : ConstantDescs.CD_Object;
        if (desc != null && access.castTo(desc) == null) {
            fieldType = desc;
            field = field.concat("$").concat(Integer.toString(states.size()));
        }
        var kept = new Kept(slot, type, field, fieldType);
        fields.put(field, fieldType);
        return kept;
    }
}
