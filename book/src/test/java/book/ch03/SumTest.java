package book.ch03;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.StringReader;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import trale.Async;
import trale.Executor;
import trale.net.LineReader;
import trale.net.TcpListener;

@Timeout(20)
class SumTest {
    private static final int LONG = 15_000; // milliseconds in which an answer comes

    private static String answer(Consumer<Connection> serve, String lines) throws Exception {
        return answer(serve, lines, LONG);
    }

    private static String answer(Consumer<Connection> serve, String lines, int patience) throws Exception {
        try (var loop = new Loop(serve)) {
            Thread.ofPlatform().daemon().start(loop);
            return Main.answer(loop.address(), lines, patience);
        }
    }

    @Test
    void theCatchAroundACallbackCatchesNothing() throws Exception {
        assertEquals("3", answer(BrokenSum::serve, "1\n2\n"));
        assertTrue(answer(BrokenSum::serve, "one\n", Main.PATIENCE).startsWith("nothing"));
    }

    @Test
    void aCallbackThatCatchesItsOwnExceptionAnswers() throws Exception {
        assertEquals("3", answer(Sum::serve, "1\n2\n"));
        assertEquals("not a number", answer(Sum::serve, "one\n"));
        assertEquals("not a number", answer(Sum::serve, "1\ntwo\n1\n2\n"));
    }

    @Test
    void theBlockingSumDoesTheSame() throws Exception {
        var out = new StringWriter();
        BlockingSum.serve(new BufferedReader(new StringReader("1\n2\none\n1\ntwo\n3\n4\n")), out);
        assertEquals("3\nnot a number\nnot a number\n7\n", out.toString());
    }

    @Test
    void theAsyncBodyDoesTheSame() throws Exception {
        try (var executor = Executor.builder().build();
                var listener = TcpListener.bind(new InetSocketAddress("127.0.0.1", 0))) {
            executor.submit(() -> {
                while (true) {
                    var client = Async.await(listener.accept());
                    Executor.spawn(AwaitSum.serve(new LineReader(client, 100), client)).closing(client);
                }
            });
            assertEquals("3", Main.answer(listener.localAddress(), "1\n2\n", LONG));
            assertEquals("not a number", Main.answer(listener.localAddress(), "one\n", LONG));
        }
    }
}
