package mass;
import mass.work.*;
public class Try {
    public static void main(String[] a) throws Exception {
        var t = new Thread(null, () -> { try { run(a); } catch (Throwable e) { e.printStackTrace(); } }, "x", 1L << 29);
        t.start(); t.join();
    }
    static void run(String[] a) throws Exception {
        var cancel = true;
        var all = new Trial[] {
            new Trial("java.math", 1, Numbers.class, "java.math."),
            new Trial("java.util.regex", 1, Patterns.class, "java.util.regex."),
            new Trial("java.time", 1, Dates.class, "java.time.", "jdk.internal.util.DateTimeHelper"),
            new Trial("queues", 1, Queues.class, "java.util.concurrent.Helpers", "java.util.concurrent.ArrayBlockingQueue", "java.util.concurrent.LinkedBlockingQueue", "java.util.concurrent.PriorityBlockingQueue", "java.util.concurrent.LinkedBlockingDeque", "java.util.concurrent.ConcurrentLinkedDeque", "java.util.concurrent.ConcurrentSkipListMap", "java.util.PriorityQueue", "java.util.ArrayDeque", "java.util.BitSet", "java.util.TreeMap"),
        };
        for (var t : all) {
            long s = System.nanoTime();
            try {
            for (int n = 0; n < Integer.parseInt(a[0]); n++) t.compare(n);
            } catch (Throwable e) { System.out.println(e); if (!(e instanceof Difference)) e.printStackTrace(System.out); }
            System.out.printf("%s %d ms classes %d methods %d bodies %d awaits in them %d, skipped %s; awaits %d susp %d cancel %d handled %d%n", t.name, (System.nanoTime() - s) / 1000000, t.strewer.classes, t.strewer.methods, t.strewer.bodies.size(), t.strewer.places.size(), t.strewer.skipped, t.driver.awaits, t.driver.suspensions, t.driver.cancellations, t.driver.handled);
        }
    }
}
