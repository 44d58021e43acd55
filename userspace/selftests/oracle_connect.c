// SPDX-License-Identifier: GPL-2.0
/*
 * connect(): what it answers, at once and later.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "oracle.h"

/* A port of loopback where nobody listens. */
static struct addr addr_nobody(const struct kind *k)
{
	struct addr at;

	close(listener(k, &at, 1));
	return at;
}

static void connect_refused(const struct kind *k)
{
	struct addr at = addr_nobody(k);
	int fd = stream(k);

	tell("connect", do_connect(fd, &at));
	tell("SO_ERROR", get_int(fd, SOL_SOCKET, SO_ERROR));
	tell("again", do_connect(fd, &at));
	tell("send", do_send(fd, 1, 0));
	tell("recv", do_recv(fd, 1, MSG_DONTWAIT));
}

static void connect_refused_then_open(const struct kind *k)
{
	struct addr at = addr_nobody(k);
	int l = stream_reuse(k), fd = stream(k);

	tell("refused", do_connect(fd, &at));
	must_be(do_bind(l, &at), 0);
	must_be(listen(l, 1), 0);
	tell("open", do_connect(fd, &at));
	tell("send", do_send(fd, 1, 0));
}

static void connect_connected(const struct kind *k)
{
	struct pair p;
	struct addr at;

	pair_open(k, &p);
	at = addr_loop(k, port_of(p.l));
	tell("client", do_connect(p.c, &at));
	tell("server", do_connect(p.s, &at));
	tell("listener", do_connect(p.l, &at));
}

static void connect_nonblock(const struct kind *k)
{
	struct addr at;
	int fd = stream(k);

	listener(k, &at, 1);
	set_nonblock(fd);
	tell("connect", do_connect(fd, &at));
	tell_events("poll", await(fd, POLLOUT));
	tell("SO_ERROR", get_int(fd, SOL_SOCKET, SO_ERROR));
	tell("again", do_connect(fd, &at));
	tell("once more", do_connect(fd, &at));
}

static void connect_nonblock_refused(const struct kind *k)
{
	struct addr at = addr_nobody(k);
	int fd = stream(k);

	set_nonblock(fd);
	tell("connect", do_connect(fd, &at));
	tell_events("poll", await(fd, POLLOUT));
	tell("SO_ERROR", get_int(fd, SOL_SOCKET, SO_ERROR));
	tell("cleared", get_int(fd, SOL_SOCKET, SO_ERROR));
	tell_events("poll", events_now(fd));
}

static void connect_nonblock_refused_again(const struct kind *k)
{
	struct addr at = addr_nobody(k);
	int fd = stream(k);

	set_nonblock(fd);
	tell("connect", do_connect(fd, &at));
	tell_events("poll", await(fd, POLLOUT));
	tell("again", do_connect(fd, &at));
	tell("once more", do_connect(fd, &at));
}

static void connect_already(const struct kind *k)
{
	struct addr at = addr_silent(k, 7);
	int fd = stream(k);

	set_nonblock(fd);
	tell("connect", do_connect(fd, &at));
	tell("again", do_connect(fd, &at));
	tell_events("poll", events_now(fd));
	tell("SO_ERROR", get_int(fd, SOL_SOCKET, SO_ERROR));
	tell("send", do_send(fd, 1, MSG_DONTWAIT));
	tell("recv", do_recv(fd, 1, MSG_DONTWAIT));
	tell("listen", listen(fd, 1));
	at = addr_loop(k, 0);
	tell("bind", do_bind(fd, &at));
}

static void connect_sndtimeo(const struct kind *k)
{
	struct addr at = addr_silent(k, 7);
	int fd = stream(k);

	set_timeout(fd, SO_SNDTIMEO, 50);
	tell("connect", do_connect(fd, &at));
	tell("again", do_connect(fd, &at));
}

/* rfc9293: MUST-22 */
static void connect_timeout(const struct kind *k)
{
	struct addr at = addr_silent(k, 7);
	int fd = stream(k);

	tell("connect", do_connect(fd, &at));
	tell("SO_ERROR", get_int(fd, SOL_SOCKET, SO_ERROR));
	tell_events("poll", events_now(fd));
}

static void connect_timeout_nonblock(const struct kind *k)
{
	struct addr at = addr_silent(k, 7);
	struct pollfd p = { .fd = stream(k), .events = POLLOUT };

	set_nonblock(p.fd);
	tell("connect", do_connect(p.fd, &at));
	tell("poll", poll(&p, 1, -1));
	tell_events("events", p.revents);
	tell("SO_ERROR", get_int(p.fd, SOL_SOCKET, SO_ERROR));
}

/* A connection that ends before it began. */
static void connect_shutdown(const struct kind *k)
{
	struct addr at = addr_silent(k, 7);
	int fd = stream(k);

	set_nonblock(fd);
	tell("connect", do_connect(fd, &at));
	tell("shutdown", shutdown(fd, SHUT_RDWR));
	tell_events("poll", events_now(fd));
	tell("SO_ERROR", get_int(fd, SOL_SOCKET, SO_ERROR));
	tell("again", do_connect(fd, &at));
}

static long disconnect(int fd)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };

	return connect(fd, &none, sizeof(none));
}

static void disconnect_connected(const struct kind *k)
{
	struct addr name = { .len = sizeof(name.ss) };
	struct pair p;

	pair_open(k, &p);
	tell("disconnect", disconnect(p.c));
	tell("getpeername", getpeername(p.c, &name.sa, &name.len));
	tell("send", do_send(p.c, 1, 0));
	tell_events("peer", await(p.s, POLLIN));
	tell("peer recv", do_recv(p.s, 1, MSG_DONTWAIT));
}

static void disconnect_then_connect(const struct kind *k)
{
	struct addr at;
	struct pair p;

	pair_open(k, &p);
	at = addr_loop(k, port_of(p.l));
	tell("disconnect", disconnect(p.c));
	tell("connect", do_connect(p.c, &at));
	tell("accept", do_accept(p.l));
	tell("send", do_send(p.c, 1, 0));
}

static void disconnect_others(const struct kind *k)
{
	struct addr at = addr_silent(k, 7);
	int fresh = stream(k), l, opening = stream(k);

	tell("fresh", disconnect(fresh));
	l = listener(k, &at, 1);
	tell("listener", disconnect(l));
	tell("accepting", get_int(l, SOL_SOCKET, SO_ACCEPTCONN));
	tell("connect", do_connect(stream(k), &at));
	at = addr_silent(k, 7);
	set_nonblock(opening);
	tell("open", do_connect(opening, &at));
	tell("opening", disconnect(opening));
	tell_events("poll", events_now(opening));
}

static void connect_family(const struct kind *k)
{
	struct addr at = addr_loop(k, 7);
	int fd = stream(k);

	at.sa.sa_family = AF_UNIX;
	tell("unix", do_connect(fd, &at));
	at.sa.sa_family = 99;
	tell("99", do_connect(fd, &at));
}

static void connect_short(const struct kind *k)
{
	struct addr at = addr_loop(k, 7);
	int fd = stream(k);

	tell("0", connect(fd, &at.sa, 0));
	tell("1", connect(fd, &at.sa, 1));
	tell("2", connect(fd, &at.sa, 2));
	tell("15", connect(fd, &at.sa, 15));
	tell("129", connect(fd, &at.sa, sizeof(at.ss) + 1));
	tell("fault", connect(fd, (struct sockaddr *)8, sizeof(at.in6)));
}

static void connect_unreachable(const struct kind *k)
{
	struct addr at = addr_text(k, "198.51.100.1", "2001:db8::1", 7);
	int fd = stream(k);

	tell("connect", do_connect(fd, &at));
	tell("again", do_connect(fd, &at));
	tell_events("poll", events_now(fd));
}

/* rfc9293: MUST-46 */
static void connect_not_one(const struct kind *k)
{
	struct addr many = addr_text(k, "224.0.0.5", "ff02::5", 7);
	struct addr all = addr_text(k, "255.255.255.255", "ff02::1", 7);
	struct addr net = addr_text(k, "10.9.0.255", "ff05::2", 7);

	tell("multicast", do_connect(stream(k), &many));
	tell("broadcast", do_connect(stream(k), &all));
	tell("subnet", do_connect(stream(k), &net));
}

/* The unspecified address means this host. */
static void connect_any(const struct kind *k)
{
	struct addr at;
	int fd = stream(k);

	listener(k, &at, 1);
	at = addr_any(k, addr_port(&at));
	tell("connect", do_connect(fd, &at));
	at.len = sizeof(at.ss);
	tell("getpeername", getpeername(fd, &at.sa, &at.len));
	tell("any", k->af == AF_INET ? !at.in.sin_addr.s_addr :
	     IN6_IS_ADDR_UNSPECIFIED(&at.in6.sin6_addr));
}

static void connect_port_zero(const struct kind *k)
{
	struct addr at = addr_loop(k, 0);

	tell("connect", do_connect(stream(k), &at));
}

static void connect_tuple_taken(const struct kind *k)
{
	struct addr at, from = addr_loop(k, 5020);
	int one = stream_reuse(k), two = stream_reuse(k);

	listener(k, &at, 2);
	tell("bind one", do_bind(one, &from));
	tell("bind two", do_bind(two, &from));
	tell("connect one", do_connect(one, &at));
	tell("connect two", do_connect(two, &at));
	tell("again", do_connect(two, &at));
}

/* One port of ours, two connections to different ends. */
static void connect_port_shared(const struct kind *k)
{
	struct addr at, there, from = addr_loop(k, 5021);
	int one = stream_reuse(k), two = stream_reuse(k);

	listener(k, &at, 2);
	listener(k, &there, 2);
	tell("bind one", do_bind(one, &from));
	tell("bind two", do_bind(two, &from));
	tell("connect one", do_connect(one, &at));
	tell("connect two", do_connect(two, &there));
}

static void connect_self(const struct kind *k)
{
	struct addr at = addr_loop(k, 5022);
	int fd = stream(k);

	tell("bind", do_bind(fd, &at));
	tell("connect", do_connect(fd, &at));
	tell("send", do_send(fd, 3, 0));
	tell_events("poll", await(fd, POLLIN));
	tell("recv", do_recv(fd, 9, 0));
	tell("shutdown", shutdown(fd, SHUT_WR));
	tell("end", do_recv(fd, 9, 0));
}

static void connect_exhausted(const struct kind *k)
{
	struct addr at;
	int l;

	netns_own();
	l = stream(k);
	listener(k, &at, 8);
	must(write_file("/proc/sys/net/ipv4/ip_local_port_range", "40000 40001"));
	tell("one", do_connect(stream(k), &at));
	tell("two", do_connect(stream(k), &at));
	tell("three", do_connect(stream(k), &at));
	/* To another end the same ports will do. */
	at = addr_other(k, 5024);
	must_be(do_bind(l, &at), 0);
	must_be(listen(l, 8), 0);
	tell("other", do_connect(stream(k), &at));
}

static void connect_bound(const struct kind *k)
{
	struct addr at, from = addr_other(k, 5023);
	int fd = stream(k), l;

	l = listener(k, &at, 2);
	tell("bind", do_bind(fd, &from));
	tell("connect", do_connect(fd, &at));
	from.len = sizeof(from.ss);
	tell("accept", accept(l, &from.sa, &from.len) >= 0);
	tell("port", addr_port(&from));
}

const struct test oracle_connect[] = {
	TEST(connect_refused),
	TEST(connect_refused_then_open),
	TEST(connect_connected),
	TEST(connect_nonblock),
	TEST(connect_nonblock_refused),
	TEST(connect_nonblock_refused_again),
	TEST(connect_already),
	TEST(connect_sndtimeo),
	TEST_FLAGS(connect_timeout, SLOW),
	TEST_FLAGS(connect_timeout_nonblock, SLOW),
	TEST(connect_shutdown),
	TEST(disconnect_connected),
	TEST(disconnect_then_connect),
	TEST(disconnect_others),
	TEST(connect_family),
	TEST(connect_short),
	TEST(connect_unreachable),
	TEST(connect_not_one),
	TEST(connect_any),
	TEST(connect_port_zero),
	TEST(connect_tuple_taken),
	TEST(connect_port_shared),
	TEST(connect_self),
	TEST(connect_exhausted),
	TEST(connect_bound),
	{ }
};
