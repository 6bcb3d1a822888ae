package mass;

import java.util.List;
import java.util.Objects;
import mass.work.Dates;
import mass.work.Numbers;
import mass.work.Patterns;
import mass.work.Queues;
import mass.work.Work;

/// A library twice: as it is, and with async bodies in place of its methods. Each case is run on both, and what comes out has
/// to be the same.
///
/// ```
///  case n        as it is        strewn        strewn, one body is cancelled        strewn once more
///  result           r      =       r                  any                       =         r
/// ```
final class Trial {
    final String name;
    final Strewer strewer;
    final Driver driver;

    private final long seed;
    private final Work plain;
    private final Work strewn;

    /// @param user a Work that uses the classes which are moved
    /// @param limit how many awaits there may be
    private Trial(String name, long seed, long limit, Class<? extends Work> user, String... moved) throws ReflectiveOperationException {
        this.name = name;
        this.seed = seed;
        this.strewer = new Strewer(seed, true, false);
        this.driver = new Driver(strewer.places, limit);
        this.plain = user.getConstructor().newInstance();
        var loader = new StrewnLoader(Library.moved(user, List.of(moved)), strewer);
        this.strewn = (Work) Class.forName(user.getName(), true, loader).getConstructor().newInstance();
    }

    /// {@return the trials of parts of the JDK}
    static List<Trial> all(long seed, long limit) throws ReflectiveOperationException {
        return List.of(
                new Trial("java.math", seed, limit, Numbers.class, "java.math."),
                new Trial("java.util.regex", seed, limit, Patterns.class, "java.util.regex."),
                new Trial("java.time", seed, limit, Dates.class, "java.time.", "jdk.internal.util.DateTimeHelper"),
                new Trial("collections", seed, limit, Queues.class,
                        "java.util.ArrayDeque", "java.util.BitSet", "java.util.PriorityQueue", "java.util.TreeMap",
                        "java.util.concurrent.ArrayBlockingQueue", "java.util.concurrent.ConcurrentLinkedDeque",
                        "java.util.concurrent.Helpers", "java.util.concurrent.LinkedBlockingDeque",
                        "java.util.concurrent.LinkedBlockingQueue", "java.util.concurrent.PriorityBlockingQueue"));
    }

    /// Runs one case: as it is, strewn, and, if it suspends at all, cancelled at one of its suspensions and once more.
    ///
    /// @throws Difference there is one
    void compare(long n) {
        long number = seed * 1_000_003 + n;
        var expected = result(plain, number);
        driver.begin(number);
        driver.cancelNone();
        long before = driver.suspensions;
        long guardedBefore = driver.guarded;
        check(n, "strewn", expected, result(strewn, number));
        long suspensions = driver.suspensions - before;
        if (suspensions == 0) return;
        long guarded = driver.guarded - guardedBefore;
        long random = number * 0x9e3779b97f4a7c15L >>> 7;
        if (n % 2 == 1 && guarded > 0) driver.cancelAtGuarded(1 + random % guarded);
        else driver.cancelAt(1 + random % suspensions);
        result(strewn, number);
        driver.cancelNone();
        if (driver.fault() != null) throw new Difference(place(n) + driver.fault());
        check(n, "after a cancelled attempt", expected, result(strewn, number));
    }

    private String place(long n) {
        return name + ", case " + n + ": ";
    }

    private void check(long n, String how, String expected, String actual) {
        if (Objects.equals(expected, actual)) return;
        int at = 0;
        while (at < expected.length() && at < actual.length() && expected.charAt(at) == actual.charAt(at)) at++;
        throw new Difference(place(n) + how + ", it is '" + excerpt(actual, at) + "' instead of '" + excerpt(expected, at) + "'");
    }

    private static String excerpt(String text, int at) {
        return text.substring(at, Math.min(text.length(), at + 60)).replace('\n', ' ');
    }

    private static String result(Work work, long number) {
        try {
            return work.run(number).replace(Library.MOVED, ""); // messages name classes
        } catch (VerifyError | InternalError e) {
            throw e;
        } catch (Throwable t) {
            return failure(t);
        }
    }

    private static String failure(Throwable t) {
        var at = t.getStackTrace();
        return t + (at.length == 0 ? "" : " at " + at[0]) + (t.getCause() == null ? "" : ", because of " + failure(t.getCause()));
    }
}
