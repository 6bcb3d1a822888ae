package trale.corpus.elsewhere;

/// Has protected members, which only a subclass may use in another package.
public class Parent {
    protected int inherited = 3;
    protected static String inheritedStatic = "static";

    protected Parent() {}

    protected String greet(String whom) {
        return "parent greets " + whom;
    }

    protected static int twice(int n) {
        return 2 * n;
    }

    @Override
    public String toString() {
        return "Parent";
    }

    protected record Part(String name) {
        public Part {}
    }
}
