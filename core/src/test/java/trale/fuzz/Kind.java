package trale.fuzz;

import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/// The types of the variables and expressions of random bodies.
enum Kind {
    BOOLEAN("boolean", "Boolean"),
    BYTE("byte", "Byte"),
    SHORT("short", "Short"),
    CHAR("char", "Character"),
    INT("int", "Integer"),
    LONG("long", "Long"),
    FLOAT("float", "Float"),
    DOUBLE("double", "Double"),
    BOXED_INT("Integer"),
    BOXED_LONG("Long"),
    BOXED_DOUBLE("Double"),
    STRING("String"),
    OBJECT("Object"),
    COLOUR("Colour"),
    SHAPE("Shape"),
    POINT("Point"),
    CELL("Cell<String>"),
    LIST("List<Integer>"),
    INTS("int[]"),
    LONGS("long[]"),
    BYTES("byte[]"),
    DOUBLES("double[]"),
    STRINGS("String[]"),
    OBJECTS("Object[]"),
    MATRIX("int[][]"),

    // Only where they are asked for by name, from here on.
    EXCEPTION("Exception"),
    SUPPLIER("IntSupplier"),

    /// A class that only a `var` can have, as the body may not name it.
    HIDDEN("var"),

    /// A local record, whose name stands for a variable's.
    RECORD("Record"),
    VOID("void", "Void");

    static final List<Kind> NUMBERS = List.of(BYTE, SHORT, CHAR, INT, LONG, FLOAT, DOUBLE);
    static final List<Kind> ALL = all(kind -> kind.ordinal() < EXCEPTION.ordinal());

    /// What says the same in every run when it is made a String: no array, and no exception, as the message of a
    /// NullPointerException names variables.
    static final List<Kind> PRINTABLE = all(kind -> kind.ordinal() < INTS.ordinal());

    /// As the source names it.
    final String type;

    /// As a type argument.
    final String box;

    Kind(String type, String box) {
        this.type = type;
        this.box = box;
    }

    Kind(String type) {
        this(type, type);
    }

    private static List<Kind> all(Predicate<Kind> wanted) {
        return Arrays.stream(values()).filter(wanted).toList();
    }

    /// {@return whether it can be the type of a future, and be seen}
    boolean isOrdinary() {
        return this != SUPPLIER && this != HIDDEN;
    }

    boolean isNumber() {
        return NUMBERS.contains(this);
    }

    boolean isPrimitive() {
        return this == BOOLEAN || isNumber();
    }

    /// {@return what arrays of this kind hold}
    Kind element() {
        return switch (this) {
            case INTS -> INT;
            case LONGS -> LONG;
            case BYTES -> BYTE;
            case DOUBLES -> DOUBLE;
            case STRINGS -> STRING;
            case OBJECTS -> OBJECT;
            case MATRIX -> INTS;
            default -> throw new IllegalArgumentException(this + " is no array");
        };
    }

    /// {@return the kind of arrays of this, or null}
    Kind array() {
        for (var kind : List.of(INTS, LONGS, BYTES, DOUBLES, STRINGS, OBJECTS, MATRIX)) if (kind.element() == this) return kind;
        return null;
    }
}
