package ill;

import static trale.Async.await;

import trale.Context;
import trale.Executor;
import trale.Future;
import trale.Poll;

/// A future that says Pending and forgets the waker.
class Never {

    static class Forgetful implements Future<Integer> {
        @Override
        public Poll<Integer> poll(Context cx) {
            return Poll.pending(); // cx.waker() is kept nowhere
        }
    }

    static void main() {
        Executor.blockOn(() -> {
            await(new Forgetful()); // for ever
        });
    }
}
