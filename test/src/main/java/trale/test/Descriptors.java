package trale.test;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The table of a machine's open files. The numbers are such as no process of a real Linux has, and of each machine others.
final class Descriptors {
    private static final int FIRST = 1 << 30;
    private static final int MAX = 1 << 20; // of a machine

    private static final Pattern NAMED = Pattern.compile("\\bfd ([12]\\d{9})\\b");

    private final int first;
    private final List<@Nullable File> files = new ArrayList<>();
    private final BitSet used = new BitSet();

    /// @param machine its number
    Descriptors(int machine) {
        first = FIRST + machine * MAX;
    }

    /// {@return whether it is the descriptor of a machine of a simulation}
    static boolean isSimulated(int fd) {
        return fd >= FIRST;
    }

    /// {@return the number of the machine whose descriptor this is; a negative one: it is the process's own}
    static int machineOf(int fd) {
        return Math.floorDiv(fd - FIRST, MAX);
    }

    /// {@return how a trace shows a number: a descriptor counts from 0}
    long shown(long number) {
        return number >= first ? number - first : number;
    }

    /// {@return a message, in which descriptors count from 0 as in the trace}
    static String shown(String message) {
        return NAMED.matcher(message).replaceAll(fd -> "fd " + (Long.parseLong(fd.group(1)) - FIRST) % MAX);
    }

    @Nullable File get(int fd) {
        var place = fd - first;
        return place >= 0 && place < files.size() ? files.get(place) : null;
    }

    /// {@return the lowest number that is free, as always; or −EMFILE}
    int open(File file) {
        var place = used.nextClearBit(0);
        if (place >= MAX) return -Linux.EMFILE;
        used.set(place);
        if (place == files.size()) files.add(file);
        else files.set(place, file);
        return first + place;
    }

    /// {@return what the number stood for, or null: nothing} Now it is free.
    @Nullable File remove(int fd) {
        var file = get(fd);
        if (file == null) return null;
        files.set(fd - first, null);
        used.clear(fd - first);
        return file;
    }

    int count() {
        return (int) files.stream().filter(Objects::nonNull).count();
    }

    List<Socket> sockets() {
        return files.stream().filter(Socket.class::isInstance).map(Socket.class::cast).toList();
    }

    /// The sockets are gone; no process closes them. The test's thread still might: so their numbers are not given to others.
    void removeSockets() {
        for (var i = 0; i < files.size(); i++) if (files.get(i) instanceof Socket) files.set(i, null);
    }
}
