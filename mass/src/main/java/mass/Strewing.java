package mass;

import static java.lang.constant.ConstantDescs.*;

import java.lang.classfile.*;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.classfile.attribute.RuntimeInvisibleTypeAnnotationsAttribute;
import java.lang.classfile.attribute.RuntimeVisibleTypeAnnotationsAttribute;
import java.lang.classfile.attribute.StackMapTableAttribute;
import java.lang.classfile.instruction.*;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// The awaits in the code of one method. One stands before an instruction, whatever lies on the operand stack there, or carries
/// the value that a call or a field has just put on the stack.
///
/// ```
///  aload_1                                aload_1
///  invokevirtual Foo.size()int            invokevirtual Foo.size()int
///                                         invokestatic Integer.valueOf; sipush 41; invokestatic Pause.carry
///                                         invokestatic Async.await; checkcast Integer; invokevirtual intValue
///  iload_2                                sipush 42; invokestatic Pause.at; invokestatic Async.await; pop
///                                         iload_2
/// ```
///
/// The stack maps are the original ones: the inserted code has no branches and leaves the types as they were.
final class Strewing {
    /// A method gets at most that many awaits.
    private static final int MOST_AWAITS = 10;

    private static final ClassDesc PAUSE = ClassDesc.of("mass.Pause");
    private static final ClassDesc FUTURE = ClassDesc.of("trale.Future");
    private static final ClassDesc ASYNC = ClassDesc.of("trale.Async");
    private static final MethodTypeDesc AWAIT = MethodTypeDesc.of(CD_Object, FUTURE);
    private static final MethodTypeDesc AT = MethodTypeDesc.of(FUTURE, CD_int);
    private static final MethodTypeDesc CARRY = MethodTypeDesc.of(FUTURE, CD_Object, CD_int);
    private static final MethodTypeDesc CAUGHT = MethodTypeDesc.of(CD_void, CD_Throwable, CD_int);

    private final Strewer strewer;
    private final ClassModel model;
    private final CodeAttribute code;
    private final List<CodeElement> elements;
    private final CodeBuilder out;

    /// Handlers, by numbers that no other body has.
    private final Map<Label, Integer> handlers = new HashMap<>();

    /// Whether there is a `synchronized` block, whose handlers are not looked at.
    private final boolean locks;

    /// @param strewer where the awaits are counted
    Strewing(Strewer strewer, ClassModel model, CodeAttribute code, CodeBuilder out) {
        this.strewer = strewer;
        this.model = model;
        this.code = code;
        this.elements = code.elementList();
        this.out = out;
        for (var h : code.exceptionHandlers()) handlers.putIfAbsent(h.handler(), strewer.bodies.size() << 10 | handlers.size());
        this.locks = elements.stream().anyMatch(e -> e instanceof MonitorInstruction);
    }

    /// {@return the numbers of the elements before which an await may stand: outside of `synchronized`, and not before NEW,
    /// whose place is the name of the object it makes}
    static BitSet boundaries(List<CodeElement> code) {
        var all = new BitSet();
        int first = Integer.MAX_VALUE;
        int last = -1;
        for (int i = 0; i < code.size(); i++) {
            if (!(code.get(i) instanceof Instruction instruction)) continue;
            if (instruction.opcode() == Opcode.MONITORENTER) first = Math.min(first, i);
            if (instruction.opcode() == Opcode.MONITOREXIT) last = i;
            if (instruction.opcode() != Opcode.NEW) all.set(i);
        }
        if (first < last) all.clear(first + 1, last + 1);
        return all;
    }

    private BitSet choose(SplittableRandom random) {
        var from = boundaries(elements).stream().toArray();
        var chosen = new BitSet();
        int awaits = Math.min(MOST_AWAITS, 1 + from.length / 6);
        for (int n = 0; n < awaits; n++) chosen.set(from[random.nextInt(from.length)]);
        return chosen;
    }

    /// Writes the code with awaits in it.
    void strew(SplittableRandom random) {
        var chosen = choose(random);
        int unfinished = 0;
        for (int i = 0; i < elements.size(); i++) {
            var e = elements.get(i);
            if (chosen.get(i)) {
                if (unfinished > 0) strewer.inConstruction++;
                await(i, e);
            } else if (e instanceof LabelTarget target) {
                label(target);
            } else if (!isDropped(e)) {
                out.with(e);
            }
            if (e instanceof NewObjectInstruction) unfinished++;
            else if (e instanceof InvokeInstruction call && call.name().equalsString(INIT_NAME)) unfinished--;
        }
        code.findAttribute(Attributes.stackMapTable()).ifPresent(out::with);
    }

    /// The stack maps come at the end; annotations of types are of no use here.
    private static boolean isDropped(CodeElement e) {
        return e instanceof StackMapTableAttribute || e instanceof RuntimeVisibleTypeAnnotationsAttribute
                || e instanceof RuntimeInvisibleTypeAnnotationsAttribute;
    }

    private void label(LabelTarget target) {
        out.with(target);
        var handler = strewer.probes && !locks ? handlers.get(target.label()) : null;
        if (handler != null) out.dup().loadConstant(handler).invokestatic(Strewer.DRIVER, "caught", CAUGHT);
    }

    private void await(int i, CodeElement e) {
        int place = strewer.place(locks ? Driver.UNKNOWN : handlerOf(i));
        var carried = carried(e);
        if (carried == null) {
            out.loadConstant(place).invokestatic(PAUSE, "at", AT).invokestatic(ASYNC, "await", AWAIT).pop();
            out.with(e);
            return;
        }
        out.with(e);
        if (carried.isPrimitive()) out.invokestatic(Boxes.box(carried), "valueOf", MethodTypeDesc.of(Boxes.box(carried), carried));
        out.loadConstant(place).invokestatic(PAUSE, "carry", CARRY).invokestatic(ASYNC, "await", AWAIT);
        Boxes.unbox(out, carried);
    }

    /// {@return the type of the value that an instruction leaves on the stack, if an await may carry it, else null}
    private @Nullable ClassDesc carried(CodeElement e) {
        ClassDesc type;
        if (e instanceof InvokeInstruction call) type = call.typeSymbol().returnType();
        else if (e instanceof FieldInstruction f && (f.opcode() == Opcode.GETFIELD || f.opcode() == Opcode.GETSTATIC))
            type = f.typeSymbol();
        else return null;
        if (type.isPrimitive()) return type.equals(CD_void) ? null : type;
        var of = type;
        while (of.isArray()) of = of.componentType();
        boolean isVisible = of.isPrimitive() || of.equals(CD_String) || of.packageName().equals(model.thisClass().asSymbol().packageName());
        return isVisible ? type : null;
    }

    /// {@return the handler that the JVM finds for a CancellationException thrown at an element, as the table's order says}
    private int handlerOf(int i) {
        for (var h : code.exceptionHandlers()) {
            if (!mayCatch(h)) continue;
            int start = -1;
            int end = -1;
            for (int k = 0; k < elements.size(); k++) {
                if (!(elements.get(k) instanceof LabelTarget t)) continue;
                if (t.label() == h.tryStart()) start = k;
                if (t.label() == h.tryEnd()) end = k;
            }
            if (start < i && i < end) return handlers.get(h.handler());
        }
        return Driver.NONE;
    }

    private static boolean mayCatch(ExceptionCatch h) {
        if (h.catchType().isEmpty()) return true;
        return switch (h.catchType().get().asInternalName()) {
            case "java/lang/Throwable", "java/lang/Exception", "java/lang/RuntimeException", "java/lang/IllegalStateException",
                    "java/util/concurrent/CancellationException" -> true;
            default -> false;
        };
    }
}
