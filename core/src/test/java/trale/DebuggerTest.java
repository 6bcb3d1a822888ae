package trale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.Async.async;
import static trale.Async.await;

import com.sun.jdi.AbsentInformationException;
import com.sun.jdi.Bootstrap;
import com.sun.jdi.ReferenceType;
import com.sun.jdi.StackFrame;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.connect.AttachingConnector;
import com.sun.jdi.event.BreakpointEvent;
import com.sun.jdi.event.ClassPrepareEvent;
import com.sun.jdi.event.Event;
import com.sun.jdi.event.EventSet;
import com.sun.jdi.event.LocatableEvent;
import com.sun.jdi.event.StepEvent;
import com.sun.jdi.request.StepRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import trale.support.Child;
import trale.time.Timer;

/// J23: a debugger that is attached to a JVM stops in a body, and finds its variables there.
class DebuggerTest {

    /// What is debugged.
    static final class Debuggee {
        private final String name = String.valueOf("debuggee");

        Future<Integer> work(int n, String captured) {
            return async(() -> {
                int a = n + 1;
                var unread = "unread" + a;
                IO.println(unread); // before the await
                long b = a + await(Executor.spawn(() -> {
                    int inner = await(pending());
                    return inner; // nested
                }));
                var text = captured + b; // after the await
                for (var i = 0; i < 2; i++) {
                    var copy = text;
                    b += await(pending());
                    text = copy + i; // in the loop
                }
                int ready = await(cx -> Poll.ready(1)) + await(cx -> Poll.ready(2)); // awaits what is ready
                return ready + text.length() + (int) b + name.length(); // at the end
            });
        }

        private static Future<Integer> pending() {
            return async(() -> {
                await(Timer.sleep(Duration.ofMillis(1)));
                return 7;
            });
        }

        public static void main(String[] args) {
            IO.println(Executor.blockOn(new Debuggee().work(4, "captured")));
        }
    }

    private Child child;
    private VirtualMachine vm;
    private EventSet stopped;

    @BeforeEach
    void attach() throws Exception {
        child = Child.startWith("-agentlib:jdwp=transport=dt_socket,server=y,suspend=y,address=127.0.0.1:0", Debuggee.class);
        var listening = child.line(); // Listening for transport dt_socket at address: 40391
        vm = attach(listening.substring(listening.lastIndexOf(' ') + 1));
        stopped = vm.eventQueue().remove(20_000); // VMStart
        var prepare = vm.eventRequestManager().createClassPrepareRequest();
        prepare.addClassFilter(Debuggee.class.getName() + "*");
        prepare.enable();
    }

    private static VirtualMachine attach(String port) throws Exception {
        for (AttachingConnector connector : Bootstrap.virtualMachineManager().attachingConnectors()) {
            if (!connector.transport().name().equals("dt_socket")) continue;
            var arguments = connector.defaultArguments();
            arguments.get("hostname").setValue("127.0.0.1");
            arguments.get("port").setValue(port);
            arguments.get("timeout").setValue("20000");
            return connector.attach(arguments);
        }
        throw new AssertionError("the JDK has no connector for dt_socket");
    }

    @AfterEach
    void end() {
        child.close();
    }

    private static int line(String mark) throws IOException {
        var source = Files.readAllLines(Path.of("src/test/java/trale/DebuggerTest.java"));
        for (var i = 0; i < source.size(); i++) if (source.get(i).endsWith("; // " + mark)) return i + 1;
        throw new AssertionError("no line is marked " + mark);
    }

    /// Lets the program run until a body comes to the line.
    private StackFrame runTo(String mark) throws Exception {
        int line = line(mark);
        for (var c : vm.allClasses()) breakAt(c, line);
        var hit = (LocatableEvent) resumeUntil(BreakpointEvent.class, line);
        vm.eventRequestManager().deleteAllBreakpoints();
        assertEquals(line, hit.location().lineNumber());
        assertTrue(hit.location().declaringType().name().startsWith(Debuggee.class.getName() + "$async$"), hit::toString);
        return hit.thread().frame(0);
    }

    private void breakAt(ReferenceType c, int line) throws AbsentInformationException {
        if (!c.name().startsWith(Debuggee.class.getName() + "$async$")) return;
        for (var location : c.locationsOfLine(line)) vm.eventRequestManager().createBreakpointRequest(location).enable();
    }

    private Event resumeUntil(Class<? extends Event> kind, int line) throws Exception {
        for (;;) {
            stopped.resume();
            stopped = vm.eventQueue().remove(20_000);
            if (stopped == null) throw new AssertionError("nothing happened for 20 s");
            for (var event : stopped) {
                if (kind.isInstance(event)) return event;
                if (event instanceof ClassPrepareEvent prepared) breakAt(prepared.referenceType(), line);
            }
        }
    }

    /// The frame as it is after the step, wherever that ended.
    private StackFrame stepOver(StackFrame frame) throws Exception {
        var request = vm.eventRequestManager().createStepRequest(frame.thread(), StepRequest.STEP_LINE, StepRequest.STEP_OVER);
        request.enable();
        var step = (StepEvent) resumeUntil(StepEvent.class, -1);
        request.disable();
        return step.thread().frame(0);
    }

    private static Map<String, String> variables(StackFrame frame) throws AbsentInformationException {
        var variables = new TreeMap<String, String>();
        for (var v : frame.getValues(frame.visibleVariables()).entrySet()) {
            var value = v.getValue().toString();
            variables.put(v.getKey().name(), value.startsWith("instance of") ? v.getValue().type().name() : value);
        }
        return variables;
    }

    private static String self(StackFrame frame) {
        return frame.thisObject().type().name();
    }

    @Test // J23
    void variablesAreShownBeforeAnAwait() throws Exception {
        var frame = runTo("before the await");
        assertEquals(
                Map.of("$this", Debuggee.class.getName(), "n", "4", "captured", "\"captured\"", "a", "5", "unread", "\"unread5\""),
                variables(frame));
        assertEquals(Debuggee.class.getName() + "$async$work", self(frame));
    }

    /// What is not read again is not shown, rather than shown with a wrong value.
    @Test // J23
    void variablesThatAreReadAgainAreShownAfterAnAwaitThatWaited() throws Exception {
        var frame = runTo("after the await");
        assertEquals(Map.of("$this", Debuggee.class.getName(), "captured", "\"captured\"", "b", "12"), variables(frame));
        frame = runTo("at the end");
        assertEquals(Map.of("$this", Debuggee.class.getName(), "b", "26", "text", "\"captured1201\"", "ready", "3"), variables(frame));
        vm.dispose(); // detached, the program runs on, and the JVM listens again
        assertEquals("unread5\n49\n", child.end().replaceFirst("Listening.*\n", ""));
    }

    @Test // J23
    void variablesAreShownInALoop() throws Exception {
        for (var i = 0; i < 2; i++) {
            var frame = runTo("in the loop");
            var copy = i == 0 ? "\"captured12\"" : "\"captured120\"";
            assertEquals(
                    Map.of("$this", Debuggee.class.getName(), "b", String.valueOf(19 + 7 * i), "i", String.valueOf(i), "copy", copy),
                    variables(frame));
        }
    }

    @Test // J23
    void variablesAreShownInANestedBody() throws Exception {
        var frame = runTo("nested");
        assertEquals(Map.of("inner", "7"), variables(frame));
        assertEquals(Debuggee.class.getName() + "$async$work$2", self(frame));
    }

    @Test // J23
    void aStepGoesToTheNextLineAndOutOfABodyThatIsSuspended() throws Exception {
        var frame = runTo("before the await");
        int line = frame.location().lineNumber();
        frame = stepOver(frame);
        assertEquals(line + 1, frame.location().lineNumber());
        while (frame.location().declaringType().equals(frame.thisObject().type())) frame = stepOver(frame);
        assertEquals("trale.StateMachine", frame.location().declaringType().name());
        frame = runTo("after the await");
        assertEquals(Debuggee.class.getName() + "$async$work", self(frame));
    }

    @Test // J23
    void aStepOverAnAwaitThatIsReadyGoesToTheNextLine() throws Exception {
        var frame = runTo("awaits what is ready");
        frame = stepOver(frame);
        assertEquals(line("at the end"), frame.location().lineNumber());
        assertEquals("3", variables(frame).get("ready"));
    }
}
