// SPDX-License-Identifier: GPL-2.0
/*
 * Every call in every state: what it answers, what poll() says then, and
 * what error is left. Each row has a socket of its own.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "oracle.h"

static struct addr target;	/* where a connect() goes */

static long call_bind(const struct kind *k, int fd)
{
	struct addr at = addr_loop(k, 0);

	return do_bind(fd, &at);
}

static long call_connect(const struct kind *k, int fd)
{
	(void)k;
	return do_connect(fd, &target);
}

static long call_connect_none(const struct kind *k, int fd)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };

	(void)k;
	return connect(fd, &none, sizeof(none));
}

static long call_listen(const struct kind *k, int fd)
{
	(void)k;
	return listen(fd, 1);
}

static long call_accept(const struct kind *k, int fd)
{
	(void)k;
	return do_accept(fd);
}

static long call_send(const struct kind *k, int fd)
{
	(void)k;
	return do_send(fd, 3, 0);
}

static long call_send_none(const struct kind *k, int fd)
{
	(void)k;
	return do_send(fd, 0, 0);
}

static long call_send_urgent(const struct kind *k, int fd)
{
	(void)k;
	return do_send(fd, 1, MSG_OOB);
}

static long call_recv(const struct kind *k, int fd)
{
	(void)k;
	return do_recv(fd, 3, 0);
}

static long call_recv_peek(const struct kind *k, int fd)
{
	(void)k;
	return do_recv(fd, 3, MSG_PEEK);
}

static long call_recv_urgent(const struct kind *k, int fd)
{
	(void)k;
	return do_recv(fd, 1, MSG_OOB);
}

static long call_shut_rd(const struct kind *k, int fd)
{
	(void)k;
	return shutdown(fd, SHUT_RD);
}

static long call_shut_wr(const struct kind *k, int fd)
{
	(void)k;
	return shutdown(fd, SHUT_WR);
}

static long call_shut_both(const struct kind *k, int fd)
{
	(void)k;
	return shutdown(fd, SHUT_RDWR);
}

static long call_peername(const struct kind *k, int fd)
{
	struct addr a = { .len = sizeof(a.ss) };

	(void)k;
	return getpeername(fd, &a.sa, &a.len);
}

static long call_sockname(const struct kind *k, int fd)
{
	struct addr a = { .len = sizeof(a.ss) };

	(void)k;
	return getsockname(fd, &a.sa, &a.len);
}

static long call_error(const struct kind *k, int fd)
{
	(void)k;
	return get_int(fd, SOL_SOCKET, SO_ERROR);
}

static const struct {
	const char *name;
	long (*call)(const struct kind *k, int fd);
} calls[] = {
	{ "bind", call_bind },
	{ "connect", call_connect },
	{ "connect to nobody", call_connect_none },
	{ "listen", call_listen },
	{ "accept", call_accept },
	{ "send", call_send },
	{ "send nothing", call_send_none },
	{ "send urgent", call_send_urgent },
	{ "recv", call_recv },
	{ "recv, peek", call_recv_peek },
	{ "recv urgent", call_recv_urgent },
	{ "shutdown SHUT_RD", call_shut_rd },
	{ "shutdown SHUT_WR", call_shut_wr },
	{ "shutdown SHUT_RDWR", call_shut_both },
	{ "getpeername", call_peername },
	{ "getsockname", call_sockname },
	{ "SO_ERROR", call_error },
};

/* Each call on a socket that @make has just led to the state */
static void errno_rows(const struct kind *k, int (*make)(const struct kind *k))
{
	int door = listener(k, &target, 64), fd;
	size_t i;

	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		fd = make(k);
		set_nonblock(fd);
		tell_row("%s", calls[i].name);
		errno = 0;
		tell("is", calls[i].call(k, fd));
		pause_ms(20);
		tell_events("poll", events_now(fd));
		tell("left", get_int(fd, SOL_SOCKET, SO_ERROR));
		close(fd);
	}
	close(door);
}

static int make_bound(const struct kind *k)
{
	struct addr at = addr_loop(k, 0);
	int fd = stream(k);

	must_be(do_bind(fd, &at), 0);
	return fd;
}

static int make_listening(const struct kind *k)
{
	struct addr at;

	return listener(k, &at, 1);
}

static int make_listened(const struct kind *k)
{
	int fd = make_listening(k);

	must_be(shutdown(fd, SHUT_RD), 0);
	return fd;
}

static int make_opening(const struct kind *k)
{
	struct addr at = addr_silent(k, 7);
	int fd = stream(k);

	set_nonblock(fd);
	must_be(do_connect(fd, &at), -1);
	must_be(errno, EINPROGRESS);
	return fd;
}

static int make_refused(const struct kind *k)
{
	struct addr at;
	int fd = stream(k);

	close(listener(k, &at, 1));
	set_nonblock(fd);
	must_be(do_connect(fd, &at), -1);
	await(fd, POLLHUP);
	return fd;
}

static int make_connected(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	return p.c;
}

static int make_readable(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	must_be(do_send(p.s, 5, 0), 5);
	await(p.c, POLLIN);
	return p.c;
}

/* FIN-WAIT-2 */
static int make_half_closed(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	must_be(shutdown(p.c, SHUT_WR), 0);
	await(p.s, POLLRDHUP);
	return p.c;
}

/* CLOSE-WAIT */
static int make_peer_closed(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	must_be(shutdown(p.s, SHUT_WR), 0);
	await(p.c, POLLRDHUP);
	return p.c;
}

/* TIME-WAIT: the socket has nothing left of it */
static int make_closed_first(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	must_be(shutdown(p.c, SHUT_WR), 0);
	await(p.s, POLLRDHUP);
	must_be(shutdown(p.s, SHUT_WR), 0);
	await(p.c, POLLHUP);
	return p.c;
}

/* CLOSED, by way of LAST-ACK */
static int make_closed_last(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	must_be(shutdown(p.s, SHUT_WR), 0);
	await(p.c, POLLRDHUP);
	must_be(shutdown(p.c, SHUT_WR), 0);
	await(p.c, POLLHUP);
	pause_ms(50);
	return p.c;
}

static int make_reset(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	reset_by(p.s);
	await(p.c, POLLHUP);
	return p.c;
}

/* The same, and the error was fetched */
static int make_reset_known(const struct kind *k)
{
	int fd = make_reset(k);

	must_be(get_int(fd, SOL_SOCKET, SO_ERROR), ECONNRESET);
	return fd;
}

/* In CLOSE-WAIT a RST is EPIPE */
static int make_reset_half(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	must_be(shutdown(p.s, SHUT_WR), 0);
	await(p.c, POLLRDHUP);
	reset_by(p.s);
	await(p.c, POLLHUP);
	return p.c;
}

#define STATE(name, make)					\
	static void errno_##name(const struct kind *k)		\
	{							\
		errno_rows(k, make);				\
	}

STATE(fresh, stream)
STATE(bound, make_bound)
STATE(listening, make_listening)
STATE(listened_before, make_listened)
STATE(connecting, make_opening)
STATE(refused, make_refused)
STATE(connected, make_connected)
STATE(connected_text, make_readable)
STATE(fin_wait_2, make_half_closed)
STATE(close_wait, make_peer_closed)
STATE(time_wait, make_closed_first)
STATE(closed_last, make_closed_last)
STATE(reset, make_reset)
STATE(reset_known, make_reset_known)
STATE(reset_close_wait, make_reset_half)

const struct test oracle_errno[] = {
	TEST_FLAGS(errno_fresh, SLOW),
	TEST_FLAGS(errno_bound, SLOW),
	TEST_FLAGS(errno_listening, SLOW),
	TEST_FLAGS(errno_listened_before, SLOW),
	TEST_FLAGS(errno_connecting, SLOW),
	TEST_FLAGS(errno_refused, SLOW),
	TEST_FLAGS(errno_connected, SLOW),
	TEST_FLAGS(errno_connected_text, SLOW),
	TEST_FLAGS(errno_fin_wait_2, SLOW),
	TEST_FLAGS(errno_close_wait, SLOW),
	TEST_FLAGS(errno_time_wait, SLOW),
	TEST_FLAGS(errno_closed_last, SLOW),
	TEST_FLAGS(errno_reset, SLOW),
	TEST_FLAGS(errno_reset_known, SLOW),
	TEST_FLAGS(errno_reset_close_wait, SLOW),
	{ }
};
