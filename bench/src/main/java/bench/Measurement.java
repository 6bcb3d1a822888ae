package bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;

/// What the load generator saw in one window.
record Measurement(long messages, long nanos, long cpu, long p50, long p99, long p999, long lost) {

    /// Reads the line `messages=… nanos=… cpu=… …`.
    static Measurement parse(String line, Path serverLog) throws IOException {
        if (line == null) {
            throw new IOException("the load generator gave up; the server's log is " + serverLog);
        }
        var fields = new HashMap<String, Long>();
        for (var field : line.split(" ")) {
            int equals = field.indexOf('=');
            fields.put(field.substring(0, equals), Long.valueOf(field.substring(equals + 1)));
        }
        return new Measurement(fields.get("messages"), fields.get("nanos"), fields.get("cpu"), fields.get("p50"),
                fields.get("p99"), fields.get("p999"), fields.get("lost"));
    }

    /// {@return what two loads saw that ran at the same time} Each saw all of the server's CPU time.
    Measurement and(Measurement other) {
        return new Measurement(messages + other.messages, (nanos + other.nanos) / 2, (cpu + other.cpu) / 2, (p50 + other.p50) / 2,
                Math.max(p99, other.p99), Math.max(p999, other.p999), lost + other.lost);
    }

    double perSecond() {
        return messages * 1e9 / nanos;
    }

    /// User and system time of the server, all threads: the figure to judge by.
    double cpuMicros() {
        return cpu / 1e3 / messages;
    }

    /// How busy the server's core was with the server: near 1, unless the load generator is the slower one.
    double utilisation() {
        return (double) cpu / nanos;
    }
}
