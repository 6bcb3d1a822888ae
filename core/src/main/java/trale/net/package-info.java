/// Sockets: TCP, UDP and Unix-domain, on the reactor.
@NullMarked
package trale.net;

import org.jspecify.annotations.NullMarked;
