/// Futures that wait for the clock: [trale.time.Timer] sleeps and limits, [trale.time.Interval] ticks.
@NullMarked
package trale.time;

import org.jspecify.annotations.NullMarked;
