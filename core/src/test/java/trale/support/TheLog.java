package trale.support;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Filter;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/// What trale logs while this is open, instead of on the console.
public final class TheLog implements Filter, AutoCloseable {
    private final Logger logger = Logger.getLogger("trale");
    private final Filter outer = logger.getFilter(); // another of these, or null
    private final BlockingQueue<LogRecord> records = new LinkedBlockingQueue<>();

    public TheLog() {
        logger.setFilter(this);
    }

    /// Waits for the next record.
    public LogRecord next() throws InterruptedException {
        var record = records.poll(10, TimeUnit.SECONDS);
        assertNotNull(record, "nothing was logged");
        return record;
    }

    /// Collects garbage until each of these, whose task is not reachable, has been logged; nothing else may be.
    ///
    /// @return the last report
    public LogRecord expect(Collection<? extends Throwable> failures) throws InterruptedException {
        LogRecord last = null;
        var missing = Collections.newSetFromMap(new IdentityHashMap<Throwable, Boolean>());
        missing.addAll(failures);
        while (!missing.isEmpty()) {
            System.gc();
            var record = records.poll(10, TimeUnit.MILLISECONDS);
            for (; record != null; record = records.poll()) {
                if (!missing.remove(record.getThrown())) throw new AssertionError("logged though seen, or twice", record.getThrown());
                last = record;
            }
        }
        return last;
    }

    /// {@return what has been logged and not been taken}
    public List<LogRecord> rest() {
        var rest = new ArrayList<LogRecord>();
        records.drainTo(rest);
        return rest;
    }

    @Override
    public boolean isLoggable(LogRecord record) {
        records.add(record);
        return outer != null && outer.isLoggable(record);
    }

    @Override
    public void close() {
        logger.setFilter(outer);
    }
}
