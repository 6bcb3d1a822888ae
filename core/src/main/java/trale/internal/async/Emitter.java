package trale.internal.async;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Instruction;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.classfile.attribute.StackMapFrameInfo;
import java.lang.classfile.attribute.StackMapFrameInfo.SimpleVerificationTypeInfo;
import java.lang.classfile.attribute.StackMapFrameInfo.VerificationTypeInfo;
import java.lang.classfile.attribute.StackMapTableAttribute;
import java.lang.classfile.instruction.ExceptionCatch;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.IncrementInstruction;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LabelTarget;
import java.lang.classfile.instruction.LineNumber;
import java.lang.classfile.instruction.LoadInstruction;
import java.lang.classfile.instruction.LocalVariable;
import java.lang.classfile.instruction.LocalVariableType;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.lang.classfile.instruction.StoreInstruction;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandleInfo;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// **Pass 4: the code of `step`.** The body's instructions in their order, three slots further up, with this around them:
///
/// ```
///           tableswitch at             (in front, outside of every try)
///  CASE_k:  fields -> live locals, operands; each reference field is cleared
///           future = resume(); goto POLL_k
///  CASE_0:  fields -> what the lambda captured
///           … the body …
///           future, operands -> scratch slots          invokestatic Async.await becomes this
///  POLL_k:  value = await(future, cx)
///           if (value == PENDING) { live locals, operands -> fields; state = k; return PENDING }
///           operands -> stack; value -> stack
///           … the body goes on …
/// ```
///
/// The poll stands where the await stood: inside the user's try ranges and on the user's line. Each stack map frame is
/// javac's own, less the locals that are dead there and the objects that are moved; so no class has to be loaded to
/// verify what the verifier has accepted before.
final class Emitter {
    static final ClassDesc CD_STATE_MACHINE = ClassDesc.of("trale.StateMachine");
    static final ClassDesc CD_FUTURE = ClassDesc.of("trale.Future");
    static final ClassDesc CD_CONTEXT = ClassDesc.of("trale.Context");
    static final MethodTypeDesc STEP = MethodTypeDesc.of(ConstantDescs.CD_Object, CD_CONTEXT, ConstantDescs.CD_int);

    private static final MethodTypeDesc AWAIT = MethodTypeDesc.of(ConstantDescs.CD_Object, CD_FUTURE, CD_CONTEXT);
    private static final MethodTypeDesc RESUME = MethodTypeDesc.of(CD_FUTURE);

    private static final int CONTEXT = 1;
    private static final int AT = 2;
    private static final int SHIFT = 3; // from a slot of the body's method to the same variable's in step

    private final Code code;
    private final Frames frames;
    private final Liveness liveness;
    private final Layout layout;
    private final Linker linker;
    private final ClassDesc self;
    private final boolean returnsNothing;
    private final CodeBuilder out;
    private final List<StackMapFrameInfo> maps = new ArrayList<>();
    private final Label[] poll;
    private int next = 1; // the state of the next await

    private Emitter(
            Code code, Frames frames, Liveness liveness, Layout layout, Linker linker, ClassDesc self, boolean returnsNothing, CodeBuilder out) {
        this.code = code;
        this.frames = frames;
        this.liveness = liveness;
        this.layout = layout;
        this.linker = linker;
        this.self = self;
        this.returnsNothing = returnsNothing;
        this.out = out;
        this.poll = new Label[layout.states.size()];
    }

    static void step(
            Code code, Frames frames, Liveness liveness, Layout layout, Linker linker, ClassDesc self, boolean returnsNothing, CodeBuilder out) {
        var emitter = new Emitter(code, frames, liveness, layout, linker, self, returnsNothing, out);
        emitter.dispatch();
        for (int i = 0; i < code.size(); i++) emitter.element(i);
        if (!emitter.maps.isEmpty()) out.with(StackMapTableAttribute.of(emitter.maps));
    }

    private void dispatch() {
        var start = out.newLabel();
        var cases = new ArrayList<SwitchCase>();
        for (int k = 1; k < poll.length; k++) {
            poll[k] = out.newLabel();
            cases.add(SwitchCase.of(k, out.newLabel()));
        }
        if (!cases.isEmpty()) out.iload(AT).tableswitch(1, cases.size(), start, cases);
        for (var c : cases) {
            var state = layout.states.get(c.caseValue());
            out.labelBinding(c.target());
            map(c.target(), locals(List.of(), List.of(), false));
            restore(state.locals());
            restore(state.operands());
            out.aload(0).invokevirtual(CD_STATE_MACHINE, "resume", RESUME).astore(SHIFT + layout.scratch).goto_(poll[c.caseValue()]);
        }
        out.labelBinding(start);
        if (!cases.isEmpty()) map(start, locals(List.of(), List.of(), false));
        restore(layout.states.getFirst().locals());
        out.nop(); // the body's first instruction may have a stack map frame of its own
    }

    private void restore(List<Layout.Kept> variables) {
        for (var v : variables) {
            var kind = v.type().kind();
            if (v.type().isNull()) {
                out.aconst_null();
            } else {
                out.aload(0).getfield(self, v.field(), v.fieldType());
                var desc = v.type().desc();
                if (desc != null && !desc.equals(v.fieldType())) out.checkcast(desc);
            }
            out.storeLocal(kind, SHIFT + v.slot());
            if (kind == TypeKind.REFERENCE && !v.type().isNull()) out.aload(0).aconst_null().putfield(self, v.field(), v.fieldType());
        }
    }

    private void save(List<Layout.Kept> variables) {
        for (var v : variables)
            if (!v.type().isNull())
                out.aload(0).loadLocal(v.type().kind(), SHIFT + v.slot()).putfield(self, v.field(), v.fieldType());
    }

    private void await(Layout.State state) {
        int future = SHIFT + layout.scratch;
        var ready = out.newLabel();
        out.astore(future);
        for (var v : state.operands().reversed()) out.storeLocal(v.type().kind(), SHIFT + v.slot());
        var locals = locals(state.locals(), state.operands(), true);
        out.labelBinding(poll[state.number()]);
        map(poll[state.number()], locals);
        out.aload(0).aload(future).aload(CONTEXT).invokevirtual(CD_STATE_MACHINE, "await", AWAIT);
        out.dup().getstatic(CD_STATE_MACHINE, "PENDING", ConstantDescs.CD_Object).if_acmpne(ready);
        save(state.locals());
        save(state.operands());
        out.aload(0).loadConstant(state.number()).putfield(self, "state", ConstantDescs.CD_int).areturn();
        out.labelBinding(ready);
        map(ready, locals, Type.OBJECT.info());
        if (state.operands().isEmpty()) {
            out.nop(); // a branch target may follow, which has a stack map frame of its own
            return;
        }
        out.astore(future);
        for (var v : state.operands()) out.loadLocal(v.type().kind(), SHIFT + v.slot());
        out.aload(future);
    }

    private void map(Label label, List<VerificationTypeInfo> locals, VerificationTypeInfo... stack) {
        maps.add(StackMapFrameInfo.of(label, locals, List.of(stack)));
    }

    private List<VerificationTypeInfo> locals(List<Layout.Kept> locals, List<Layout.Kept> operands, boolean future) {
        var types = new @Nullable Type[layout.scratch];
        for (var v : locals) types[v.slot()] = v.type();
        var infos = locals(types);
        if (!future) return infos;
        for (int slot = slots(infos); slot < SHIFT + layout.scratch; slot++) infos.add(SimpleVerificationTypeInfo.TOP);
        infos.add(Type.of(CD_FUTURE).info());
        for (var v : operands) infos.add(v.type().info());
        return infos;
    }

    private List<VerificationTypeInfo> locals(@Nullable Type[] types) {
        var infos = new ArrayList<VerificationTypeInfo>();
        infos.add(Type.of(self).info());
        infos.add(Type.of(CD_CONTEXT).info());
        infos.add(SimpleVerificationTypeInfo.INTEGER);
        for (int slot = 0; slot < types.length; slot++) {
            var type = types[slot];
            infos.add(type == null ? SimpleVerificationTypeInfo.TOP : type.info());
            if (type != null && type.slots() == 2) slot++;
        }
        while (infos.getLast() == SimpleVerificationTypeInfo.TOP) infos.removeLast();
        return infos;
    }

    private static int slots(List<VerificationTypeInfo> infos) {
        int slots = 0;
        for (var info : infos) slots += info == SimpleVerificationTypeInfo.LONG || info == SimpleVerificationTypeInfo.DOUBLE ? 2 : 1;
        return slots;
    }

    private void element(int i) {
        var e = code.at[i];
        if (e instanceof LabelTarget target) {
            label(i, target);
        } else if (e instanceof ExceptionCatch handler) {
            if (isReachable(handler)) out.with(handler);
        } else if (e instanceof LocalVariable v) {
            out.localVariable(v.slot() + SHIFT, nameOf(v.name().stringValue()), v.typeSymbol(), v.startScope(), v.endScope());
        } else if (e instanceof LocalVariableType v) {
            out.localVariableType(v.slot() + SHIFT, nameOf(v.name().stringValue()), v.signatureSymbol(), v.startScope(), v.endScope());
        } else if (e instanceof LineNumber) {
            if (frames.reachable[i]) out.with(e);
        } else if (e instanceof Instruction instruction && frames.reachable[i]) {
            instruction(i, instruction);
        }
    }

    /// In `step`, `this` is the state machine.
    private static String nameOf(String variable) {
        return variable.equals("this") ? "this$0" : variable;
    }

    private boolean isReachable(ExceptionCatch handler) {
        for (int i = code.index(handler.tryStart()); i < code.index(handler.tryEnd()); i++)
            if (code.at[i] instanceof Instruction && frames.reachable[i]) return true;
        return false;
    }

    private void label(int i, LabelTarget target) {
        out.with(target);
        var frame = frames.frame[i];
        if (frame == null) return;
        var types = new @Nullable Type[frame.locals().size()];
        var live = liveness.at(i);
        for (int slot = live.nextSetBit(0); slot >= 0; slot = live.nextSetBit(slot + 1)) types[slot] = frame.locals().get(slot);
        var stack = new ArrayList<VerificationTypeInfo>();
        for (var type : frame.stack()) if (type.isInitialized() || !layout.moved.get(type.site())) stack.add(type.info());
        map(target.label(), locals(types), stack.toArray(new VerificationTypeInfo[0]));
    }

    private void instruction(int i, Instruction instruction) {
        int site = frames.site[i];
        boolean moved = site >= 0 && layout.moved.get(site);
        switch (instruction.opcode().kind()) {
            case LOAD -> {
                var load = (LoadInstruction) instruction;
                out.loadLocal(load.typeKind(), load.slot() + SHIFT);
            }
            case STORE -> {
                var store = (StoreInstruction) instruction;
                out.storeLocal(store.typeKind(), store.slot() + SHIFT);
            }
            case INCREMENT -> {
                var increment = (IncrementInstruction) instruction;
                out.iinc(increment.slot() + SHIFT, increment.constant());
            }
            case RETURN -> return_();
            case NEW_OBJECT -> {
                out.with(instruction);
                if (moved) out.pop(); // here the class is initialised
            }
            case STACK -> {
                if (!moved) out.with(instruction);
            }
            case FIELD_ACCESS -> field((FieldInstruction) instruction);
            case INVOKE -> {
                if (Code.isAwait(instruction)) await(layout.states.get(next++));
                else if (moved) construct((InvokeInstruction) instruction, frames.copies[i]);
                else invoke((InvokeInstruction) instruction);
            }
            case INVOKE_DYNAMIC -> {
                var dynamic = (InvokeDynamicInstruction) instruction;
                var arguments = dynamic.bootstrapArgs().toArray(new ConstantDesc[0]);
                var linked = linker.lambda(dynamic.bootstrapMethod(), dynamic.name().stringValue(), dynamic.typeSymbol(), arguments);
                if (linked == null) out.with(instruction);
                else out.invokedynamic(linked);
            }
            default -> out.with(instruction);
        }
    }

    private void return_() {
        var type = code.method.methodTypeSymbol().returnType();
        if (type.isPrimitive() && !type.equals(ConstantDescs.CD_void)) {
            var box = box(TypeKind.from(type));
            out.invokestatic(box, "valueOf", MethodTypeDesc.of(box, type));
        }
        if (returnsNothing || type.equals(ConstantDescs.CD_void)) out.aconst_null();
        out.areturn();
    }

    private static ClassDesc box(TypeKind kind) {
        return switch (kind) {
            case BOOLEAN -> ConstantDescs.CD_Boolean;
            case BYTE -> ConstantDescs.CD_Byte;
            case CHAR -> ConstantDescs.CD_Character;
            case SHORT -> ConstantDescs.CD_Short;
            case LONG -> ConstantDescs.CD_Long;
            case FLOAT -> ConstantDescs.CD_Float;
            case DOUBLE -> ConstantDescs.CD_Double;
            default -> ConstantDescs.CD_Integer;
        };
    }

    private void field(FieldInstruction access) {
        boolean isStatic = false;
        boolean isPut = false;
        int kind = MethodHandleInfo.REF_getField;
        switch (access.opcode()) {
            case GETSTATIC -> {
                isStatic = true;
                kind = MethodHandleInfo.REF_getStatic;
            }
            case PUTSTATIC -> {
                isStatic = isPut = true;
                kind = MethodHandleInfo.REF_putStatic;
            }
            case PUTFIELD -> {
                isPut = true;
                kind = MethodHandleInfo.REF_putField;
            }
            default -> {}
        }
        var type = MethodTypeDesc.of(access.typeSymbol());
        if (linker.mayName(kind, access.owner().asInternalName(), access.name().stringValue(), type.descriptorString())) {
            out.with(access);
            return;
        }
        var owner = access.owner().asSymbol();
        var call = isPut ? MethodTypeDesc.of(ConstantDescs.CD_void, access.typeSymbol()) : type;
        if (!isStatic) call = call.insertParameterTypes(0, owner);
        out.invokedynamic(linker.member(kind, owner, access.name().stringValue(), type, call));
    }

    private void invoke(InvokeInstruction invoke) {
        var name = invoke.name().stringValue();
        int kind = switch (invoke.opcode()) {
            case INVOKESTATIC -> MethodHandleInfo.REF_invokeStatic;
            case INVOKESPECIAL -> MethodHandleInfo.REF_invokeSpecial;
            case INVOKEINTERFACE -> MethodHandleInfo.REF_invokeInterface;
            default -> MethodHandleInfo.REF_invokeVirtual;
        };
        if (name.equals(ConstantDescs.INIT_NAME) || linker.mayName(kind, invoke.owner().asInternalName(), name, invoke.type().stringValue())) {
            out.with(invoke);
            return;
        }
        var owner = invoke.owner().asSymbol();
        var type = invoke.typeSymbol();
        var receiver = kind == MethodHandleInfo.REF_invokeSpecial ? linker.host() : owner;
        var call = kind == MethodHandleInfo.REF_invokeStatic ? type : type.insertParameterTypes(0, receiver);
        out.invokedynamic(linker.member(kind, owner, name, type, call));
    }

    /// A constructor call whose NEW was moved here.
    private void construct(InvokeInstruction init, int copies) {
        var type = init.typeSymbol();
        var owner = init.owner().asSymbol();
        if (!linker.mayName(MethodHandleInfo.REF_newInvokeSpecial, init.owner().asInternalName(), ConstantDescs.INIT_NAME, init.type().stringValue())) {
            out.invokedynamic(linker.member(MethodHandleInfo.REF_newInvokeSpecial, owner, ConstantDescs.INIT_NAME, type, type.changeReturnType(owner)));
            if (copies == 1) out.pop();
            for (int k = 2; k < copies; k++) out.dup();
            return;
        }
        int slot = SHIFT + layout.scratch;
        int[] slots = new int[type.parameterCount()];
        for (int k = 0; k < slots.length; k++) {
            slots[k] = slot;
            slot += TypeKind.from(type.parameterType(k)).slotSize();
        }
        for (int k = slots.length - 1; k >= 0; k--) out.storeLocal(TypeKind.from(type.parameterType(k)), slots[k]);
        out.new_(owner);
        for (int k = 1; k < copies; k++) out.dup();
        for (int k = 0; k < slots.length; k++) out.loadLocal(TypeKind.from(type.parameterType(k)), slots[k]);
        out.with(init);
    }
}
