/// What an executor tells of itself while it is watched; not exported.
@NullMarked
package trale.internal.probe;

import org.jspecify.annotations.NullMarked;
