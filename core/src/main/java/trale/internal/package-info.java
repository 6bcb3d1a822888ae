/// What the packages of trale share and do not show: none of it is public API.
@NullMarked
package trale.internal;

import org.jspecify.annotations.NullMarked;
