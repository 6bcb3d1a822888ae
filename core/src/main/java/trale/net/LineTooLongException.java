package trale.net;

import java.io.IOException;

/// A line is longer than its [LineReader] allows. No byte of it is lost: [LineReader#read(java.nio.ByteBuffer)] reads it.
public final class LineTooLongException extends IOException {
    private static final long serialVersionUID = 1;

    LineTooLongException(int max) {
        super("the line has more than the " + max + " bytes allowed");
    }
}
