// The load: N connections, each with exactly one message on its way, from one thread that does nothing else.
//
//   load PROTOCOL PORT PID CONNECTIONS WARMUP_SECONDS SECONDS [gate | poll]
//   load PROTOCOL PORT PID CONNECTIONS idle
//
//   connect N ──▶ warm up ──▶ (gate: let all answers come in, say "warm", wait for a line) ──▶ measure ──▶ one line
//   connect N, one message each ──▶ "open N limit L" ──▶ keep them until the input ends
//
// A connection sends its next message the moment it has the whole answer to the last one (a closed loop), so messages
// a second and latency are two views of one fact; what a server costs is its own CPU time, read from the kernel's
// nanosecond clock of process PID at both ends of the window (all its threads, those that ended too).
// With `gate`, a tracer may attach to the server in the pause and sees exactly the messages that are counted. With `poll`, the load
// never sleeps, so that the server's answers are taken at once. With `idle` it opens N connections, or as many as the limit of
// open files allows, from an address of 127.0.0.0/8 for each 20,000 of them, and says how many there are and what the limit is.

#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 1024, BUFFER = 16384, MESSAGE = 64 };

// A histogram with 128 buckets for each power of two: no value is off by more than 0.8 %.
enum { SUB_BITS = 7, BUCKETS = (65 - SUB_BITS) << SUB_BITS };
static uint64_t histogram[BUCKETS];

struct connection {
    int fd;
    uint32_t got;        // bytes of the answer so far
    uint64_t sent_at;    // 0: nothing is on its way
    uint64_t tried_at;   // udp: when it was sent last
};

static const uint64_t SECOND = 1000000000, RESEND_AFTER = 200000000, LIMIT = 10 * 1000000000ull;

static const char *message;
static size_t message_length;
static uint32_t answer_length;
static int udp, http;
static int epoll;
static int count;
static struct connection *connections;
static char buffer[BUFFER];
static uint64_t messages, lost;
static int patience = 100; // milliseconds of an epoll_wait
static int outstanding;

static void fail(const char *what) {
    fprintf(stderr, "load: %s%s%s\n", what, errno == 0 ? "" : ": ", errno == 0 ? "" : strerror(errno));
    exit(1);
}

static uint64_t nanos(clockid_t clock) {
    struct timespec t;
    if (clock_gettime(clock, &t) < 0) fail("clock_gettime (did the server die?)");
    return t.tv_sec * SECOND + t.tv_nsec;
}

static int bucket_of(uint64_t v) {
    int shift = v < (1 << SUB_BITS) ? 0 : 63 - __builtin_clzll(v) - SUB_BITS;
    return (shift << SUB_BITS) + (int) (v >> shift); // the leading 1 of v >> shift carries into the next power's row
}

static uint64_t value_of(int bucket) { // the middle of the bucket
    int row = bucket >> SUB_BITS;
    if (row < 2) return bucket;
    int shift = row - 1;
    return ((uint64_t) (bucket - (shift << SUB_BITS)) << shift) + (1ull << shift) / 2;
}

static uint64_t percentile(double p) {
    uint64_t rank = (uint64_t) (p * messages), seen = 0;
    for (int i = 0; i < BUCKETS; i++) {
        seen += histogram[i];
        if (seen > rank) return value_of(i);
    }
    return 0;
}

static void transmit(struct connection *c, uint64_t now) {
    c->got = 0;
    c->tried_at = now;
    // 64 bytes always fit: the socket's buffer is empty, because the last answer is complete.
    if (send(c->fd, message, message_length, MSG_NOSIGNAL) != (ssize_t) message_length && !udp) fail("send");
}

static void put(struct connection *c, uint64_t now) {
    c->sent_at = now;
    transmit(c, now);
}

// An echo sends the bytes back that it got. Of HTTP all answers have the length of the first one.
static void check(const char *bytes, size_t from, size_t n) {
    errno = 0;
    if (from + n > answer_length) fail("recv: more bytes than asked for");
    if (!http && memcmp(bytes, message + from, n) != 0) fail("recv: other bytes than were sent");
}

// The length of the answer to the first request; all others must have the same.
static uint32_t http_length(int n) {
    buffer[n] = 0;
    char *body = strstr(buffer, "\r\n\r\n"), *field = strcasestr(buffer, "\r\ncontent-length:");
    if (strncmp(buffer, "HTTP/1.1 200", 12) != 0 || body == NULL || field == NULL) {
        fprintf(stderr, "load: not the answer expected: %s\n", buffer);
        exit(1);
    }
    return (body + 4 - buffer) + atoi(field + 17);
}

// Opens a connection and proves it by one blocking exchange, so that the server's accept queue never overflows.
static void prove(struct connection *c, const struct sockaddr_in *to) {
    if (connect(c->fd, (const struct sockaddr *) to, sizeof *to) < 0) fail("connect");
    int on = 1;
    struct timeval patience = {.tv_sec = 10};
    setsockopt(c->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (!udp) setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    put(c, 1);
    uint32_t got = 0;
    do {
        errno = 0;
        ssize_t n = recv(c->fd, buffer + got, BUFFER - 1 - got, 0);
        if (n <= 0) fail(n == 0 ? "first answer: closed by the server" : "first answer");
        if (!http) check(buffer + got, got, n);
        got += n;
        if (answer_length == 0 && memmem(buffer, got, "\r\n\r\n", 4) != NULL) answer_length = http_length(got);
    } while (got != answer_length);
}

static void open_connection(struct connection *c, const struct sockaddr_in *to) {
    c->fd = socket(AF_INET, (udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0);
    if (c->fd < 0) fail("socket (raise the limit of open files)");
    prove(c, to);
    struct epoll_event e = {.events = EPOLLIN | EPOLLET, .data.ptr = c};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &e) < 0) fail("epoll_ctl");
}

static void stay_idle(const struct sockaddr_in *to) {
    enum { EACH = 20000, LEFT = 200 }; // an address has 28,232 ports by default; a server needs more descriptors than its connections
    struct rlimit limit;
    int n = 0, on = 1;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0) fail("getrlimit");
    for (; n < count && n + LEFT < (int) limit.rlim_cur; n++) {
        struct connection c = {.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
        if (c.fd < 0) fail("socket");
        struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + n / EACH)};
        setsockopt(c.fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on); // the kernel chooses the port when it knows the peer
        if (bind(c.fd, (struct sockaddr *) &from, sizeof from) < 0) fail("bind");
        prove(&c, to);
    }
    printf("open %d limit %lu\n", n, (unsigned long) limit.rlim_cur);
    fflush(stdout);
    while (getchar() != EOF) continue;
}

static void receive(struct connection *c, int go_on) {
    errno = 0;
    ssize_t n = recv(c->fd, buffer, BUFFER, MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) fail(n == 0 ? "recv: closed by the server" : "recv");
    if (c->sent_at == 0) return; // an answer that came twice, because its datagram was taken for lost
    check(buffer, c->got, n);
    c->got += n;
    if (c->got < answer_length) return;
    uint64_t now = nanos(CLOCK_MONOTONIC);
    histogram[bucket_of(now - c->sent_at)]++;
    messages++;
    if (go_on) put(c, now);
    else {
        c->sent_at = 0;
        outstanding--;
    }
}

static void resend_lost(void) {
    uint64_t now = nanos(CLOCK_MONOTONIC);
    for (int i = 0; i < count; i++) {
        if (connections[i].sent_at != 0 && now - connections[i].tried_at > RESEND_AFTER) {
            lost++;
            transmit(&connections[i], now); // it counts from the first time
        }
    }
}

static void turn(int go_on) {
    static struct epoll_event events[BATCH];
    static uint64_t resend_at;
    int n = epoll_wait(epoll, events, BATCH, patience);
    if (n < 0 && errno != EINTR) fail("epoll_wait");
    for (int i = 0; i < n; i++) receive(events[i].data.ptr, go_on);
    if (udp && nanos(CLOCK_MONOTONIC) > resend_at) {
        resend_lost();
        resend_at = nanos(CLOCK_MONOTONIC) + RESEND_AFTER;
    }
}

static void start_all(void) {
    outstanding = count;
    for (int i = 0; i < count; i++) put(&connections[i], nanos(CLOCK_MONOTONIC));
}

static void run_until(uint64_t end) {
    while (nanos(CLOCK_MONOTONIC) < end) turn(1);
}

// Lets all answers come in.
static void drain(void) {
    uint64_t end = nanos(CLOCK_MONOTONIC) + LIMIT;
    while (outstanding > 0) {
        turn(0);
        if (nanos(CLOCK_MONOTONIC) < end) continue;
        fprintf(stderr, "load: %d answers have not come within 10 s\n", outstanding);
        exit(1);
    }
}

int main(int argc, char **argv) {
    int idle = argc == 6 && strcmp(argv[5], "idle") == 0;
    if (argc < 7 && !idle) {
        fprintf(stderr, "usage: load echo|http|udp PORT PID CONNECTIONS WARMUP_SECONDS SECONDS [gate|poll]\n"
                        "       load echo|http PORT PID CONNECTIONS idle\n");
        return 2;
    }
    udp = strcmp(argv[1], "udp") == 0;
    http = strcmp(argv[1], "http") == 0;
    int gate = argc > 7 && strcmp(argv[7], "gate") == 0;
    if (argc > 7 && strcmp(argv[7], "poll") == 0) patience = 0;
    message = http ? "GET /plaintext HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n"
                   : "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    message_length = strlen(message);
    answer_length = http ? 0 : MESSAGE;
    clockid_t server;
    if (clock_getcpuclockid(atoi(argv[3]), &server) != 0) fail("no such process");
    double warmup = idle ? 0 : atof(argv[5]), seconds = idle ? 0 : atof(argv[6]);

    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[2])),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    epoll = epoll_create1(EPOLL_CLOEXEC);
    count = atoi(argv[4]);
    if (idle) {
        stay_idle(&to);
        return 0;
    }
    connections = calloc(count, sizeof *connections);
    if (epoll < 0 || connections == NULL) fail("epoll_create1");
    for (int i = 0; i < count; i++) open_connection(&connections[i], &to);

    start_all();
    run_until(nanos(CLOCK_MONOTONIC) + (uint64_t) (warmup * SECOND));
    if (gate) {
        drain();
        printf("warm\n");
        fflush(stdout);
        if (getchar() == EOF) fail("gate");
    }

    memset(histogram, 0, sizeof histogram);
    messages = lost = 0;
    uint64_t cpu = nanos(server), start = nanos(CLOCK_MONOTONIC);
    if (gate) start_all();
    run_until(start + (uint64_t) (seconds * SECOND));
    if (gate) drain();
    uint64_t took = nanos(CLOCK_MONOTONIC) - start;
    cpu = nanos(server) - cpu;
    uint64_t p50 = percentile(0.5), p99 = percentile(0.99), p999 = percentile(0.999), counted = messages;
    drain(); // so that the server sees an orderly end of each stream
    printf("messages=%lu nanos=%lu cpu=%lu p50=%lu p99=%lu p999=%lu lost=%lu\n", counted, took, cpu, p50, p99, p999, lost);
    return 0;
}
