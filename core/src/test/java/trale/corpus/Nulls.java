package trale.corpus;

import static trale.Async.await;

import java.util.ArrayList;
import java.util.List;
import trale.Async.Body;

/// What a NullPointerException says, and that nothing happens before it is thrown which happens after it in plain Java.
final class Nulls {
    private final Probe p;
    private Node first;
    private static Node shared;

    private Nulls(Probe p) {
        this.p = p;
    }

    private static final class Node {
        private final List<Node> list = new ArrayList<>();
        private Node next;
        private int value;
        private String name;
        private int[] numbers;

        private Node add(int n, long l, String... names) {
            value += n;
            return next;
        }

        private static Node find(String name, Object[] among, int[][] more) {
            return null;
        }
    }

    static Body<?> privateFields(Probe p) {
        return () -> {
            var node = new Node();
            try {
                p.log(node.next.value);
            } catch (NullPointerException e) {
                p.log(e.getMessage() + await(p.later(1)));
            }
            try {
                node.next.value = await(p.later(3));
            } catch (NullPointerException e) {
                p.log(e.getMessage() + await(p.later(2)));
            }
            try {
                node.next.value += await(p.later(4));
            } catch (NullPointerException e) {
                p.log(e.getMessage());
            }
            try {
                node.next.next.name = p.see("evaluated first");
            } catch (NullPointerException e) {
                p.log(e.getMessage());
            }
            Node nothing = await(p.later(null));
            try {
                nothing.value++;
            } catch (NullPointerException e) {
                p.log(e.getMessage());
            }
            return nothing.name;
        };
    }

    static Body<?> privateMethods(Probe p) {
        return () -> {
            var node = new Node();
            try {
                node.next.add(1, 2L, p.see("evaluated first"), await(p.later("too")));
            } catch (NullPointerException e) {
                p.log(e.getMessage());
            }
            try {
                Node.find("a", null, null).add(await(p.later(1)), await(p.later(2L)));
            } catch (NullPointerException e) {
                p.log(e.getMessage());
            }
            try {
                Node.find("a", null, null).next.value++;
            } catch (NullPointerException e) {
                p.log(e.getMessage());
            }
            node.list.add(null);
            try {
                node.list.get(0).value = 1;
            } catch (NullPointerException e) {
                p.log(e.getMessage());
            }
            return node.add(1, 1).add(await(p.later(1)), 2);
        };
    }

    private static Node[] none() {
        return new Node[1];
    }

    static Body<?> elementsOfArrays(Probe p) {
        return () -> {
            var nodes = new Node[200];
            int i = await(p.later(2));
            try {
                p.log(nodes[0].value);
            } catch (NullPointerException e) {
                p.log(e.getMessage());
            }
            try {
                nodes[i - 1].value = await(p.later(3));
            } catch (NullPointerException e) {
                p.log(e.getMessage() + await(p.later(1)));
            }
            try {
                nodes[i].add(1, 2);
            } catch (NullPointerException e) {
                p.log(e.getMessage());
            }
            var tables = new Node[][] {nodes};
            int[] ints = {7, await(p.later(8))};
            byte[] bytes = {9};
            try {
                tables[0][ints[1]].name = "assigned";
            } catch (NullPointerException e) {
                p.log(e.getMessage());
            }
            try {
                tables[0][bytes[0]].value++;
            } catch (NullPointerException e) {
                p.log(e.getMessage());
            }
            try {
                nodes[199].next = nodes[100].next;
            } catch (NullPointerException e) {
                p.log(e.getMessage());
            }
            try {
                nodes[199].value = i;
            } catch (NullPointerException e) {
                p.log(e.getMessage());
            }
            try {
                none()[ints.length - 2].value = await(p.later(4));
            } catch (NullPointerException e) {
                p.log(e.getMessage());
            }
            try {
                (i > 0 ? nodes : none())[0].value = 5;
            } catch (NullPointerException e) {
                p.log(e.getMessage());
            }
            try {
                ((Node) null).name = "assigned";
            } catch (NullPointerException e) {
                p.log(e.getMessage());
            }
            return await(p.later("the end"));
        };
    }

    static Body<?> ofThisAndStatics(Probe p) {
        return new Nulls(p).thisAndStatics(1);
    }

    private Body<?> thisAndStatics(int n) {
        return () -> {
            try {
                first.value = await(p.later(n));
            } catch (NullPointerException e) {
                p.log(e.getMessage());
            }
            try {
                shared.next.value = n;
            } catch (NullPointerException e) {
                p.log(e.getMessage());
            }
            this.first = new Node();
            return first.next.add(await(p.later(1)), n);
        };
    }

    /// Here the JVM does not say what was null, as it may have been one or the other.
    static Body<?> oneOrTheOther(Probe p) {
        return () -> {
            Node a = await(p.later(null));
            Node b = null;
            return (await(p.later(true)) ? a : b).value;
        };
    }
}
