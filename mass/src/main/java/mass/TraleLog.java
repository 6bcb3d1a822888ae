package mass;

import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/// What trale logs meanwhile: that bodies are large, which is as expected, and nothing else.
final class TraleLog extends Handler {
    private static final Logger TRALE = Logger.getLogger("trale");

    private int large;
    private final List<String> others = new ArrayList<>();

    TraleLog() {
        TRALE.setUseParentHandlers(false);
        TRALE.addHandler(this);
    }

    @Override
    public synchronized void publish(LogRecord record) {
        if (record.getMessage().contains("HotSpot only interprets it")) large++;
        else others.add(record.getMessage() + (record.getThrown() == null ? "" : ": " + record.getThrown()));
    }

    /// {@return how many bodies are large}
    synchronized int large() {
        return large;
    }

    synchronized List<String> others() {
        return List.copyOf(others);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
}
