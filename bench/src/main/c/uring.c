// A reference line, not the limit: TCP echo on io_uring (io_uring(7)), one thread, with liburing.
//
//   uring echo
//
//   io_uring_enter ──▶ for each completion: recv done ──▶ queue a send      one system call for all that is ready together
//                                           send done ──▶ queue a recv
//
// Completions need no call for each message, only one enter for a batch. Prints "ready PORT" once it listens.

#define _GNU_SOURCE
#include <errno.h>
#include <liburing.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ENTRIES = 4096, BUFFER = 1024 };

struct connection {
    int fd;
    int sending;     // bytes that are being sent; 0: it receives
    int sent;        // of them
    char buffer[BUFFER];
};

static struct io_uring ring;

static void fail(const char *what, int error) {
    fprintf(stderr, "%s: %s\n", what, strerror(error));
    exit(1);
}

static struct io_uring_sqe *entry(void *data) {
    struct io_uring_sqe *e = io_uring_get_sqe(&ring);
    if (e == NULL) { // the queue is full: hand it over
        io_uring_submit(&ring);
        e = io_uring_get_sqe(&ring);
        if (e == NULL) fail("io_uring_get_sqe", EBUSY);
    }
    e->user_data = (uintptr_t) data;
    return e;
}

static void receive(struct connection *c) {
    c->sending = 0;
    struct io_uring_sqe *e = entry(c);
    io_uring_prep_recv(e, c->fd, c->buffer, BUFFER, 0);
    e->user_data = (uintptr_t) c;
}

static void transmit(struct connection *c) {
    struct io_uring_sqe *e = entry(c);
    io_uring_prep_send(e, c->fd, c->buffer + c->sent, c->sending - c->sent, MSG_NOSIGNAL);
    e->user_data = (uintptr_t) c;
}

static void accept_next(int listener) {
    struct io_uring_sqe *e = entry(NULL);
    io_uring_prep_accept(e, listener, NULL, NULL, SOCK_CLOEXEC);
    e->user_data = 0;
}

static void accepted(int fd, int listener) {
    if (fd < 0) fail("accept", -fd);
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct connection *c = calloc(1, sizeof *c);
    if (c == NULL) fail("calloc", errno);
    c->fd = fd;
    receive(c);
    accept_next(listener);
}

static void completed(struct connection *c, int result) {
    if (result <= 0) { // the end, or a broken connection
        close(c->fd);
        free(c);
        return;
    }
    if (c->sending == 0) {
        c->sending = result;
        c->sent = 0;
        transmit(c);
        return;
    }
    c->sent += result;
    if (c->sent < c->sending) transmit(c);
    else receive(c);
}

int main(int argc, char **argv) {
    if (argc != 2 || strcmp(argv[1], "echo") != 0) {
        fprintf(stderr, "usage: uring echo\n");
        return 2;
    }
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0) fail("socket", errno);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    if (bind(listener, (struct sockaddr *) &address, length) < 0) fail("bind", errno);
    if (listen(listener, 4096) < 0) fail("listen", errno);
    if (getsockname(listener, (struct sockaddr *) &address, &length) < 0) fail("getsockname", errno);
    // One thread submits, and completions are worked off when it waits for them: what Netty asks for, too.
    int error = io_uring_queue_init(ENTRIES, &ring, IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN);
    if (error == -EINVAL) error = io_uring_queue_init(ENTRIES, &ring, 0); // Linux before 6.1
    if (error < 0) fail("io_uring_setup", -error);
    accept_next(listener);
    printf("ready %d\n", ntohs(address.sin_port));
    fflush(stdout);
    for (;;) {
        error = io_uring_submit_and_wait(&ring, 1);
        if (error < 0 && error != -EINTR) fail("io_uring_enter", -error);
        unsigned head;
        unsigned seen = 0;
        struct io_uring_cqe *c;
        io_uring_for_each_cqe(&ring, head, c) {
            if (c->user_data == 0) accepted(c->res, listener);
            else completed((struct connection *) (uintptr_t) c->user_data, c->res);
            seen++;
        }
        io_uring_cq_advance(&ring, seen);
    }
}
