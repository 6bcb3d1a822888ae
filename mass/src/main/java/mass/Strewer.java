package mass;

import static java.lang.constant.ConstantDescs.*;

import java.lang.classfile.*;
import java.lang.classfile.ClassFile.ShortJumpsOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.classfile.instruction.DiscontinuedInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.constant.DynamicCallSiteDesc;
import java.lang.constant.MethodHandleDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.LambdaMetafactory;
import java.lang.reflect.AccessFlag;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

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
/// Where the awaits stand is in [Strewing].
final class Strewer {
    /// A body whose code is longer is left alone: its state machine may not fit into a method.
    private static final int LONGEST = 20_000;

    static final ClassDesc DRIVER = ClassDesc.of("mass.Driver");
    private static final ClassDesc EVERYTHING = ClassDesc.of("mass.Everything");
    private static final ClassDesc BODY = ClassDesc.of("trale.Async$Body");
    private static final ClassDesc VOID_BODY = ClassDesc.of("trale.Async$VoidBody");

    /// Makes a lambda that is Serializable, as javac does for a `Body`.
    private static final DirectMethodHandleDesc METAFACTORY = MethodHandleDesc.ofMethod(
            DirectMethodHandleDesc.Kind.STATIC, ClassDesc.of("java.lang.invoke.LambdaMetafactory"), "altMetafactory",
            MethodTypeDesc.of(CD_CallSite, CD_MethodHandles_Lookup, CD_String, CD_MethodType, CD_Object.arrayType()));

    private static final ClassFile FILE = ClassFile.of(StackMapsOption.DROP_STACK_MAPS, ShortJumpsOption.FAIL_ON_SHORT_JUMPS);

    private final long seed;
    final boolean probes;
    private final boolean collects;

    /// The awaits of all bodies, by their number.
    final List<Place> places = new ArrayList<>();

    final List<String> bodies = new ArrayList<>();
    final Map<String, Integer> skipped = new TreeMap<>();
    int classes;
    int methods;

    /// How many awaits stand where a new object waits on the stack for its constructor.
    int inConstruction;

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

    /// {@return the number of one more await in the body that was begun last}
    /// @param handler see [Place]
    int place(int handler) {
        places.add(new Place(bodies.size() - 1, bodies.getLast(), handler));
        return places.size() - 1;
    }

    /// A method that was made a body.
    ///
    /// @param body the name of the method that has its code now
    private record Divided(MethodModel method, String body) {}

    /// Writes a method that hands all bodies of the class to [Everything], with nothing captured.
    private static void collect(ClassBuilder c, ClassModel model, List<Divided> divided) {
        int flags = ClassFile.ACC_PUBLIC | ClassFile.ACC_STATIC | ClassFile.ACC_SYNTHETIC;
        c.withMethodBody(Everything.COLLECTOR, MethodTypeDesc.of(CD_void), flags, out -> {
            for (var d : divided) {
                if (!d.method.flags().has(AccessFlag.STATIC)) out.aconst_null();
                for (var p : d.method.methodTypeSymbol().parameterList()) Boxes.zero(out, p);
                lambda(out, model, d.method, d.body);
                out.invokestatic(EVERYTHING, "compile", MethodTypeDesc.of(CD_void, CD_Object));
            }
            out.return_();
        });
    }

    private boolean isEligible(ClassModel model, MethodModel m) {
        methods++;
        var reason = reasonToSkip(model, m);
        if (reason != null) skipped.merge(reason, 1, Integer::sum);
        return reason == null;
    }

    private static @Nullable String reasonToSkip(ClassModel model, MethodModel m) {
        var code = (CodeAttribute) m.code().orElse(null);
        if (code == null) return m.flags().has(AccessFlag.NATIVE) ? "native" : "abstract";
        var name = m.methodName().stringValue();
        if (name.equals(INIT_NAME)) return "constructor";
        if (name.equals(CLASS_INIT_NAME)) return "class initialiser";
        if (name.equals("$deserializeLambda$")) return "$deserializeLambda$";
        if (model.majorVersion() < ClassFile.JAVA_8_VERSION) return "class file older than Java 8";
        if (code.codeLength() > LONGEST) return "longer than " + LONGEST + " bytes";
        for (var i : code) if (i instanceof DiscontinuedInstruction) return "jsr and ret";
        return Strewing.boundaries(code.elementList()).isEmpty() ? "all of it in synchronized" : null;
    }

    /// Writes the body, and the method that drives it to its end.
    private Divided divide(ClassBuilder c, ClassModel model, MethodModel m, SplittableRandom random) {
        var body = "lambda$mass$" + bodies.size();
        bodies.add(model.thisClass().name().stringValue().replace('/', '.') + "." + m.methodName().stringValue());
        int flags = ClassFile.ACC_PRIVATE | ClassFile.ACC_SYNTHETIC | m.flags().flagsMask() & (ClassFile.ACC_STATIC | ClassFile.ACC_STRICT);
        c.withMethod(body, m.methodTypeSymbol(), flags, b -> b.withCode(
                out -> new Strewing(this, model, (CodeAttribute) m.code().orElseThrow(), out).strew(random)));
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
        else Boxes.unbox(out, result).return_(TypeKind.from(result));
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
        var instantiated = returnsNothing ? run : MethodTypeDesc.of(Boxes.box(type.returnType()));
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
}
