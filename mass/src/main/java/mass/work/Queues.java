package mass.work;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.TimeUnit;

/// Random operations on the collections whose code is full of `try … finally unlock`, and on some others.
public final class Queues implements Work {
    @Override
    public String run(long seed) throws InterruptedException {
        var random = new SplittableRandom(seed);
        var out = new StringJoiner(" ");
        switch (random.nextInt(9)) {
            case 0 -> blocking(new ArrayBlockingQueue<>(1 + random.nextInt(6)), random, out);
            case 1 -> blocking(new LinkedBlockingQueue<>(1 + random.nextInt(6)), random, out);
            case 2 -> blocking(new PriorityBlockingQueue<>(1), random, out);
            case 3 -> deque(new LinkedBlockingDeque<>(1 + random.nextInt(6)), random, out);
            case 4 -> queue(new ConcurrentLinkedDeque<>(), random, out);
            case 5 -> queue(new PriorityQueue<>(Comparator.reverseOrder()), random, out);
            case 6 -> queue(new ArrayDeque<>(2), random, out);
            case 7 -> bits(random, out);
            default -> maps(random, out);
        }
        return out.toString();
    }

    private static void queue(Queue<Integer> q, SplittableRandom random, StringJoiner out) {
        for (int n = 0; n < 20; n++) step(q, random, out);
    }

    private static void step(Queue<Integer> q, SplittableRandom random, StringJoiner out) {
        int x = random.nextInt(10);
        try {
            switch (random.nextInt(12)) {
                case 0, 1, 2 -> out.add("" + q.offer(x));
                case 3 -> out.add("" + q.add(x));
                case 4 -> out.add("" + q.poll());
                case 5 -> out.add("" + q.remove());
                case 6 -> out.add("" + q.peek() + q.size());
                case 7 -> out.add("" + q.remove(x) + q.contains(x));
                case 8 -> out.add("" + q.removeIf(i -> i % 3 == x % 3));
                case 9 -> out.add(iterate(q, x));
                case 10 -> out.add("" + q.addAll(List.of(x, x + 1)));
                default -> out.add(q + "" + q.stream().mapToInt(i -> i).sum());
            }
        } catch (IllegalStateException | java.util.NoSuchElementException e) {
            if (e instanceof java.util.concurrent.CancellationException) throw e;
            out.add(e.toString());
        }
    }

    private static String iterate(Collection<Integer> q, int x) {
        var seen = new StringBuilder();
        for (var it = q.iterator(); it.hasNext();) {
            int next = it.next();
            seen.append(next);
            if (next == x) it.remove();
        }
        return seen.toString();
    }

    private static void blocking(BlockingQueue<Integer> q, SplittableRandom random, StringJoiner out) throws InterruptedException {
        for (int n = 0; n < 20; n++) {
            step(q, random, out);
            switch (random.nextInt(6)) {
                case 0 -> out.add("" + q.offer(n, 0, TimeUnit.SECONDS));
                case 1 -> out.add("" + q.poll(0, TimeUnit.SECONDS));
                case 2 -> out.add("" + drain(q, random.nextInt(4)));
                case 3 -> {
                    if (q.remainingCapacity() > 0) q.put(n);
                }
                case 4 -> {
                    if (!q.isEmpty()) out.add("" + q.take());
                }
                default -> out.add("" + q.remainingCapacity());
            }
        }
    }

    private static List<Integer> drain(BlockingQueue<Integer> q, int most) {
        var to = new ArrayList<Integer>();
        q.drainTo(to, most);
        return to;
    }

    private static void deque(BlockingDeque<Integer> q, SplittableRandom random, StringJoiner out) throws InterruptedException {
        blocking(q, random, out);
        out.add("" + q.offerFirst(1) + q.offerLast(2) + q.pollFirst() + q.pollLast() + q.peekFirst() + q.removeLastOccurrence(3));
        for (var it = q.descendingIterator(); it.hasNext();) out.add("" + it.next());
    }

    private static void bits(SplittableRandom random, StringJoiner out) {
        var a = new BitSet();
        var b = new BitSet(random.nextInt(300));
        for (int n = 0; n < 10; n++) {
            int from = random.nextInt(200);
            a.set(from, from + random.nextInt(70));
            b.flip(random.nextInt(200));
            a.clear(random.nextInt(300));
        }
        out.add("" + a.nextClearBit(random.nextInt(100)) + b.previousSetBit(100) + a.cardinality() + b.length() + a.intersects(b));
        a.xor(b);
        b.andNot(a);
        out.add(a + "" + b + a.get(10, 90) + a.equals(b) + BitSet.valueOf(a.toLongArray()).equals(a));
    }

    private static void maps(SplittableRandom random, StringJoiner out) {
        var tree = new TreeMap<Integer, Integer>();
        var other = new TreeMap<Integer, Integer>(Comparator.reverseOrder());
        for (int n = 0; n < 40; n++) {
            int k = random.nextInt(30);
            switch (random.nextInt(5)) {
                case 0, 1 -> out.add("" + tree.put(k, n) + other.put(k, n));
                case 2 -> out.add("" + tree.remove(k) + other.remove(k));
                case 3 -> out.add("" + tree.ceilingEntry(k) + other.ceilingEntry(k) + tree.headMap(k, true).size());
                default -> out.add("" + tree.merge(k, n, Integer::sum) + other.merge(k, n, Integer::sum));
            }
        }
        out.add(tree + "" + other + tree.equals(other) + tree.descendingMap() + other.subMap(20, 5));
    }
}
