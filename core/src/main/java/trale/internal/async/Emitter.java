package trale.internal.async;

import static java.lang.constant.ConstantDescs.*;

import java.lang.classfile.*;
import java.lang.classfile.attribute.StackMapFrameInfo.SimpleVerificationTypeInfo;
import java.lang.classfile.attribute.StackMapFrameInfo.VerificationTypeInfo;
import java.lang.classfile.attribute.StackMapFrameInfo;
import java.lang.classfile.attribute.StackMapTableAttribute;
import java.lang.classfile.constantpool.ConstantDynamicEntry;
import java.lang.classfile.constantpool.MethodHandleEntry;
import java.lang.classfile.instruction.*;
import java.lang.constant.*;
import java.lang.invoke.MethodType;
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
/// The slots of `step`, and what they hold:
///
/// ```
///  0      1        2     3 …                      3 + scratch          4 + scratch …
///  this   Context  at    the body's own slots     the future awaited,  the operands beneath it,
///                        0 … maxLocals - 1,       then its value       bottom first; arguments of a
///                        three further up                              call that is null-checked
/// ```
///
/// The poll stands where the await stood: inside the user's try ranges and on the user's line. Each stack map frame is
/// javac's own, less the locals that are dead there and the objects that are moved; so no class has to be loaded to
/// verify what the verifier has accepted before.
final class Emitter {
    static final MethodTypeDesc STEP = MethodTypeDesc.of(CD_Object, Names.CONTEXT, CD_int);

    private static final MethodTypeDesc FROM = MethodTypeDesc.of(Names.FUTURE, Names.STAGE);
    private static final MethodTypeDesc AWAIT = MethodTypeDesc.of(CD_Object, Names.FUTURE, Names.CONTEXT);
    private static final MethodTypeDesc RESUME = MethodTypeDesc.of(Names.FUTURE);

    private static final int CONTEXT = 1;
    private static final int AT = 2;
    static final int SHIFT = 3; // from a slot of the body's method to the same variable's in step

    private final Code code;
    private final Frames frames;
    private final Liveness liveness;
    private final Layout layout;
    private final Access access;
    private final Linker linker;
    private final ClassDesc self;
    private final boolean returnsNothing;
    private final CodeBuilder out;
    private final Variables variables;
    private final Members members;
    private final List<StackMapFrameInfo> maps = new ArrayList<>();
    private final Label[] poll;
    private int next = 1; // the state of the next await
    private boolean begun; // with the body's own instructions

    private Emitter(Analysis body, ClassDesc self, Linker linker, CodeBuilder out) {
        this.code = body.code;
        this.frames = body.frames;
        this.liveness = body.liveness;
        this.layout = body.layout;
        this.access = body.access;
        this.linker = linker;
        this.self = self;
        this.returnsNothing = body.returnsNothing();
        this.out = out;
        this.variables = new Variables(code, SHIFT, out);
        this.members = new Members(body, linker, SHIFT + layout.scratch, out);
        this.poll = new Label[layout.states.size()];
    }

    static void step(Analysis body, ClassDesc self, Linker linker, CodeBuilder out) {
        var emitter = new Emitter(body, self, linker, out);
        // A debugger can't ask for `this` where there is a table of variables that does not have it.
        out.localVariable(0, "this", self, out.startLabel(), out.endLabel());
        emitter.dispatch();
        for (var i = 0; i < body.code.size(); i++) emitter.element(i);
        if (!emitter.maps.isEmpty()) out.with(StackMapTableAttribute.of(emitter.maps));
    }

    /// {@return how many bytes `step` has at most}
    static int bytesAtMost(Analysis body) {
        var bytes = 0;
        for (var e : body.code.at) {
            if (!(e instanceof Instruction instruction)) continue;
            bytes += instruction.sizeInBytes() + 4; // a local may need a wide index
            if (e instanceof InvokeInstruction invoke) bytes += 24 + 8 * invoke.typeSymbol().parameterCount(); // see member, construct
            else if (e instanceof FieldInstruction) bytes += 32;
        }
        for (var state : body.layout.states) bytes += 64 + 28 * (state.locals().size() + state.operands().size());
        return bytes;
    }

    private void dispatch() {
        var start = out.newLabel();
        var cases = new ArrayList<SwitchCase>();
        for (var k = 1; k < poll.length; k++) {
            poll[k] = out.newLabel();
            cases.add(SwitchCase.of(k, out.newLabel()));
        }
        if (!cases.isEmpty()) out.iload(AT).tableswitch(1, cases.size(), start, cases);
        for (var c : cases) {
            var state = layout.states.get(c.caseValue());
            out.labelBinding(c.target());
            map(c.target(), locals(new Type[0]));
            restore(state.locals());
            restore(state.operands());
            out.aload(0).invokevirtual(Names.STATE_MACHINE, "resume", RESUME).astore(SHIFT + layout.scratch).goto_w(poll[c.caseValue()]);
        }
        out.labelBinding(start);
        if (!cases.isEmpty()) map(start, locals(new Type[0]));
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
                var cast = desc == null || desc.equals(v.fieldType()) ? null : access.castTo(desc);
                if (cast != null && !cast.equals(CD_Object)) out.checkcast(cast);
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

    private void await(InvokeInstruction invoke, Layout.State state) {
        var future = SHIFT + layout.scratch;
        var ready = out.newLabel();
        if (invoke.typeSymbol().parameterType(0).equals(Names.STAGE)) out.invokestatic(Names.FUTURE, "from", FROM, true);
        out.astore(future);
        for (var v : state.operands().reversed()) out.storeLocal(v.type().kind(), SHIFT + v.slot());
        var locals = locals(state);
        out.labelBinding(poll[state.number()]);
        variables.suspended(poll[state.number()], liveness.at(state.at()));
        map(poll[state.number()], locals);
        out.aload(0).aload(future).aload(CONTEXT).invokevirtual(Names.STATE_MACHINE, "await", AWAIT);
        out.dup().getstatic(Names.STATE_MACHINE, "PENDING", CD_Object).if_acmpne(ready);
        save(state.locals());
        save(state.operands());
        out.aload(0).loadConstant(state.number()).putfield(self, "state", CD_short).areturn();
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

    private List<VerificationTypeInfo> locals(Layout.State state) {
        @Nullable Type[] types = new @Nullable Type[layout.scratch + 1 + 2 * state.operands().size()];
        for (var v : state.locals()) types[v.slot()] = v.type();
        types[layout.scratch] = Type.of(Names.FUTURE);
        for (var v : state.operands()) types[v.slot()] = v.type();
        return locals(types);
    }

    private List<VerificationTypeInfo> locals(@Nullable Type[] types) {
        var infos = new ArrayList<VerificationTypeInfo>();
        infos.add(Type.of(self).info());
        infos.add(Type.of(Names.CONTEXT).info());
        infos.add(SimpleVerificationTypeInfo.INTEGER);
        for (var slot = 0; slot < types.length; slot++) {
            var type = types[slot];
            infos.add(type == null ? SimpleVerificationTypeInfo.TOP : type.info());
            if (type != null && type.slots() == 2) slot++;
        }
        while (infos.getLast() == SimpleVerificationTypeInfo.TOP) infos.removeLast();
        return infos;
    }

    private void element(int i) {
        var e = code.at[i];
        if (e instanceof LabelTarget target) {
            label(i, target);
        } else if (e instanceof ExceptionCatch handler) {
            if (isReachable(handler)) out.with(handler);
        } else if (e instanceof LineNumber) {
            if (frames.at(i).reachable) out.with(e);
        } else if (e instanceof Instruction instruction && frames.at(i).reachable) {
            begun = true;
            instruction(i, instruction);
        }
    }

    private boolean isReachable(ExceptionCatch handler) {
        for (var i = code.index(handler.tryStart()); i < code.index(handler.tryEnd()); i++)
            if (code.at[i] instanceof Instruction && frames.at(i).reachable) return true;
        return false;
    }

    private void label(int i, LabelTarget target) {
        out.with(target);
        var frame = frames.frame(i);
        var live = liveness.at(i);
        variables.label(target.label(), frame != null || !begun ? live : null);
        if (frame == null) return;
        @Nullable Type[] types = new @Nullable Type[frame.locals().size()];
        for (var slot = live.nextSetBit(0); slot >= 0; slot = live.nextSetBit(slot + 1)) {
            var type = frame.locals().get(slot);
            if (type != null && isThere(type)) types[slot] = type;
        }
        var stack = new ArrayList<VerificationTypeInfo>();
        for (var type : frame.stack()) if (isThere(type)) stack.add(type.info());
        map(target.label(), locals(types), stack.toArray(new VerificationTypeInfo[0]));
    }

    private boolean isThere(Type type) {
        return type.isInitialized() || !layout.moved.get(type.allocatedAt());
    }

    private void instruction(int i, Instruction instruction) {
        var allocatedAt = frames.at(i).allocatedAt;
        var moved = allocatedAt >= 0 && layout.moved.get(allocatedAt);
        if (moved && !(instruction instanceof NewObjectInstruction || instruction instanceof InvokeInstruction))
            return; // a copy of nothing
        switch (instruction.opcode().kind()) {
            case LOAD -> {
                var load = (LoadInstruction) instruction;
                out.loadLocal(load.typeKind(), load.slot() + SHIFT);
            }
            case STORE -> {
                var store = (StoreInstruction) instruction;
                out.storeLocal(store.typeKind(), store.slot() + SHIFT);
                variables.stored(store.slot());
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
            case FIELD_ACCESS -> members.field(i, (FieldInstruction) instruction);
            case INVOKE -> {
                if (Code.isAwait(instruction)) await((InvokeInstruction) instruction, layout.states.get(next++));
                else if (moved) members.construct((InvokeInstruction) instruction, frames.at(i));
                else members.invoke(i, (InvokeInstruction) instruction);
            }
            case INVOKE_DYNAMIC -> {
                var dynamic = (InvokeDynamicInstruction) instruction;
                var linked = linker.dynamic(dynamic.bootstrapMethod(), dynamic.name().stringValue(), dynamic.typeSymbol(),
                        dynamic.bootstrapArgs());
                if (linked == null) out.with(instruction);
                else out.invokedynamic(linked);
            }
            case CONSTANT -> {
                var entry = instruction instanceof ConstantInstruction.LoadConstantInstruction load ? load.constantEntry() : null;
                if (entry instanceof ConstantDynamicEntry dynamic) out.invokedynamic(linker.constant(dynamic));
                else if (entry instanceof MethodHandleEntry handle) out.invokedynamic(linker.constant(handle.asSymbol()));
                else out.with(instruction);
            }
            default -> out.with(instruction);
        }
    }

    private void return_() {
        var type = code.method.methodTypeSymbol().returnType();
        if (type.isPrimitive() && !type.equals(CD_void)) {
            var box = ClassDesc.ofDescriptor(
                    MethodType.fromMethodDescriptorString("()".concat(type.descriptorString()), null)
                            .wrap().returnType().descriptorString());
            out.invokestatic(box, "valueOf", MethodTypeDesc.of(box, type));
        }
        if (returnsNothing || type.equals(CD_void)) out.aconst_null();
        out.areturn();
    }
}
