// SPDX-License-Identifier: GPL-2.0
/*
 * shutdown(), close(), and the names that sockets have before and after.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "oracle.h"

static void shutdown_unconnected(const struct kind *k)
{
	struct addr at = addr_loop(k, 0);
	int fd = stream(k);

	tell("fresh", shutdown(fd, SHUT_RDWR));
	must_be(do_bind(fd, &at), 0);
	tell("bound", shutdown(fd, SHUT_WR));
	tell_events("poll", events_now(fd));
}

static void shutdown_how(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	tell("3", shutdown(p.c, 3));
	tell("-1", shutdown(p.c, -1));
	tell("99", shutdown(p.c, 99));
	tell("send", do_send(p.c, 1, 0));
}

static void shutdown_twice(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	tell("write", shutdown(p.c, SHUT_WR));
	tell("write", shutdown(p.c, SHUT_WR));
	tell("read", shutdown(p.c, SHUT_RD));
	tell("both", shutdown(p.c, SHUT_RDWR));
	tell("send", do_send(p.c, 1, 0));
	tell("recv", do_recv(p.c, 1, 0));
}

/* Both ends have closed: who was first is in TIME-WAIT, the other CLOSED. */
static void shutdown_both_ends(const struct kind *k)
{
	struct addr name = { .len = sizeof(name.ss) };
	struct pair p;

	pair_open(k, &p);
	tell("client", shutdown(p.c, SHUT_WR));
	tell("eof", do_recv(p.s, 1, 0));
	tell("server", shutdown(p.s, SHUT_WR));
	tell("eof", do_recv(p.c, 1, 0));
	tell_events("client", await(p.c, POLLHUP));
	tell_events("server", await(p.s, POLLHUP));
	tell("client again", shutdown(p.c, SHUT_WR));
	tell("server again", shutdown(p.s, SHUT_WR));
	tell("client name", getpeername(p.c, &name.sa, &name.len));
	tell("server name", getpeername(p.s, &name.sa, &name.len));
	tell("client send", do_send(p.c, 1, 0));
	tell("server send", do_send(p.s, 1, 0));
	tell("SO_ERROR", get_int(p.s, SOL_SOCKET, SO_ERROR));
}

static void shutdown_reset(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	reset_by(p.s);
	tell_events("poll", await(p.c, POLLHUP));
	tell("shutdown", shutdown(p.c, SHUT_RDWR));
	tell("SO_ERROR", get_int(p.c, SOL_SOCKET, SO_ERROR));
	tell("shutdown", shutdown(p.c, SHUT_RDWR));
}

/* Closing with unread text tells the peer that it was lost. */
/* rfc9293: MUST-12, SHLD-3 */
static void close_unread(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	tell("send", do_send(p.c, 5, 0));
	await_acked(p.c);
	close(p.s);
	tell_events("poll", await(p.c, POLLHUP));
	tell("recv", do_recv(p.c, 1, 0));
	tell("again", do_recv(p.c, 1, 0));
	tell("send", do_send(p.c, 1, 0));
}

/* rfc9293: MUST-12 */
static void close_linger_zero(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	reset_by(p.c);
	tell_events("poll", await(p.s, POLLHUP));
	tell("SO_ERROR", get_int(p.s, SOL_SOCKET, SO_ERROR));
	tell("cleared", get_int(p.s, SOL_SOCKET, SO_ERROR));
	tell("recv", do_recv(p.s, 1, 0));
	tell("send", do_send(p.s, 1, 0));
	tell_events("poll", events_now(p.s));
}

static void close_linger(const struct kind *k)
{
	struct linger some = { .l_onoff = 1, .l_linger = 5 };
	struct pair p;

	pair_open(k, &p);
	setsockopt(p.c, SOL_SOCKET, SO_LINGER, &some, sizeof(some));
	tell("send", do_send(p.c, 5, 0));
	tell("close", close(p.c));
	tell("recv", do_recv(p.s, 9, 0));
	tell("end", do_recv(p.s, 9, 0));
}

/* What was sent before close() arrives. */
static void close_after_send(const struct kind *k)
{
	struct pair p;
	size_t sent;

	pair_open(k, &p);
	sent = fill_for_good(p.c);
	close(p.c);
	tell("all", drain(p.s, sent + 1) == sent);
	tell("end", do_recv(p.s, 1, 0));
}

static void half_close_answer(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	tell("send", do_send(p.c, 3, 0));
	tell("shutdown", shutdown(p.c, SHUT_WR));
	tell("recv", do_recv(p.s, 9, 0));
	tell("end", do_recv(p.s, 9, 0));
	tell("answer", do_send(p.s, 7, 0));
	close(p.s);
	tell("recv", do_recv(p.c, 9, 0));
	tell("end", do_recv(p.c, 9, 0));
}

static void tell_name(const char *what, int fd,
		      int (*name)(int fd, struct sockaddr *sa, socklen_t *len))
{
	struct addr a = { .len = sizeof(a.ss) };
	int ret = name(fd, &a.sa, &a.len);

	tell(what, ret);
	if (ret)
		return;
	tell("family", a.sa.sa_family);
	tell("len", a.len);
	tell("port", addr_port(&a) != 0);
}

static void names_of_fresh(const struct kind *k)
{
	int fd = stream(k);

	tell_name("sock", fd, getsockname);
	tell_name("peer", fd, getpeername);
}

static void names_of_opening(const struct kind *k)
{
	struct addr at = addr_silent(k, 7);
	int fd = stream(k);

	set_nonblock(fd);
	tell("connect", do_connect(fd, &at));
	tell_name("sock", fd, getsockname);
	tell_name("peer", fd, getpeername);
}

static void names_of_connected(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	tell_name("client", p.c, getsockname);
	tell_name("its peer", p.c, getpeername);
	tell_name("server", p.s, getsockname);
	tell_name("its peer", p.s, getpeername);
	tell_name("listener", p.l, getsockname);
}

static void names_of_reset(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	reset_by(p.s);
	await(p.c, POLLHUP);
	tell_name("sock", p.c, getsockname);
	tell_name("peer", p.c, getpeername);
}

static void names_of_refused(const struct kind *k)
{
	struct addr at;
	int fd = stream(k);

	close(listener(k, &at, 1));
	tell("connect", do_connect(fd, &at));
	tell_name("sock", fd, getsockname);
	tell_name("peer", fd, getpeername);
}

static void names_fault(const struct kind *k)
{
	struct addr a = { .len = 4 };
	struct pair p;

	pair_open(k, &p);
	tell("short", getpeername(p.c, &a.sa, &a.len));
	tell("len", a.len);
	tell("fault", getpeername(p.c, (struct sockaddr *)8, &a.len));
	a.len = -1;
	tell("negative", getsockname(p.c, &a.sa, &a.len));
}

const struct test oracle_close[] = {
	TEST(shutdown_unconnected),
	TEST(shutdown_how),
	TEST(shutdown_twice),
	TEST(shutdown_both_ends),
	TEST(shutdown_reset),
	TEST(close_unread),
	TEST(close_linger_zero),
	TEST(close_linger),
	TEST(close_after_send),
	TEST(half_close_answer),
	TEST(names_of_fresh),
	TEST(names_of_opening),
	TEST(names_of_connected),
	TEST(names_of_reset),
	TEST(names_of_refused),
	TEST(names_fault),
	{ }
};
