/// What tasks share: items, permits, events. Every future waits first come first served, on any executor.
@NullMarked
package trale.sync;

import org.jspecify.annotations.NullMarked;
