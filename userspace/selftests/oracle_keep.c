// SPDX-License-Identifier: GPL-2.0
/*
 * Keepalives: the options, and how long a silent peer is borne.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "oracle.h"

/* Ends of the ranges, and beyond them */
static void option_range(int fd, int name, int high)
{
	tell("0", set_int(fd, IPPROTO_TCP, name, 0));
	tell("-1", set_int(fd, IPPROTO_TCP, name, -1));
	tell("beyond", set_int(fd, IPPROTO_TCP, name, high + 1));
	tell("1", set_int(fd, IPPROTO_TCP, name, 1));
	tell("is", get_int(fd, IPPROTO_TCP, name));
	tell("high", set_int(fd, IPPROTO_TCP, name, high));
	tell("is", get_int(fd, IPPROTO_TCP, name));
}

/* rfc9293: MUST-24, MUST-25, MUST-27 */
/* tcp(7): KEEPIDLE, KEEPINTVL, KEEPCNT */
static void keep_options(const struct kind *k)
{
	int fd = stream(k);

	tell("keepalive", get_int(fd, SOL_SOCKET, SO_KEEPALIVE));
	tell("idle", get_int(fd, IPPROTO_TCP, TCP_KEEPIDLE));
	option_range(fd, TCP_KEEPIDLE, 32767);
	tell("intvl", get_int(fd, IPPROTO_TCP, TCP_KEEPINTVL));
	option_range(fd, TCP_KEEPINTVL, 32767);
	tell("cnt", get_int(fd, IPPROTO_TCP, TCP_KEEPCNT));
	option_range(fd, TCP_KEEPCNT, 127);
	tell("set", set_int(fd, SOL_SOCKET, SO_KEEPALIVE, 7));
	tell("keepalive", get_int(fd, SOL_SOCKET, SO_KEEPALIVE));
}

static void keep_own_level(const struct kind *k)
{
	int level = k->glass ? 253 : IPPROTO_TCP, fd = stream(k);

	tell("set", set_int(fd, level, TCP_KEEPIDLE, 11));
	tell("as tcp", get_int(fd, IPPROTO_TCP, TCP_KEEPIDLE));
	tell("set", set_int(fd, level, TCP_KEEPINTVL, 12));
	tell("as tcp", get_int(fd, IPPROTO_TCP, TCP_KEEPINTVL));
	tell("set", set_int(fd, level, TCP_KEEPCNT, 13));
	tell("as tcp", get_int(fd, IPPROTO_TCP, TCP_KEEPCNT));
}

/* What the administrator changes is seen at once; rfc9293: MUST-27 */
/* net.glass: keepalive_time, keepalive_intvl, keepalive_probes */
static void keep_policy(const struct kind *k)
{
	int fd, other;

	netns_own();
	fd = stream(k);
	other = stream(k);
	must_be(set_int(other, IPPROTO_TCP, TCP_KEEPIDLE, 9), 0);
	sysctl(k, "keepalive_time", "600");
	sysctl(k, "keepalive_intvl", "33");
	sysctl(k, "keepalive_probes", "4");
	tell("idle", get_int(fd, IPPROTO_TCP, TCP_KEEPIDLE));
	tell("intvl", get_int(fd, IPPROTO_TCP, TCP_KEEPINTVL));
	tell("cnt", get_int(fd, IPPROTO_TCP, TCP_KEEPCNT));
	tell("set", get_int(other, IPPROTO_TCP, TCP_KEEPIDLE));
}

static void keep_inherited(const struct kind *k)
{
	struct addr at;
	int l = listener(k, &at, 1), c, s;

	set_int(l, SOL_SOCKET, SO_KEEPALIVE, 1);
	set_int(l, IPPROTO_TCP, TCP_KEEPIDLE, 21);
	set_int(l, IPPROTO_TCP, TCP_KEEPINTVL, 22);
	set_int(l, IPPROTO_TCP, TCP_KEEPCNT, 23);
	c = connected(k, &at);
	s = accept(l, NULL, NULL);
	tell("keepalive", get_int(s, SOL_SOCKET, SO_KEEPALIVE));
	tell("idle", get_int(s, IPPROTO_TCP, TCP_KEEPIDLE));
	tell("intvl", get_int(s, IPPROTO_TCP, TCP_KEEPINTVL));
	tell("cnt", get_int(s, IPPROTO_TCP, TCP_KEEPCNT));
	tell("other end", get_int(c, SOL_SOCKET, SO_KEEPALIVE));
}

static void keep_set(int fd, int idle, int intvl, int cnt)
{
	must_be(set_int(fd, SOL_SOCKET, SO_KEEPALIVE, 1), 0);
	must_be(set_int(fd, IPPROTO_TCP, TCP_KEEPIDLE, idle), 0);
	must_be(set_int(fd, IPPROTO_TCP, TCP_KEEPINTVL, intvl), 0);
	must_be(set_int(fd, IPPROTO_TCP, TCP_KEEPCNT, cnt), 0);
}

/*
 * How long until something happens, and what. The kernel's timers are late
 * by up to an eighth when they wait for long.
 */
static void tell_end(int fd, long seconds)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	long long start = now_us();
	long took;

	must_be(poll(&p, 1, -1), 1);
	took = (now_us() - start + 500000) / 1000000;
	note("%ld seconds", took);
	tell("in time", took >= seconds && took <= seconds + seconds / 8);
	tell_events("poll", events_now(fd));
	tell("SO_ERROR", get_int(fd, SOL_SOCKET, SO_ERROR));
	tell("recv", do_recv(fd, 1, 0));
	tell("send", do_send(fd, 1, 0));
}

/* Two hours of silence, nine times 75 seconds; rfc9293: MUST-28, MUST-29 */
static void keep_default_end(const struct kind *k)
{
	struct pair p;
	struct link l;

	link_open(&l);
	link_pair(k, &l, &p);
	must_be(set_int(p.c, SOL_SOCKET, SO_KEEPALIVE, 1), 0);
	link_cut(&l);
	tell_end(p.c, 7875);
}

/* rfc9293: MUST-24, MUST-27, MUST-29 */
static void keep_chosen_end(const struct kind *k)
{
	struct pair p;
	struct link l;

	link_open(&l);
	link_pair(k, &l, &p);
	keep_set(p.c, 10, 5, 3);
	link_cut(&l);
	tell_end(p.c, 25);
}

/* The end that was accepted asks as well. */
static void keep_accepted_end(const struct kind *k)
{
	struct pair p;
	struct link l;

	link_open(&l);
	link_pair(k, &l, &p);
	keep_set(p.s, 20, 3, 4);
	link_cut(&l);
	tell_end(p.s, 32);
}

/* The peer has lost the connection: its RST is the answer. */
static void keep_forgotten(const struct kind *k)
{
	struct pair p;
	struct link l;

	link_open(&l);
	link_pair(k, &l, &p);
	link_cut(&l);
	reset_by(p.s);
	pause_ms(100);
	link_mend(&l);
	keep_set(p.c, 10, 5, 3);
	tell_end(p.c, 10);
}

/* Who is there is asked again and again; rfc9293: MAY-5, MUST-24, MUST-26 */
static void keep_answered(const struct kind *k)
{
	struct pair p;
	struct link l;
	long packets;

	link_open(&l);
	link_pair(k, &l, &p);
	/* let the device's own chatter end */
	must(write_file("/proc/sys/net/ipv6/conf/near0/router_solicitations",
			"0"));
	pause_ms(60000);
	packets = packets_on("near0");
	keep_set(p.c, 10, 3, 2);
	pause_ms(65000);
	tell("packets", packets_on("near0") - packets);
	tell_events("poll", events_now(p.c));
	tell("off", set_int(p.c, SOL_SOCKET, SO_KEEPALIVE, 0));
	packets = packets_on("near0");
	pause_ms(65000);
	tell("packets", packets_on("near0") - packets);
	tell("send", do_send(p.c, 3, 0));
	tell("recv", do_recv(p.s, 9, 0));
}

/* While text waits for a window, who does not read is no reason to end. */
static void keep_window_shut(const struct kind *k)
{
	struct pair p;
	struct link l;
	size_t sent;

	link_open(&l);
	link_pair(k, &l, &p);
	keep_set(p.c, 2, 1, 1);
	sent = fill_for_good(p.c);
	pause_ms(300000);
	tell_events("poll", events_now(p.c));
	tell("all", drain(p.s, sent) == sent);
}

/* Nor is a FIN that the user has not answered yet. */
static void keep_half_closed(const struct kind *k)
{
	struct pair p;
	struct link l;

	link_open(&l);
	link_pair(k, &l, &p);
	keep_set(p.c, 10, 5, 3);
	tell("shutdown", shutdown(p.c, SHUT_WR));
	tell("end", do_recv(p.s, 1, 0));
	pause_ms(100000);
	tell_events("poll", events_now(p.c));
	link_cut(&l);
	pause_ms(100000);
	tell_events("poll", events_now(p.c));
	tell("SO_ERROR", get_int(p.c, SOL_SOCKET, SO_ERROR));
}

const struct test oracle_keep[] = {
	TEST(keep_options),
	TEST(keep_own_level),
	TEST(keep_policy),
	TEST(keep_inherited),
	TEST_FLAGS(keep_default_end, SLOW),
	TEST_FLAGS(keep_chosen_end, SLOW),
	TEST_FLAGS(keep_accepted_end, SLOW),
	TEST_FLAGS(keep_forgotten, SLOW),
	TEST_FLAGS(keep_answered, SLOW),
	TEST_FLAGS(keep_window_shut, SLOW),
	TEST_FLAGS(keep_half_closed, SLOW),
	{ }
};
