// TCP echo on libuv, one loop, as its users write it: the library of Node.js is the closest relative of trale's reactor in C.
//
//   libuv echo
//
//   uv_run ──▶ for each readable connection: read into the one buffer ──▶ uv_try_write ──▶ what did not fit: uv_write
//
// The bytes are written before the next read, so all connections share one buffer and nothing is copied. Only the rest that
// the peer's window does not take is copied; nothing is read until it is written. Prints "ready PORT" once it listens.

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum { BUFFER = 16384, BACKLOG = 4096 };

// What the peer's window did not take. The bytes follow the request, and are freed with it.
struct rest {
    uv_write_t request;
    char bytes[];
};

static char buffer[BUFFER];

static void check(int result, const char *what) {
    if (result >= 0) return;
    fprintf(stderr, "%s: %s\n", what, uv_strerror(result));
    exit(1);
}

static void closed(uv_handle_t *connection) {
    free(connection);
}

// A connection may be broken while a rest is written: both the close and the failed write end it.
static void end(uv_stream_t *connection) {
    if (!uv_is_closing((uv_handle_t *) connection)) uv_close((uv_handle_t *) connection, closed);
}

static void give_buffer(uv_handle_t *connection, size_t suggested, uv_buf_t *to) {
    (void) connection;
    (void) suggested;
    *to = uv_buf_init(buffer, BUFFER);
}

static void was_read(uv_stream_t *connection, ssize_t length, const uv_buf_t *from);

static void rest_was_written(uv_write_t *request, int status) {
    uv_stream_t *connection = request->handle;
    free(request); // the first member of its struct rest
    if (status < 0) end(connection);
    else check(uv_read_start(connection, give_buffer, was_read), "uv_read_start");
}

static void was_read(uv_stream_t *connection, ssize_t length, const uv_buf_t *from) {
    if (length == 0) return; // EAGAIN
    if (length < 0) {        // UV_EOF, or a broken connection
        end(connection);
        return;
    }
    uv_buf_t bytes = uv_buf_init(from->base, length);
    int written = uv_try_write(connection, &bytes, 1);
    if (written == length) return;
    if (written == UV_EAGAIN) written = 0;
    if (written < 0) {
        end(connection);
        return;
    }
    uv_read_stop(connection);
    struct rest *rest = malloc(sizeof *rest + length - written);
    if (rest == NULL) check(UV_ENOMEM, "malloc");
    memcpy(rest->bytes, from->base + written, length - written);
    bytes = uv_buf_init(rest->bytes, length - written);
    check(uv_write(&rest->request, connection, &bytes, 1, rest_was_written), "uv_write");
}

static void accept_next(uv_stream_t *listener, int status) {
    check(status, "listen");
    uv_tcp_t *connection = malloc(sizeof *connection);
    if (connection == NULL) check(UV_ENOMEM, "malloc");
    check(uv_tcp_init(listener->loop, connection), "uv_tcp_init");
    check(uv_accept(listener, (uv_stream_t *) connection), "uv_accept");
    uv_tcp_nodelay(connection, 1); // fails if the peer has gone already; then the read says so
    check(uv_read_start((uv_stream_t *) connection, give_buffer, was_read), "uv_read_start");
}

int main(int argc, char **argv) {
    if (argc != 2 || strcmp(argv[1], "echo") != 0) {
        fprintf(stderr, "usage: libuv echo\n");
        return 2;
    }
    uv_tcp_t listener;
    check(uv_tcp_init(uv_default_loop(), &listener), "uv_tcp_init");
    struct sockaddr_in address;
    check(uv_ip4_addr("127.0.0.1", 0, &address), "uv_ip4_addr");
    check(uv_tcp_bind(&listener, (struct sockaddr *) &address, 0), "uv_tcp_bind");
    check(uv_listen((uv_stream_t *) &listener, BACKLOG, accept_next), "uv_listen");
    int length = sizeof address;
    check(uv_tcp_getsockname(&listener, (struct sockaddr *) &address, &length), "uv_tcp_getsockname");
    printf("ready %d\n", ntohs(address.sin_port));
    fflush(stdout);
    return uv_run(uv_default_loop(), UV_RUN_DEFAULT);
}
