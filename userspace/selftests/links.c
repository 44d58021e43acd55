// SPDX-License-Identifier: GPL-2.0
/*
 * Over a cable: two hosts, small packets, lost packets, ICMP.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
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
	int mtu = k->af == AF_INET ? 576 : 1280;
	struct link l;

	link_open(&l);
	command("ip link set near0 mtu %d", mtu);
	link_far(&l, "ip link set far0 mtu %d", mtu);
	carry(k, &l);
}

/* Only one end knows how small packets must be: the MSS option tells. */
static void small_mtu_at_one_end(const struct kind *k)
{
	struct link l;

	link_open(&l);
	link_far(&l, "ip link set far0 mtu 1300");
	carry(k, &l);
}

static void forward(void)
{
	must(write_file("/proc/sys/net/ipv4/ip_forward", "1"));
	must(write_file("/proc/sys/net/ipv6/conf/all/forwarding", "1"));
}

/*
 * near -- far, which forwards -- end, behind a link of a smaller MTU that
 * neither end knows of.
 */
static void path_mtu(const struct kind *k)
{
	struct addr at = addr_text(k, "10.2.0.2", "fd02::2", 5201);
	struct pair p;
	struct link l;
	pid_t sender;
	int end;

	link_open(&l);
	end = netns_new();
	netns_enter(l.far);
	forward();
	command("ip link add far1 mtu 1300 type veth peer name end0 netns /proc/%d/fd/%d",
		getpid(), end);
	link_configure("far1", 2, 1, 2);
	netns_enter(end);
	link_configure("end0", 2, 2, 1);
	command("printf 'route add 10.1.0.0/24 via 10.2.0.1\\n"
		"route add fd01::/64 via fd02::1\\n' | ip -batch -");
	p.l = stream_reuse(k);
	must_be(bind(p.l, &at.sa, at.len), 0);
	must_be(listen(p.l, 8), 0);
	netns_enter(l.near);
	command("printf 'route add 10.2.0.0/24 via 10.1.0.2\\n"
		"route add fd02::/64 via fd01::2\\n' | ip -batch -");
	p.c = connected(k, &at);
	p.s = accept(p.l, NULL, NULL);
	sender = spawn(send_stream, &p.c);
	pattern_recv(p.s, 500000, 0, 30000);
	pattern_end(p.s);
	reap(sender);
	if (k->glass)
		must(rule_count("ICMP_PMTU") > 0);
}

/* A router says that there is no way. */
static void no_way(const struct kind *k)
{
	struct addr at = addr_text(k, "10.3.0.1", "fd03::1", 7);
	struct link l;

	link_open(&l);
	netns_enter(l.far);
	forward();
	command("printf 'route add unreachable 10.3.0.0/24\\n"
		"route add unreachable fd03::/64\\n' | ip -batch -");
	netns_enter(l.near);
	command("printf 'route add 10.3.0.0/24 via 10.1.0.2\\n"
		"route add fd03::/64 via fd01::2\\n' | ip -batch -");
	must_be(connect(stream(k), &at.sa, at.len), -1);
	if (k->af == AF_INET)
		must_be(errno, EHOSTUNREACH);
	else
		must(errno == EHOSTUNREACH || errno == ENETUNREACH);
}

/* Nobody has the address. */
static void no_host(const struct kind *k)
{
	struct addr at = addr_text(k, "10.1.0.99", "fd01::99", 7);
	struct link l;

	link_open(&l);
	must_be(connect(stream(k), &at.sa, at.len), -1);
	must_be(errno, EHOSTUNREACH);
}

static void netem(const struct link *l, const char *what)
{
	command("tc qdisc replace dev near0 root netem limit 10000 %s", what);
	link_far(l, "tc qdisc replace dev far0 root netem limit 10000 %s", what);
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

/* The far host dies without a word: whoever sends finds out. */
static void peer_dies(const struct kind *k)
{
	struct pollfd p = { .events = POLLIN };
	struct pair pair;
	struct link l;

	link_open(&l);
	link_pair(k, &l, &pair);
	netem(&l, "loss 100%");
	must_be(send(pair.c, "x", 1, 0), 1);
	p.fd = pair.c;
	must_be(poll(&p, 1, -1), 1);
	must(p.revents & POLLERR);
	must_be(get_int(pair.c, SOL_SOCKET, SO_ERROR), ETIMEDOUT);
}

static const struct test tests[] = {
	TEST(cable),
	TEST(without_offload),
	TEST(small_mtu),
	TEST_FLAGS(small_mtu_at_one_end, SLOW),
	TEST(path_mtu),
	TEST(no_way),
	TEST_FLAGS(no_host, SLOW),
	TEST_FLAGS(lossy, SLOW),
	TEST_FLAGS(out_of_order, SLOW),
	TEST_FLAGS(duplicated, SLOW),
	TEST_FLAGS(corrupted, SLOW),
	TEST_FLAGS(cable_pulled, SLOW),
	TEST_FLAGS(syn_lost, SLOW),
	TEST_FLAGS(peer_dies, SLOW),
};

int main(int argc, char **argv)
{
	return tests_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
