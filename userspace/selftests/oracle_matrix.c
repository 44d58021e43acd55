// SPDX-License-Identifier: GPL-2.0
/*
 * Two tables, a test for each row. SO_LINGER: what close() does, by what the
 * option says and by what is unread or unsent. shutdown(): what it does in
 * each state, and what the socket is good for afterwards.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "oracle.h"

enum { UNREAD = 1, UNSENT = 2, NONBLOCK = 4 };

/* What close() does, and what both ends are left with */
static void close_cell(const struct kind *k, int onoff, int seconds, int what)
{
	struct linger linger = { .l_onoff = onoff, .l_linger = seconds };
	unsigned int c, s;
	struct pair p;
	size_t sent = 0, got;
	long long start;
	int state;

	pair_open(k, &p);
	c = port_of(p.c);
	s = port_of(p.s);
	must_be(setsockopt(p.c, SOL_SOCKET, SO_LINGER, &linger,
			   sizeof(linger)), 0);
	if (what & UNREAD) {
		must_be(do_send(p.s, 5, 0), 5);
		await_acked(p.s);
	}
	if (what & UNSENT)
		sent = fill_for_good(p.c);
	if (what & NONBLOCK)
		set_nonblock(p.c);
	start = now_us();
	tell("close", close(p.c));
	tell("seconds", (now_us() - start + 500000) / 1000000);
	await(p.s, POLLIN | POLLHUP);
	/* the ACK of the FIN may be late: FIN-WAIT-1 and FIN-WAIT-2 are one */
	state = state_of(k, c, s);
	tell("state", state == TCP_FIN_WAIT2 ? TCP_FIN_WAIT1 : state);
	got = drain(p.s, sent);
	tell("all", got == sent);
	await(p.s, POLLIN | POLLHUP);
	tell_events("poll", events_now(p.s));
	tell("recv", do_recv(p.s, 1, 0));
	tell("SO_ERROR", get_int(p.s, SOL_SOCKET, SO_ERROR));
}

static void close_row(const struct kind *k, int onoff, int seconds)
{
	int what;

	for (what = 0; what < 8; what++) {
		tell_row("%s%s%s%s", what & UNREAD ? "unread " : "",
			 what & UNSENT ? "unsent " : "",
			 what & NONBLOCK ? "nonblocking" : "",
			 what ? "" : "plain");
		close_cell(k, onoff, seconds, what);
	}
}

static void linger_off(const struct kind *k)
{
	close_row(k, 0, 0);
}

/* The time counts only when the option is on. */
static void linger_off_with_time(const struct kind *k)
{
	close_row(k, 0, 3);
}

static void linger_on_zero(const struct kind *k)
{
	close_row(k, 1, 0);
}

static void linger_on_three(const struct kind *k)
{
	close_row(k, 1, 3);
}

static void linger_values(const struct kind *k)
{
	static const int values[] = { -1, 0, 1, 3600, 100000000 };
	struct linger got = { 7, 7 }, set = { 1, 0 };
	socklen_t len = sizeof(got);
	int fd = stream(k);
	size_t i;

	getsockopt(fd, SOL_SOCKET, SO_LINGER, &got, &len);
	tell("fresh", got.l_onoff);
	tell("time", got.l_linger);
	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		set.l_linger = values[i];
		tell("set", setsockopt(fd, SOL_SOCKET, SO_LINGER, &set,
				       sizeof(set)));
		getsockopt(fd, SOL_SOCKET, SO_LINGER, &got, &len);
		tell("time", got.l_linger);
	}
	tell("short", setsockopt(fd, SOL_SOCKET, SO_LINGER, &set, 4));
}

/* The peer answers meanwhile: close() returns as soon as all is there. */
static void linger_until_acked(const struct kind *k)
{
	struct linger linger = { .l_onoff = 1, .l_linger = 20 };
	long long start;
	struct pair p;
	size_t sent;

	pair_open(k, &p);
	setsockopt(p.c, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	sent = fill_for_good(p.c);
	if (!fork()) {
		close(p.c);
		pause_ms(4000);
		drain(p.s, sent + 1);
		_exit(0);
	}
	close(p.s);
	start = now_us();
	tell("close", close(p.c));
	tell("seconds", (now_us() - start + 500000) / 1000000);
}

struct sender {
	const struct kind *kind;
	unsigned int port;
	unsigned int peer;
	int fd;
};

static void *send_to_closed(void *arg)
{
	const struct sender *s = arg;

	await_state(s->kind, s->port, s->peer, TCP_FIN_WAIT1);
	do_send(s->fd, 5, 0);
	return NULL;
}

/* Text comes for one whose close() lingers: it is lost, so the peer must hear of it */
static void linger_text_comes(const struct kind *k)
{
	struct linger linger = { .l_onoff = 1, .l_linger = 20 };
	struct sender sender = { .kind = k };
	pthread_t thread;
	struct pair p;

	netns_own();
	pair_open(k, &p);
	sender.port = port_of(p.c);
	sender.peer = port_of(p.s);
	sender.fd = p.s;
	setsockopt(p.c, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	fill_for_good(p.c);
	must_be(pthread_create(&thread, NULL, send_to_closed, &sender), 0);
	tell("close", close(p.c));
	must_be(pthread_join(thread, NULL), 0);
	tell("state", state_of(k, sender.port, sender.peer));
	tell("SO_ERROR", get_int(p.s, SOL_SOCKET, SO_ERROR));
	tell("TCPAbortOnData", counter_of(k, "TCPAbortOnData"));
}

static void after(const char *what, int fd, int how)
{
	static const char *const ways[] = { "SHUT_RD", "SHUT_WR", "SHUT_RDWR" };

	tell_row("%s %s", what, ways[how]);
	tell("shutdown", shutdown(fd, how));
	tell_events("poll", events_now(fd));
	tell("send", do_send(fd, 1, MSG_DONTWAIT));
	tell("recv", do_recv(fd, 1, MSG_DONTWAIT));
	tell("again", shutdown(fd, how));
	tell("SO_ERROR", get_int(fd, SOL_SOCKET, SO_ERROR));
}

static void shut_fresh(const struct kind *k)
{
	int how;

	for (how = SHUT_RD; how <= SHUT_RDWR; how++)
		after("fresh", stream(k), how);
}

static void shut_listening(const struct kind *k)
{
	struct addr at;
	int how, fd;

	for (how = SHUT_RD; how <= SHUT_RDWR; how++) {
		fd = listener(k, &at, 1);
		after("listening", fd, how);
		set_nonblock(fd);
		tell("accept", do_accept(fd));
		tell("connect", do_connect(stream(k), &at));
	}
}

static void shut_opening(const struct kind *k)
{
	struct addr at = addr_silent(k, 7);
	int how, fd;

	for (how = SHUT_RD; how <= SHUT_RDWR; how++) {
		fd = stream(k);
		set_nonblock(fd);
		must_be(do_connect(fd, &at), -1);
		after("opening", fd, how);
		tell("connect", do_connect(fd, &at));
	}
}

/* Both ends afterwards, with text on its way to the one that shuts down */
static void shut_open(const struct kind *k, bool text)
{
	struct pair p;
	int how;

	for (how = SHUT_RD; how <= SHUT_RDWR; how++) {
		pair_open(k, &p);
		if (text) {
			must_be(do_send(p.s, 5, 0), 5);
			await_acked(p.s);
		}
		after("open", p.c, how);
		pause_ms(100);
		tell_events("peer", events_now(p.s));
		tell("peer send", do_send(p.s, 2, 0));
		pause_ms(100);
		tell("recv", do_recv(p.c, 9, MSG_DONTWAIT));
		tell_events("peer", events_now(p.s));
		tell("state", state_of(k, port_of(p.c), port_of(p.s)));
	}
}

static void shut_established(const struct kind *k)
{
	shut_open(k, false);
}

static void shut_established_unread(const struct kind *k)
{
	shut_open(k, true);
}

static void shut_close_wait(const struct kind *k)
{
	struct pair p;
	int how;

	for (how = SHUT_RD; how <= SHUT_RDWR; how++) {
		pair_open(k, &p);
		must_be(shutdown(p.s, SHUT_WR), 0);
		await(p.c, POLLRDHUP);
		after("close-wait", p.c, how);
		pause_ms(100);
		tell_events("peer", events_now(p.s));
	}
}

static void shut_fin_wait_2(const struct kind *k)
{
	struct pair p;
	int how;

	for (how = SHUT_RD; how <= SHUT_RDWR; how++) {
		pair_open(k, &p);
		must_be(shutdown(p.c, SHUT_WR), 0);
		await(p.s, POLLRDHUP);
		after("fin-wait-2", p.c, how);
		tell("peer send", do_send(p.s, 2, 0));
		pause_ms(100);
		tell("recv", do_recv(p.c, 9, MSG_DONTWAIT));
	}
}

static void shut_reset(const struct kind *k)
{
	struct pair p;
	int how;

	for (how = SHUT_RD; how <= SHUT_RDWR; how++) {
		pair_open(k, &p);
		reset_by(p.s);
		await(p.c, POLLHUP);
		after("reset", p.c, how);
	}
}

const struct test oracle_linger[] = {
	TEST_FLAGS(linger_off, SLOW),
	TEST_FLAGS(linger_off_with_time, SLOW),
	TEST_FLAGS(linger_on_zero, SLOW),
	TEST_FLAGS(linger_on_three, SLOW),
	TEST(linger_values),
	TEST_FLAGS(linger_until_acked, SLOW),
	TEST_FLAGS(linger_text_comes, SHOW),
	{ }
};

const struct test oracle_shutdown[] = {
	TEST(shut_fresh),
	TEST(shut_listening),
	TEST(shut_opening),
	TEST(shut_established),
	TEST(shut_established_unread),
	TEST(shut_close_wait),
	TEST(shut_fin_wait_2),
	TEST(shut_reset),
	{ }
};
