package trale.support;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/// Tests in which threads meet, or a loop is hot. The build runs them with both JIT compilers, as C2 moves reads and writes that C1
/// leaves in their order, and all others with C1 alone.
@Tag("optimized")
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Optimized {}
