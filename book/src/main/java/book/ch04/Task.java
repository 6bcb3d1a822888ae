package book.ch04;

import java.io.IOException;

/// Work that can be done in pieces.
// region task
interface Task {

    /// Goes on as far as it can without waiting.
    ///
    /// @return true: the work is finished; false: call again later
    boolean poll() throws IOException;

    /// Given up: releases what it holds.
    void drop();
}
// end
