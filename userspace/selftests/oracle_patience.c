// SPDX-License-Identifier: GPL-2.0
/*
 * How long is long enough: TCP_USER_TIMEOUT, TCP_SYNCNT, TCP_LINGER2, and
 * what the administrator says about retries.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "oracle.h"

static void option_values(int fd, int name)
{
	static const int values[] = {
		0, -1, 1, 59, 60, 119, 120, 121, 127, 128, 255, 100000,
		-2000000000, 2000000000,
	};
	size_t i;

	tell("fresh", get_int(fd, IPPROTO_TCP, name));
	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		tell("set", set_int(fd, IPPROTO_TCP, name, values[i]));
		tell("is", get_int(fd, IPPROTO_TCP, name));
	}
}

/* Glass tries longer, for rfc9293's sake. */
/* tcp(7): SYNCNT */
static void patience_syncnt(const struct kind *k)
{
	netns_own();
	sysctl(k, "syn_retries", "6");
	option_values(stream(k), TCP_SYNCNT);
}

/* tcp(7): LINGER2 */
static void patience_linger2(const struct kind *k)
{
	option_values(stream(k), TCP_LINGER2);
}

/* tcp(7): USER_TIMEOUT */
static void patience_user_timeout(const struct kind *k)
{
	option_values(stream(k), TCP_USER_TIMEOUT);
}

/* net.glass: syn_retries, fin_timeout */
static void patience_policy(const struct kind *k)
{
	int fd;

	netns_own();
	fd = stream(k);
	sysctl(k, "syn_retries", "4");
	sysctl(k, "fin_timeout", "17");
	tell("syncnt", get_int(fd, IPPROTO_TCP, TCP_SYNCNT));
	tell("linger2", get_int(fd, IPPROTO_TCP, TCP_LINGER2));
}

static void patience_inherited(const struct kind *k)
{
	struct addr at;
	int l = listener(k, &at, 1), s;

	set_int(l, IPPROTO_TCP, TCP_SYNCNT, 3);
	set_int(l, IPPROTO_TCP, TCP_LINGER2, 4);
	set_int(l, IPPROTO_TCP, TCP_USER_TIMEOUT, 5000);
	connected(k, &at);
	s = accept(l, NULL, NULL);
	tell("syncnt", get_int(s, IPPROTO_TCP, TCP_SYNCNT));
	tell("linger2", get_int(s, IPPROTO_TCP, TCP_LINGER2));
	tell("user timeout", get_int(s, IPPROTO_TCP, TCP_USER_TIMEOUT));
}

/* In seconds; @slack for what TCP counts in its own way */
static void tell_took(long long start, long seconds, long slack)
{
	long took = (now_us() - start + 500000) / 1000000;

	note("%ld seconds", took);
	tell("in time", took >= seconds && took <= seconds + slack);
}

/* SYNs are sent after 1, 3, 7 seconds; TCP can be told to do as the RFC says */
static void patience_syn(const struct kind *k)
{
	struct addr at = addr_silent(k, 7);
	long long start;
	int fd, n;

	netns_own();
	write_file("/proc/sys/net/ipv4/tcp_syn_linear_timeouts", "0");
	for (n = 1; n <= 3; n++) {
		fd = stream(k);
		must_be(set_int(fd, IPPROTO_TCP, TCP_SYNCNT, n), 0);
		start = now_us();
		tell("connect", do_connect(fd, &at));
		tell_took(start, (2 << n) - 1, 1);
		close(fd);
	}
}

/* rfc9293: MUST-21; rfc5482: 3.1 */
static void patience_syn_user_timeout(const struct kind *k)
{
	struct addr at = addr_silent(k, 7);
	int fd = stream(k);
	long long start = now_us();

	must_be(set_int(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 10000), 0);
	tell("connect", do_connect(fd, &at));
	tell_took(start, 10, 3);
}

static void until_error(int fd, long seconds, long slack)
{
	struct pollfd p = { .fd = fd };
	long long start = now_us();

	must_be(poll(&p, 1, -1), 1);
	tell_took(start, seconds, slack);
	tell_events("poll", events_now(fd));
	tell("send", do_send(fd, 1, 0));
	tell("recv", do_recv(fd, 1, 0));
	tell("recv", do_recv(fd, 1, 0));
}

/* TCP counts from the first retransmission; rfc9293: MUST-21; rfc5482: 3.1 */
static void patience_text(const struct kind *k)
{
	struct pair p;
	struct link l;

	link_open(&l);
	link_pair(k, &l, &p);
	link_cut(&l);
	must_be(set_int(p.c, IPPROTO_TCP, TCP_USER_TIMEOUT, 20000), 0);
	tell("send", do_send(p.c, 5, 0));
	until_error(p.c, 20, 2);
}

/* Longer than R2, it prolongs */
static void patience_text_long(const struct kind *k)
{
	struct pair p;
	struct link l;

	link_open(&l);
	sysctl(k, "retries2", "3");
	link_pair(k, &l, &p);
	link_cut(&l);
	must_be(set_int(p.c, IPPROTO_TCP, TCP_USER_TIMEOUT, 60000), 0);
	tell("send", do_send(p.c, 5, 0));
	until_error(p.c, 60, 3);
}

static void patience_window_shut(const struct kind *k)
{
	struct pair p;
	struct link l;

	link_open(&l);
	link_pair(k, &l, &p);
	must_be(set_int(p.c, IPPROTO_TCP, TCP_USER_TIMEOUT, 60000), 0);
	fill_for_good(p.c);
	until_error(p.c, 40, 80);
}

/* R2, some 15 minutes: TCP counts time, Glass retransmissions */
/* net.glass: retries2 */
static void patience_retries2(const struct kind *k)
{
	struct pair p;
	struct link l;

	link_open(&l);
	sysctl(k, "retries2", "5");
	link_pair(k, &l, &p);
	link_cut(&l);
	tell("send", do_send(p.c, 5, 0));
	until_error(p.c, 12, 3);
}

static void patience_keepalive(const struct kind *k)
{
	struct pair p;
	struct link l;

	link_open(&l);
	link_pair(k, &l, &p);
	link_cut(&l);
	must_be(set_int(p.c, SOL_SOCKET, SO_KEEPALIVE, 1), 0);
	must_be(set_int(p.c, IPPROTO_TCP, TCP_KEEPIDLE, 10), 0);
	must_be(set_int(p.c, IPPROTO_TCP, TCP_KEEPINTVL, 4), 0);
	must_be(set_int(p.c, IPPROTO_TCP, TCP_KEEPCNT, 1), 0);
	must_be(set_int(p.c, IPPROTO_TCP, TCP_USER_TIMEOUT, 17000), 0);
	until_error(p.c, 18, 1);
}

/* Nobody is left: how long does the end that closed remember? */
static void fin_wait_2(const struct kind *k, int linger2, long seconds)
{
	struct pair p;
	unsigned int c, s;
	long long start;
	int tries = 20000;

	netns_own();
	sysctl(k, "fin_timeout", "20");
	pair_open(k, &p);
	c = port_of(p.c);
	s = port_of(p.s);
	must_be(set_int(p.c, IPPROTO_TCP, TCP_LINGER2, linger2), 0);
	start = now_us();
	close(p.c);
	tell("end", do_recv(p.s, 1, 0));
	while (state_of(k, c, s) && tries--)
		pause_ms(20);
	tell_took(start, seconds, 1 + seconds / 4);
	tell("send", do_send(p.s, 1, 0));
	await(p.s, POLLHUP);
	tell_events("poll", events_now(p.s));
	tell("SO_ERROR", get_int(p.s, SOL_SOCKET, SO_ERROR));
}

/* net.glass: fin_timeout */
static void patience_fin_timeout(const struct kind *k)
{
	fin_wait_2(k, 0, 20);
}

static void patience_linger2_longer(const struct kind *k)
{
	fin_wait_2(k, 40, 40);
}

static void patience_linger2_shorter(const struct kind *k)
{
	fin_wait_2(k, 5, 5);
}

static void patience_linger2_none(const struct kind *k)
{
	fin_wait_2(k, -1, 0);
}

/* TCP asks once more before its timer does */
/* net.glass: orphan_retries */
static void patience_orphan(const struct kind *k)
{
	unsigned int c, s;
	struct pair p;
	struct link l;
	long long start;
	int tries = 20000;

	link_open(&l);
	sysctl(k, "orphan_retries", "3");
	link_pair(k, &l, &p);
	c = port_of(p.c);
	s = port_of(p.s);
	link_cut(&l);
	tell("send", do_send(p.c, 5, 0));
	start = now_us();
	close(p.c);
	while (state_of(k, c, s) && tries--)
		pause_ms(20);
	tell_took(start, 3, 4);
}

const struct test oracle_patience[] = {
	TEST(patience_syncnt),
	TEST(patience_linger2),
	TEST(patience_user_timeout),
	TEST(patience_policy),
	TEST(patience_inherited),
	TEST_FLAGS(patience_syn, SLOW),
	TEST_FLAGS(patience_syn_user_timeout, SLOW),
	TEST_FLAGS(patience_text, SLOW),
	TEST_FLAGS(patience_text_long, SLOW),
	TEST_FLAGS(patience_window_shut, SLOW),
	TEST_FLAGS(patience_retries2, SLOW),
	TEST_FLAGS(patience_keepalive, SLOW),
	TEST_FLAGS(patience_fin_timeout, SLOW),
	TEST_FLAGS(patience_linger2_longer, SLOW),
	TEST_FLAGS(patience_linger2_shorter, SLOW),
	TEST_FLAGS(patience_linger2_none, SLOW),
	TEST_FLAGS(patience_orphan, SLOW),
	{ }
};
