package trale.support;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/// A test that the simulated Linux can't have. The build leaves out the tag where it runs these classes on that.
@Tag("needs-linux")
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface NeedsLinux {
    /// Another JVM, or a command, plays a part.
    String PROCESS = "another process";

    /// Threads that are no executor's act at their own times.
    String THREADS = "threads of its own";

    /// It looks behind the calls: /proc, files, duplicates of descriptors.
    String INSIDE = "what Linux shows of itself";

    /// What an application seldom uses: urgent bytes, multicast, descriptors that travel.
    String FEATURE = "a feature that is not simulated";

    /// Tasks are to run first in, first out; a simulated executor's run in any order.
    String ORDER = "the order of the run-queue";

    /// It is about the clock, or about time of the processor.
    String CLOCK = "real time";

    /// Why.
    String value();
}
