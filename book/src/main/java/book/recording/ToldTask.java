package book.recording;

import java.io.IOException;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.attribute.LineNumberInfo;
import java.util.List;
import trale.Context;
import trale.Future;
import trale.Poll;
import trale.Snapshot;
import trale.Waker;
import trale.internal.probe.Probe;
import trale.internal.probe.Watched;

/// A future, and the waker that it is polled with: both tell the recording, and pass on. What contradicts what was told before, as a poll
/// of a task that waits, ends the program: then the recording would be wrong.
final class ToldTask<T> implements Future<T>, Waker, Watched {
    private enum State { QUEUED, RUNNING, WOKEN, WAITING, ENDED }

    private final ChapterRecording recording;
    private final long number;
    private final String name;
    private final Future<T> future;
    private final Probe.Body body;
    private final Context context = Context.of(this);
    private State state = State.QUEUED;
    private List<Snapshot.Reason> reasons = List.of();
    private Waker waker; // the executor's

    ToldTask(ChapterRecording recording, long number, String name, StackTraceElement at, Future<T> future) {
        this.recording = recording;
        this.number = number;
        this.name = name;
        this.future = future;
        body = new Probe.Body(future, -1, at);
    }

    @Override
    public Poll<T> poll(Context cx) throws Exception {
        waker = cx.waker();
        expect(State.QUEUED, "is polled");
        recording.tell(probe -> probe.beforePoll(this));
        state = State.RUNNING;
        recording.runs(this);
        Poll<T> poll = future.poll(context);
        recording.runs(null);
        if (poll instanceof Poll.Ready<?>) {
            state = State.ENDED;
            recording.tell(probe -> probe.end(this, Probe.How.VALUE, null));
        } else {
            pends();
        }
        return poll;
    }

    private void pends() {
        boolean again = state == State.WOKEN;
        if (!again) expect(State.RUNNING, "waits");
        state = again ? State.QUEUED : State.WAITING;
        reasons = again ? List.of(new Snapshot.Yield()) : recording.reasons(this);
        for (var reason : reasons) {
            if (reason instanceof Snapshot.Sleep sleep) {
                long deadline = recording.now() + sleep.left().toNanos();
                recording.tell(probe -> probe.timer(sleep.timer(), Probe.Step.SET, deadline, this));
            }
        }
        recording.tell(probe -> probe.pend(this, again));
    }

    @Override
    public void wake() {
        recording.wake(this, switch (state) {
            case WAITING -> Probe.Effect.QUEUED;
            case RUNNING -> Probe.Effect.AGAIN;
            case QUEUED, WOKEN -> Probe.Effect.NOTHING;
            case ENDED -> Probe.Effect.LATE;
        });
        if (state == State.WAITING) state = State.QUEUED;
        if (state == State.RUNNING) state = State.WOKEN;
        waker.wake();
    }

    private void expect(State right, String what) {
        if (state != right) throw new AssertionError("#" + number + " " + what + ", and is " + state);
    }

    @Override
    public void drop() {
        future.drop();
    }

    @Override
    public long number() {
        return number;
    }

    @Override
    public String name() {
        return name;
    }

    /// The chapters cancel no task.
    @Override
    public int cancellations() {
        return 0;
    }

    @Override
    public boolean isSeen() {
        return true;
    }

    Probe.Body body() {
        return body;
    }

    List<Snapshot.Reason> reasons() {
        return reasons;
    }

    /// {@return the first line of a method's body}
    static StackTraceElement source(Class<?> written, String method) {
        try (var in = written.getResourceAsStream(written.getSimpleName() + ".class")) {
            int line = ClassFile.of().parse(in.readAllBytes()).methods().stream()
                    .filter(m -> m.methodName().equalsString(method))
                    .flatMap(m -> m.code().stream())
                    .flatMap(code -> code.findAttribute(Attributes.lineNumberTable()).stream())
                    .flatMap(table -> table.lineNumbers().stream())
                    .mapToInt(LineNumberInfo::lineNumber).min().orElseThrow();
            return new StackTraceElement(written.getName(), method, written.getSimpleName() + ".java", line);
        } catch (IOException e) {
            throw new IllegalStateException(written + " cannot be read", e);
        }
    }
}
