package trale.watch;

/// Whether a body holds the executor's thread, as a thread sees it that looks now and then.
///
/// ```
///  poll      ├────────────────────────────────────────────────────────────
///  looks     · · · · · ·                        · · · · · · · · · · · ·
///  counted     ━━━━━━━━━━━                       ━━━━━━━━━━━━━━━━━━━━━━━━ 400 ms: it holds the thread
///                       the looking thread did not run: neither did the body, perhaps
/// ```
///
/// On a machine with too little processor time both threads stand still for a while, and that is not the body's fault. So of the time
/// between two looks at most [#MOST] counts, and the time that the executor's thread has waited for a processor does not. Used by one
/// thread.
final class LongPoll {
    private static final long HOLDS = 400_000_000; // ns; a poll that takes so long keeps the others waiting
    private static final long MOST = 60_000_000; // ns; four times the pause between two looks

    private long poll; // 0: none
    private long looked;
    private long counted;
    private long waited; // for a processor, when counting began

    /// Looks once more.
    ///
    /// @param now    of System.nanoTime
    /// @param poll   another for each poll; 0: the thread is in none
    /// @param waited how long the executor's thread has waited for a processor, ever
    /// @return whether this poll has been seen to hold the thread for 400 ms
    boolean look(long now, long poll, long waited) {
        if (poll == 0 || poll != this.poll) {
            this.poll = poll;
            begin(now, waited);
            return false;
        }
        counted += Math.min(now - looked, MOST);
        looked = now;
        return counted - (waited - this.waited) >= HOLDS;
    }

    /// Counts from now on: what was seen until now is explained.
    void begin(long now, long waited) {
        looked = now;
        counted = 0;
        this.waited = waited;
    }
}
