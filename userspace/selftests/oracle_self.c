// SPDX-License-Identifier: GPL-2.0
/*
 * A socket connected to itself: both SYNs of rfc9293#section-3.5's
 * simultaneous open are one. And ports that nobody named.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "oracle.h"

/* Bound to @port and connected to it; connect()'s answer is told */
static int own(const struct kind *k, unsigned int port)
{
	struct addr at = addr_loop(k, port);
	int fd = stream_reuse(k);

	must_be(do_bind(fd, &at), 0);
	tell("connect", do_connect(fd, &at));
	return fd;
}

static void self_state(const struct kind *k)
{
	struct addr a = { .len = sizeof(a.ss) }, b = { .len = sizeof(b.ss) };
	int fd = own(k, 5800);

	tell("state", state_of(k, 5800, 5800));
	tell_events("poll", events_now(fd));
	must_be(getsockname(fd, &a.sa, &a.len), 0);
	must_be(getpeername(fd, &b.sa, &b.len), 0);
	tell("same name", a.len == b.len && !memcmp(&a.ss, &b.ss, a.len));
	tell("SO_ERROR", get_int(fd, SOL_SOCKET, SO_ERROR));
	tell("again", do_connect(fd, &a));
	tell("listen", listen(fd, 1));
	tell("accept", do_accept(fd));
	tell("second", own(k, 5800) < 0);
}

static void self_nonblock(const struct kind *k)
{
	struct addr at = addr_loop(k, 5801);
	int fd = stream(k);

	set_nonblock(fd);
	must_be(do_bind(fd, &at), 0);
	tell("connect", do_connect(fd, &at));
	tell_events("poll", await(fd, POLLOUT));
	tell("again", do_connect(fd, &at));
	tell("send", do_send(fd, 3, 0));
	tell("recv", do_recv(fd, 9, 0));
}

/* A stream through one socket, in pieces of many sizes */
static void self_stream(const struct kind *k)
{
	int fd = own(k, 5802), i;
	size_t at = 0;

	for (i = 1; i < 40; i++) {
		pattern_send(fd, i * 97, at, i * 97);
		pattern_recv(fd, i * 97, at, i * 50);
		at += i * 97;
	}
	tell("octets", at);
	tell("shutdown", shutdown(fd, SHUT_WR));
	tell("end", do_recv(fd, 1, 0));
	tell("send", do_send(fd, 1, 0));
	tell_events("poll", events_now(fd));
}

/* Its own FIN is also the peer's */
static void self_close(const struct kind *k)
{
	int fd = own(k, 5803);

	tell("send", do_send(fd, 3, 0));
	tell("recv", do_recv(fd, 3, MSG_WAITALL));
	tell("close", close(fd));
	pause_ms(50);
	tell("state", state_of(k, 5803, 5803));
}

static void self_close_unread(const struct kind *k)
{
	int fd = own(k, 5804);

	tell("send", do_send(fd, 3, 0));
	tell("close", close(fd));
	pause_ms(50);
	tell("state", state_of(k, 5804, 5804));
	fd = own(k, 5804);
	reset_by(fd);
	tell("state", state_of(k, 5804, 5804));
}

static void self_shutdown_both(const struct kind *k)
{
	int fd = own(k, 5805);

	tell("shutdown", shutdown(fd, SHUT_RDWR));
	tell("recv", do_recv(fd, 1, 0));
	tell("send", do_send(fd, 1, 0));
	pause_ms(50);
	tell("state", state_of(k, 5805, 5805));
	tell("shutdown", shutdown(fd, SHUT_WR));
}

/* The port is bound, the address is the one that the route gives */
static void self_any(const struct kind *k)
{
	struct addr any = addr_any(k, 5806), at = addr_loop(k, 5806);
	int fd = stream(k);

	must_be(do_bind(fd, &any), 0);
	tell("connect", do_connect(fd, &at));
	tell("send", do_send(fd, 3, 0));
	tell("recv", do_recv(fd, 9, 0));
	/* any means this host */
	fd = stream(k);
	any = addr_any(k, 5807);
	must_be(do_bind(fd, &any), 0);
	tell("connect", do_connect(fd, &any));
	tell("send", do_send(fd, 3, 0));
	tell("recv", do_recv(fd, 9, MSG_DONTWAIT));
}

/* One listens where the other is connected to itself */
static void self_beside_listener(const struct kind *k)
{
	struct addr at = addr_loop(k, 5808);
	int fd = stream_reuse(k), l = stream_reuse(k);

	must_be(do_bind(fd, &at), 0);
	must_be(do_bind(l, &at), 0);
	tell("listen", listen(l, 4));
	tell("connect", do_connect(fd, &at));
	set_nonblock(l);
	tell("accept", do_accept(l));
	tell("send", do_send(fd, 3, 0));
	tell("recv", do_recv(fd, 9, 0));
	tell("other", do_connect(stream(k), &at));
	tell("accept", do_accept(l));
}

/* Two that are bound and call each other at once meet halfway */
static void each_other(const struct kind *k)
{
	struct addr a = addr_loop(k, 5809), b = addr_loop(k, 5810);
	int one = stream(k), two = stream(k);

	must_be(do_bind(one, &a), 0);
	must_be(do_bind(two, &b), 0);
	set_nonblock(one);
	tell("one", do_connect(one, &b));
	tell("refused", get_int(one, SOL_SOCKET, SO_ERROR));
	tell("two", do_connect(two, &a));
}

static void zero_listen(const struct kind *k)
{
	struct addr at;
	int l = stream(k), other = stream(k);

	tell("listen", listen(l, 4));
	tell("listen", listen(other, 4));
	tell("differ", port_of(l) != port_of(other));
	tell("range", port_of(l) >= 32768 && port_of(l) <= 60999);
	at = addr_loop(k, port_of(l));
	tell("connect", do_connect(stream(k), &at));
	tell("accept", do_accept(l));
	tell("shutdown", shutdown(l, SHUT_RD));
	tell("connect", do_connect(stream(k), &at));
	tell("listen", listen(l, 4));
	tell("port", port_of(l) != 0);
}

static void zero_connect(const struct kind *k)
{
	struct addr at = addr_loop(k, 0), any = addr_any(k, 0);
	int fd = stream(k);

	tell("connect", do_connect(fd, &at));
	tell("connect", do_connect(fd, &any));
	must_be(do_bind(fd, &at), 0);
	tell("connect", do_connect(fd, &at));
}

/* bind() to an address and to port 0; connect(): the port stays */
static void zero_bind(const struct kind *k)
{
	struct addr zero = addr_other(k, 0), at;
	int fd = stream(k), port;

	listener(k, &at, 4);
	tell("bind", do_bind(fd, &zero));
	port = port_of(fd);
	tell("port", port != 0);
	tell("connect", do_connect(fd, &at));
	tell("same", port == (int)port_of(fd));
}

/* The port is left to connect(), the address is not */
static void zero_bind_no_port(const struct kind *k)
{
	struct addr zero = addr_other(k, 0), at;
	int fd = stream(k);

	listener(k, &at, 4);
	tell("option", set_int(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1));
	tell("bind", do_bind(fd, &zero));
	tell("port", port_of(fd));
	tell("connect", do_connect(fd, &at));
	tell("port", port_of(fd) != 0);
	fd = stream(k);
	must_be(set_int(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1), 0);
	must_be(do_bind(fd, &zero), 0);
	tell("listen", listen(fd, 4));
	tell("port", port_of(fd) != 0);
}

const struct test oracle_self[] = {
	TEST(self_state),
	TEST(self_nonblock),
	TEST(self_stream),
	TEST(self_close),
	TEST(self_close_unread),
	TEST(self_shutdown_both),
	TEST(self_any),
	TEST(self_beside_listener),
	TEST(each_other),
	TEST(zero_listen),
	TEST(zero_connect),
	TEST(zero_bind),
	TEST(zero_bind_no_port),
	{ }
};
