package mass;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Defines the classes of a library anew, and shows their class files to the compiler of async bodies.
final class StrewnLoader extends ClassLoader {
    private final Library library;

    /// Null where the library is left as it is.
    private final @Nullable Strewer strewer;

    private final Map<String, byte[]> made = new ConcurrentHashMap<>();

    StrewnLoader(Library library, @Nullable Strewer strewer) {
        super(StrewnLoader.class.getClassLoader());
        this.library = library;
        this.strewer = strewer;
    }

    private byte @Nullable [] bytes(String name) {
        if (!library.has(name)) return null;
        var bytes = made.get(name);
        if (bytes != null) return bytes;
        bytes = library.read(name);
        if (bytes == null) return null;
        if (strewer != null && library.isStrewn(name)) bytes = strewer.strew(bytes);
        made.put(name, bytes);
        return bytes;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        synchronized (getClassLoadingLock(name)) {
            var loaded = findLoadedClass(name);
            if (loaded != null) return loaded;
            var bytes = bytes(name);
            return bytes == null ? super.loadClass(name, resolve) : defineClass(name, bytes, 0, bytes.length);
        }
    }

    @Override
    public @Nullable InputStream getResourceAsStream(String path) {
        var bytes = path.endsWith(".class") ? bytes(path.substring(0, path.length() - ".class".length()).replace('/', '.')) : null;
        return bytes == null ? super.getResourceAsStream(path) : new ByteArrayInputStream(bytes);
    }
}
