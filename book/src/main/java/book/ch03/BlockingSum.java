package book.ch03;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;

/// The sum with code that blocks, for a thread per client.
final class BlockingSum {
    private BlockingSum() {}

    // region serve
    static void serve(BufferedReader in, Writer out) throws IOException {
        String first;
        while ((first = in.readLine()) != null) {
            try {
                long a = Long.parseLong(first);
                long b = Long.parseLong(in.readLine());
                out.write(a + b + "\n");
            } catch (NumberFormatException e) {
                out.write("not a number\n");
            }
            out.flush();
        }
    }
    // end
}
