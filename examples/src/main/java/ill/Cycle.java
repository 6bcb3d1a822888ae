package ill;

import static trale.Async.await;

import trale.Executor;
import trale.JoinHandle;

/// Two tasks that await each other.
class Cycle {
    private static JoinHandle<Void> left;
    private static JoinHandle<Void> right;

    static void main() {
        Executor.blockOn(() -> {
            left = Executor.spawn(() -> {
                await(right);
            });
            right = Executor.spawn(() -> {
                await(left);
            });
            await(left); // for ever
        });
    }
}
