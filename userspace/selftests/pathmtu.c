// SPDX-License-Identifier: GPL-2.0
/*
 * A path whose second link takes less than either end knows, and whose router
 * says so or, a black hole, does not: rfc4821.
 */
#include <netinet/tcp.h>
#include <poll.h>
#include <unistd.h>

#include "selftest.h"

#define MTU	1300
#define MUCH	3000000

static void send_much(void *arg)
{
	int fd = *(int *)arg;

	pattern_send(fd, MUCH, 0, 40000);
	must_be(shutdown(fd, SHUT_WR), 0);
}

/* What the router says is lost, as with a firewall that knows no better */
static void deaf(void)
{
	command("tc qdisc add dev near0 ingress");
	command("tc filter add dev near0 ingress protocol ip u32 "
		"match ip protocol 1 0xff action drop");
	command("tc filter add dev near0 ingress protocol ipv6 u32 "
		"match ip6 protocol 58 0xff action drop");
}

/* With a round trip: a search takes its time */
static void open_path(const struct kind *k, struct link *l, struct pair *p,
		      const char *probing)
{
	link_open(l);
	sysctl(k, "mtu_probing", probing);
	link_behind_router(k, l, p, MTU);
	command("tc qdisc replace dev near0 root netem delay 1ms limit 10000");
}

static void open_black_hole(const struct kind *k, struct link *l,
			    struct pair *p, const char *probing)
{
	open_path(k, l, p, probing);
	deaf();
}

/*
 * All of it arrives, and the segments are as large as the path takes, but for
 * the last steps of a search that rests a while after each step too far.
 */
static void carry(const struct kind *k, struct pair *p)
{
	int most = MTU - (k->wire == AF_INET ? 40 : 60) - 12, mss;
	pid_t sender = spawn(send_much, &p->c);

	pattern_recv(p->s, MUCH, 0, 40000);
	pattern_end(p->s);
	reap(sender);
	mss = get_int(p->c, IPPROTO_TCP, TCP_MAXSEG);
	note("MSS %d of %d", mss, most);
	must(mss <= most);
	must(mss > most - 16);
}

/* rfc4821: 7.2, 7.3, 7.7; rfc8899: 4.3 */
/* net.glass: mtu_probing */
static void black_hole(const struct kind *k)
{
	struct pair p;
	struct link l;

	open_black_hole(k, &l, &p, "1");
	carry(k, &p);
	if (k->glass) {
		must(rule_count("RESEND_BLACK_HOLE") > 0);
		must(rule_count("ACK_MTU_TOO_LARGE") > 0);
	}
}

/* Who searches from the start never stops */
/* rfc4821: 7.2, 7.6.2 */
static void black_hole_always(const struct kind *k)
{
	struct pair p;
	struct link l;

	open_black_hole(k, &l, &p, "2");
	carry(k, &p);
	if (k->glass)
		must_be(rule_count("RESEND_RTO"), 0);
}

/* That it is one */
static void black_hole_off(const struct kind *k)
{
	struct pollfd poller = { .events = POLLIN };
	struct pair p;
	struct link l;

	open_black_hole(k, &l, &p, "0");
	poller.fd = p.s;
	pattern_send(p.c, 20000, 0, 20000);
	must_be(poll(&poller, 1, 30000), 0);
	reset_by(p.c);
}

/* A router that does say what its link takes is believed */
/* rfc8899: 4.6.2 */
static void router_tells(const struct kind *k)
{
	struct pair p;
	struct link l;

	open_path(k, &l, &p, "2");
	carry(k, &p);
	if (k->glass)
		must(rule_count("ICMP_PMTU") > 0);
}

static const struct test tests[] = {
	TEST_FLAGS(black_hole, SLOW),
	TEST_FLAGS(black_hole_always, SLOW),
	TEST_FLAGS(black_hole_off, SLOW),
	TEST_FLAGS(router_tells, SLOW),
};

int main(int argc, char **argv)
{
	return tests_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
