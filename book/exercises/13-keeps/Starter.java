/// What do three bodies keep while they wait? Write the names of the variables into the lists; the check asks trale's compiler.
///
/// A variable is kept if it is read later, before it is overwritten. Captured variables, such as the parameters here, are variables like the others.

import static trale.Async.await;

import java.util.Set;
import trale.Async;
import trale.Future;

final class Keeps {
    static final Set<String> FIRST = Set.of();
    static final Set<String> SECOND = Set.of();
    static final Set<String> THIRD = Set.of();

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
