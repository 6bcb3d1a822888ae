/// The reactor: epoll, one eventfd, one timerfd; what a hand-written leaf future registers with.
@NullMarked
package trale.reactor;

import org.jspecify.annotations.NullMarked;
