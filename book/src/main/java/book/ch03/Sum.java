package book.ch03;

/// The sum with callbacks that each look after their own exceptions, and a field for what a local variable was.
final class Sum {
    // region serve
    private final Connection client;
    private boolean hasFirst;   // what has happened so far …
    private long first;         // … and what has to be remembered of it

    private Sum(Connection client) {
        this.client = client;
    }

    static void serve(Connection client) {
        client.readLine(new Sum(client)::line);
    }

    private void line(String line) {
        try {
            long number = Long.parseLong(line);
            if (hasFirst) {
                client.write(first + number + "\n");
                hasFirst = false;
            } else {
                first = number;
                hasFirst = true;
            }
        } catch (NumberFormatException e) {
            client.write("not a number\n");
            hasFirst = false;
        }
    }
    // end
}
