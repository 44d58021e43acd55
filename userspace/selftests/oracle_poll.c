// SPDX-License-Identifier: GPL-2.0
/*
 * poll(): which events in which situation.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/select.h>
#include <unistd.h>

#include "oracle.h"

static void poll_fresh(const struct kind *k)
{
	struct addr at = addr_loop(k, 0);
	int fd = stream(k);

	tell_events("fresh", events_now(fd));
	must_be(do_bind(fd, &at), 0);
	tell_events("bound", events_now(fd));
}

static void poll_listening(const struct kind *k)
{
	struct addr at;
	int l = listener(k, &at, 2);

	tell_events("idle", events_now(l));
	connected(k, &at);
	tell_events("one waits", await(l, POLLIN));
	tell("accept", do_accept(l));
	tell_events("accepted", events_now(l));
}

static void poll_listening_reset(const struct kind *k)
{
	struct addr at;
	int l = listener(k, &at, 2);

	reset_by(connected(k, &at));
	tell_events("one waits", await(l, POLLIN));
}

static void poll_connecting(const struct kind *k)
{
	struct addr at = addr_silent(k, 7);
	int fd = stream(k);

	set_nonblock(fd);
	tell("connect", do_connect(fd, &at));
	tell_events("events", events_now(fd));
}

static void poll_connected(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	tell_events("client", events_now(p.c));
	tell_events("server", events_now(p.s));
	do_send(p.c, 1, 0);
	tell_events("text", await(p.s, POLLIN));
	do_recv(p.s, 1, 0);
	tell_events("read", events_now(p.s));
}

static void poll_full(const struct kind *k)
{
	struct pair p;
	size_t sent;

	pair_open(k, &p);
	sent = fill_for_good(p.c);
	tell_events("full", events_now(p.c));
	tell("read", drain(p.s, sent) == sent);
	tell_events("drained", await(p.c, POLLOUT));
	tell("send", do_send(p.c, 1, MSG_DONTWAIT));
}

static void poll_peer_closed(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	close(p.s);
	tell_events("events", await(p.c, POLLIN));
	do_recv(p.c, 1, 0);
	tell_events("read", events_now(p.c));
}

static void poll_peer_half_closed(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	shutdown(p.s, SHUT_WR);
	tell_events("peer", await(p.c, POLLIN));
	tell_events("self", events_now(p.s));
}

static void poll_shutdown(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	shutdown(p.s, SHUT_RD);
	tell_events("read", events_now(p.s));
	shutdown(p.s, SHUT_WR);
	tell_events("both", events_now(p.s));
	tell_events("peer", await(p.c, POLLIN));
}

static void poll_closed_both_ways(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	shutdown(p.s, SHUT_WR);
	await(p.c, POLLIN);
	shutdown(p.c, SHUT_WR);
	tell_events("first", await(p.s, POLLHUP));
	tell_events("second", await(p.c, POLLHUP));
}

static void poll_reset(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	reset_by(p.s);
	tell_events("events", await(p.c, POLLHUP));
	tell("SO_ERROR", get_int(p.c, SOL_SOCKET, SO_ERROR));
	tell_events("cleared", events_now(p.c));
}

static void poll_refused(const struct kind *k)
{
	struct addr at;
	int fd = stream(k);

	close(listener(k, &at, 1));
	tell("connect", do_connect(fd, &at));
	tell_events("events", events_now(fd));
}

/* Closing with unread text: the reader of a reset */
static void poll_reset_by_unread(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	do_send(p.c, 3, 0);
	await_acked(p.c);
	close(p.s);
	tell_events("events", await(p.c, POLLHUP));
}

static void poll_listener_closed(const struct kind *k)
{
	struct addr at;
	int l = listener(k, &at, 2);
	int c = connected(k, &at);

	close(l);
	tell_events("events", await(c, POLLHUP));
}

static void select_sets(const struct kind *k)
{
	struct timeval now = { 0, 0 };
	fd_set in, out, odd;
	struct pair p;

	pair_open(k, &p);
	reset_by(p.s);
	await(p.c, POLLHUP);
	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_ZERO(&odd);
	FD_SET(p.c, &in);
	FD_SET(p.c, &out);
	FD_SET(p.c, &odd);
	tell("select", select(p.c + 1, &in, &out, &odd, &now));
	tell("in", !!FD_ISSET(p.c, &in));
	tell("out", !!FD_ISSET(p.c, &out));
	tell("except", !!FD_ISSET(p.c, &odd));
}

const struct test oracle_poll[] = {
	TEST(poll_fresh),
	TEST(poll_listening),
	TEST(poll_listening_reset),
	TEST(poll_connecting),
	TEST(poll_connected),
	TEST(poll_full),
	TEST(poll_peer_closed),
	TEST(poll_peer_half_closed),
	TEST(poll_shutdown),
	TEST(poll_closed_both_ways),
	TEST(poll_reset),
	TEST(poll_refused),
	TEST(poll_reset_by_unread),
	TEST(poll_listener_closed),
	TEST(select_sets),
	{ }
};
