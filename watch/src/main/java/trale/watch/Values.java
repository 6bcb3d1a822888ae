package trale.watch;

import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Modifier;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.StringJoiner;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The text of a value that a body keeps. Values of the JDK, strings, enums, and records of those have one; no method of the program
/// is called for it, so of anything else it is the name of the class.
final class Values {
    private static final int LONGEST = 200;
    private static final int DEEPEST = 3;

    private Values() {}

    /// A text that is made already.
    private record Text(String text) {}

    /// A value whose class stands for it.
    private record Other(Class<?> type) {}

    /// {@return what can be kept of a value until its text is made} A history keeps it for long, so it is small and refers to nothing of
    /// the program: for a record, which may refer to anything, for a long string and the like it is the text. For a value that may change,
    /// or whose text is the program's, it is the class.
    static @Nullable Object keep(@Nullable Object value) {
        return switch (value) {
            case null -> null;
            case String s when s.length() <= LONGEST -> s;
            case Integer _, Long _, Short _, Byte _, Double _, Float _, Character _, Boolean _, Enum<?> _ -> value;
            default -> isText(value) ? new Text(of(value)) : new Other(value.getClass());
        };
    }

    static String of(@Nullable Object value) {
        return text(value, 0);
    }

    /// The message of a failure is the program's, but it is a field for all exceptions that do not override it; those are left out.
    static String of(Throwable failure) {
        var name = failure.getClass().getName();
        try {
            var own = failure.getClass().getMethod("getMessage").getDeclaringClass();
            if (own != Throwable.class && own.getModule() != Object.class.getModule()) return name;
        } catch (NoSuchMethodException e) {
            return name;
        }
        var message = failure.getMessage();
        return message == null ? name : cut(name + ": " + message);
    }

    /// {@return whether the text of a value can be made later: nothing changes it}
    private static boolean isText(@Nullable Object value) {
        return switch (value) {
            case null -> true;
            case String _, Character _, Boolean _, Enum<?> _, Record _, UUID _, InetSocketAddress _, InetAddress _ -> true;
            case InstantSource _ -> false; // a Clock may be made of one of the program's
            default -> value.getClass().getPackageName().equals("java.time")
                    || (value instanceof Number && value.getClass().getPackageName().equals("java.lang"))
                    || (value instanceof Number && value.getClass().getPackageName().equals("java.math"));
        };
    }

    private static String text(@Nullable Object value, int depth) {
        return switch (value) {
            case null -> "null";
            case String s -> '"' + cut(s) + '"';
            case Character c -> "'" + c + "'";
            case Text(var text) -> text;
            case Other(var type) -> className(type);
            case Enum<?> e -> e.name();
            case Record r when depth < DEEPEST -> record(r, depth);
            case InetSocketAddress a -> (a.isUnresolved() ? a.getHostString() : a.getAddress().getHostAddress()) + ":" + a.getPort();
            case InetAddress a -> a.getHostAddress();
            default -> isText(value) && !(value instanceof Record) ? cut(value.toString()) : className(value.getClass());
        };
    }

    /// By its fields, because the accessors are the program's.
    private static String record(Record r, int depth) {
        var fields = new StringJoiner(", ", className(r.getClass()) + "[", "]");
        try {
            for (var field : r.getClass().getDeclaredFields()) {
                if (Modifier.isStatic(field.getModifiers())) continue;
                AccessibleObject.setAccessible(new AccessibleObject[] {field}, true);
                fields.add(field.getName() + "=" + text(field.get(r), depth + 1));
            }
            return cut(fields.toString());
        } catch (IllegalAccessException | RuntimeException e) {
            return className(r.getClass()); // its module does not let anyone look
        }
    }

    static String className(Class<?> c) {
        var name = c.isArray() ? c.getTypeName() : c.getName();
        return name.substring(name.lastIndexOf('.') + 1);
    }

    private static String cut(String s) {
        return s.length() <= LONGEST ? s : s.substring(0, LONGEST) + "…";
    }
}
