package trale.test;

import java.lang.reflect.Method;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;
import org.junit.platform.commons.support.ReflectionSupport;

/// Runs the methods that are marked with [SimulationTest].
final class SimulationExtension implements TestTemplateInvocationContextProvider {
    /// How many of a test's failing runs are recorded and told at length. More would fill the disk and not the reader's head.
    private static final int TOLD = 3;

    /// What the runs of a test share.
    private static final class Failures {
        final AtomicInteger count = new AtomicInteger(); // so far

        /// A run has taken too long. The others would, too, so JUnit is given no more.
        volatile boolean isOver;
    }

    @Override
    public boolean supportsTestTemplate(ExtensionContext context) {
        return context.getRequiredTestMethod().isAnnotationPresent(SimulationTest.class);
    }

    @Override
    public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(ExtensionContext context) {
        var how = context.getRequiredTestMethod().getAnnotation(SimulationTest.class);
        var test = context.getRequiredTestClass().getSimpleName() + "." + context.getRequiredTestMethod().getName();
        var failures = new Failures();
        if (how.exhaustive()) return orders(test, how.runs(), failures);
        var only = how.seed() >= 0 ? Long.valueOf(how.seed()) : Runs.replayed();
        var first = only == null ? 0 : only;
        var count = only == null ? how.runs() : 1;
        return LongStream.range(0, count).boxed().takeWhile(run -> !failures.isOver)
                .flatMap(run -> seeds(test, first + run, run, count, failures));
    }

    /// JUnit asks for the second run when the first has ended. A run that failed is not made again.
    private static Stream<TestTemplateInvocationContext> seeds(String test, long seed, long run, int runs, Failures failures) {
        var first = Runs.Run.of(seed, "seed " + seed + " (run " + (run + 1) + " of " + runs + ")", test);
        var once = new OneRun(first, null, failures);
        if (run >= Runs.CHECKED) return Stream.of(once);
        var again = new OneRun(first.again(), once, failures);
        return Stream.of(once, again).filter(each -> each == once || once.trace != null).map(each -> each);
    }

    /// JUnit asks for the next when the one before has run.
    private static Stream<TestTemplateInvocationContext> orders(String test, int max, Failures failures) {
        var orders = new Orders();
        var all = new Iterator<TestTemplateInvocationContext>() {
            private long count;
            private boolean hasNext = true;

            @Override
            public boolean hasNext() {
                if (count > 0 && hasNext) hasNext = !failures.isOver && orders.next();
                return hasNext;
            }

            @Override
            public TestTemplateInvocationContext next() {
                if (!hasNext) throw new NoSuchElementException();
                if (count++ == max) throw new AssertionError("there are more than " + max + " orders; say runs = a larger number");
                var run = new Runs.Run("order " + count, "replay: the same test comes to it again", test + "-order-" + count, 0, orders);
                return new OneRun(run, null, failures);
            }
        };
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(all, Spliterator.ORDERED), false);
    }

    private static final class OneRun implements TestTemplateInvocationContext, ParameterResolver, InvocationInterceptor,
            TestExecutionExceptionHandler, AfterTestExecutionCallback {
        private final Runs.Run run;
        private final @Nullable OneRun before; // with the same seed
        private final Failures failures;
        private @Nullable Simulation simulation;
        private @Nullable String trace;
        private Simulation.@Nullable Program program; // the method, to be called again
        private @Nullable AssertionError failure; // of the method, which has been run again

        OneRun(Runs.Run run, @Nullable OneRun before, Failures failures) {
            this.run = run;
            this.before = before;
            this.failures = failures;
        }

        @Override
        public String getDisplayName(int index) {
            return run.which();
        }

        @Override
        public List<Extension> getAdditionalExtensions() {
            return List.of(this);
        }

        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == Simulation.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            var s = simulation;
            if (s == null) simulation = s = new Simulation(run.seed(), run.orders(), null);
            return s;
        }

        @Override
        public void interceptTestTemplateMethod(
                InvocationInterceptor.Invocation<@Nullable Void> method, ReflectiveInvocationContext<Method> m, ExtensionContext context)
                throws Throwable {
            var s = simulation;
            if (s != null) s.adopt();
            if (s != null) program = again -> invoke(m, s, again);
            try {
                method.proceed();
            } catch (Throwable t) {
                if (s != null) failure = failure(s, t);
                throw t;
            }
        }

        /// {@return a failure of the method, or of the close after it, that says how it is had again}
        private AssertionError failure(Simulation s, Throwable t) {
            if (s.isOver()) failures.isOver = true;
            return failures.count.getAndIncrement() < TOLD ? run.failure(s, t, program) : run.failed(t, noRecording());
        }

        private String noRecording() {
            if (!Recordings.arePossible()) return "";
            return "\nno recording: " + TOLD + " other runs of this test have one; -D" + Runs.PROPERTY + "=" + run.seed() + " makes one";
        }

        private static void invoke(ReflectiveInvocationContext<Method> m, Simulation first, Simulation again) {
            var arguments = m.getArguments().stream().map(argument -> argument == first ? again : argument).toArray();
            ReflectionSupport.invokeMethod(m.getExecutable(), m.getTarget().orElse(null), arguments);
        }

        @Override
        public void handleTestExecutionException(ExtensionContext context, Throwable failure) {
            var known = this.failure;
            if (known != null && known.getCause() == failure) throw known;
            var s = simulation;
            throw s == null ? new AssertionError(run.which() + ": the method takes no Simulation", failure) : run.failure(s, failure, null);
        }

        @Override
        public void afterTestExecution(ExtensionContext context) {
            var s = simulation;
            if (s == null) return;
            var happened = s.trace();
            var hasFailed = context.getExecutionException().isPresent();
            try {
                s.close();
            } catch (Throwable t) {
                if (!hasFailed) throw failure(s, t);
                throw t;
            }
            if (hasFailed) return;
            trace = happened;
            if (before != null && before.trace != null) Runs.requireEqual(run.seed(), before.trace, happened);
        }
    }
}
