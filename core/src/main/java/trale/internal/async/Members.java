package trale.internal.async;

import static java.lang.constant.ConstantDescs.*;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.classfile.constantpool.FieldRefEntry;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandleInfo;
import java.util.List;

/// **The part of pass 4 that reaches fields, methods and constructors.** A member that the generated class may name stays as it is.
/// Any other is linked with the host's rights by `invokedynamic`, which takes the same operands:
///
/// ```
///  host x y                                host x y
///  invokevirtual Host.secret(x, y)   ──▶   invokedynamic secret(host, x, y)
/// ```
///
/// A null receiver must fail as the virtual machine makes it fail. So a receiver that can be named in a message is checked first.
final class Members {
    private static final MethodTypeDesc REQUIRE_NON_NULL = MethodTypeDesc.of(CD_void, CD_Object, CD_String);
    private static final MethodTypeDesc PRIVATE_LOOKUP_IN = MethodTypeDesc.of(CD_MethodHandles_Lookup, CD_Class, CD_MethodHandles_Lookup);

    private final Code code;
    private final Frames frames;
    private final Access access;
    private final Linker linker;
    private final int scratch;
    private final CodeBuilder out;

    /// @param scratch the first slot of `step` in which nothing lies between two instructions of the body
    Members(Analysis body, Linker linker, int scratch, CodeBuilder out) {
        this.code = body.code;
        this.frames = body.frames;
        this.access = body.access;
        this.linker = linker;
        this.scratch = scratch;
        this.out = out;
    }

    void field(int i, FieldInstruction access) {
        var kind = switch (access.opcode()) {
            case GETSTATIC -> MethodHandleInfo.REF_getStatic;
            case PUTSTATIC -> MethodHandleInfo.REF_putStatic;
            case PUTFIELD -> MethodHandleInfo.REF_putField;
            default -> MethodHandleInfo.REF_getField;
        };
        var isPut = kind == MethodHandleInfo.REF_putField || kind == MethodHandleInfo.REF_putStatic;
        var type = MethodTypeDesc.of(access.typeSymbol());
        member(i, kind, access.field(), type, isPut ? MethodTypeDesc.of(CD_void, access.typeSymbol()) : type);
    }

    void invoke(int i, InvokeInstruction invoke) {
        var kind = switch (invoke.opcode()) {
            case INVOKESTATIC -> MethodHandleInfo.REF_invokeStatic;
            case INVOKESPECIAL -> MethodHandleInfo.REF_invokeSpecial;
            case INVOKEINTERFACE -> MethodHandleInfo.REF_invokeInterface;
            default -> MethodHandleInfo.REF_invokeVirtual;
        };
        if (invoke.name().equalsString(INIT_NAME)) out.with(invoke);
        else if (invoke.name().equalsString("lookup") && invoke.owner().name().equalsString("java/lang/invoke/MethodHandles"))
            out.loadConstant(access.host()).with(invoke).invokestatic(CD_MethodHandles, "privateLookupIn", PRIVATE_LOOKUP_IN);
        else member(i, kind, invoke.method(), invoke.typeSymbol(), invoke.typeSymbol());
    }

    /// @param effect what the instruction takes from the stack and leaves there, less the receiver
    private void member(int i, int kind, MemberRefEntry member, MethodTypeDesc type, MethodTypeDesc effect) {
        var owner = member.owner().asSymbol();
        var name = member.name().stringValue();
        if (frames.at(i).isCloneOfAnArray || access.mayName(kind, member.owner().asInternalName(), name, type.descriptorString())) {
            out.with(code.at[i]);
            return;
        }
        requireNameable(owner, name, effect);
        var isSuper = kind == MethodHandleInfo.REF_invokeSpecial;
        var isStatic = switch (kind) {
            case MethodHandleInfo.REF_getStatic, MethodHandleInfo.REF_putStatic, MethodHandleInfo.REF_invokeStatic -> true;
            default -> false;
        };
        var message = isStatic || isSuper ? null : new NullMessage(code, frames).of(i);
        if (message != null) {
            store(effect);
            out.dup().loadConstant(message).invokestatic(Names.STATE_MACHINE, "requireNonNull", REQUIRE_NON_NULL);
            load(effect);
        }
        var receiver = isSuper ? access.host() : owner;
        out.invokedynamic(linker.member(kind, owner, name, type, isStatic ? effect : effect.insertParameterTypes(0, receiver)));
        if (!effect.returnType().isPrimitive()) name(member instanceof FieldRefEntry ? name : name.concat("()"), effect.returnType());
    }

    /// What is protected in a class of another package may have a type that only that package may name. In the host no instruction names
    /// it; an `invokedynamic` does.
    private void requireNameable(ClassDesc owner, String name, MethodTypeDesc effect) {
        var isNameable = access.mayName(effect.returnType());
        for (var type : effect.parameterList()) isNameable &= access.mayName(type);
        if (!isNameable)
            throw new IllegalArgumentException(owner.displayName() + "." + name + " has a type that only its package may name. Use it in a"
                    + " method of " + access.host().displayName() + ".");
    }

    /// Gives the object on the stack a name for the message of a NullPointerException that the next instruction may throw.
    private void name(String name, ClassDesc type) {
        var slot = scratch;
        var start = out.newLabel();
        var end = out.newLabel();
        out.astore(slot).labelBinding(start).aload(slot).labelBinding(end).localVariable(slot, name, type, start, end);
    }

    /// Moves a call's arguments from the stack to scratch slots.
    private void store(MethodTypeDesc effect) {
        var slot = scratch;
        for (var type : effect.parameterList()) slot += TypeKind.from(type).slotSize();
        for (var type : effect.parameterList().reversed()) {
            slot -= TypeKind.from(type).slotSize();
            out.storeLocal(TypeKind.from(type), slot);
        }
    }

    private void load(MethodTypeDesc effect) {
        var slot = scratch;
        for (var type : effect.parameterList()) {
            out.loadLocal(TypeKind.from(type), slot);
            slot += TypeKind.from(type).slotSize();
        }
    }

    /// A constructor call whose NEW was moved here.
    void construct(InvokeInstruction init, Frames.Place place) {
        var type = init.typeSymbol();
        var owner = init.owner().asSymbol();
        if (!access.mayName(MethodHandleInfo.REF_newInvokeSpecial, init.owner().asInternalName(), INIT_NAME, init.type().stringValue())) {
            out.invokedynamic(linker.member(MethodHandleInfo.REF_newInvokeSpecial, owner, INIT_NAME, type, type.changeReturnType(owner)));
            hold(place.holders);
            if (place.copies == 1) out.pop();
            for (var k = 2; k < place.copies; k++) out.dup();
            return;
        }
        store(type);
        out.new_(owner);
        for (var k = 1; k < place.copies; k++) out.dup();
        hold(place.holders);
        load(type);
        out.with(init);
    }

    /// Puts the object on the stack into the body's variables that hold it.
    private void hold(List<Integer> slots) {
        for (int slot : slots) out.dup().astore(Emitter.SHIFT + slot);
    }
}
