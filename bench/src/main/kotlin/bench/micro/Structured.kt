package bench.micro

import java.time.Duration
import java.util.concurrent.Callable
import java.util.concurrent.StructuredTaskScope
import java.util.concurrent.StructuredTaskScope.Joiner

/**
 * The JDK's own scopes of virtual threads. They are a preview: javac would mark every class here for it, and the servers and the
 * start-up would have to run with `--enable-preview`, too. The Kotlin compiler marks none.
 */
object Structured {
    private val ONE = Callable { 1 }

    /** Such a scope is joined once, so there is one for each hundred. */
    @JvmStatic
    fun forks(times: Int) = repeat(times / 100) {
        StructuredTaskScope.open<Int>().use { scope ->
            repeat(100) { scope.fork(ONE) }
            scope.join()
        }
    }

    @JvmStatic
    fun races(times: Int) = repeat(times) {
        StructuredTaskScope.open<Int, Int>(Joiner.anySuccessfulResultOrThrow()).use { scope ->
            scope.fork(ONE)
            scope.fork(ONE)
            scope.join()
        }
    }

    /** A time-out is a scope's, and what it limits is a thread of that. */
    @JvmStatic
    fun timeouts(times: Int, limit: Duration) = repeat(times) {
        StructuredTaskScope.open<Int, Void>(Joiner.awaitAll()) { it.withTimeout(limit) }.use { scope ->
            scope.fork(ONE)
            scope.join()
        }
    }
}
