package trale.explain;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import trale.StateMachine;
import trale.explain.StateGraph.Size;

/// How HotSpot lays out an object (fieldLayoutBuilder.cpp): the fields of a class come behind those of its superclass, the
/// large primitives first and references last, each in the smallest gap that it fits in, else at the end.
///
/// ```
///  0  header   12  state   16  cancelled  17  dropped   20  awaiting   24  I$0   28  L$0        32 bytes
/// ```
final class Memory {
    private static final int REFERENCE = 0; // instead of a size

    private record Gap(int from, int to) {}

    private final int reference;
    private final List<Gap> gaps = new ArrayList<>();
    private int end;

    private Memory(int header, int reference) {
        this.reference = reference;
        this.end = header;
    }

    /// {@return what an object of a state machine takes}
    /// @param kept the fields' descriptors
    static Size sizeOf(Collection<String> kept) {
        int header = flag("UseCompactObjectHeaders", "false").equals("true") ? 8
                : flag("UseCompressedClassPointers", "true").equals("true") ? 12 : 16;
        int reference = flag("UseCompressedOops", "true").equals("true") ? 4 : 8;
        int alignment = Integer.parseInt(flag("ObjectAlignmentInBytes", "8"));
        var memory = new Memory(header, reference);
        int machine = memory.placeFieldsOf(StateMachine.class);
        int fields = memory.place(kept);
        int bytes = Math.ceilDiv(memory.end, alignment) * alignment;
        return new Size(header, machine, fields, bytes - header - machine - fields, reference);
    }

    /// {@return the bytes of a class's fields, and of those above it}
    private int placeFieldsOf(Class<?> c) {
        int above = c.getSuperclass() == null ? 0 : placeFieldsOf(c.getSuperclass());
        var fields = new ArrayList<String>();
        for (var f : c.getDeclaredFields())
            if (!Modifier.isStatic(f.getModifiers())) fields.add(f.getType().descriptorString());
        return above + place(fields);
    }

    /// {@return the value of a flag of this JVM; the usual one in a runtime image that has no module jdk.management to ask}
    private static String flag(String name, String usual) {
        if (ModuleLayer.boot().findModule("jdk.management").isEmpty()) return usual;
        try {
            return ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class).getVMOption(name).getValue();
        } catch (IllegalArgumentException e) {
            return usual; // a JVM of which this is no option any more
        }
    }

    /// {@return the bytes of these fields}
    private int place(Collection<String> descriptors) {
        var sizes = new ArrayList<Integer>();
        for (var d : descriptors)
            sizes.add(switch (d.charAt(0)) {
                case 'J', 'D' -> 8;
                case 'I', 'F' -> 4;
                case 'S', 'C' -> 2;
                case 'B', 'Z' -> 1;
                default -> REFERENCE;
            });
        sizes.sort(Comparator.reverseOrder());
        int sum = 0;
        for (int size : sizes) {
            int bytes = size == REFERENCE ? reference : size;
            place(bytes);
            sum += bytes;
        }
        return sum;
    }

    private void place(int size) {
        Gap best = null;
        for (var gap : gaps)
            if (Math.ceilDiv(gap.from, size) * size + size <= gap.to && (best == null || gap.to - gap.from < best.to - best.from))
                best = gap;
        int from = best == null ? end : best.from;
        int at = Math.ceilDiv(from, size) * size;
        if (at > from) gaps.add(new Gap(from, at));
        if (best == null) {
            end = at + size;
        } else {
            gaps.remove(best);
            if (at + size < best.to) gaps.add(new Gap(at + size, best.to));
        }
    }
}
