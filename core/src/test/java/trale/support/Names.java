package trale.support;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/// Host names that mean what a test says; all others are looked up as usual. The JDK remembers what it was told, so each
/// test has names of its own.
public final class Names extends InetAddressResolverProvider {
    private static final Map<String, Callable<List<InetAddress>>> ANSWERS = new ConcurrentHashMap<>();

    /// From now on this name is looked up by that.
    public static void answer(String name, Callable<List<InetAddress>> answer) {
        ANSWERS.put(name, answer);
    }

    @Override
    public InetAddressResolver get(Configuration configuration) {
        var usual = configuration.builtinResolver();
        return new InetAddressResolver() {
            @Override
            public Stream<InetAddress> lookupByName(String host, LookupPolicy policy) throws UnknownHostException {
                var answer = ANSWERS.get(host);
                if (answer == null) return usual.lookupByName(host, policy);
                try {
                    return answer.call().stream();
                } catch (Exception e) {
                    throw (UnknownHostException) new UnknownHostException(host).initCause(e);
                }
            }

            @Override
            public String lookupByAddress(byte[] address) throws UnknownHostException {
                return usual.lookupByAddress(address);
            }
        };
    }

    @Override
    public String name() {
        return "names of tests";
    }
}
