package bench;

import static trale.Async.await;

import trale.Executor;

/// The first task of a JVM and its result: two bodies are compiled, an executor and its reactor started.
final class FirstTask {
    private FirstTask() {}

    public static void main(String[] args) {
        int result = Executor.blockOn(() -> await(Executor.spawn(() -> 24)));
        System.out.println(result);
    }
}
