/// What the tests share. The names that are ours alone:
///
/// | name | what it is |
/// |---|---|
/// | [Arrangement] | which thread turns the reactor, the executor's own or a second one, and what it stands on |
/// | [Ground] | what stands below an executor instead of Linux: a simulated one, or one whose calls fail. Module test has them |
/// | [NeedsLinux], [NeedsSoundCalls] | a test that can't run there, and why |
/// | [UnderBothArrangements] | the superclass of tests of an executor: each test runs once in each arrangement, and no task may be left |
/// | settle | lets the executor poll all that is runnable, before the test looks at the outcome |
/// | Hold | keeps the executor's thread inside a poll, so that a test can do things meanwhile |
/// | [Gate] | a future that is ready when the test says so; it counts its polls and drops |
/// | [Futures] | small futures written by hand: one that yields, one that fails, one that clings |
/// | clinging | a future that waits for ever, and throws when it is dropped |
/// | [NothingIsLeft] | an extension: after the test the same descriptors are open as before it |
/// | [TheLog] | what trale logs while it is open, instead of on the console: the test takes it record by record |
/// | [Child] | another JVM: one that gets signals, ends, or has its system calls counted |
/// | [DirectMemory] | takes all the direct memory of such a JVM |
/// | [Optimized] | tests in which threads meet, or a loop is hot: they run with both JIT compilers |
/// | [LongForm] | whether `-Dtrale.long=true` asks for more seeds, rounds and combinations |
/// | [Linux] | system calls made by the tests themselves, so that a test does not rest on what it tests |
/// | [Names] | host names that have the addresses a test gives them |
/// | [Workshop] | a folder in which programs are written, compiled and run with the JDK's tools, as a user would |
/// | [Interleavings] | runs a model, a few threads of a few steps each, in every order |
/// | twin | another form. The *plain twin* of a body is the body run as plain Java. A *wrong twin* of a model lacks a step or swaps two |
/// | canary | a mistake made on purpose, which a check must find: it shows that the check can fail |
/// | corpus | bodies written by hand, one class for each part of the language |
/// | Probe | what a body of the corpus is given: futures that are pending as often as the run wants, and a log |
///
/// `Twin`, `Run`, `PlainTwin` and `Sources` stand beside the tests that use them, in `trale`; the random bodies are written by
/// `trale.fuzz`.
package trale.support;
