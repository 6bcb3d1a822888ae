package trale.internal.async;

import static java.lang.constant.ConstantDescs.*;

import java.lang.classfile.*;
import java.lang.classfile.attribute.StackMapFrameInfo.UninitializedVerificationTypeInfo;
import java.lang.classfile.attribute.StackMapFrameInfo.VerificationTypeInfo;
import java.lang.classfile.attribute.StackMapFrameInfo;
import java.lang.classfile.constantpool.*;
import java.lang.classfile.instruction.*;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// **Pass 1: what the locals and the operand stack hold at each await.** One walk forward over the code. Where control
/// flow meets, javac has written down the types (StackMapTable); from there each instruction's effect is applied in turn.
///
/// ```
///                                     locals                  stack
///  aload 1                            Foo, String s           String
///  aload 0                                                    String Foo
///  invokevirtual next()Future                                 String Future
///  invokestatic Async.await           <- recorded here: s is live in local 1, a String lies beneath the future
/// ```
///
/// It also finds which NEW each constructor call completes, and how deep in `synchronized` each await stands. Code that
/// cannot be reached has no frame.
public final class Frames {
    private static final ClassDesc[] LOADABLE = {
        CD_String, CD_Class, CD_MethodType, CD_MethodHandle
    };

    /// How many monitors are held at a label that only code further down jumps to, as in the loops that Eclipse compiles:
    /// once that code was seen, the walk is repeated.
    private static final int UNKNOWN = Integer.MIN_VALUE / 2;

    /// The types at one place. A two-slot variable is followed by null, as is a slot that holds nothing.
    ///
    /// @param locals by slot
    /// @param stack bottom first, an entry each, also for long and double
    public record Frame(List<@Nullable Type> locals, List<Type> stack) {
        static Frame copyOf(@Nullable Type[] locals, List<Type> stack) {
            var copy = new ArrayList<@Nullable Type>(locals.length);
            for (var type : locals) copy.add(type);
            return new Frame(copy, List.copyOf(stack));
        }
    }

    /// What pass 1 finds out about one element of the code.
    static final class Place {
        boolean reachable;

        /// How many entries the operand stack has before the instruction.
        int depth;

        /// What the variables hold: at an await, and where javac declared it.
        @Nullable Frame frame;

        /// Of NEW, DUP, loads, stores and constructor calls: the index of the NEW whose object it makes, copies, completes; else -1.
        int allocatedAt = -1;

        /// Of a constructor call: how often the object lies on the stack.
        int copies;

        /// Of a constructor call: the slots of the variables that hold the object.
        List<Integer> holders = List.of();

        /// Of an await: how many monitors are held.
        int monitors;

        /// Of a call of `clone`: its receiver is an array. The verifier lets every class make such a call, whatever class it names.
        boolean isCloneOfAnArray;

        /// Of a NEW: its object was moved about the stack otherwise than by DUP before its constructor was called, or its copies do not
        /// lie on each other then.
        boolean isShuffled;
    }

    private final Code code;
    private final Place[] places;

    private @Nullable Type[] locals = {};
    private final ArrayList<Type> stack = new ArrayList<>();
    private int held;
    private final Map<Label, Integer> heldAt = new HashMap<>();
    private boolean heldIsUnknown;

    Frames(Code code, Frame entry) {
        this.code = code;
        this.places = new Place[code.size()];
        int known;
        do {
            known = heldAt.size();
            held = 0;
            heldIsUnknown = false;
            walk(entry);
        } while (heldIsUnknown && heldAt.size() > known);
    }

    Place at(int i) {
        return places[i];
    }

    /// {@return what the variables hold at an await, or where javac declared it; null elsewhere, and where no code is reached}
    public @Nullable Frame frame(int i) {
        return places[i].frame;
    }

    private void walk(Frame entry) {
        for (var i = 0; i < places.length; i++) places[i] = new Place();
        locals = entry.locals().toArray(new Type[0]);
        stack.clear();
        var live = true;
        for (var i = 0; i < code.size(); i++) {
            var place = places[i];
            if (code.at[i] instanceof LabelTarget target) {
                var declared = code.declared.get(target.label());
                if (declared != null) {
                    if (!live || held < 0) held = heldAt.getOrDefault(target.label(), UNKNOWN);
                    heldIsUnknown |= held < 0;
                    live = true;
                    place.frame = enter(declared);
                }
                if (live) for (var h : code.handlers) if (h.tryStart() == target.label()) holds(h.handler());
            }
            place.reachable = live;
            place.depth = stack.size();
            if (!live || !(code.at[i] instanceof Instruction instruction)) continue;
            if (Code.isAwait(instruction)) {
                place.frame = Frame.copyOf(locals, stack);
                place.monitors = held;
            }
            apply(i, place, instruction);
            for (var label : code.targets(i)) holds(label);
            live = code.fallsThrough(i);
        }
    }

    private void holds(Label label) {
        if (held >= 0) heldAt.putIfAbsent(label, held);
    }

    private Frame enter(StackMapFrameInfo declared) {
        locals = new Type[code.maxLocals];
        var slot = 0;
        for (var info : declared.locals()) {
            if (info.tag() == VerificationTypeInfo.ITEM_TOP) {
                slot++;
                continue;
            }
            var type = declaredType(info);
            locals[slot] = type;
            slot += type.slots();
        }
        stack.clear();
        for (var info : declared.stack()) stack.add(declaredType(info));
        return Frame.copyOf(locals, stack);
    }

    private Type declaredType(VerificationTypeInfo info) {
        if (!(info instanceof UninitializedVerificationTypeInfo u)) return new Type(info, -1);
        var i = code.index(u.newTarget());
        while (!(code.at[i] instanceof NewObjectInstruction)) i++;
        return new Type(info, i);
    }

    private void push(Type type) {
        stack.add(type);
    }

    private Type pop() {
        return stack.removeLast();
    }

    private void pop(int n) {
        for (; n > 0; n--) stack.removeLast();
    }

    private void replace(int n, Type type) {
        pop(n);
        push(type);
    }

    private void apply(int i, Place place, Instruction instruction) {
        var op = instruction.opcode();
        switch (op.kind()) {
            case NOP, INCREMENT, RETURN, THROW_EXCEPTION -> {}
            case LOAD -> {
                var type = locals[((LoadInstruction) instruction).slot()];
                if (type == null) throw new IllegalStateException("load of an unset local: " + instruction);
                place.allocatedAt = type.allocatedAt();
                push(type);
            }
            case STORE -> {
                place.allocatedAt = stack.getLast().allocatedAt();
                store(((StoreInstruction) instruction).slot(), pop());
            }
            case CONSTANT -> push(constant((ConstantInstruction) instruction));
            case CONVERT -> replace(1, Type.of(((ConvertInstruction) instruction).toType()));
            case OPERATOR -> operate(op);
            case ARRAY_LOAD -> {
                pop();
                var array = pop().desc();
                var kind = ((ArrayLoadInstruction) instruction).typeKind();
                push(kind != TypeKind.REFERENCE ? Type.of(kind) : array == null ? Type.NULL : Type.of(array.componentType()));
            }
            case ARRAY_STORE -> pop(3);
            case FIELD_ACCESS -> {
                var type = ((FieldInstruction) instruction).typeSymbol();
                switch (op) {
                    case GETSTATIC -> push(Type.of(type));
                    case PUTSTATIC -> pop();
                    case GETFIELD -> replace(1, Type.of(type));
                    default -> pop(2);
                }
            }
            case INVOKE -> invoke(place, (InvokeInstruction) instruction);
            case INVOKE_DYNAMIC -> replaceArguments(((InvokeDynamicInstruction) instruction).typeSymbol(), 0);
            case NEW_OBJECT -> {
                place.allocatedAt = i;
                push(Type.uninitialized(i));
            }
            case NEW_PRIMITIVE_ARRAY ->
                replace(1, Type.of(((NewPrimitiveArrayInstruction) instruction).typeKind().upperBound().arrayType()));
            case NEW_REF_ARRAY -> replace(1, Type.of(((NewReferenceArrayInstruction) instruction).componentType().asSymbol().arrayType()));
            case NEW_MULTI_ARRAY -> {
                var array = (NewMultiArrayInstruction) instruction;
                replace(array.dimensions(), Type.of(array.arrayType().asSymbol()));
            }
            case TYPE_CHECK -> {
                var checked = Type.of(((TypeCheckInstruction) instruction).type().asSymbol());
                replace(1, op == Opcode.INSTANCEOF ? Type.INT : checked);
            }
            case MONITOR -> {
                pop();
                held += op == Opcode.MONITORENTER ? 1 : -1;
            }
            case LOOKUP_SWITCH, TABLE_SWITCH -> pop();
            case BRANCH -> pop(switch (op) {
                case GOTO, GOTO_W -> 0;
                case IF_ACMPEQ, IF_ACMPNE, IF_ICMPEQ, IF_ICMPNE, IF_ICMPLT, IF_ICMPGE, IF_ICMPGT, IF_ICMPLE -> 2;
                default -> 1;
            });
            case STACK -> shuffle(place, op);
            default -> throw new IllegalArgumentException("unknown instruction " + instruction);
        }
    }

    private void store(int slot, Type type) {
        var before = slot > 0 ? locals[slot - 1] : null;
        if (before != null && before.slots() == 2) locals[slot - 1] = null;
        locals[slot] = type;
        if (type.slots() == 2) locals[slot + 1] = null;
    }

    private static Type constant(ConstantInstruction constant) {
        if (constant.opcode() == Opcode.ACONST_NULL) return Type.NULL;
        if (constant.typeKind() != TypeKind.REFERENCE) return Type.of(constant.typeKind());
        var entry = ((ConstantInstruction.LoadConstantInstruction) constant).constantEntry();
        if (entry instanceof ConstantDynamicEntry dynamic) return Type.of(dynamic.typeSymbol());
        var which = entry instanceof StringEntry ? 0 : entry instanceof ClassEntry ? 1 : entry instanceof MethodTypeEntry ? 2 : 3;
        return Type.of(LOADABLE[which]);
    }

    private void operate(Opcode op) {
        switch (op) {
            case INEG, LNEG, FNEG, DNEG -> {}
            case ARRAYLENGTH -> replace(1, Type.INT);
            case LCMP, FCMPL, FCMPG, DCMPL, DCMPG -> replace(2, Type.INT);
            default -> pop(); // two operands; the result is of the first one's type, also for shifts
        }
    }

    private void replaceArguments(MethodTypeDesc type, int receivers) {
        pop(type.parameterCount() + receivers);
        if (!type.returnType().equals(CD_void)) push(Type.of(type.returnType()));
    }

    private void invoke(Place place, InvokeInstruction invoke) {
        var type = invoke.typeSymbol();
        if (!invoke.name().equalsString(INIT_NAME)) {
            var isClone = invoke.name().equalsString("clone") && type.parameterCount() == 0 && invoke.opcode() == Opcode.INVOKEVIRTUAL;
            place.isCloneOfAnArray = isClone && isArray(stack.getLast());
            replaceArguments(type, invoke.opcode() == Opcode.INVOKESTATIC ? 0 : 1);
            return;
        }
        pop(type.parameterCount());
        place.allocatedAt = stack.getLast().allocatedAt();
        var made = Type.of(invoke.owner().asSymbol());
        var lowest = -1;
        for (var k = 0; k < stack.size(); k++) {
            if (stack.get(k).allocatedAt() != place.allocatedAt) continue;
            stack.set(k, made);
            if (place.copies++ == 0) lowest = k;
        }
        if (lowest + place.copies < stack.size()) places[place.allocatedAt].isShuffled = true;
        place.holders = holders(place.allocatedAt, made);
        pop();
    }

    /// {@return the slots of the variables that hold an object whose constructor is called} The call initialises it there, too.
    private List<Integer> holders(int allocatedAt, Type made) {
        var slots = new ArrayList<Integer>();
        for (var slot = 0; slot < locals.length; slot++) {
            var type = locals[slot];
            if (type == null || type.allocatedAt() != allocatedAt) continue;
            locals[slot] = made;
            slots.add(slot);
        }
        return slots;
    }

    private static boolean isArray(Type type) {
        var desc = type.desc();
        return desc != null && desc.isArray();
    }

    private void shuffle(Place place, Opcode op) {
        switch (op) {
            case DUP -> {
                place.allocatedAt = stack.getLast().allocatedAt();
                push(stack.getLast());
            }
            case POP -> pop(disturb(1, 0));
            case POP2 -> pop(disturb(2, 0));
            case DUP2 -> copy(2, 0);
            case DUP_X1 -> copy(1, 1);
            case DUP_X2 -> copy(1, 2);
            case DUP2_X1 -> copy(2, 1);
            case DUP2_X2 -> copy(2, 2);
            default -> { // SWAP
                disturb(1, 1);
                push(stack.remove(stack.size() - 2));
            }
        }
    }

    /// Copies the entries in the topmost slots to beneath those in the slots under them.
    private void copy(int slots, int beneath) {
        var touched = disturb(slots, beneath);
        var top = stack.size();
        stack.addAll(top - touched, List.copyOf(stack.subList(top - entries(slots, 0), top)));
    }

    /// {@return how many entries fill that many slots, under the topmost `above` entries}
    private int entries(int slots, int above) {
        var n = 0;
        for (; slots > 0; n++) slots -= stack.get(stack.size() - 1 - above - n).slots();
        return n;
    }

    /// {@return how many entries fill the topmost slots and those beneath; they do more than wait for a constructor}
    private int disturb(int slots, int beneath) {
        var copied = entries(slots, 0);
        var all = copied + entries(beneath, copied);
        for (var k = 1; k <= all; k++) {
            var type = stack.get(stack.size() - k);
            if (!type.isInitialized()) places[type.allocatedAt()].isShuffled = true;
        }
        return all;
    }
}
