/// The vocabulary — [trale.Future], [trale.Poll], [trale.Context], [trale.Waker] — and the machinery that runs it:
/// [trale.Executor], [trale.JoinHandle] and [trale.Async].
@NullMarked
package trale;

import org.jspecify.annotations.NullMarked;
