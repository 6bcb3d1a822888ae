/// Futures that wait for the clock.
@NullMarked
package trale.time;

import org.jspecify.annotations.NullMarked;
