package bench.micro

import java.util.concurrent.CountDownLatch
import java.util.concurrent.Executors
import java.util.concurrent.atomic.AtomicInteger
import kotlin.coroutines.Continuation
import kotlin.coroutines.EmptyCoroutineContext
import kotlin.coroutines.intrinsics.COROUTINE_SUSPENDED
import kotlin.coroutines.intrinsics.suspendCoroutineUninterceptedOrReturn
import kotlin.coroutines.resume
import kotlin.coroutines.startCoroutine
import kotlin.coroutines.suspendCoroutine
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.async
import kotlinx.coroutines.cancel
import kotlinx.coroutines.cancelChildren
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.selects.select
import kotlinx.coroutines.sync.Semaphore
import kotlinx.coroutines.sync.withPermit
import kotlinx.coroutines.withTimeout
import kotlinx.coroutines.yield

/** The Kotlin side of each benchmark: coroutines on a dispatcher with one thread, as a Kotlin programmer writes them. */
class KotlinPeer : AutoCloseable {
    private val dispatcher = Executors.newSingleThreadExecutor().asCoroutineDispatcher()
    private val scope = CoroutineScope(dispatcher)

    /** Its thread has the timers, too. Those of another dispatcher are on a thread of all such dispatchers. */
    private val timers = Executors.newScheduledThreadPool(1).asCoroutineDispatcher()
    private val timerScope = CoroutineScope(timers)

    fun spawnAndJoin(): Int = runBlocking(dispatcher) { 1 }

    fun spawnAndAwait(times: Int) = runBlocking(dispatcher) {
        repeat(times) { async { 1 }.await() }
    }

    fun yields(times: Int) = runBlocking(dispatcher) {
        repeat(times) { yield() }
    }

    fun pingPong(times: Int) = runBlocking(dispatcher) {
        val ping = Signal()
        val pong = Signal()
        launch {
            repeat(times) {
                ping.await()
                pong.set()
            }
        }
        repeat(times) {
            ping.set()
            pong.await()
        }
    }

    fun forks(times: Int) = runBlocking(dispatcher) {
        coroutineScope {
            repeat(times) {
                launch {}
                if (it % 100 == 0) yield()
            }
        }
    }

    fun races(times: Int) = runBlocking(dispatcher) {
        repeat(times) {
            coroutineScope {
                val one = async { 1 }
                val other = async { 1 }
                select {
                    one.onAwait { it }
                    other.onAwait { it }
                }
                coroutineContext.cancelChildren()
            }
        }
    }

    fun timeouts(times: Int, millis: Long) = runBlocking(timers) {
        repeat(times) { withTimeout(millis) { yield() } }
    }

    fun acquires(times: Int) = runBlocking(dispatcher) {
        val semaphore = Semaphore(1)
        repeat(times) { semaphore.withPermit {} }
    }

    fun sendsAndReceives(times: Int, capacity: Int) = sendsAndReceives(times, capacity, this)

    /** The other peer sends. */
    fun sendsAndReceives(times: Int, capacity: Int, sender: KotlinPeer) = runBlocking(dispatcher) {
        val channel = Channel<Int>(capacity)
        launch(sender.dispatcher) { repeat(times) { channel.send(1) } }
        var sum = 0
        repeat(times) { sum += channel.receive() }
        sum
    }

    /** Tasks that wait, and one that wakes them all and then lets them run. */
    fun wakers(tasks: Int): Wakers {
        val signals = List(tasks) { Signal() }
        runBlocking(dispatcher) {
            signals.forEach { scope.launch { while (true) it.await() } }
        }
        return Wakers(signals)
    }

    inner class Wakers(private val signals: List<Signal>) {
        fun wakeAll(rounds: Int) = runBlocking(dispatcher) {
            repeat(rounds) {
                for (signal in signals) signal.set()
                yield()
            }
        }
    }

    /** A task that another thread wakes. */
    inner class Listener {
        @Volatile
        private var seen = 0
        private val wakes = Channel<Unit>(Channel.CONFLATED)

        init {
            scope.launch { for (wake in wakes) seen++ }
        }

        fun wake() {
            wakes.trySend(Unit)
        }

        fun seen() = seen
    }

    fun listener() = Listener()

    fun sleepers(millis: LongArray) = millis.forEach { timerScope.launch { delay(it) } }

    fun insertAndCancel(millis: LongArray) = runBlocking(timers) {
        for (timeout in millis) withTimeout(timeout) {}
    }

    /** Sleepers that all wake at the same instant. */
    fun sleepUntil(nanoTime: Long, tasks: Int, asleep: AtomicInteger, over: CountDownLatch) {
        repeat(tasks) {
            timerScope.launch {
                asleep.incrementAndGet()
                delay((nanoTime - System.nanoTime()) / 1_000_000 + 1)
                over.countDown()
            }
        }
    }

    override fun close() {
        scope.cancel()
        timerScope.cancel()
        dispatcher.close()
        timers.close()
    }
}

/** What one task waits for and another one sets. */
class Signal {
    private var set = false
    private var waiter: Continuation<Unit>? = null

    suspend fun await() {
        if (!set) suspendCoroutine { waiter = it }
        set = false
    }

    fun set() {
        set = true
        waiter?.also { waiter = null }?.resume(Unit)
    }
}

/** A coroutine without a dispatcher, resumed by hand. */
class KotlinSuspension {
    private lateinit var next: Continuation<Unit>
    private val ready = CompletableDeferred(1)
    private var sum = 0L

    fun suspending() = start {
        while (true) suspendHere()
    }

    fun awaitingReady(times: Int) = start {
        while (true) {
            repeat(times) { sum += ready.await() }
            suspendHere()
        }
    }

    fun resume() = next.resume(Unit)

    private fun start(body: suspend () -> Unit) = body.startCoroutine(Continuation(EmptyCoroutineContext) { it.getOrThrow() })

    private suspend fun suspendHere() = suspendCoroutineUninterceptedOrReturn<Unit> {
        next = it
        COROUTINE_SUSPENDED
    }
}
