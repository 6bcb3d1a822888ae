package examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/// ./trale udp
@ParameterizedClass
@ValueSource(strings = {Example.OWN_THREAD, Example.REACTOR_THREAD})
class UdpExampleTest {
    @Parameter
    String reactor;

    @Test
    void twentyBytesAreSentAndReceivedWhileATaskPrints() throws Exception {
        try (var udp = new Example(reactor, Udp.class, 0)) {
            var lines = udp.end();
            assertEquals(List.of("Hello A!", "Hello B!", "Hello C!"), lines.stream().filter(l -> l.startsWith("Hello")).toList());
            assertTrue(lines.subList(1, 3).contains("Sent 20 bytes"), lines.toString());
            assertTrue(lines.subList(1, 3).stream().anyMatch(l -> l.matches("Received 20 bytes from 127\\.0\\.0\\.1:\\d+")),
                    lines.toString());
        }
    }
}
