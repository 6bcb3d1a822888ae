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
            add("spawn", ",\"task\":" + task + ",\"name\":\"client " + task + "\",\"class\":\"a.B\",\"method\":\"serve\",\"file\":\"B.java\",\"line\":3,\"parent\":" + (task == 1 ? 0 : 1));
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
            add("call", ",\"name\":\"recvfrom\",\"args\":\"" + fd + ", 4096\",\"fd\":" + fd + ",\"asked\":4096,\"result\":\"12\",\"ns\":700");
            if (task != 1 && random.nextInt(8) == 0) {
                add("end", ",\"task\":" + task + ",\"how\":\"value\"");
                tasks.remove(task);
                var born = next++;
                add("spawn", ",\"task\":" + born + ",\"name\":\"client " + born + "\",\"class\":\"a.B\",\"method\":\"serve\",\"file\":\"B.java\",\"line\":3,\"by\":\"another thread\"");
                add("poll", ",\"task\":" + born);
                pend(born);
                tasks.add(born);
            } else pend(task);
        }
    }

    private void pend(int task) {
        add("pend", ",\"task\":" + task + ",\"state\":1,\"lines\":[{\"class\":\"a.B\",\"method\":\"serve\",\"file\":\"B.java\",\"line\":5,\"state\":1}],\"for\":[{\"what\":\"fd\",\"fd\":"
                + (7 + task % 40) + ",\"dir\":\"read\",\"text\":\"TcpStream\"}],\"keeps\":[{\"name\":\"n\",\"value\":\"" + t + "\"}]");
    }
}
