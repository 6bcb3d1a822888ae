package trale.sync;

import org.jspecify.annotations.Nullable;

/// A queue that loses nothing if it finds no memory to grow: the larger array is there before anything changes. (ArrayDeque moves its tail
/// first.) The caller guards it.
final class Ring<T> {
    private static final int MAX = Integer.MAX_VALUE - 8; // the longest array

    private @Nullable Object[] items = new @Nullable Object[8];
    private int head;
    int size;

    /// @throws OutOfMemoryError nothing has changed
    void add(T item) {
        if (size == items.length) grow();
        var i = head - (items.length - size); // head + size might overflow
        items[i < 0 ? i + items.length : i] = item;
        size++;
    }

    private void grow() {
        if (size == MAX) throw new OutOfMemoryError("an array has at most " + MAX + " elements");
        var larger = new @Nullable Object[Math.clamp(size * 2L, size, MAX)];
        System.arraycopy(items, head, larger, 0, size - head);
        System.arraycopy(items, 0, larger, size - head, head);
        items = larger;
        head = 0;
    }

    /// {@return the first, or null}
    @SuppressWarnings("unchecked") // only add puts items in
    @Nullable T peek() {
        return size == 0 ? null : (T) items[head];
    }

    /// Removes the first, if there is one.
    void removeFirst() {
        if (size == 0) return;
        items[head] = null;
        head = head + 1 == items.length ? 0 : head + 1;
        size--;
    }
}
