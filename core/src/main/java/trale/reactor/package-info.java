/// The reactor: epoll, one eventfd, one timerfd. A hand-written leaf future registers its descriptor here.
@NullMarked
package trale.reactor;

import org.jspecify.annotations.NullMarked;
