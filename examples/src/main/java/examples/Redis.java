package examples;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static trale.Async.async;
import static trale.Async.await;

import module java.base;
import trale.Future;
import trale.net.*;

/// A Redis server with PING, GET, SET, INCR and DEL: redis-cli and redis-benchmark talk to it, also with pipelining.
///
/// It reads a command, writes its answer into a buffer, and reads the next. The reader flushes the buffer before it waits, so the
/// answers to a pipeline of commands leave in one system call. All clients share the map without a lock, because they share a thread.
record Redis(Map<String, String> values) {
    private static final int MAX_ARGUMENTS = 1024;
    private static final int MAX_BULK = 1 << 20; // bytes
    private static final String OK = "+OK\r\n";

    static void main(String... args) throws Exception {
        var command = new Command("redis [[HOST:]PORT]   127.0.0.1:6379 by default, 0 is any free port", args, "6379");
        var address = command.address(0);
        command.run("Choose another port: ./trale redis PORT",
                () -> Server.run("redis://", address, new Redis(new HashMap<>())::serve, "PING\r\n*2\r\n$3\r\nGET\r\n$1\r\na\r\n"));
    }

    Future<Void> serve(TcpStream stream) {
        return async(() -> {
            var out = new WriteBuffer(stream, 1 << 14);
            var in = new LineReader(stream, 1 << 14, ISO_8859_1).tie(out); // a char for each byte, whatever it means
            try {
                for (String line; (line = await(in.readLine())) != null; ) {
                    var command = line.startsWith("*") ? await(array(in, line))
                            : line.isBlank() ? new String[0] : line.strip().split("\\s+");
                    if (command.length == 0) continue;
                    await(out.writeAll(ByteBuffer.wrap(answer(command).getBytes(ISO_8859_1))));
                    if (command[0].equalsIgnoreCase("QUIT")) break;
                }
            } catch (ProtocolException | LineTooLongException e) { // where the next command begins is unknown
                await(out.writeAll(ByteBuffer.wrap(error("Protocol error: " + e.getMessage()).getBytes(ISO_8859_1))));
            }
            await(out.flush());
        });
    }

    /// Reads a command as a client sends it: an array of strings, `*2`, `$3`, `GET`, `$1`, `a`.
    private static Future<String[]> array(LineReader in, String head) {
        return async(() -> {
            var command = new String[number(head, MAX_ARGUMENTS, "multibulk")];
            for (var i = 0; i < command.length; i++) {
                var line = await(in.readLine());
                if (line == null) throw new EOFException("the client is gone in the middle of a command");
                if (!line.startsWith("$")) throw new ProtocolException("expected '$', got '" + line + "'");
                var bulk = ByteBuffer.allocate(number(line, MAX_BULK, "bulk") + 2); // and the line's end
                await(in.readExactly(bulk));
                command[i] = new String(bulk.array(), 0, bulk.capacity() - 2, ISO_8859_1);
            }
            return command;
        });
    }

    private static int number(String line, int max, String what) throws ProtocolException {
        try {
            var n = Integer.parseInt(line, 1, line.length(), 10);
            if (n >= 0 && n <= max) return n;
        } catch (NumberFormatException e) {
            // as a number that is too large
        }
        throw new ProtocolException("invalid " + what + " length");
    }

    private String answer(String[] command) {
        var name = command[0].toUpperCase(Locale.ROOT);
        var count = command.length - 1;
        return switch (name) {
            case "PING" -> count > 1 ? arity(name) : count == 0 ? "+PONG\r\n" : bulk(command[1]);
            case "GET" -> count != 1 ? arity(name) : bulk(values.get(command[1]));
            case "SET" -> count < 2 ? arity(name) : count > 2 ? error("syntax error") : set(command[1], command[2]);
            case "INCR" -> count != 1 ? arity(name) : increment(command[1]);
            case "DEL" -> count == 0 ? arity(name)
                    : integer(Arrays.stream(command, 1, command.length).filter(k -> values.remove(k) != null).count());
            case "QUIT" -> OK;
            case "HELLO" -> "-NOPROTO unsupported protocol version\r\n"; // RESP 2 needs no greeting
            default -> error("unknown command '" + command[0] + "', with args beginning with: "
                    + Arrays.stream(command, 1, command.length).map(a -> "'" + a + "' ").collect(Collectors.joining()));
        };
    }

    private String set(String key, String value) {
        values.put(key, value);
        return OK;
    }

    private String increment(String key) {
        try {
            var n = Math.incrementExact(Long.parseLong(values.getOrDefault(key, "0")));
            values.put(key, Long.toString(n));
            return integer(n);
        } catch (NumberFormatException e) {
            return error("value is not an integer or out of range");
        } catch (ArithmeticException e) {
            return error("increment or decrement would overflow");
        }
    }

    private static String bulk(String value) {
        return value == null ? "$-1\r\n" : "$" + value.length() + "\r\n" + value + "\r\n";
    }

    private static String integer(long n) {
        return ":" + n + "\r\n";
    }

    private static String arity(String name) {
        return error("wrong number of arguments for '" + name.toLowerCase(Locale.ROOT) + "' command");
    }

    /// An error is one line: what the client has sent may not end it.
    private static String error(String what) {
        var line = what.substring(0, Math.min(what.length(), 200)).replace('\r', ' ').replace('\n', ' ');
        return "-ERR " + line + "\r\n";
    }
}
