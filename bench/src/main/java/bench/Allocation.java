package bench;

import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/// The bytes a server's JVM allocated while it answered a known number of messages, all threads together. To ask for them
/// allocates some ten kilobytes, which is little beside the messages.
final class Allocation {
    private final MBeanServerConnection jvm;

    private Allocation(MBeanServerConnection jvm) {
        this.jvm = jvm;
    }

    /// {@return bytes for each message}
    static double count(Server server, String protocol, Run.Plan plan) throws IOException {
        try (var running = server.start(protocol);
                var connector = JMXConnectorFactory.connect(new JMXServiceURL(agentOf(running.process().pid())))) {
            var allocation = new Allocation(connector.getMBeanServerConnection());
            try (var load = running.gated(plan.effort().firstWarmup, plan.effort().seconds)) {
                long before = allocation.total();
                var measured = load.measure();
                return (double) (allocation.total() - before) / measured.messages();
            }
        }
    }

    private static String agentOf(long pid) throws IOException {
        try {
            var machine = VirtualMachine.attach(Long.toString(pid));
            try {
                return machine.startLocalManagementAgent();
            } finally {
                machine.detach();
            }
        } catch (AttachNotSupportedException e) {
            throw new IOException("no management agent in process " + pid, e);
        }
    }

    private long total() throws IOException {
        try {
            return (Long) jvm.getAttribute(new ObjectName(ManagementFactory.THREAD_MXBEAN_NAME), "TotalThreadAllocatedBytes");
        } catch (JMException e) {
            throw new IOException("this JVM does not count what it allocates", e);
        }
    }
}
