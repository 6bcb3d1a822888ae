package mass;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Instruction;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.ExceptionCatch;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a compiler of async bodies may do wrong; the same five as those of the random bodies in core's tests. Each spoils one
/// place in the `step` of a state machine, which stays a valid class.
enum Mistake {
    KEEPS_ONE_VARIABLE_TOO_FEW("a variable that is read again is not kept") {
        @Override
        boolean spoil(Spoiler s, CodeBuilder b, CodeElement e) {
            if (!(e instanceof FieldInstruction put) || put.opcode() != Opcode.PUTFIELD || s.before == Opcode.ACONST_NULL
                    || !s.isKept(put))
                return false;
            if (TypeKind.from(put.typeSymbol()).slotSize() == 2) b.pop2();
            else b.pop();
            b.pop();
            return true;
        }
    },

    TAKES_ONE_VARIABLE_FOR_ANOTHER("a variable comes back with the value of another") {
        @Override
        boolean spoil(Spoiler s, CodeBuilder b, CodeElement e) {
            if (!(e instanceof FieldInstruction get) || get.opcode() != Opcode.GETFIELD || !s.isKept(get)
                    || !get.typeSymbol().isPrimitive())
                return false;
            var first = s.first.putIfAbsent(get.typeSymbol(), get.name().stringValue());
            if (first == null || get.name().equalsString(first)) return false;
            b.getfield(s.self, first, get.typeSymbol());
            return true;
        }
    },

    SKIPS_A_FINALLY("some of what a try guards has no finally") {
        @Override
        boolean spoil(Spoiler s, CodeBuilder b, CodeElement e) {
            return e instanceof ExceptionCatch handler && handler.catchType().isEmpty();
        }
    },

    SWAPS_TWO_OPERANDS("two operands lie on the stack in the wrong order") {
        @Override
        boolean spoil(Spoiler s, CodeBuilder b, CodeElement e) {
            if (!(e instanceof Instruction i)
                    || i.opcode() != Opcode.IF_ICMPGE && i.opcode() != Opcode.ISUB && i.opcode() != Opcode.ISHL)
                return false;
            b.swap().with(e);
            return true;
        }
    },

    LOSES_A_SIDE_EFFECT("a call is not made") {
        @Override
        boolean spoil(Spoiler s, CodeBuilder b, CodeElement e) {
            if (!(e instanceof InvokeInstruction call) || !call.typeSymbol().returnType().equals(ConstantDescs.CD_void)) return false;
            var owner = call.owner().asInternalName();
            if (call.name().equalsString(ConstantDescs.INIT_NAME) || owner.startsWith("trale/") || owner.startsWith("mass/")) return false;
            for (var type : call.typeSymbol().parameterList().reversed()) {
                if (TypeKind.from(type).slotSize() == 2) b.pop2();
                else b.pop();
            }
            if (call.opcode() != Opcode.INVOKESTATIC) b.pop();
            return true;
        }
    };

    /// What it is, for people.
    final String what;

    Mistake(String what) {
        this.what = what;
    }

    /// Writes something else than an element of the code, or says that it is not the one.
    abstract boolean spoil(Spoiler s, CodeBuilder b, CodeElement e);

    /// Makes the mistake in one method, once.
    static final class Spoiler implements CodeTransform {
        private final Mistake mistake;
        private final ClassDesc self;
        private final Map<ClassDesc, String> first = new HashMap<>();
        private @Nullable Opcode before;
        boolean isMade;

        Spoiler(Mistake mistake, ClassDesc self) {
            this.mistake = mistake;
            this.self = self;
        }

        private boolean isKept(FieldInstruction field) {
            return field.owner().asSymbol().equals(self) && !field.name().equalsString("state");
        }

        @Override
        public void accept(CodeBuilder b, CodeElement e) {
            if (!isMade && mistake.spoil(this, b, e)) isMade = true;
            else b.with(e);
            if (e instanceof Instruction i) before = i.opcode();
        }
    }
}
