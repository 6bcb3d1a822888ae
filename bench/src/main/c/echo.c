// The limit: what one thread can do with epoll and nothing else. Every other server is measured beside this one.
//
//   echo PROTOCOL         echo: bytes back as they came · http: one fixed answer a request · udp: datagrams back
//
//   epoll_wait ──▶ for each ready connection: read ──▶ write          edge-triggered, each fd registered once
//
// A short read means the socket is empty, so there is no read that ends in EAGAIN: two system calls a message, plus
// one epoll_wait for all connections that are ready together. Prints "ready PORT" once it listens.

#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BATCH = 1024, BUFFER = 16384 };
enum { RECEIVE_BUFFER = 1 << 20 }; // of UDP: room for 1,000 datagrams, as in the other servers

static const char ANSWER[] = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n\r\nHello, World!";

struct connection {
    int fd;
    int matched;    // http: how many bytes of the blank line that ends a request were seen
    char *rest;     // what the peer's window did not take yet; nothing is read until it is gone
    size_t length;
    size_t offset;
};

static int http;
static int epoll;
static char buffer[BUFFER];

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void end(struct connection *c) {
    close(c->fd); // never dup'ed, so this leaves epoll too
    free(c->rest);
    free(c);
}

// Writes, and keeps what did not fit. Returns 0 when the connection is broken.
static int put(struct connection *c, const char *bytes, size_t length) {
    ssize_t n = write(c->fd, bytes, length);
    if (n < 0 && errno != EAGAIN) return 0;
    if (n < 0) n = 0;
    if ((size_t) n < length) {
        c->length = length - n;
        c->offset = 0;
        c->rest = malloc(c->length);
        if (c->rest == NULL) fail("malloc");
        memcpy(c->rest, bytes + n, c->length);
    }
    return 1;
}

// Returns 1 when nothing is left to be written, 0 when the peer's window is full again, -1 when it is broken.
static int put_rest(struct connection *c) {
    while (c->rest != NULL) {
        ssize_t n = write(c->fd, c->rest + c->offset, c->length - c->offset);
        if (n < 0) return errno == EAGAIN ? 0 : -1;
        c->offset += n;
        if (c->offset == c->length) {
            free(c->rest);
            c->rest = NULL;
        }
    }
    return 1;
}

// One answer for each blank line, also when requests are pipelined or split anywhere.
static int answer(struct connection *c, size_t length) {
    static char answers[BUFFER / 4 * (sizeof ANSWER - 1)];
    size_t total = 0;
    for (size_t i = 0; i < length; i++) {
        c->matched = buffer[i] == "\r\n\r\n"[c->matched] ? c->matched + 1 : buffer[i] == '\r';
        if (c->matched == 4) {
            memcpy(answers + total, ANSWER, sizeof ANSWER - 1);
            total += sizeof ANSWER - 1;
            c->matched = 0;
        }
    }
    return total == 0 || put(c, answers, total);
}

static void serve(struct connection *c, uint32_t events) {
    int alive = put_rest(c);
    while (alive == 1) {
        ssize_t n = read(c->fd, buffer, BUFFER);
        if (n < 0 && errno == EAGAIN) return;
        if (n <= 0) {
            alive = -1;
            break;
        }
        if (!(http ? answer(c, n) : put(c, buffer, n))) alive = -1;
        if (c->rest != NULL) return;
        // RDHUP may have come with the data and does not come again: then the end must be read now.
        if (n < BUFFER && !(events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))) return;
    }
    if (alive < 0) end(c);
}

static void accept_all(int listener) {
    for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) {
            if (errno == EAGAIN) return;
            if (errno == ECONNABORTED || errno == EINTR) continue;
            fail("accept4");
        }
        int on = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        struct connection *c = calloc(1, sizeof *c);
        if (c == NULL) fail("calloc");
        c->fd = fd;
        struct epoll_event e = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = c};
        if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e) < 0) fail("epoll_ctl");
    }
}

static void echo_datagrams(int fd) {
    for (;;) {
        struct sockaddr_in from;
        socklen_t length = sizeof from;
        ssize_t n = recvfrom(fd, buffer, BUFFER, 0, (struct sockaddr *) &from, &length);
        if (n < 0) return; // EAGAIN; an ICMP error of an earlier send is of no interest here
        sendto(fd, buffer, n, 0, (struct sockaddr *) &from, length);
    }
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: echo echo|http|udp\n");
        return 2;
    }
    http = strcmp(argv[1], "http") == 0;
    int udp = strcmp(argv[1], "udp") == 0;

    int listener = socket(AF_INET, (udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (listener < 0) fail("socket");
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    if (bind(listener, (struct sockaddr *) &address, length) < 0) fail("bind");
    int room = RECEIVE_BUFFER;
    if (udp && setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &room, sizeof room) < 0) fail("setsockopt");
    if (!udp && listen(listener, 4096) < 0) fail("listen");
    if (getsockname(listener, (struct sockaddr *) &address, &length) < 0) fail("getsockname");

    epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event e = {.events = EPOLLIN | EPOLLET, .data.ptr = NULL}; // NULL: the listener
    if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &e) < 0) fail("epoll");
    printf("ready %d\n", ntohs(address.sin_port));
    fflush(stdout);

    static struct epoll_event events[BATCH];
    for (;;) {
        int n = epoll_wait(epoll, events, BATCH, -1);
        if (n < 0 && errno != EINTR) fail("epoll_wait");
        for (int i = 0; i < n; i++) {
            if (events[i].data.ptr != NULL) serve(events[i].data.ptr, events[i].events);
            else if (udp) echo_datagrams(listener);
            else accept_all(listener);
        }
    }
}
