package trale.watch;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import trale.Snapshot;
import trale.internal.linux.Errno;
import trale.internal.probe.Probe;
import trale.internal.probe.Watched;

/// Something that happened. The executor's thread makes one, which is all that it pays; the watch's own thread reads what the bodies keep.
/// The text is made for a page or a recording that asks for it.
///
/// Times are in ns since the executor has been watched.
sealed interface Event {
    long FIRST_SIMULATED = 1 << 30; // see trale.test's Descriptors
    long MOST_OF_A_HOST = 1 << 20;

    long t();

    record Start(long t, String executor, @Nullable String program, @Nullable String time, String arrangement, boolean simulated)
            implements Event {}

    record Spawn(long t, long task, @Nullable String name, Probe.@Nullable Body body, long parent, long scope, @Nullable String thread)
            implements Event {}

    /// A poll begins.
    ///
    /// @param held for how long the thread was held before it, in ns; 0: it was not
    record Poll(long t, long task, long held) implements Event {}

    /// A poll that said Pending.
    ///
    /// @param bodies the outermost first
    /// @param keeps  none until the bodies are read: see [Recorder#drain]
    record Pend(long t, long task, @Nullable String name, List<Probe.Body> bodies, List<Snapshot.Reason> reasons, List<Kept> keeps,
            boolean again) implements Event {}

    record End(long t, Watched watched, Probe.How how, @Nullable Throwable failure) implements Event {
        long task() {
            return watched.number();
        }

        Ended told() {
            return new Ended(t, task(), watched.name(), how, failure == null ? null : Values.of(failure));
        }
    }

    /// An end without the task and its failure, so that a history keeps neither from being garbage.
    record Ended(long t, long task, @Nullable String name, Probe.How how, @Nullable String text) implements Event {}

    record Wake(long t, long task, Probe.By by, long id, @Nullable String thread, Probe.Effect effect) implements Event {}

    record Cancel(long t, long task, @Nullable String why) implements Event {}

    record Scope(long t, long scope, long task, boolean opens) implements Event {}

    record Turn(long t, boolean sleeps) implements Event {}

    record Ready(long t, int fd, int bits, boolean read, String before, String after) implements Event {}

    record Timer(long t, long timer, Probe.Step step, long at, long task) implements Event {}

    /// A descriptor is registered, or is not any more.
    ///
    /// @param leaked it was found to be garbage while it was open
    record Descriptor(long t, int fd, boolean opens, boolean leaked) implements Event {}

    record Call(long t, String name, long a, long b, long c, long d, int result, long nanos) implements Event {}

    record Log(long t, String text) implements Event {}

    /// Events that a reader is not told, because there was no room for them.
    ///
    /// @param known what the lost events have left is told before: the tasks, descriptors and timers that are still there
    record Lost(long t, long count, boolean known) implements Event {}

    /// The program ends; what has not ended by now does not end.
    record Stop(long t) implements Event {}

    /// Something that is wrong, or may be.
    ///
    /// @param others tasks that it is about beside `task`
    record Diagnosis(long t, String what, boolean sure, long task, List<Long> others, String text, String remedy, List<String> lines)
            implements Event {}

    /// What a suspended body keeps.
    ///
    /// @param body which of the task's, 0 for the outermost
    record Kept(int body, String name, @Nullable Object value) {}

    default String json() {
        return switch (this) {
            case Start e -> of("start").put("executor", e.executor).put("program", e.program).put("time", e.time)
                    .put("arrangement", e.arrangement).put("simulated", e.simulated).end();
            case Spawn e -> at(of("spawn").put("task", e.task).put("name", e.name), e.body == null ? null : e.body.at())
                    .put("parent", id(e.parent)).put("scope", id(e.scope)).put("by", e.parent != 0 ? "task " + e.parent : e.thread).end();
            case Poll e -> of("poll").put("task", e.task).put("held", id(e.held)).end();
            case Pend e -> of("pend").put("task", e.task).put("name", e.name)
                    .put("state", e.bodies.isEmpty() ? null : e.bodies.getLast().state())
                    .put("lines", e.bodies.stream().map(Event::line).toList())
                    .put("for", e.reasons.stream().map(r -> reason(r, e.t)).toList())
                    .put("keeps", e.keeps.stream().map(Event::kept).toList()).put("queued", e.again ? true : null).end();
            case End e -> e.told().json();
            case Ended e -> of("end").put("task", e.task).put("name", e.name).put("how", e.how.name().toLowerCase(Locale.ROOT))
                    .put("text", e.text).end();
            case Wake e -> of("wake").put("task", e.task).put("by", by(e)).put("effect", e.effect.name().toLowerCase(Locale.ROOT)).end();
            case Cancel e -> of("cancel").put("task", e.task).put("why", e.why).end();
            case Scope e -> of("scope").put("scope", e.scope).put("task", id(e.task)).put("do", e.opens ? "open" : "close").end();
            case Turn e -> of(e.sleeps ? "sleep" : "turn").end();
            case Ready e -> of("ready").put("fd", fd(e.fd)).put("bits", bits(e.bits)).put("dir", e.read ? "read" : "write")
                    .put("before", e.before).put("after", e.after).end();
            case Timer e -> of("timer").put("timer", e.timer).put("do", e.step.name().toLowerCase(Locale.ROOT)).put("at", e.at)
                    .put("task", id(e.task)).end();
            case Descriptor e -> of("fd").put("fd", fd(e.fd)).put("do", e.opens ? "open" : "close").end();
            case Call e -> of("call").put("name", e.name).put("args", args(e)).put("fd", fd(e.a)).put("asked", asked(e))
                    .put("result", result(e.result)).put("ns", id(e.nanos)).end();
            case Log e -> of("log").put("text", e.text).end();
            case Lost e -> of("lost").put("count", e.count).put("known", e.known ? true : null).end();
            case Stop _ -> of("stop").end();
            case Diagnosis e -> of("diagnosis").put("what", e.what).put("sure", e.sure).put("task", id(e.task))
                    .put("others", e.others.isEmpty() ? null : e.others).put("text", e.text).put("remedy", e.remedy)
                    .put("lines", e.lines).end();
        };
    }

    private Json of(String kind) {
        return Json.object().put("k", kind).put("t", t());
    }

    private static @Nullable Long id(long n) {
        return n == 0 ? null : n;
    }

    private static Json at(Json json, @Nullable StackTraceElement at) {
        if (at == null) return json;
        return json.put("class", at.getClassName()).put("method", method(at)).put("file", at.getFileName()).put("line", at.getLineNumber());
    }

    /// {@return the method in which a body was written} `lambda$main$0` was in `main`.
    static String method(StackTraceElement at) {
        var parts = at.getMethodName().split("\\$", -1);
        return parts.length > 2 && parts[0].equals("lambda") ? parts[1] : at.getMethodName();
    }

    private static Json.Written line(Probe.Body body) {
        return new Json.Written(at(Json.object(), body.at()).put("state", body.state()).end());
    }

    private static Json.Written kept(Kept k) {
        return new Json.Written(Json.object().put("name", k.name).put("value", Values.of(k.value))
                .put("body", k.body == 0 ? null : k.body).end());
    }

    private static Json.Written reason(Snapshot.Reason reason, long now) {
        var json = Json.object();
        return new Json.Written(switch (reason) {
            case Snapshot.Ready r -> json.put("what", "fd").put("fd", fd(r.fd())).put("dir", r.read() ? "read" : "write")
                    .put("text", r.text()).end();
            case Snapshot.Sleep r -> json.put("what", "timer").put("timer", r.timer()).put("at", now + r.left().toNanos()).end();
            case Snapshot.End r -> json.put("what", "task").put("task", r.task()).put("executor", r.executor()).end();
            case Snapshot.Children r -> json.put("what", "children").put("tasks", r.tasks()).put("all", r.all()).end();
            case Snapshot.Turn r -> json.put("what", "turn").put("text", r.text()).put("holders", r.holders()).end();
            case Snapshot.Stage r -> json.put("what", "stage").put("text", r.text()).end();
            case Snapshot.Yield _ -> json.put("what", "yield").end();
            case Snapshot.Other r -> json.put("what", "future").put("text", r.text()).end();
        });
    }

    private static Object by(Wake e) {
        return switch (e.by) {
            case TASK -> new Json.Written(Json.object().put("what", "task").put("task", e.id).end());
            case READ, WRITE -> new Json.Written(Json.object().put("what", "fd").put("fd", fd(e.id))
                    .put("dir", e.by == Probe.By.READ ? "read" : "write").end());
            case TIMER -> new Json.Written(Json.object().put("what", "timer").put("timer", e.id).end());
            case CANCEL -> new Json.Written(Json.object().put("what", "cancel").end());
            case THREAD -> new Json.Written(Json.object().put("what", "thread").put("name", e.thread).end());
        };
    }

    /// {@return how a descriptor is shown} Those of simulated hosts have numbers as no process of Linux has, of each host others: here they
    /// count from 0.
    private static long fd(long number) {
        return number >= FIRST_SIMULATED && number < 2L * FIRST_SIMULATED ? number % MOST_OF_A_HOST : number;
    }

    private static String result(int result) {
        return result >= 0 ? String.valueOf(fd(result)) : Errno.name(-result);
    }

    /// The arguments that say something to a reader: the descriptor, and what is asked of it.
    private static String args(Call e) {
        return switch (e.name) {
            case "epoll_wait" -> fd(e.a) + ", " + (int) e.d;
            case "read", "write", "recv", "recvfrom", "send", "sendto" -> fd(e.a) + ", " + e.c;
            case "epoll_ctl" -> fd(e.a) + ", " + (e.b == 1 ? "ADD" : e.b == 2 ? "DEL" : "MOD") + ", " + fd(e.c);
            case "socket", "epoll_create1", "eventfd", "timerfd_create", "pipe2" -> "";
            default -> String.valueOf(fd(e.a));
        };
    }

    /// {@return how many bytes a call asked for, or null}
    private static @Nullable Long asked(Call e) {
        return switch (e.name) {
            case "read", "write", "recv", "recvfrom", "send", "sendto" -> e.c;
            default -> null;
        };
    }

    private static List<String> bits(int bits) {
        var names = new ArrayList<String>();
        if ((bits & 0x1) != 0) names.add("IN");
        if ((bits & 0x4) != 0) names.add("OUT");
        if ((bits & 0x8) != 0) names.add("ERR");
        if ((bits & 0x10) != 0) names.add("HUP");
        if ((bits & 0x2000) != 0) names.add("RDHUP");
        return names;
    }
}
