package book.ch12;

/// What the first version, and later ones, of the Rust original got wrong. Each can be switched on; a test shows what happens then.
/// The names behind them are the rows of docs/traps.md.
enum Defect {
    // region defects
    RUN_QUEUE_IS_A_STACK, // S1
    SECOND_WAKE_QUEUES_AGAIN, // S2
    WAKE_IN_THE_LAST_POLL_QUEUES, // S3
    DROPPED_HANDLE_ENDS_THE_EXECUTOR, // S4
    EVERY_POLL_REGISTERS, // S5
    WAKER_IS_AN_INDEX, // S6
    FAILURE_ENDS_THE_EXECUTOR, // S7
    EINTR_IS_A_FAILURE, // S8
    TIMER_IS_SET_TO_ZERO, // S9
    SLEEP_HAS_A_DESCRIPTOR, // S10
    CONNECT_IS_CALLED_AGAIN, // S11
    JOIN_BLOCKS_THE_EXECUTOR, // S12
    CHILDREN_INHERIT_SOCKETS, // S13
    WAKE_WHILE_RUNNING_IS_LOST, // H2
    WAKE_GOES_TO_THE_WAKING_EXECUTOR, // H3
    BLOCK_ON_WAITS_FOR_ALL // H8
    // end
}
