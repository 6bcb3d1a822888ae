/// The compiler of async bodies: a lambda becomes a state machine.
@NullMarked
package trale.internal.async;

import org.jspecify.annotations.NullMarked;
