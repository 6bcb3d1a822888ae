package trale.test;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/// A test that JUnit runs once for each seed, with a [Simulation] as its parameter, which is closed at the end.
///
/// ```java
/// class EchoTest {
///     @SimulationTest(runs = 1000)
///     void whatIsSentComesBack(Simulation simulation) throws Exception {
///         simulation.run(() -> await(Timer.sleep(Duration.ofHours(1))));
///     }
/// }
/// ```
///
/// The first seeds run twice, and must happen alike. `-Dtrale.seed=N` replays one. The first three that fail are told at length, the
/// others in short. After one that takes more than 60 s of real time no other is run.
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@TestTemplate
@ExtendWith(SimulationExtension.class)
public @interface SimulationTest {
    /// {@return how many seeds: 0, 1, 2 …; with [#exhaustive()] how many orders there may be}
    int runs() default 100;

    /// {@return the one seed to run with; −1: many}
    long seed() default -1;

    /// {@return whether it runs in every order, as [Simulation#explore], instead of by seeds}
    boolean exhaustive() default false;
}
