package models;

import static models.Interleavings.END;
import static models.Interleavings.WAIT;
import static models.Model.check;

import java.util.List;
import models.Model.Actor;
import models.Model.Program;

/// Two threads spawn while the executor ends: RunLoop.startElsewhere, run and endAll, Task.reject, and both steps of InjectedQueue.add.
enum Closing implements Model.Twin {
    AS_WRITTEN(""),
    SPAWNER_LOOKS_BEFORE_IT_ADDS("The spawner reads `closed` before it adds its task."),
    SPAWNER_DOES_NOT_LOOK("The spawner does not read `closed` at all."),
    TAKES_BEFORE_IT_SETS_CLOSED("The executor's thread takes what is injected before it sets `closed`."),
    SETS_CLOSED_PLAINLY("`closed` is not volatile: it may still be in the store buffer when the queue is read."),
    TAKES_ONCE("endAll calls take, which takes a queue for empty while an add is between its two steps."),
    LOOKS_AT_THE_TAIL_ALONE("takeUnlessEmpty takes a queue for empty whose tail is the stub, wherever its head is."),
    REJECTS_WITHOUT_ASKING("reject does not look whether the executor's thread has taken the task.");

    static final Model<Closing> MODEL = new Model<>("closing",
            "A task that is spawned while the executor closes is ended by exactly one of the two threads.",
            Closing.class,
            List.of("closed", "head", "tail", "stub.next", "a.next", "b.next", "a.injection", "b.injection", "a.ends", "b.ends"),
            Closing::threads,
            m -> m.get(8) == 1 && m.get(9) == 1 ? "" : "task " + (m.get(8) == 1 ? "b" : "a") + " is never ended");

    private static final int CLOSED = 0;
    private static final int HEAD = 1;
    private static final int TAIL = 2;
    private static final int NEXT = 3; // of the stub, a, b; 0: null, else the node + 1
    private static final int INJECTION = 5; // + the node
    private static final int ENDS = 7; // + the node

    private static final int STUB = 0; // as head and tail are at first
    private static final int REJECTED = 2;

    private final String mistake;

    Closing(String mistake) {
        this.mistake = mistake;
    }

    @Override
    public String mistake() {
        return mistake;
    }

    private static String node(int n) {
        return n == 0 ? "stub" : n == 1 ? "task a" : "task b";
    }

    private static void end(Interleavings.Memory m, int task) {
        check(m.getAndAdd(ENDS + task, 1) == 0, node(task) + " is ended twice");
    }

    private Program spawner(int task) {
        var looksFirst = this == SPAWNER_LOOKS_BEFORE_IT_ADDS;
        return (at, m) -> switch (at) {
            case 0 -> {
                if (looksFirst) {
                    if (!m.at("RunLoop.startElsewhere", "closed &&").gives(m.get(CLOSED) == 1)) yield 1;
                    end(m, task);
                    yield END;
                }
                yield m.at("Task.inject", "INJECTION.getAndSet(this, 1)").gives(m.getAndSet(INJECTION + task, 1)) == 0 ? 2 : END;
            }
            case 1 -> m.at("Task.inject", "INJECTION.getAndSet(this, 1)").gives(m.getAndSet(INJECTION + task, 1)) == 0 ? 2 : END;
            case 2 -> {
                var before = m.getAndSet(TAIL, task);
                m.at("InjectedQueue.add", "TAIL.getAndSet(this, task)").gives(node(before));
                yield 10 + before;
            }
            case 10, 11, 12 -> {
                m.at("InjectedQueue.add", "before.nextInjected = task").set(NEXT + at - 10, task + 1);
                yield looksFirst || this == SPAWNER_DOES_NOT_LOOK ? END : 3;
            }
            case 3 -> m.at("RunLoop.startElsewhere", "closed &&").gives(m.get(CLOSED) == 1) ? 4 : END;
            default -> {
                m.at("Task.reject", "INJECTION.compareAndSet(this, 1, REJECTED)");
                if (this == REJECTS_WITHOUT_ASKING || m.gives(m.compareAndSet(INJECTION + task, 1, REJECTED))) end(m, task);
                yield END;
            }
        };
    }

    private List<Actor> threads() {
        var takesFirst = this == TAKES_BEFORE_IT_SETS_CLOSED;
        Program executor = (at, m) -> {
            var head = m.get(HEAD); // only this thread's
            return switch (at) {
                case 0 -> {
                    if (takesFirst) {
                        m.outside("(closed = true comes later)");
                        yield 1;
                    }
                    m.at("RunLoop.run", "closed = true");
                    if (this == SETS_CLOSED_PLAINLY) m.put(CLOSED, 1);
                    else m.set(CLOSED, 1);
                    yield 1;
                }
                case 1 -> {
                    var next = m.get(NEXT + head);
                    m.at("InjectedQueue.take", "next = first.nextInjected").gives(next == 0 ? "null" : node(next - 1));
                    if (head == STUB) {
                        if (next == 0) yield this == TAKES_ONCE ? 8 : 6;
                        m.put(HEAD, next - 1);
                        yield 1;
                    }
                    yield next == 0 ? 2 : 5;
                }
                case 2 -> m.at("InjectedQueue.take", "tail != first").gives(m.get(TAIL) != head) ? this == TAKES_ONCE ? 8 : 6 : 3;
                case 3 -> {
                    m.at("InjectedQueue.take", "stub.nextInjected = null").set(NEXT + STUB, 0);
                    yield 4;
                }
                case 4 -> {
                    var before = m.getAndSet(TAIL, STUB);
                    m.at("InjectedQueue.add", "TAIL.getAndSet(this, task)").gives(node(before));
                    yield 10 + before;
                }
                case 10, 11, 12 -> {
                    m.at("InjectedQueue.add", "before.nextInjected = task").set(NEXT + at - 10, STUB + 1);
                    yield 9;
                }
                case 9 -> {
                    var next = m.get(NEXT + head);
                    m.at("InjectedQueue.take", "next = first.nextInjected").gives(next == 0 ? "null" : node(next - 1));
                    yield next == 0 ? this == TAKES_ONCE ? 8 : 6 : 5;
                }
                case 5 -> {
                    m.at("InjectedQueue.take", "head = next").put(HEAD, m.get(NEXT + head) - 1);
                    m.set(NEXT + head, 0);
                    yield 20 + head;
                }
                case 21, 22 -> {
                    var task = at - 20;
                    if (m.at("Task.wakeInjected", "INJECTION.getAndSet(this, 0)").gives(m.getAndSet(INJECTION + task, 0)) == 1)
                        end(m, task);
                    yield 1;
                }
                case 6 -> {
                    var tailAlone = this == LOOKS_AT_THE_TAIL_ALONE;
                    m.at("InjectedQueue.takeUnlessEmpty", tailAlone ? "tail == stub" : "head == stub && tail == stub");
                    yield m.gives((tailAlone || head == STUB) && m.get(TAIL) == STUB) ? 8 : 7;
                }
                case 7 -> { // until something that take looks at has changed
                    m.at("InjectedQueue.takeUnlessEmpty", "Thread.yield()");
                    yield m.get(NEXT + head) != 0 || m.get(TAIL) == head ? 1 : WAIT;
                }
                default -> {
                    if (takesFirst) m.at("RunLoop.run", "closed = true").set(CLOSED, 1);
                    else m.outside("ends");
                    yield END;
                }
            };
        };
        return List.of(new Actor("executor", executor), new Actor("spawner of a", spawner(1)), new Actor("spawner of b", spawner(2)));
    }
}
