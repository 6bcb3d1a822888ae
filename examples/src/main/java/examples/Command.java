package examples;

import module java.base;

/// The command line of an example: arguments, each with a default; what is wrong, in one sentence; the exit code.
record Command(String usage, String[] args, String... defaults) {
    private static final Pattern ADDRESS = Pattern.compile("(?:(.+):)?(\\d{1,5})");

    interface Body {
        void run() throws Exception;
    }

    Command {
        if (args.length > defaults.length) throw wrong(usage, "too many arguments");
    }

    String argument(int i) {
        return i < args.length ? args[i] : defaults[i];
    }

    /// {@return `PORT` of this machine, `HOST:PORT` or `[IPv6]:PORT`}
    InetSocketAddress address(int i) {
        var m = ADDRESS.matcher(argument(i));
        if (!m.matches() || Integer.parseInt(m.group(2)) > 65_535)
            throw wrong(usage, "'" + argument(i) + "' is not [HOST:]PORT with a port from 0 to 65535");
        var address = new InetSocketAddress(m.group(1) == null ? "127.0.0.1" : m.group(1), Integer.parseInt(m.group(2)));
        if (address.isUnresolved()) throw wrong(usage, "there is no host '" + m.group(1) + "'");
        return address;
    }

    Path folder(int i) {
        var folder = Path.of(argument(i));
        if (!Files.isDirectory(folder)) throw wrong(usage, "'" + folder + "' is not a folder");
        return folder;
    }

    /// {@return the path of a URL, of this server}
    URI path(int i) {
        try {
            var path = new URI(argument(i));
            if (argument(i).startsWith("/") && path.getRawAuthority() == null) return path;
        } catch (URISyntaxException e) {
            // told below
        }
        throw wrong(usage, "'" + argument(i) + "' is not a path such as /README.md");
    }

    Duration seconds(int i) {
        if (!argument(i).matches("[1-9]\\d{0,5}")) throw wrong(usage, "'" + argument(i) + "' is not a number of seconds");
        return Duration.ofSeconds(Integer.parseInt(argument(i)));
    }

    int count(int i) {
        if (!argument(i).matches("[1-9]\\d{0,2}")) throw wrong(usage, "'" + argument(i) + "' is not a number from 1 to 999");
        return Integer.parseInt(argument(i));
    }

    /// Runs the example; a failure of the network, or a time-out, ends it with 1.
    ///
    /// @param hint what to do if it cannot begin
    void run(String hint, Body body) throws Exception {
        try {
            body.run();
        } catch (IOException | CompletionException e) {
            var cause = e instanceof CompletionException ? e.getCause() : e;
            if (!(cause instanceof IOException || cause instanceof TimeoutException)) throw e;
            var cannotBegin = cause instanceof BindException || cause instanceof ConnectException;
            throw exit(1, cause.getMessage() + (cannotBegin ? ". " + hint : ""));
        }
    }

    private static Error wrong(String usage, String what) {
        return exit(2, what + "\nusage: ./trale " + usage);
    }

    private static Error exit(int status, String message) {
        System.err.println(message);
        System.exit(status);
        return new AssertionError("it has ended");
    }

    /// {@return `127.0.0.1:80` or `[::1]:80`}
    static String text(InetSocketAddress a) {
        var host = a.getAddress().getHostAddress();
        return (a.getAddress() instanceof Inet6Address ? "[" + host + "]" : host) + ":" + a.getPort();
    }
}
