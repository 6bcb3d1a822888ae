import static book.learn.Expect.that;

void main() throws Exception {
    long begun = System.nanoTime();
    int[] idle = {0};
    PausingLoop.run(() -> System.nanoTime() - begun < 100_000_000, () -> {
        idle[0]++;
        return false;
    });
    that(idle[0] > 0, "The loop did not ask the sockets at all.");
    that(idle[0] <= 100, "In 100 ms without anything to do, the loop asked the sockets " + idle[0] + " times. It should sleep for a millisecond after each.");

    // A loop that slept after each of these 20,000 turns would need 20 s.
    int[] left = {20_000};
    PausingLoop.run(() -> left[0] > 0, () -> {
        left[0]--;
        return true;
    });
}
