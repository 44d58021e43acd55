// SPDX-License-Identifier: GPL-2.0
/*
 * SO_RCVLOWAT: from how many octets on a socket is readable.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "oracle.h"

static int low(int fd, int octets)
{
	return set_int(fd, SOL_SOCKET, SO_RCVLOWAT, octets);
}

static void arrive(int from, int to, size_t len)
{
	must_be(do_send(from, len, 0), (long)len);
	await_acked(from);
	pause_ms(1);
	tell_events("poll", events_now(to));
}

static void lowat_values(const struct kind *k)
{
	static const int values[] = { -1, 0, 1, 1000, 9999, 20000, 1 << 30 };
	int fd = stream(k), free = stream(k);
	size_t i;

	must_be(set_int(fd, SOL_SOCKET, SO_RCVBUF, 20000), 0);
	tell("fresh", get_int(fd, SOL_SOCKET, SO_RCVLOWAT));
	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		tell("set", low(fd, values[i]));
		tell("is", get_int(fd, SOL_SOCKET, SO_RCVLOWAT));
	}
	tell("set", low(free, 1000));
	tell("is", get_int(free, SOL_SOCKET, SO_RCVLOWAT));
	tell("rcvbuf", get_int(free, SOL_SOCKET, SO_RCVBUF));
	tell("set", low(free, 500000));
	tell("is", get_int(free, SOL_SOCKET, SO_RCVLOWAT));
	tell("rcvbuf", get_int(free, SOL_SOCKET, SO_RCVBUF));
	tell("more than any buffer", low(free, 1 << 30));
	tell("is", get_int(free, SOL_SOCKET, SO_RCVLOWAT));
}

/* Below, at and above it; what is left after a read counts anew. */
static void lowat_poll(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	tell("set", low(p.s, 10));
	arrive(p.c, p.s, 9);
	arrive(p.c, p.s, 1);
	arrive(p.c, p.s, 5);
	tell("recv", do_recv(p.s, 6, 0));
	tell_events("poll", events_now(p.s));
	tell("set", low(p.s, 9));
	tell_events("poll", events_now(p.s));
	tell("early", do_recv(p.s, 3, MSG_DONTWAIT));
	tell("set", low(p.s, 0));
	tell_events("poll", events_now(p.s));
}

static void lowat_end(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	tell("set", low(p.s, 10));
	arrive(p.c, p.s, 3);
	shutdown(p.c, SHUT_WR);
	tell_events("poll", await(p.s, POLLIN));
	tell("recv", do_recv(p.s, 20, 0));
	tell_events("poll", events_now(p.s));
}

static void lowat_reset(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	tell("set", low(p.s, 10));
	arrive(p.c, p.s, 3);
	reset_by(p.c);
	tell_events("poll", await(p.s, POLLIN));
}

/* The other end's text, or the mark that comes down, wakes who waits. */
static void lowat_wakes(const struct kind *k)
{
	struct pollfd p = { .events = POLLIN };
	long long start;
	struct pair pair;
	int i;

	pair_open(k, &pair);
	tell("set", low(pair.s, 10));
	p.fd = pair.s;
	for (i = 0; i < 2; i++) {
		if (!fork()) {
			pause_ms(100);
			do_send(pair.c, 6, 0);
			pause_ms(100);
			if (i)
				low(pair.s, 3);
			else
				do_send(pair.c, 6, 0);
			pause_ms(1000);
			_exit(0);
		}
		start = now_us();
		/* poll() also looks when its time is up: without a waking, late */
		tell("poll", poll(&p, 1, 20000));
		tell("in time", now_us() - start < 10000000);
		tell_events("what", p.revents);
		tell("recv", do_recv(pair.s, 99, 0));
		low(pair.s, 10);
	}
}

static int signals;

static void count_signal(int which)
{
	(void)which;
	signals++;
}

/* SIGIO comes with what is readable, not before */
static void lowat_signal(const struct kind *k)
{
	struct sigaction sa = { .sa_handler = count_signal };
	struct pair p;

	pair_open(k, &p);
	must_be(sigaction(SIGIO, &sa, NULL), 0);
	must_be(fcntl(p.s, F_SETOWN, getpid()), 0);
	must_be(fcntl(p.s, F_SETFL, O_ASYNC), 0);
	tell("set", low(p.s, 10));
	arrive(p.c, p.s, 4);
	tell("signals", signals);
	arrive(p.c, p.s, 4);
	tell("signals", signals);
	arrive(p.c, p.s, 4);
	tell("signals", signals);
}

/* More than the buffer can hold: full is enough. */
static void lowat_beyond_buffer(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	must_be(set_int(p.s, SOL_SOCKET, SO_RCVBUF, 8192), 0);
	tell("set", low(p.s, 1 << 20));
	tell_events("poll", events_now(p.s));
	fill_for_good(p.c);
	tell_events("poll", events_now(p.s));
	tell("recv", do_recv(p.s, 1, 0));
}

/* A reader that waits is content with no less. */
static void lowat_recv(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	tell("set", low(p.s, 10));
	if (!fork()) {
		/* what is read before the rest comes is not waited for */
		while (!asleep(getppid()))
			pause_ms(1);
		do_send(p.c, 6, 0);
		pause_ms(100);
		do_send(p.c, 6, 0);
		pause_ms(1000);
		_exit(0);
	}
	tell("recv", do_recv(p.s, 99, 0));
	set_timeout(p.s, SO_RCVTIMEO, 500);
	tell("send", do_send(p.c, 4, 0));
	tell("late", do_recv(p.s, 99, 0));
}

/* It wants less than the mark, and waits for it while it comes. */
static void lowat_recv_less(const struct kind *k)
{
	long long start;
	struct pair p;

	pair_open(k, &p);
	tell("set", low(p.s, 10));
	set_timeout(p.s, SO_RCVTIMEO, 1000);
	if (!fork()) {
		/* what is there before it waits is taken at once */
		while (!asleep(getppid()))
			pause_ms(1);
		do_send(p.c, 3, 0);
		pause_ms(3000);
		_exit(0);
	}
	start = now_us();
	tell("recv", do_recv(p.s, 3, 0));
	tell("at once", now_us() - start < 500000);
}

const struct test oracle_lowat[] = {
	TEST(lowat_values),
	TEST(lowat_poll),
	TEST(lowat_end),
	TEST(lowat_reset),
	TEST(lowat_wakes),
	TEST(lowat_signal),
	TEST(lowat_beyond_buffer),
	TEST(lowat_recv),
	TEST(lowat_recv_less),
	{ }
};
