package trale.support;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/// A test that says what happens if no call fails. The build leaves out the tag where it runs these classes with calls that do.
@Tag("needs-sound-calls")
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface NeedsSoundCalls {
    /// Why.
    String value();
}
