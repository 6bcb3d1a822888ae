package trale.corpus;

import static trale.Async.await;

import java.lang.invoke.MethodHandles;
import java.util.function.Function;
import java.util.function.IntBinaryOperator;
import java.util.function.Supplier;
import trale.Async.Body;
import trale.corpus.elsewhere.Parent;

/// Members that only the class the body stands in may use.
final class Members extends Parent implements Greeter, Cloneable {
    private int mine = 10;
    private static long ours;
    private final Probe p;

    private Members(Probe p) {
        this.p = p;
    }

    private String secret(int n) {
        return "secret " + n + mine;
    }

    private static String ourSecret(String... parts) {
        return String.join("+", parts);
    }

    @Override
    protected String greet(String whom) {
        return "child greets " + whom;
    }

    @Override
    public String hello() {
        return "hello from the class";
    }

    @Override
    public String toString() {
        return "Members";
    }

    private record Pair(int a, String b) {
        private static int made;

        private Pair {
            made++;
        }

        private String both() {
            return a + b;
        }
    }

    private enum Level {
        LOW,
        HIGH {
            @Override
            String text() {
                return "high!";
            }
        };

        String text() {
            return "low";
        }
    }

    private static class Other {
        private int count = 1;
        private int[] numbers = {1, 2, 3};
        private Other next;
    }

    static Body<?> privateFields(Probe p) {
        return new Members(p).fields();
    }

    private Body<?> fields() {
        return () -> {
            mine += await(p.later(5));
            mine++;
            ours = mine + await(p.later(1L));
            ours <<= 2;
            return mine-- + " " + ours + this.mine;
        };
    }

    static Body<?> privateFieldsOfNestmates(Probe p) {
        return () -> {
            var o = new Other();
            o.next = new Other();
            o.next.count += await(p.later(2)) + o.count++;
            o.next.numbers[await(p.later(1))] -= await(p.later(9));
            return o.count + " " + o.next.count + o.next.numbers[1];
        };
    }

    static Body<?> privateMethods(Probe p) {
        var m = new Members(p);
        return () -> m.secret(await(p.later(1))) + ourSecret("a", await(p.later("b"))) + ourSecret()
                + new Pair(1, await(p.later("x"))).both() + (Pair.made > 0);
    }

    static Body<?> inheritedMembers(Probe p) {
        return new Members(p).inherited();
    }

    @SuppressWarnings("serial") // protected members are used by a serializable lambda
    private Body<?> inherited() {
        return () -> {
            inherited += await(p.later(4));
            inheritedStatic = inheritedStatic.toUpperCase(java.util.Locale.ROOT);
            var part = new Part(await(p.later("part")));
            return greet(await(p.later("you"))) + twice(inherited) + Parent.twice(1) + inheritedStatic + part + ((Members) clone()).mine;
        };
    }

    static Body<?> superCalls(Probe p) {
        return new Members(p).supers();
    }

    private Body<?> supers() {
        return () -> super.greet(await(p.later("me"))) + super.toString() + Greeter.super.hello() + toString() + hello() + super.inherited;
    }

    static Body<?> interfacePrivates(Probe p) {
        return Greeter.inAnInterface(p);
    }

    static Body<?> privateEnums(Probe p) {
        return () -> {
            var level = await(p.later(Level.HIGH));
            var s = switch (level) {
                case LOW -> await(p.later("l"));
                case HIGH -> await(p.later("h"));
            };
            return s + level.text() + Level.valueOf("LOW").text() + Level.values().length;
        };
    }

    static Body<?> privateMethodReferencesAndLambdas(Probe p) {
        return new Members(p).references();
    }

    private Body<?> references() {
        return () -> {
            int n = await(p.later(2));
            Function<Integer, String> f = this::secret;
            Function<String[], String> g = Members::ourSecret;
            Supplier<Object> h = Other::new;
            Function<Integer, int[]> arrays = int[]::new;
            IntBinaryOperator plus = (a, b) -> a + b * mine + n;
            Supplier<String> up = super::toString;
            Supplier<Supplier<String>> deep = () -> () -> greet("deep") + mine + n;
            return f.apply(await(p.later(3))) + g.apply(new String[] {"x"}) + (h.get() instanceof Other) + arrays.apply(4).length
                    + plus.applyAsInt(1, await(p.later(2))) + up.get() + deep.get().get();
        };
    }

    private interface ByName {
        Class<?> find(String name) throws Exception;
    }

    /// What the JDK answers depends on the class that asks.
    static Body<?> callersThatMatter(Probe p) {
        var m = new Members(p);
        return () -> {
            var lookup = await(p.later(MethodHandles.lookup()));
            MethodHandles.lookup().findVarHandle(Members.class, "mine", int.class).set(m, await(p.later(30)));
            ByName byName = Class::forName;
            return m.mine + lookup.lookupClass().getName() + lookup.hasFullPrivilegeAccess() + byName.find("java.lang.String");
        };
    }

    static Body<?> assertions(Probe p) {
        return () -> {
            assert await(p.later(true)) : "never";
            try {
                assert p.awaits() < 0 : "asserted " + p.see(3);
            } catch (AssertionError e) {
                return e.getMessage() + await(p.later("."));
            }
            return "assertions are off";
        };
    }
}

/// A host that is an interface.
interface Greeter {
    default String hello() {
        return "hello from the interface " + secret();
    }

    private String secret() {
        return "(private)";
    }

    static Body<?> inAnInterface(Probe p) {
        return () -> own(await(p.later(1))) + ((Greeter) new Greeter() {}).secret();
    }

    private static String own(int n) {
        return "own" + n;
    }
}
