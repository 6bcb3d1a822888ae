/// A simulated Linux, its network and its faults.
@NullMarked
package trale.test;

import org.jspecify.annotations.NullMarked;
