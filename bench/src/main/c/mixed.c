// The mixed load: four streams that are read as fast as they come, and beside them, one byte at a time, an echo.
//
//   mixed PORT SECONDS
//
//   'S' ──▶ the server streams without end; read and thrown away      (4 connections)
//   'E' ──▶ one byte there and back, then a pause of 1 ms             (1 connection; its round trips are what is measured)
//   'T' ──▶ the server tells how late its 5 ms timer was: "p50 p99 max" in microseconds
//
// An echo that is not answered when the time is over counts with the time it has waited. So a server that answers one echo at the start, and
// then none, does not look fast. `least` is the share of the slowest stream in the bytes of all four, in per cent: 25 if each gets as
// much as the others, 0 if it waits all the time.
//
// After each read of a stream the echo is looked at first, so the load itself adds at most one read (some 20 µs).

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
#include <time.h>
#include <unistd.h>

enum { STREAMS = 4, BUFFER = 65536, MOST = 1000000 };
static const uint64_t SECOND = 1000000000, PAUSE = 1000000;

static char buffer[BUFFER];
static uint64_t trips[MOST];
static int count;
static uint64_t bytes[STREAMS];

static void fail(const char *what) {
    fprintf(stderr, "mixed: %s: %s\n", what, errno == 0 ? "closed by the server" : strerror(errno));
    exit(1);
}

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * SECOND + t.tv_nsec;
}

static int open_connection(int port, char kind) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    if (fd < 0 || connect(fd, (struct sockaddr *) &to, sizeof to) < 0) fail("connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (send(fd, &kind, 1, MSG_NOSIGNAL) != 1) fail("send");
    return fd;
}

static int by_size(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *) a, y = *(const uint64_t *) b;
    return (x > y) - (x < y);
}

// Takes the answer if it is there, and sends the next byte when the pause is over.
static void echo(int fd, uint64_t *sent_at, uint64_t *next_at) {
    if (*sent_at != 0) {
        ssize_t n = recv(fd, buffer, 1, MSG_DONTWAIT);
        if (n == 0 || (n < 0 && errno != EAGAIN)) fail("echo");
        if (n < 0) return;
        uint64_t t = now();
        if (count < MOST) trips[count++] = t - *sent_at;
        *sent_at = 0;
        *next_at = t + PAUSE;
    } else if (now() >= *next_at) {
        *sent_at = now();
        if (send(fd, "x", 1, MSG_NOSIGNAL) != 1) fail("send");
    }
}

// The server answers how late its timer was since the last question: not in the time when there was no load.
static void forget_idle_times(int port) {
    int fd = open_connection(port, 'T');
    if (recv(fd, buffer, BUFFER, 0) <= 0) fail("timer");
    close(fd);
}

int main(int argc, char **argv) {
    if (argc != 3) {
        fprintf(stderr, "usage: mixed PORT SECONDS\n");
        return 2;
    }
    int port = atoi(argv[1]), streams[STREAMS], epoll = epoll_create1(EPOLL_CLOEXEC);
    forget_idle_times(port);
    int pings = open_connection(port, 'E');
    for (int i = 0; i < STREAMS; i++) {
        streams[i] = open_connection(port, 'S');
        struct epoll_event e = {.events = EPOLLIN, .data.u32 = i};
        if (epoll_ctl(epoll, EPOLL_CTL_ADD, streams[i], &e) < 0) fail("epoll_ctl");
    }
    uint64_t sent_at = 0, next_at = 0, start = now(), end = start + (uint64_t) (atof(argv[2]) * SECOND);
    while (now() < end) {
        struct epoll_event events[STREAMS];
        int n = epoll_wait(epoll, events, STREAMS, 0);
        echo(pings, &sent_at, &next_at);
        for (int i = 0; i < n; i++) {
            int from = events[i].data.u32;
            ssize_t got = recv(streams[from], buffer, BUFFER, MSG_DONTWAIT);
            if (got == 0 || (got < 0 && errno != EAGAIN)) fail("stream");
            if (got > 0) bytes[from] += got;
            echo(pings, &sent_at, &next_at);
        }
    }
    if (sent_at != 0 && count < MOST) trips[count++] = now() - sent_at;
    if (count == 0) trips[count++] = now() - start; // no turn to send one in all that time
    qsort(trips, count, sizeof *trips, by_size);

    int timer = open_connection(port, 'T');
    ssize_t n = recv(timer, buffer, BUFFER - 1, 0);
    if (n <= 0) fail("timer");
    buffer[n] = 0;
    long p50, p99, max;
    if (sscanf(buffer, "%ld %ld %ld", &p50, &p99, &max) != 3) fail("timer");
    uint64_t all = 0, least = bytes[0];
    for (int i = 0; i < STREAMS; i++) {
        all += bytes[i];
        if (bytes[i] < least) least = bytes[i];
    }
    if (all == 0) fail("streams");
    printf("bytes_per_s=%.0f least=%.1f echoes=%d echo_p50=%lu echo_p99=%lu echo_max=%lu timer_p50=%ld timer_p99=%ld timer_max=%ld\n",
           all / atof(argv[2]), 100.0 * least / all, count, trips[count / 2] / 1000, trips[count * 99 / 100] / 1000, trips[count - 1] / 1000,
           p50, p99, max);
    return 0;
}
