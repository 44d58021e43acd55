// SPDX-License-Identifier: GPL-2.0
/*
 * A signal in the middle of a call: EINTR, or the call goes on.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "oracle.h"

#define TICK_MS 50
#define TICKS 4

static volatile sig_atomic_t ticks;
static int to_send = -1;

/* After some ticks the event comes that the call waits for. */
static void tick(int sig)
{
	(void)sig;
	if (++ticks == TICKS && to_send >= 0)
		send(to_send, "x", 1, MSG_DONTWAIT);
}

static void signals(bool restart)
{
	struct sigaction sa = { .sa_handler = tick };
	struct itimerval every = {
		{ 0, TICK_MS * 1000 }, { 0, TICK_MS * 1000 },
	};

	sa.sa_flags = restart ? SA_RESTART : 0;
	must_be(sigaction(SIGALRM, &sa, NULL), 0);
	must_be(setitimer(ITIMER_REAL, &every, NULL), 0);
}

static void intr_recv(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	signals(false);
	tell("recv", do_recv(p.s, 1, 0));
	tell("ticks", ticks > 0);
}

static void intr_recv_restart(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	to_send = p.c;
	signals(true);
	tell("recv", do_recv(p.s, 1, 0));
	tell("ticks", ticks >= TICKS);
}

/* A timeout cannot be restarted without growing. */
static void intr_recv_timeout(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	set_timeout(p.s, SO_RCVTIMEO, 10000);
	signals(true);
	tell("recv", do_recv(p.s, 1, 0));
}

/* What was received before the signal is the answer. */
static void intr_recv_partly(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	do_send(p.c, 3, 0);
	signals(true);
	tell("recv", do_recv(p.s, 9, MSG_WAITALL));
}

static void intr_send(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	fill_for_good(p.c);
	signals(false);
	tell("send", do_send(p.c, 1, 0));
}

static void intr_send_timeout(const struct kind *k)
{
	struct pair p;

	pair_open(k, &p);
	fill_for_good(p.c);
	set_timeout(p.c, SO_SNDTIMEO, 10000);
	signals(true);
	tell("send", do_send(p.c, 1, 0));
}

static void intr_accept(const struct kind *k)
{
	struct addr at;
	int l = listener(k, &at, 1);

	signals(false);
	tell("accept", do_accept(l));
	set_timeout(l, SO_RCVTIMEO, 10000);
	signals(true);
	tell("timeout", do_accept(l));
}

struct caller {
	const struct kind *k;
	struct addr at;
};

static void *connect_later(void *arg)
{
	struct caller *c = arg;

	/* Only the accepting thread takes signals. */
	while (ticks < TICKS)
		pause_ms(5);
	connected(c->k, &c->at);
	return NULL;
}

static void intr_accept_restart(const struct kind *k)
{
	struct caller c = { .k = k };
	int l = listener(k, &c.at, 1);
	sigset_t alarms;
	pthread_t other;

	sigemptyset(&alarms);
	sigaddset(&alarms, SIGALRM);
	must_be(pthread_sigmask(SIG_BLOCK, &alarms, NULL), 0);
	must_be(pthread_create(&other, NULL, connect_later, &c), 0);
	must_be(pthread_sigmask(SIG_UNBLOCK, &alarms, NULL), 0);
	signals(true);
	tell("accept", do_accept(l));
	tell("ticks", ticks > 0);
}

static void intr_connect(const struct kind *k)
{
	struct addr at = addr_silent(k, 7);
	int fd = stream(k);

	signals(false);
	tell("connect", do_connect(fd, &at));
	tell("again", do_connect(fd, &at));
	set_nonblock(fd);
	tell("nonblock", do_connect(fd, &at));
}

static void intr_close_linger(const struct kind *k)
{
	struct linger some = { .l_onoff = 1, .l_linger = 10 };
	struct pair p;

	pair_open(k, &p);
	fill_for_good(p.c);
	setsockopt(p.c, SOL_SOCKET, SO_LINGER, &some, sizeof(some));
	signals(false);
	tell("close", close(p.c));
	tell("ticks", ticks > 0 && ticks < 40);
}

const struct test oracle_signal[] = {
	TEST(intr_recv),
	TEST(intr_recv_restart),
	TEST(intr_recv_timeout),
	TEST(intr_recv_partly),
	TEST(intr_send),
	TEST(intr_send_timeout),
	TEST(intr_accept),
	TEST(intr_accept_restart),
	TEST(intr_connect),
	TEST(intr_close_linger),
	{ }
};
