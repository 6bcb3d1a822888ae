/// What tasks share: a [trale.sync.Channel] carries items, a [trale.sync.Semaphore] limits, an [trale.sync.Event] tells.
///
/// **First come, first served.** Every primitive keeps its waiting futures in one line. A future that comes goes to the
/// end of the line, also when something is there. Among the futures that have been woken, the one that is polled first takes it.
///
/// **Nothing is handed over.** A wake says "look again". The item, the permit or the room is taken by the poll of the future that
/// becomes ready, not by the sender's call. So of all members of a race exactly one takes something. A future that is cancelled,
/// timed out or dropped has taken nothing, and if it was woken it wakes the next.
///
/// **Any thread, any executor.** A lock is held for a few instructions and never while foreign code runs. A permit is taken without it
/// as long as none waits. On one executor no operation makes a system call; between two a wake may write to an eventfd, as every wake
/// does.
///
/// **Back-pressure.** A channel is bounded. When the consumer is slow the channel fills, the producer waits in `send`, and does not
/// read from its own source. So a pipeline of tasks runs as fast as its slowest stage and holds no more than its channels do.
@NullMarked
package trale.sync;

import org.jspecify.annotations.NullMarked;
