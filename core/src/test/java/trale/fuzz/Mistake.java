package trale.fuzz;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Instruction;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.ExceptionCatch;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;

/// What a compiler of async bodies may do wrong. Each spoils one place in the `step` of a state machine, which stays a
/// valid class: that the random bodies notice it shows that they are good for something.
public enum Mistake {
    /// A variable that will be read again is not kept.
    KEEPS_ONE_VARIABLE_TOO_FEW((b, before, e) -> {
        if (!(e instanceof FieldInstruction put) || put.opcode() != Opcode.PUTFIELD || before == Opcode.ACONST_NULL || !isKept(put))
            return false;
        b.pop2();
        if (TypeKind.from(put.typeSymbol()).slotSize() == 2) b.pop();
        return true;
    }),

    /// The second variable of a kind comes back with the value of the first.
    TAKES_ONE_VARIABLE_FOR_ANOTHER((b, _, e) -> {
        if (!(e instanceof FieldInstruction get) || get.opcode() != Opcode.GETFIELD || !get.name().stringValue().matches("[IJFD]\\$1"))
            return false;
        b.getfield(get.owner().asSymbol(), get.name().stringValue().replace('1', '0'), get.typeSymbol());
        return true;
    }),

    /// Some of what a `try` guards has no handler that catches all.
    SKIPS_A_FINALLY((_, _, e) -> e instanceof ExceptionCatch handler && handler.catchType().isEmpty()),

    /// Two operands lie on the stack in the wrong order.
    SWAPS_TWO_OPERANDS((b, _, e) -> {
        if (!(e instanceof Instruction i) || i.opcode() != Opcode.IF_ICMPGE && i.opcode() != Opcode.ISUB && i.opcode() != Opcode.ISHL)
            return false;
        b.swap().with(e);
        return true;
    }),

    /// A call is not made.
    LOSES_A_SIDE_EFFECT((b, _, e) -> {
        if (!(e instanceof InvokeInstruction call) || !call.name().equalsString("log")) return false;
        b.pop2();
        return true;
    });

    /// Writes something else than an element of the code, or says that it is not the one.
    private interface Spoiler {
        boolean spoil(CodeBuilder b, Opcode before, CodeElement e);
    }

    private final Spoiler spoiler;

    Mistake(Spoiler spoiler) {
        this.spoiler = spoiler;
    }

    private static boolean isKept(FieldInstruction field) {
        return field.name().stringValue().contains("$");
    }

    /// {@return what makes the mistake in one method, once}
    public CodeTransform inAMethod() {
        return new CodeTransform() {
            private boolean isMade;
            private Opcode before;

            @Override
            public void accept(CodeBuilder b, CodeElement e) {
                if (!isMade && spoiler.spoil(b, before, e)) isMade = true;
                else b.with(e);
                if (e instanceof Instruction i) before = i.opcode();
            }
        };
    }
}
