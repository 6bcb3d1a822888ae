/// The vocabulary — [trale.Future], [trale.Poll], [trale.Context], [trale.Waker] — and the machinery that runs it:
/// [trale.Executor], [trale.JoinHandle] and [trale.Async]. [trale.Scope] has tasks that end together; [trale.Blocking] is for code that
/// blocks; a [trale.Snapshot] says what an executor does now.
@NullMarked
package trale;

import org.jspecify.annotations.NullMarked;
