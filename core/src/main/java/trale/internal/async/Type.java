package trale.internal.async;

import java.lang.classfile.TypeKind;
import java.lang.classfile.attribute.StackMapFrameInfo.ObjectVerificationTypeInfo;
import java.lang.classfile.attribute.StackMapFrameInfo.SimpleVerificationTypeInfo;
import java.lang.classfile.attribute.StackMapFrameInfo.VerificationTypeInfo;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import org.jspecify.annotations.Nullable;

/// The type of a local variable or an entry of the operand stack, as the verifier sees it: `int`, `float`, `long`, `double`, `null`, an
/// object of a class, or an object that NEW has made and whose constructor was not called yet.
///
/// @param info the verifier's name for it
/// @param allocatedAt the index of the NEW instruction if it is not initialised, else -1
public record Type(VerificationTypeInfo info, int allocatedAt) {
    static final Type INT = new Type(SimpleVerificationTypeInfo.INTEGER, -1);
    static final Type FLOAT = new Type(SimpleVerificationTypeInfo.FLOAT, -1);
    static final Type LONG = new Type(SimpleVerificationTypeInfo.LONG, -1);
    static final Type DOUBLE = new Type(SimpleVerificationTypeInfo.DOUBLE, -1);
    static final Type NULL = new Type(SimpleVerificationTypeInfo.NULL, -1);
    static final Type OBJECT = of(ConstantDescs.CD_Object);

    static Type of(TypeKind kind) {
        return switch (kind) {
            case LONG -> LONG;
            case FLOAT -> FLOAT;
            case DOUBLE -> DOUBLE;
            case REFERENCE -> OBJECT;
            default -> INT;
        };
    }

    static Type of(ClassDesc desc) {
        return desc.isPrimitive() ? of(TypeKind.from(desc)) : new Type(ObjectVerificationTypeInfo.of(desc), -1);
    }

    static Type uninitialized(int allocatedAt) {
        return new Type(SimpleVerificationTypeInfo.TOP, allocatedAt);
    }

    public boolean isInitialized() {
        return allocatedAt < 0;
    }

    public boolean isNull() {
        return info == SimpleVerificationTypeInfo.NULL;
    }

    public TypeKind kind() {
        return switch (info.tag()) {
            case VerificationTypeInfo.ITEM_INTEGER -> TypeKind.INT;
            case VerificationTypeInfo.ITEM_FLOAT -> TypeKind.FLOAT;
            case VerificationTypeInfo.ITEM_LONG -> TypeKind.LONG;
            case VerificationTypeInfo.ITEM_DOUBLE -> TypeKind.DOUBLE;
            default -> TypeKind.REFERENCE;
        };
    }

    int slots() {
        return kind().slotSize();
    }

    /// {@return its class; null for what has none}
    public @Nullable ClassDesc desc() {
        return info instanceof ObjectVerificationTypeInfo o ? o.className().asSymbol() : null;
    }
}
