/// What is read after the await, and nothing else.

import static trale.Async.await;

import java.util.Set;
import trale.Async;
import trale.Future;

final class Keeps {
    static final Set<String> FIRST = Set.of("sum");
    static final Set<String> SECOND = Set.of("count");
    static final Set<String> THIRD = Set.of("name");

    static Async.Body<Integer> first(Future<Integer> f, int a, int b) {
        return () -> {
            int sum = a + b;
            return await(f) + sum;
        };
    }

    static Async.Body<Integer> second(Future<Integer> f, int[] numbers) {
        return () -> {
            int count = 0;
            for (int number : numbers) {
                if (number > 0) count++;
            }
            int value = await(f);
            return value * count;
        };
    }

    static Async.Body<String> third(Future<String> f, String name) {
        return () -> {
            String greeting = "hello " + name;
            IO.println(greeting);
            greeting = await(f);
            return greeting + name.length();
        };
    }
}
