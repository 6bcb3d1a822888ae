package mass;

import static java.lang.constant.ConstantDescs.CD_Object;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;

/// Code that turns values into objects and back: a future becomes an object.
final class Boxes {
    private Boxes() {}

    /// {@return the class of the object that a value of the type becomes}
    static ClassDesc box(ClassDesc type) {
        if (!type.isPrimitive()) return type;
        return ClassDesc.ofDescriptor(TypeKind.from(type) == TypeKind.BOOLEAN ? "Ljava/lang/Boolean;" : wrapper(type));
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

    /// From Object to the type.
    static CodeBuilder unbox(CodeBuilder out, ClassDesc type) {
        if (!type.isPrimitive()) return type.equals(CD_Object) ? out : out.checkcast(type);
        var box = box(type);
        return out.checkcast(box).invokevirtual(box, type.displayName() + "Value", MethodTypeDesc.of(type));
    }

    /// Puts 0 or null on the stack.
    static void zero(CodeBuilder out, ClassDesc type) {
        switch (TypeKind.from(type)) {
            case REFERENCE -> out.aconst_null();
            case LONG -> out.lconst_0();
            case FLOAT -> out.fconst_0();
            case DOUBLE -> out.dconst_0();
            default -> out.iconst_0();
        }
    }
}
