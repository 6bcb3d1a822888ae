package mass;

import static java.lang.constant.ConstantDescs.*;

import java.lang.classfile.*;
import java.lang.classfile.ClassFile.ShortJumpsOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.classfile.attribute.RuntimeInvisibleTypeAnnotationsAttribute;
import java.lang.classfile.attribute.RuntimeVisibleTypeAnnotationsAttribute;
import java.lang.classfile.attribute.StackMapTableAttribute;
import java.lang.classfile.instruction.*;
import java.lang.constant.ClassDesc;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.constant.DynamicCallSiteDesc;
import java.lang.constant.MethodHandleDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.LambdaMetafactory;
import java.lang.reflect.AccessFlag;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/// Turns every eligible method of a class into an async body, with awaits at random places.
///
/// ```
///  int m(String s) {                      int m(String s) {
///      return f(s) + s.length();              return (int) Driver.drive(() -> lambda$mass$7(s));
///  }                                      }
///                                         private int lambda$mass$7(String s) {
///                                             return f(s) + (await(Pause.at(41)), s.length());
///                                         }
/// ```
///
/// An await stands before an instruction, whatever lies on the operand stack there, or carries the value that a call or a
/// field has just put on the stack. The stack maps are the original ones: the inserted code has no branches and leaves the
/// types as they were.
final class Strewer {
    /// A body whose code is longer is left alone: its state machine may not fit into a method.
    private static final int LONGEST = 20_000;

    /// A method gets at most that many awaits.
    private static final int MOST_AWAITS = 10;

    private static final ClassDesc DRIVER = ClassDesc.of("mass.Driver");
    private static final ClassDesc EVERYTHING = ClassDesc.of("mass.Everything");
    private static final ClassDesc PAUSE = ClassDesc.of("mass.Pause");
    private static final ClassDesc FUTURE = ClassDesc.of("trale.Future");
    private static final ClassDesc ASYNC = ClassDesc.of("trale.Async");
    private static final ClassDesc BODY = ClassDesc.of("trale.Async$Body");
    private static final ClassDesc VOID_BODY = ClassDesc.of("trale.Async$VoidBody");
    private static final MethodTypeDesc AWAIT = MethodTypeDesc.of(CD_Object, FUTURE);

    /// Makes a lambda that is Serializable, as javac does for a `Body`.
    private static final DirectMethodHandleDesc METAFACTORY = MethodHandleDesc.ofMethod(
            DirectMethodHandleDesc.Kind.STATIC, ClassDesc.of("java.lang.invoke.LambdaMetafactory"), "altMetafactory",
            MethodTypeDesc.of(CD_CallSite, CD_MethodHandles_Lookup, CD_String, CD_MethodType, CD_Object.arrayType()));

    private static final ClassFile FILE = ClassFile.of(StackMapsOption.DROP_STACK_MAPS, ShortJumpsOption.FAIL_ON_SHORT_JUMPS);

    private final long seed;
    private final boolean probes;
    private final boolean collects;

    /// The awaits of all bodies, by their number.
    final List<Place> places = new ArrayList<>();

    final List<String> bodies = new ArrayList<>();
    final Map<String, Integer> skipped = new TreeMap<>();
    int classes;
    int methods;

    /// An await.
    ///
    /// @param body the number of its body
    /// @param in class and method
    /// @param handler the number of the handler that a CancellationException thrown here reaches first; -1 if it leaves
    ///     the body
    record Place(int body, String in, int handler) {}

    /// @param probes whether handlers tell [Driver] what they catch
    /// @param collects whether each class gets a method that compiles all its bodies
    Strewer(long seed, boolean probes, boolean collects) {
        this.seed = seed;
        this.probes = probes;
        this.collects = collects;
    }

    /// {@return the class with bodies in place of its methods}
    synchronized byte[] strew(byte[] original) {
        var model = FILE.parse(original);
        classes++;
        var random = new SplittableRandom(seed * 31 + model.thisClass().asInternalName().hashCode());
        var divided = new ArrayList<Divided>();
        return FILE.transformClass(model, new ClassTransform() {
            @Override
            public void accept(ClassBuilder c, ClassElement e) {
                if (e instanceof MethodModel m && isEligible(model, m)) divided.add(divide(c, model, m, random));
                else c.with(e);
            }

            @Override
            public void atEnd(ClassBuilder c) {
                if (collects) collect(c, model, divided);
            }
        });
    }

    /// A method that was made a body.
    ///
    /// @param body the name of the method that has its code now
    private record Divided(MethodModel method, String body) {}

    /// Writes a method that hands all bodies of the class to [Everything], with nothing captured.
    private static void collect(ClassBuilder c, ClassModel model, List<Divided> divided) {
        c.withMethodBody(Everything.COLLECTOR, MethodTypeDesc.of(CD_void), ClassFile.ACC_PUBLIC | ClassFile.ACC_STATIC | ClassFile.ACC_SYNTHETIC, out -> {
            for (var d : divided) {
                if (!d.method.flags().has(AccessFlag.STATIC)) out.aconst_null();
                for (var p : d.method.methodTypeSymbol().parameterList()) zero(out, p);
                lambda(out, model, d.method, d.body);
                out.invokestatic(EVERYTHING, "compile", MethodTypeDesc.of(CD_void, CD_Object));
            }
            out.return_();
        });
    }

    private static void zero(CodeBuilder out, ClassDesc type) {
        switch (TypeKind.from(type)) {
            case REFERENCE -> out.aconst_null();
            case LONG -> out.lconst_0();
            case FLOAT -> out.fconst_0();
            case DOUBLE -> out.dconst_0();
            default -> out.iconst_0();
        }
    }

    private boolean isEligible(ClassModel model, MethodModel m) {
        methods++;
        var reason = reasonToSkip(model, m);
        if (reason != null) skipped.merge(reason, 1, Integer::sum);
        return reason == null;
    }

    private static String reasonToSkip(ClassModel model, MethodModel m) {
        var code = (CodeAttribute) m.code().orElse(null);
        if (code == null) return m.flags().has(AccessFlag.NATIVE) ? "native" : "abstract";
        var name = m.methodName().stringValue();
        if (name.equals(INIT_NAME)) return "constructor";
        if (name.equals(CLASS_INIT_NAME)) return "class initialiser";
        if (name.equals("$deserializeLambda$")) return "$deserializeLambda$";
        if (model.majorVersion() < ClassFile.JAVA_8_VERSION) return "class file older than Java 8";
        if (code.codeLength() > LONGEST) return "longer than " + LONGEST + " bytes";
        for (var i : code) if (i instanceof DiscontinuedInstruction) return "jsr and ret";
        return boundaries(code.elementList()).isEmpty() ? "all of it in synchronized" : null;
    }

    /// Writes the body, and the method that drives it to its end.
    private Divided divide(ClassBuilder c, ClassModel model, MethodModel m, SplittableRandom random) {
        var body = "lambda$mass$" + bodies.size();
        bodies.add(model.thisClass().name().stringValue().replace('/', '.') + "." + m.methodName().stringValue());
        int flags = ClassFile.ACC_PRIVATE | ClassFile.ACC_SYNTHETIC | m.flags().flagsMask() & (ClassFile.ACC_STATIC | ClassFile.ACC_STRICT);
        c.withMethod(body, m.methodTypeSymbol(), flags, b -> b.withCode(out -> strew(out, model, (CodeAttribute) m.code().orElseThrow(), random)));
        c.transformMethod(m, (b, e) -> {
            if (e instanceof CodeModel) b.withCode(out -> stub(out, model, m, body));
            else b.with(e);
        });
        return new Divided(m, body);
    }

    private static void stub(CodeBuilder out, ClassModel model, MethodModel m, String body) {
        int slot = 0;
        if (!m.flags().has(AccessFlag.STATIC)) out.aload(slot++);
        for (var p : m.methodTypeSymbol().parameterList()) {
            out.loadLocal(TypeKind.from(p), slot);
            slot += TypeKind.from(p).slotSize();
        }
        out.invokestatic(DRIVER, "drive", MethodTypeDesc.of(CD_Object, lambda(out, model, m, body)));
        var result = m.methodTypeSymbol().returnType();
        if (result.equals(CD_void)) out.return_();
        else unbox(out, result).return_(TypeKind.from(result));
    }

    /// Makes a lambda of a body and of what it captures, which lies on the stack.
    ///
    /// @return Body or VoidBody
    private static ClassDesc lambda(CodeBuilder out, ClassModel model, MethodModel m, String body) {
        var self = model.thisClass().asSymbol();
        boolean isStatic = m.flags().has(AccessFlag.STATIC);
        var type = m.methodTypeSymbol();
        boolean returnsNothing = type.returnType().equals(CD_void);
        var form = returnsNothing ? VOID_BODY : BODY;
        var captured = MethodTypeDesc.of(form, type.parameterList());
        if (!isStatic) captured = captured.insertParameterTypes(0, self);
        var run = MethodTypeDesc.of(returnsNothing ? CD_void : CD_Object);
        var instantiated = returnsNothing ? run : MethodTypeDesc.of(box(type.returnType()));
        out.invokedynamic(DynamicCallSiteDesc.of(METAFACTORY, "run", captured, run,
                MethodHandleDesc.ofMethod(kind(model, isStatic), self, body, type), instantiated, LambdaMetafactory.FLAG_SERIALIZABLE));
        return form;
    }

    private static DirectMethodHandleDesc.Kind kind(ClassModel model, boolean isStatic) {
        boolean isInterface = model.flags().has(AccessFlag.INTERFACE);
        if (isStatic) return isInterface ? DirectMethodHandleDesc.Kind.INTERFACE_STATIC : DirectMethodHandleDesc.Kind.STATIC;
        boolean isOld = model.majorVersion() < ClassFile.JAVA_15_VERSION; // as javac's --release does
        if (isInterface) return isOld ? DirectMethodHandleDesc.Kind.INTERFACE_SPECIAL : DirectMethodHandleDesc.Kind.INTERFACE_VIRTUAL;
        return isOld ? DirectMethodHandleDesc.Kind.SPECIAL : DirectMethodHandleDesc.Kind.VIRTUAL;
    }

    private static ClassDesc box(ClassDesc type) {
        return type.isPrimitive() ? ClassDesc.ofDescriptor(TypeKind.from(type) == TypeKind.BOOLEAN ? "Ljava/lang/Boolean;" : wrapper(type)) : type;
    }

    private static String wrapper(ClassDesc type) {
        return switch (TypeKind.from(type)) {
            case BYTE -> "Ljava/lang/Byte;";
            case CHAR -> "Ljava/lang/Character;";
            case SHORT -> "Ljava/lang/Short;";
            case INT -> "Ljava/lang/Integer;";
            case LONG -> "Ljava/lang/Long;";
            case FLOAT -> "Ljava/lang/Float;";
            default -> "Ljava/lang/Double;";
        };
    }

    private static CodeBuilder unbox(CodeBuilder out, ClassDesc type) {
        if (!type.isPrimitive()) return type.equals(CD_Object) ? out : out.checkcast(type);
        var box = box(type);
        return out.checkcast(box).invokevirtual(box, type.displayName() + "Value", MethodTypeDesc.of(type));
    }

    /// {@return the numbers of the elements before which an await may stand: outside of `synchronized`, and not before NEW,
    /// whose place is the name of the object it makes}
    private static BitSet boundaries(List<CodeElement> code) {
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

    private static BitSet choose(List<CodeElement> code, SplittableRandom random) {
        var from = boundaries(code).stream().toArray();
        var chosen = new BitSet();
        int awaits = Math.min(MOST_AWAITS, 1 + from.length / 6);
        for (int n = 0; n < awaits; n++) chosen.set(from[random.nextInt(from.length)]);
        return chosen;
    }

    private void strew(CodeBuilder out, ClassModel model, CodeAttribute code, SplittableRandom random) {
        var elements = code.elementList();
        var chosen = choose(elements, random);
        var handlers = new HashMap<Label, Integer>(); // to numbers that no other body has
        for (var h : code.exceptionHandlers()) handlers.putIfAbsent(h.handler(), bodies.size() << 10 | handlers.size());
        var monitors = elements.stream().anyMatch(e -> e instanceof MonitorInstruction);
        for (int i = 0; i < elements.size(); i++) {
            var e = elements.get(i);
            if (e instanceof StackMapTableAttribute || e instanceof RuntimeVisibleTypeAnnotationsAttribute || e instanceof RuntimeInvisibleTypeAnnotationsAttribute)
                continue;
            if (e instanceof LabelTarget target) {
                out.with(e);
                var handler = probes && !monitors ? handlers.get(target.label()) : null;
                if (handler != null)
                    out.dup().loadConstant(handler).invokestatic(DRIVER, "caught", MethodTypeDesc.of(CD_void, CD_Throwable, CD_int));
                continue;
            }
            if (!chosen.get(i)) {
                out.with(e);
                continue;
            }
            int handler = monitors ? Driver.UNKNOWN : handlerOf(code, elements, i, handlers);
            int place = places.size();
            places.add(new Place(bodies.size() - 1, bodies.getLast(), handler));
            var carried = carried(model, e);
            if (carried == null) {
                out.loadConstant(place).invokestatic(PAUSE, "at", MethodTypeDesc.of(FUTURE, CD_int)).invokestatic(ASYNC, "await", AWAIT).pop();
                out.with(e);
            } else {
                out.with(e);
                if (carried.isPrimitive()) out.invokestatic(box(carried), "valueOf", MethodTypeDesc.of(box(carried), carried));
                out.loadConstant(place).invokestatic(PAUSE, "carry", MethodTypeDesc.of(FUTURE, CD_Object, CD_int)).invokestatic(ASYNC, "await", AWAIT);
                unbox(out, carried);
            }
        }
        code.findAttribute(Attributes.stackMapTable()).ifPresent(out::with);
    }

    /// {@return the type of the value that an instruction leaves on the stack, if an await may carry it, else null}
    private static ClassDesc carried(ClassModel model, CodeElement e) {
        ClassDesc type;
        if (e instanceof InvokeInstruction call) type = call.typeSymbol().returnType();
        else if (e instanceof FieldInstruction f && (f.opcode() == Opcode.GETFIELD || f.opcode() == Opcode.GETSTATIC)) type = f.typeSymbol();
        else return null;
        if (type.isPrimitive()) return type.equals(CD_void) ? null : type;
        var of = type;
        while (of.isArray()) of = of.componentType();
        boolean isVisible = of.isPrimitive() || of.equals(CD_String) || of.packageName().equals(model.thisClass().asSymbol().packageName());
        return isVisible ? type : null;
    }

    /// {@return the handler that the JVM finds for a CancellationException thrown at an element, as the table's order says}
    private static int handlerOf(CodeAttribute code, List<CodeElement> elements, int i, Map<Label, Integer> handlers) {
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
