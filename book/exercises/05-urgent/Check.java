import static book.learn.Expect.equal;

void main() {
    var queue = new UrgentQueue();
    for (String task : new String[] {"a", "b"}) queue.add(task, false);
    for (String task : new String[] {"A", "B", "C", "D", "E", "F", "G"}) queue.add(task, true);
    var order = new StringBuilder();
    for (String task; (task = queue.next()) != null; ) order.append(task);
    equal("ABCaDEFbG", order.toString(), "the order of 7 urgent tasks and 2 others");

    // An urgent task that yields for ever.
    queue.add("U", true);
    queue.add("n", false);
    for (int i = 0; i < 10; i++) {
        String task = queue.next();
        if ("n".equals(task)) return;
        queue.add(task, true);
    }
    throw new AssertionError("Of one urgent task that yields for ever and one other, the other one never ran.");
}
