import static book.learn.Expect.equal;

void main() {
    var table = new WakerTable();
    int[] wakes = {0, 0};
    table.wakeWhenReady(7, () -> wakes[0]++);
    table.close(7);
    equal(1, wakes[0], "the number of wakes of a task whose descriptor is closed");
    table.ready(7); // another file has got the number 7; its task does not wait
    equal(1, wakes[0], "the number of wakes of the old task, after something has come for the new file,");
    table.wakeWhenReady(7, () -> wakes[1]++);
    table.ready(7);
    equal(1, wakes[0], "the number of wakes of the old task, after the new one has waited,");
    equal(1, wakes[1], "the number of wakes of the new task");
    table.close(8); // nothing waits for it
}
