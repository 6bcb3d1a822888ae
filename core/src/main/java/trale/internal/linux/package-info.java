/// System calls through `java.lang.foreign`, errno, socket addresses; the only user of FFM.
@NullMarked
package trale.internal.linux;

import org.jspecify.annotations.NullMarked;
