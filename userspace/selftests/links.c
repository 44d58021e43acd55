// SPDX-License-Identifier: GPL-2.0
/*
 * Over a cable: two hosts, small packets, lost packets, ICMP.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "selftest.h"

static void send_stream(void *arg)
{
	int fd = *(int *)arg;

	pattern_send(fd, 500000, 0, 40000);
	must_be(shutdown(fd, SHUT_WR), 0);
}

/* Half a megabyte to the far host, and a little back */
static void carry(const struct kind *k, const struct link *l)
{
	struct pair p;
	pid_t sender;

	link_pair(k, l, &p);
	sender = spawn(send_stream, &p.c);
	pattern_recv(p.s, 500000, 0, 30000);
	pattern_end(p.s);
	pattern_send(p.s, 20000, 0, 20000);
	pattern_recv(p.c, 20000, 0, 20000);
	reap(sender);
	pair_close(&p);
}

static void cable(const struct kind *k)
{
	struct link l;

	link_open(&l);
	carry(k, &l);
}

/* Checksums made and verified by hand */
/* rfc9293: MUST-2 */
static void without_offload(const struct kind *k)
{
	struct link l;

	link_open(&l);
	command("ethtool -K near0 tx off gso off >/dev/null");
	link_far(&l, "ethtool -K far0 tx off gso off >/dev/null");
	carry(k, &l);
}

static void small_mtu(const struct kind *k)
{
	int mtu = k->wire == AF_INET ? 576 : 1280;
	struct link l;

	link_open(&l);
	command("ip link set near0 mtu %d", mtu);
	link_far(&l, "ip link set far0 mtu %d", mtu);
	carry(k, &l);
}

/* Only one end knows how small packets must be: the MSS option tells. */
/* rfc9293: MUST-14, MUST-67 */
static void small_mtu_at_one_end(const struct kind *k)
{
	struct link l;

	link_open(&l);
	link_far(&l, "ip link set far0 mtu 1300");
	carry(k, &l);
}

/* rfc9293: MUST-54; rfc1191: 3; rfc8201: 4 */
static void path_mtu(const struct kind *k)
{
	struct pair p;
	struct link l;
	pid_t sender;

	link_open(&l);
	link_behind_router(k, &l, &p, 1300);
	sender = spawn(send_stream, &p.c);
	pattern_recv(p.s, 500000, 0, 30000);
	pattern_end(p.s);
	reap(sender);
	if (k->glass)
		must(rule_count("ICMP_PMTU") > 0);
}

static void netem(const struct link *l, const char *what)
{
	command("tc qdisc replace dev near0 root netem limit 10000 %s", what);
	link_far(l, "tc qdisc replace dev far0 root netem limit 10000 %s", what);
}

/* The router knows no way to the end any more, or again. */
static void lose_way(const struct link *l, const char *what)
{
	link_far(l, "printf 'route %s unreachable 10.2.0.2/32\\n"
		 "route %s unreachable fd02::2/128 metric 1\\n' | ip -batch -",
		 what, what);
}

/* What the socket's error is once a call that waits for text is woken */
static int error_told(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int err;

	must_be(poll(&p, 1, -1), 1);
	must(p.revents & POLLERR);
	err = get_int(fd, SOL_SOCKET, SO_ERROR);
	note("SO_ERROR is %s", strerrorname_np(err));
	return err;
}

static bool no_way_error(const struct kind *k, int err)
{
	return err == EHOSTUNREACH || (err == ENETUNREACH && k->wire == AF_INET6);
}

static void ask_for_soft_errors(const struct kind *k, int fd)
{
	if (k->wire == AF_INET)
		must_be(set_int(fd, IPPROTO_IP, IP_RECVERR, 1), 0);
	else
		must_be(set_int(fd, IPPROTO_IPV6, IPV6_RECVERR, 1), 0);
}

/*
 * Routers say for a while that there is no way. The connection waits, and
 * who did not ask hears nothing; once it goes on, what they said is past.
 */
/* rfc9293: MUST-56, MUST-54, SHLD-20 */
static void way_lost_for_a_while(const struct kind *k)
{
	struct pollfd poller = { .events = POLLIN };
	struct pair p;
	struct link l;

	link_open(&l);
	link_behind_router(k, &l, &p, 1500);
	poller.fd = p.c;
	pattern_send(p.c, 5000, 0, 5000);
	pattern_recv(p.s, 5000, 0, 5000);
	lose_way(&l, "add");
	pattern_send(p.c, 20000, 5000, 5000);
	pause_ms(20000);
	if (k->glass)
		must(rule_count("ICMP_SOFT") > 0);
	must_be(poll(&poller, 1, 0), 0);
	lose_way(&l, "del");
	pattern_recv(p.s, 20000, 5000, 5000);
	pattern_send(p.s, 5000, 0, 5000);
	pattern_recv(p.c, 5000, 0, 5000);
	netem(&l, "loss 100%");
	must_be(send(p.c, "x", 1, 0), 1);
	must_be(error_told(p.c), ETIMEDOUT);
}

/* Who asked hears of it while the connection goes on. */
/* rfc9293: MUST-47 */
static void way_lost_told(const struct kind *k)
{
	struct pair p;
	struct link l;

	link_open(&l);
	link_behind_router(k, &l, &p, 1500);
	ask_for_soft_errors(k, p.c);
	lose_way(&l, "add");
	pattern_send(p.c, 5000, 0, 5000);
	must(no_way_error(k, error_told(p.c)));
	lose_way(&l, "del");
	pattern_recv(p.s, 5000, 0, 5000);
	pattern_send(p.s, 5000, 0, 5000);
	pattern_recv(p.c, 5000, 0, 5000);
}

/* For good: what the routers said is why the connection failed. */
/* rfc9293: SHLD-25 */
static void way_lost_for_good(const struct kind *k)
{
	struct pair p;
	struct link l;

	link_open(&l);
	link_behind_router(k, &l, &p, 1500);
	lose_way(&l, "add");
	must_be(send(p.c, "x", 1, 0), 1);
	must(no_way_error(k, error_told(p.c)));
}

/*
 * An open that is told that there is no way goes on asking, and fails with
 * what it was told. TCP's, and those of who wants it so, fail at once.
 */
static void open_fails(const struct kind *k, const struct addr *at, bool at_once)
{
	long long begun = now_us();

	if (k->glass)
		sysctl(k, at_once ? "abort_on_soft_error" : "syn_retries",
		       at_once ? "1" : "2");
	must_be(connect(stream(k), &at->sa, at->len), -1);
	if (k->wire == AF_INET)
		must_be(errno, EHOSTUNREACH);
	else
		must(errno == EHOSTUNREACH || errno == ENETUNREACH);
	if (k->glass && !at_once)
		must(now_us() - begun > 6900000);
}

/* A router says that there is no way. */
/* rfc9293: MUST-54, MUST-56, SHLD-25 */
static void no_way(const struct kind *k)
{
	struct addr at = addr_text(k, "10.3.0.1", "fd03::1", 7);
	struct link l;

	link_open(&l);
	netns_enter(l.far);
	forwarding_on();
	command("printf 'route add unreachable 10.3.0.0/24\\n"
		"route add unreachable fd03::/64\\n' | ip -batch -");
	netns_enter(l.near);
	command("printf 'route add 10.3.0.0/24 via 10.1.0.2\\n"
		"route add fd03::/64 via fd01::2\\n' | ip -batch -");
	open_fails(k, &at, false);
	open_fails(k, &at, true);
}

/* Nobody has the address. */
static void no_host(const struct kind *k)
{
	struct addr at = addr_text(k, "10.1.0.99", "fd01::99", 7);
	struct link l;

	link_open(&l);
	open_fails(k, &at, false);
	open_fails(k, &at, true);
}

static void lossy(const struct kind *k)
{
	struct link l;

	link_open(&l);
	netem(&l, "loss 5% delay 5ms");
	carry(k, &l);
}

static void out_of_order(const struct kind *k)
{
	struct link l;

	link_open(&l);
	netem(&l, "delay 5ms 4ms reorder 20%");
	carry(k, &l);
}

static void duplicated(const struct kind *k)
{
	struct link l;

	link_open(&l);
	netem(&l, "duplicate 30%");
	carry(k, &l);
}

/* rfc9293: MUST-3 */
static void corrupted(const struct kind *k)
{
	struct link l;

	link_open(&l);
	netem(&l, "corrupt 3% delay 1ms");
	carry(k, &l);
}

/* The cable is pulled in the middle, and put back. */
static void cable_pulled(const struct kind *k)
{
	struct pair p;
	struct link l;
	pid_t sender;

	link_open(&l);
	link_pair(k, &l, &p);
	sender = spawn(send_stream, &p.c);
	pattern_recv(p.s, 100000, 0, 30000);
	netem(&l, "loss 100%");
	pause_ms(20000);
	netem(&l, "delay 1ms");
	pattern_recv(p.s, 400000, 100000, 30000);
	pattern_end(p.s);
	reap(sender);
}

/* The first SYNs are lost; the handshake comes through in the end. */
static void syn_lost(const struct kind *k)
{
	struct addr at = addr_far(k, 5202);
	struct link l;
	int c, s;

	link_open(&l);
	netns_enter(l.far);
	s = stream(k);
	must_be(bind(s, &at.sa, at.len), 0);
	must_be(listen(s, 1), 0);
	netns_enter(l.near);
	c = stream(k);
	set_nonblock(c);
	netem(&l, "loss 100%");
	must_be(connect(c, &at.sa, at.len), -1);
	must_be(errno, EINPROGRESS);
	pause_ms(4000);
	netem(&l, "delay 1ms");
	must(await(c, POLLOUT) & POLLOUT);
	must_be(get_int(c, SOL_SOCKET, SO_ERROR), 0);
}

/* The far host dies without a word: whoever sends finds out, but not soon. */
/* rfc9293: SHLD-11, MUST-20 */
static void peer_dies(const struct kind *k)
{
	struct pair pair;
	struct link l;
	long long at;

	link_open(&l);
	link_pair(k, &l, &pair);
	netem(&l, "loss 100%");
	at = now_us();
	must_be(send(pair.c, "x", 1, 0), 1);
	must_be(error_told(pair.c), ETIMEDOUT);
	at = now_us() - at;
	note("%lld s", at / 1000000);
	must(at >= 100000000);
}

/* Long before that IP is asked, and who asked for soft errors is told. */
/* rfc9293: MUST-20, SHLD-9 */
static void silence_told(const struct kind *k)
{
	struct pair p;
	struct link l;
	long long at;

	/* TCP does not tell it */
	if (!k->glass)
		skip("of Glass alone");
	link_open(&l);
	link_pair(k, &l, &p);
	ask_for_soft_errors(k, p.c);
	netem(&l, "loss 100%");
	at = now_us();
	pattern_send(p.c, 5000, 0, 5000);
	must_be(error_told(p.c), ETIMEDOUT);
	must(now_us() - at < 60000000);
	must(rule_count("PATH_DOUBTED") > 0);
	netem(&l, "delay 1ms");
	pattern_recv(p.s, 5000, 0, 5000);
}

static const struct test tests[] = {
	TEST(cable),
	TEST(without_offload),
	TEST(small_mtu),
	TEST_FLAGS(small_mtu_at_one_end, SLOW),
	TEST(path_mtu),
	TEST_FLAGS(way_lost_for_a_while, SLOW),
	TEST_FLAGS(way_lost_told, SLOW),
	TEST_FLAGS(way_lost_for_good, SLOW),
	TEST_FLAGS(no_way, SLOW),
	TEST_FLAGS(no_host, SLOW),
	TEST_FLAGS(lossy, SLOW),
	TEST_FLAGS(out_of_order, SLOW),
	TEST_FLAGS(duplicated, SLOW),
	TEST_FLAGS(corrupted, SLOW),
	TEST_FLAGS(cable_pulled, SLOW),
	TEST_FLAGS(syn_lost, SLOW),
	TEST_FLAGS(peer_dies, SLOW),
	TEST_FLAGS(silence_told, SLOW),
};

int main(int argc, char **argv)
{
	return tests_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
