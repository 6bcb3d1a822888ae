package trale.support;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import trale.Executor;

/// After a test the same descriptors are open as before it: number by number, the same object behind each. Files are
/// left out: the JVM opens jars when it needs them. The process-wide executor is closed on both sides: a test elsewhere may
/// have left it open.
public final class NothingIsLeft implements BeforeEachCallback, AfterEachCallback {
    private static final Path OPEN = Path.of("/proc/self/fd");
    private static final Pattern OURS = Pattern.compile("(anon_inode|pipe|socket):.*");

    static {
        try {
            SocketChannel.open().close(); // java.nio opens one for itself at the first close, and keeps it
        } catch (IOException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private Map<Integer, String> before = Map.of();

    @Override
    public void beforeEach(ExtensionContext context) throws IOException {
        Executor.get().close();
        before = open();
    }

    @Override
    public void afterEach(ExtensionContext context) throws IOException {
        Executor.get().close();
        assertEquals(before, open(), "open descriptors");
    }

    public static Map<Integer, String> open() throws IOException {
        var open = new TreeMap<Integer, String>();
        try (var links = Files.list(OPEN)) {
            for (var link : (Iterable<Path>) links::iterator) {
                try {
                    var target = Files.readSymbolicLink(link).toString();
                    if (OURS.matcher(target).matches()) open.put(Integer.valueOf(link.getFileName().toString()), target);
                } catch (NoSuchFileException e) {
                    continue; // the descriptor of the listing itself
                }
            }
        }
        return open;
    }
}
