// SPDX-License-Identifier: GPL-2.0
/*
 * Buffers that grow with what a path can hold, and those that may not: over a
 * long fat path only the former fill it. Also TCP_NOTSENT_LOWAT.
 */
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "selftest.h"

#define FAST (20u << 20)
#define SLOWLY (4u << 20)

struct stream_of {
	int fd;
	size_t len;
};

static void send_stream(void *arg)
{
	const struct stream_of *s = arg;

	pattern_send(s->fd, s->len, 0, 65536);
	must_be(shutdown(s->fd, SHUT_WR), 0);
}

/* 100 Mbit/s and a round trip of 100 ms: 1.25 MB are on their way */
static void long_path(struct link *l)
{
	link_open(l);
	command("tc qdisc replace dev near0 root netem delay 50ms rate 100mbit limit 4000");
	link_far(l, "tc qdisc replace dev far0 root netem delay 50ms limit 4000");
}

/* Mbit/s of so many octets, every one of them looked at */
static long goodput(const struct pair *p, size_t len)
{
	struct stream_of s = { .fd = p->c, .len = len };
	long long start = now_us();
	pid_t sender = spawn(send_stream, &s);
	long mbits;

	pattern_recv(p->s, len, 0, 65536);
	pattern_end(p->s);
	mbits = len * 8 / (now_us() - start);
	reap(sender);
	note("%ld Mbit/s, SO_RCVBUF %d, SO_SNDBUF %d", mbits,
	     get_int(p->s, SOL_SOCKET, SO_RCVBUF),
	     get_int(p->c, SOL_SOCKET, SO_SNDBUF));
	return mbits;
}

static void both_grow(const struct kind *k)
{
	struct link l;
	struct pair p;

	long_path(&l);
	link_pair(k, &l, &p);
	must_be(get_int(p.s, SOL_SOCKET, SO_RCVBUF), 131072);
	must(goodput(&p, FAST) >= 50);
	must(get_int(p.s, SOL_SOCKET, SO_RCVBUF) > 2000000);
	must(get_int(p.c, SOL_SOCKET, SO_SNDBUF) > 1500000);
	/* nothing came the other way */
	must_be(get_int(p.c, SOL_SOCKET, SO_RCVBUF), 131072);
}

/* Neither timestamps nor text of its own tell the receiver the round trip. */
static void grows_without_timestamps(const struct kind *k)
{
	struct link l;
	struct pair p;

	long_path(&l);
	link_far(&l, "sysctl -qw net.%s=0",
		 k->glass ? "glass.timestamps" : "ipv4.tcp_timestamps");
	link_pair(k, &l, &p);
	must(goodput(&p, FAST) >= 50);
	must(get_int(p.s, SOL_SOCKET, SO_RCVBUF) > 2000000);
}

/* What the user set is not tuned: SO_RCVBUF of the reader, SO_SNDBUF */
static void set_stays(const struct kind *k, int name)
{
	struct link l;
	struct pair p;
	int fd;

	long_path(&l);
	link_pair(k, &l, &p);
	fd = name == SO_RCVBUF ? p.s : p.c;
	must_be(set_int(fd, SOL_SOCKET, name, 65536), 0);
	must(goodput(&p, SLOWLY) < 12);
	must_be(get_int(fd, SOL_SOCKET, name), 131072);
}

static void set_size_stays(const struct kind *k)
{
	set_stays(k, SO_RCVBUF);
}

static void set_send_size_stays(const struct kind *k)
{
	set_stays(k, SO_SNDBUF);
}

/* net.glass: moderate_rcvbuf */
static void moderation_off(const struct kind *k)
{
	struct link l;
	struct pair p;

	long_path(&l);
	netns_enter(l.far);
	sysctl(k, "moderate_rcvbuf", "0");
	netns_enter(l.near);
	link_pair(k, &l, &p);
	must(goodput(&p, SLOWLY) < 12);
	must_be(get_int(p.s, SOL_SOCKET, SO_RCVBUF), 131072);
}

/* What the administrator allows is the end of it. */
/* net.glass: rmem, wmem */
static void sysctl_bounds(const struct kind *k)
{
	struct link l;
	struct pair p;

	long_path(&l);
	netns_enter(l.far);
	sysctl(k, "rmem", "4096 100000 300000");
	netns_enter(l.near);
	sysctl(k, "wmem", "4096 20000 200000");
	must_be(get_int(stream(k), SOL_SOCKET, SO_SNDBUF), 20000);
	link_pair(k, &l, &p);
	must_be(get_int(p.s, SOL_SOCKET, SO_RCVBUF), 100000);
	must(goodput(&p, SLOWLY) < 25);
	must_be(get_int(p.s, SOL_SOCKET, SO_RCVBUF), 300000);
	must_be(get_int(p.c, SOL_SOCKET, SO_SNDBUF), 200000);
}

static int unsent(int fd)
{
	int octets;

	must_be(ioctl(fd, SIOCOUTQNSD, &octets), 0);
	return octets;
}

/* Little that has not left lies before a sender; he is woken when less does. */
static void stops_at_mark(const struct pair *p)
{
	size_t sent;

	set_nonblock(p->c);
	for (sent = 0; send(p->c, "0123456789", 10, 0) == 10; sent += 10)
		;
	note("%zu octets, %d of them unsent", sent, unsent(p->c));
	must(unsent(p->c) >= 10000 && unsent(p->c) < 11000);
	must_be(await(p->c, POLLOUT) & POLLOUT, POLLOUT);
	must(unsent(p->c) < 5000);
	must_be(drain(p->s, sent), sent);
}

/* tcp(7): NOTSENT_LOWAT */
static void unsent_mark(const struct kind *k)
{
	struct link l;
	struct pair p;

	long_path(&l);
	link_pair(k, &l, &p);
	must_be(get_int(p.c, IPPROTO_TCP, TCP_NOTSENT_LOWAT), 0);
	must_be(set_int(p.c, IPPROTO_TCP, TCP_NOTSENT_LOWAT, 10000), 0);
	must_be(get_int(p.c, IPPROTO_TCP, TCP_NOTSENT_LOWAT), 10000);
	stops_at_mark(&p);
}

/* net.glass: notsent_lowat */
static void unsent_mark_of_all(const struct kind *k)
{
	struct link l;
	struct pair p;

	long_path(&l);
	link_pair(k, &l, &p);
	sysctl(k, "notsent_lowat", "10000");
	must_be(get_int(p.c, IPPROTO_TCP, TCP_NOTSENT_LOWAT), 0);
	stops_at_mark(&p);
}

static const struct test tests[] = {
	TEST(both_grow),
	TEST(grows_without_timestamps),
	TEST(set_size_stays),
	TEST(set_send_size_stays),
	TEST(moderation_off),
	TEST(sysctl_bounds),
	TEST(unsent_mark),
	TEST(unsent_mark_of_all),
};

int main(int argc, char **argv)
{
	return tests_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
