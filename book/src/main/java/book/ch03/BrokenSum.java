package book.ch03;

/// The sum with callbacks, as one would write it at first.
final class BrokenSum {
    private BrokenSum() {}

    // region serve
    static void serve(Connection client) {
        try {
            client.readLine(first -> {
                long a = Long.parseLong(first);
                client.readLine(second -> {
                    long b = Long.parseLong(second);
                    client.write(a + b + "\n");
                    serve(client); // the next sum
                });
            });
        } catch (NumberFormatException e) {
            client.write("not a number\n");
        }
    }
    // end
}
