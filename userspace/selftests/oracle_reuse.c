// SPDX-License-Identifier: GPL-2.0
/*
 * When a port is free: SO_REUSEADDR against bound, listening and connected
 * sockets and against TIME-WAIT.
 */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "oracle.h"

/* Two sockets on one port with the option or without. */
static void bind_both(const struct kind *k, bool first, bool second)
{
	struct addr a = addr_loop(k, 0);
	int one = stream(k), two = stream(k);

	set_int(one, SOL_SOCKET, SO_REUSEADDR, first);
	set_int(two, SOL_SOCKET, SO_REUSEADDR, second);
	tell("one", do_bind(one, &a));
	a = addr_loop(k, port_of(one));
	tell("two", do_bind(two, &a));
}

static void reuse_both(const struct kind *k)
{
	bind_both(k, true, true);
}

static void reuse_first(const struct kind *k)
{
	bind_both(k, true, false);
}

static void reuse_second(const struct kind *k)
{
	bind_both(k, false, true);
}

static void reuse_listener(const struct kind *k)
{
	struct addr at;

	listener(k, &at, 1);
	tell("bind", do_bind(stream_reuse(k), &at));
	at = addr_any(k, addr_port(&at));
	tell("any", do_bind(stream_reuse(k), &at));
}

/* Both may bind; only one may listen. */
static void reuse_listen_both(const struct kind *k)
{
	struct addr a = addr_loop(k, 5010);
	int one = stream_reuse(k), two = stream_reuse(k);

	tell("bind one", do_bind(one, &a));
	tell("bind two", do_bind(two, &a));
	tell("listen one", listen(one, 1));
	tell("listen two", listen(two, 1));
	close(one);
	tell("listen two later", listen(two, 1));
}

/* The option is read when it matters: at the second bind(). */
static void reuse_late(const struct kind *k)
{
	struct addr a = addr_loop(k, 5011);
	int one = stream(k);

	tell("bind one", do_bind(one, &a));
	tell("option", set_int(one, SOL_SOCKET, SO_REUSEADDR, 1));
	tell("bind two", do_bind(stream_reuse(k), &a));
	tell("plain", do_bind(stream(k), &a));
}

/* The listener is gone, a connection that it accepted is not. */
static void child_open(const struct kind *k, bool listener_reuse, bool reuse)
{
	struct addr a = addr_loop(k, 0);
	int fd = stream(k);
	int s;

	set_int(fd, SOL_SOCKET, SO_REUSEADDR, listener_reuse);
	must_be(do_bind(fd, &a), 0);
	must_be(listen(fd, 1), 0);
	a = addr_loop(k, port_of(fd));
	connected(k, &a);
	s = accept(fd, NULL, NULL);
	must(s >= 0);
	close(fd);
	fd = stream(k);
	set_int(fd, SOL_SOCKET, SO_REUSEADDR, reuse);
	tell("bind", do_bind(fd, &a));
	tell("listen", listen(fd, 1));
}

static void child_open_plain(const struct kind *k)
{
	child_open(k, false, false);
}

static void child_open_reuse(const struct kind *k)
{
	child_open(k, true, true);
}

static void child_open_reuse_late(const struct kind *k)
{
	child_open(k, false, true);
}

/* The server's end closes first and stays in TIME-WAIT. */
static void time_wait(const struct kind *k, bool listener_reuse, bool reuse)
{
	struct addr a = addr_loop(k, 0);
	int fd = stream(k);
	int c, s;

	set_int(fd, SOL_SOCKET, SO_REUSEADDR, listener_reuse);
	must_be(do_bind(fd, &a), 0);
	must_be(listen(fd, 1), 0);
	a = addr_loop(k, port_of(fd));
	c = connected(k, &a);
	s = accept(fd, NULL, NULL);
	close(s);
	must_be(do_recv(c, 1, 0), 0);
	close(c);
	close(fd);
	/* The last ACK may still be on its way. */
	pause_ms(20);
	fd = stream(k);
	set_int(fd, SOL_SOCKET, SO_REUSEADDR, reuse);
	tell("bind", do_bind(fd, &a));
	tell("listen", listen(fd, 1));
	tell("connect", do_connect(stream(k), &a));
}

static void time_wait_plain(const struct kind *k)
{
	time_wait(k, false, false);
}

static void time_wait_reuse(const struct kind *k)
{
	time_wait(k, true, true);
}

static void time_wait_reuse_late(const struct kind *k)
{
	time_wait(k, false, true);
}

/* The client's end closes first; its four-tuple waits. */
static void time_wait_tuple(const struct kind *k)
{
	struct addr at, from;
	int l = listener(k, &at, 4);
	int c = connected(k, &at);
	int s = accept(l, NULL, NULL);

	from = addr_loop(k, port_of(c));
	close(c);
	must_be(do_recv(s, 1, 0), 0);
	close(s);
	pause_ms(20);
	c = stream(k);
	tell("bind", do_bind(c, &from));
	c = stream_reuse(k);
	tell("bind reuse", do_bind(c, &from));
	tell("connect", do_connect(c, &at));
}

/* After 2 MSL the port is as good as new. */
static void time_wait_over(const struct kind *k)
{
	struct addr a;
	struct pair p;

	pair_open(k, &p);
	a = addr_loop(k, port_of(p.s));
	close(p.s);
	must_be(do_recv(p.c, 1, 0), 0);
	close(p.c);
	close(p.l);
	pause_ms(20);
	tell("during", do_bind(stream(k), &a));
	pause_ms(65000);
	tell("after", do_bind(stream(k), &a));
}

/* A port that connect() chose is no longer free to bind. */
static void bind_clients_port(const struct kind *k)
{
	struct pair p;
	struct addr a;

	pair_open(k, &p);
	a = addr_loop(k, port_of(p.c));
	tell("bind", do_bind(stream(k), &a));
	tell("reuse", do_bind(stream_reuse(k), &a));
}

const struct test oracle_reuse[] = {
	TEST(reuse_both),
	TEST(reuse_first),
	TEST(reuse_second),
	TEST(reuse_listener),
	TEST(reuse_listen_both),
	TEST(reuse_late),
	TEST(child_open_plain),
	TEST(child_open_reuse),
	TEST(child_open_reuse_late),
	TEST(time_wait_plain),
	TEST(time_wait_reuse),
	TEST(time_wait_reuse_late),
	TEST(time_wait_tuple),
	TEST_FLAGS(time_wait_over, SLOW),
	TEST(bind_clients_port),
	{ }
};
