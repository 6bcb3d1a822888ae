package book.ch05;

/// Work that can be done in pieces, as in chapter 4. Here nothing can fail.
interface Task {

    /// Goes on as far as it can without waiting.
    ///
    /// @return true: the work is finished; false: call again later
    boolean poll();
}
