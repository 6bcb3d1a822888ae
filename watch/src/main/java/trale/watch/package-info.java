/// Watches an executor run: a page that shows where every task is and why each wake happened, live, step by step, and replayed.
@NullMarked
package trale.watch;

import org.jspecify.annotations.NullMarked;
