package trale.watch;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// Events as a server makes them, that accepts, reads and answers: of any length, the same for the same seed.
final class Sample {
    private final List<String> events = new ArrayList<>();
    private long t;

    static List<String> server(int length) {
        var sample = new Sample();
        sample.make(length);
        return sample.events;
    }

    static String recording(List<String> events) {
        return "{\"version\":1,\"sources\":{},\"machines\":{},\"events\":[" + String.join(",", events) + "]}";
    }

    /// Names as only an enemy gives them.
    static final String SCRIPT = "</script><script>hit = 1</script>", IMAGE = "<img src=x onerror='hit = 1'>",
            RIGHT_TO_LEFT = "\u05e9\u05dc\u05d5\u05dd \u202e abc";

    static final String FILE = IMAGE + ".java", METHOD = "serve " + RIGHT_TO_LEFT;

    static final List<String> SOURCE = List.of(
            "class B { // " + IMAGE,
            "    static void serve() {",
            "        var text = \"" + SCRIPT + "\";",
            "        while (await(read())) { // " + RIGHT_TO_LEFT,
            "            await(sleep(\"" + IMAGE + "\"));",
            "        }",
            "    }",
            "}");

    /// What is recorded until task 1 waits for its socket, until it is polled again, until it waits for its timer, until that has fired.
    static final int WAITS_FOR_SOCKET = 7, POLLED = 12, WAITS_FOR_TIMER = 14, FIRED = 16;

    /// One task of a program whose source and state machine are known, and which has a name of an enemy wherever it can have one.
    static String program() {
        var sample = new Sample();
        sample.add("start", ",\"executor\":\"trale\",\"program\":\"sample\"");
        sample.add("fd", ",\"fd\":7,\"do\":\"open\",\"text\":" + Json.of(IMAGE));
        sample.add("spawn", ",\"task\":1,\"name\":" + Json.of(IMAGE) + "," + body(2) + ",\"by\":\"main\"");
        sample.add("poll", ",\"task\":1");
        sample.add("call", ",\"name\":\"recvfrom\",\"args\":" + Json.of("7, " + SCRIPT)
                + ",\"fd\":7,\"asked\":4096,\"result\":\"EAGAIN\",\"ns\":700");
        sample.add("timer", ",\"timer\":1,\"do\":\"set\",\"task\":1,\"at\":3000000000");
        sample.add("pend", ",\"task\":1,\"state\":1,\"lines\":[{" + body(4)
                + ",\"state\":1}],\"for\":[{\"what\":\"fd\",\"fd\":7,\"dir\":\"read\",\"text\":"
                + Json.of(IMAGE) + "}],\"keeps\":[{\"name\":" + Json.of(SCRIPT) + ",\"value\":" + Json.of(IMAGE)
                + "},{\"name\":\"n\",\"value\":\"5\"}]");
        sample.add("sleep", "");
        sample.add("call", ",\"name\":\"epoll_wait\",\"args\":\"3, -1\",\"result\":\"1\",\"ns\":900");
        sample.add("ready", ",\"fd\":7,\"bits\":[\"IN\"],\"dir\":\"read\",\"before\":\"task 1\",\"after\":\"READY\"");
        sample.add("wake", ",\"task\":1,\"by\":{\"what\":\"fd\",\"fd\":7,\"dir\":\"read\"},\"effect\":\"queued\"");
        sample.add("poll", ",\"task\":1");
        sample.add("call", ",\"name\":\"recvfrom\",\"args\":\"7, 4096\",\"fd\":7,\"asked\":4096,\"result\":\"12\",\"ns\":800");
        sample.add("pend", ",\"task\":1,\"state\":2,\"lines\":[{" + body(5)
                + ",\"state\":2}],\"for\":[{\"what\":\"timer\",\"timer\":1}],\"keeps\":[{\"name\":\"n\",\"value\":\"6\"}]");
        sample.add("sleep", "");
        sample.add("timer", ",\"timer\":1,\"do\":\"fire\"");
        var states = new ArrayList<Json.Written>();
        for (var state = 0; state < 3; state++) {
            states.add(new Json.Written(Json.object().put("line", state == 0 ? 0 : 3 + state).put("type", SCRIPT)
                    .put("future", state == 0 ? null : IMAGE).put("keeps", List.of()).end()));
        }
        var machine = Json.object().put("first", 2).put("last", 7).put("states", states)
                .put("edges", List.of(edge(0, 1), edge(1, 2), edge(2, 1), edge(1, -1))).end();
        return "{\"version\":1,\"sources\":{" + Json.of("a/" + FILE) + ":" + Json.of(String.join("\n", SOURCE)) + "},\"machines\":{"
                + Json.of("a.B" + SCRIPT + "." + METHOD) + ":["
                + machine + "]},\"events\":[" + String.join(",", sample.events) + "]}";
    }

    private static String body(int line) {
        return "\"class\":" + Json.of("a.B" + SCRIPT) + ",\"method\":" + Json.of(METHOD) + ",\"file\":" + Json.of(FILE)
                + ",\"line\":" + line;
    }

    private static Json.Written edge(int from, int to) {
        return new Json.Written(Json.object().put("from", from).put("to", to).end());
    }

    private void add(String kind, String rest) {
        t += 1500;
        events.add("{\"k\":\"" + kind + "\",\"t\":" + t + rest + "}");
    }

    private void make(int length) {
        var random = new SplittableRandom(1);
        add("start", ",\"executor\":\"trale\",\"program\":\"sample\",\"arrangement\":\"own thread\",\"simulated\":false");
        add("fd", ",\"fd\":7,\"do\":\"open\"");
        var tasks = new ArrayList<Integer>();
        for (var task = 1; task <= 40; task++) {
            add("spawn", ",\"task\":" + task + ",\"name\":\"client " + task
                    + "\",\"class\":\"a.B\",\"method\":\"serve\",\"file\":\"B.java\",\"line\":3,\"parent\":" + (task == 1 ? 0 : 1));
            add("poll", ",\"task\":" + task);
            pend(task);
            tasks.add(task);
        }
        var next = 41;
        while (events.size() < length) {
            add("sleep", "");
            t += random.nextLong(2_000_000);
            add("call", ",\"name\":\"epoll_wait\",\"args\":\"3, -1\",\"result\":\"1\",\"ns\":900");
            var task = tasks.get(random.nextInt(tasks.size()));
            var fd = 7 + task % 40;
            add("ready", ",\"fd\":" + fd + ",\"bits\":[\"IN\"],\"dir\":\"read\",\"before\":\"task " + task + "\",\"after\":\"READY\"");
            add("wake", ",\"task\":" + task + ",\"by\":{\"what\":\"fd\",\"fd\":" + fd + ",\"dir\":\"read\"},\"effect\":\"queued\"");
            add("poll", ",\"task\":" + task);
            add("call", ",\"name\":\"recvfrom\",\"args\":\"" + fd + ", 4096\",\"fd\":" + fd
                    + ",\"asked\":4096,\"result\":\"12\",\"ns\":700");
            if (task != 1 && random.nextInt(8) == 0) {
                add("end", ",\"task\":" + task + ",\"how\":\"value\"");
                tasks.remove(task);
                var born = next++;
                add("spawn", ",\"task\":" + born + ",\"name\":\"client " + born
                        + "\",\"class\":\"a.B\",\"method\":\"serve\",\"file\":\"B.java\",\"line\":3,\"by\":\"another thread\"");
                add("poll", ",\"task\":" + born);
                pend(born);
                tasks.add(born);
            } else pend(task);
        }
    }

    private void pend(int task) {
        add("pend", ",\"task\":" + task + ",\"state\":1,\"lines\":[{\"class\":\"a.B\",\"method\":\"serve\",\"file\":\"B.java\","
                + "\"line\":5,\"state\":1}],\"for\":[{\"what\":\"fd\",\"fd\":" + (7 + task % 40) + ",\"dir\":\"read\","
                + "\"text\":\"TcpStream\"}],\"keeps\":[{\"name\":\"n\",\"value\":\"" + t + "\"}]");
    }
}
