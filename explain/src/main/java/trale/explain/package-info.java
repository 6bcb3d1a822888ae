/// What an async body is compiled to, as a text or a picture: its states, what each of them keeps, and the ways between them.
@NullMarked
package trale.explain;

import org.jspecify.annotations.NullMarked;
