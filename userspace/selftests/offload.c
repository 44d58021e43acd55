// SPDX-License-Identifier: GPL-2.0
/*
 * What devices do for a segment, in every combination: the same octets arrive.
 *
 * A veth pair hands skbs of up to 64 KB on whole, or has them cut, summed and
 * made linear by software, as it is told by its features. Both ends are told
 * the same. One connection lives through all combinations, another is made
 * in each: a socket looks at its device when it connects.
 */
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "selftest.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static const struct {
	const char *name;
	unsigned int set;
} features[] = {
	{ "tso", ETHTOOL_STSO },
	{ "gso", ETHTOOL_SGSO },
	{ "gro", ETHTOOL_SGRO },
	{ "sg", ETHTOOL_SSG },
	{ "tx", ETHTOOL_STXCSUM },
	{ "rx", ETHTOOL_SRXCSUM },
};

#define COMBINATIONS (1u << ARRAY_SIZE(features))
#define TSO 1
#define ALL (COMBINATIONS - 1)

struct digest {
	unsigned char sha[32];
};

struct flow {
	int fd;
	size_t len;
	size_t from;
	size_t piece;
	int result;
};

static void feature(const char *device, unsigned int set, bool on)
{
	struct ethtool_value value = { .cmd = set, .data = on };
	struct ifreq ifr = { .ifr_data = (void *)&value };
	int ctl = socket(AF_INET, SOCK_DGRAM, 0);

	must(ctl >= 0);
	strcpy(ifr.ifr_name, device);
	must_be(ioctl(ctl, SIOCETHTOOL, &ifr), 0);
	close(ctl);
}

/* Bit n of @on is features[n]; those that others need are set first */
static void device_features(const char *device, unsigned int on)
{
	int i;

	for (i = ARRAY_SIZE(features) - 1; i >= 0; i--)
		feature(device, features[i].set, on & 1u << i);
}

static void both_features(const struct link *l, unsigned int on)
{
	device_features("near0", on);
	netns_enter(l->far);
	device_features("far0", on);
	netns_enter(l->near);
}

static EVP_MD_CTX *sha_start(void)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	must(ctx && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL));
	return ctx;
}

static void sha_end(EVP_MD_CTX *ctx, struct digest *d)
{
	must_be(EVP_DigestFinal_ex(ctx, d->sha, NULL), 1);
	EVP_MD_CTX_free(ctx);
}

static void send_flow(void *arg)
{
	EVP_MD_CTX *ctx = sha_start();
	struct flow *f = arg;
	struct digest d;
	char *buf = malloc(f->piece);
	size_t step, done;
	ssize_t n;

	for (; f->len; f->len -= step, f->from += step) {
		step = f->len < f->piece ? f->len : f->piece;
		pattern_fill(buf, step, f->from);
		must_be(EVP_DigestUpdate(ctx, buf, step), 1);
		for (done = 0; done < step; done += n) {
			n = send(f->fd, buf + done, step - done, MSG_NOSIGNAL);
			must(n > 0);
		}
	}
	sha_end(ctx, &d);
	must_be(write(f->result, &d, sizeof(d)), sizeof(d));
}

/* So many octets from one end to the other: are they the same? */
static bool same(int from, int to, size_t len, size_t place, size_t piece)
{
	struct flow f = { .fd = from, .len = len, .from = place, .piece = piece };
	static char buf[100000];
	struct digest sent, got;
	EVP_MD_CTX *ctx = sha_start();
	int result[2];
	pid_t sender;
	ssize_t n;

	must_be(pipe(result), 0);
	f.result = result[1];
	sender = spawn(send_flow, &f);
	for (; len; len -= n) {
		n = recv(to, buf, len < sizeof(buf) ? len : sizeof(buf), 0);
		must(n > 0);
		must_be(EVP_DigestUpdate(ctx, buf, n), 1);
	}
	sha_end(ctx, &got);
	must_be(read(result[0], &sent, sizeof(sent)), sizeof(sent));
	reap(sender);
	close(result[0]);
	close(result[1]);
	return !memcmp(&sent, &got, sizeof(sent));
}

static void pair_shut(struct pair *p)
{
	close(p->c);
	close(p->s);
	close(p->l);
}

static void tell(unsigned int on, bool good)
{
	char line[64] = "";
	size_t i, len = 0;

	for (i = 0; i < ARRAY_SIZE(features); i++)
		len += sprintf(line + len, " %s %s", features[i].name,
			       on & 1u << i ? "on" : "off");
	note("%s:%s", good ? "equal" : "NOT equal", line);
}

static void every_combination(const struct kind *k)
{
	const size_t len = 150000, pieces[] = { 150000, 9000, 1001 };
	unsigned int on, bad = 0;
	struct pair lasting, p;
	struct link l;
	bool good;

	link_open(&l);
	link_pair(k, &l, &lasting);
	close(lasting.l);
	for (on = 0; on < COMBINATIONS; on++) {
		both_features(&l, on);
		link_pair(k, &l, &p);
		good = same(p.c, p.s, len, on, pieces[on % 3]) &&
		       same(lasting.s, lasting.c, len, on, pieces[on % 2]) &&
		       same(lasting.c, lasting.s, len / 3, on, len);
		bad += !good;
		if (!good)
			tell(on, good);
		pair_shut(&p);
	}
	note("%s: %u of %u combinations, SHA-256 equal", k->name,
	     COMBINATIONS - bad, COMBINATIONS);
	must_be(bad, 0);
}

/* Packets of the near device that @len octets take */
static long packets_for(const struct kind *k, const struct link *l, size_t len)
{
	struct pair p;
	long before;

	link_pair(k, l, &p);
	before = packets_on("near0");
	must(same(p.c, p.s, len, 0, len));
	pair_shut(&p);
	return packets_on("near0") - before;
}

/* Whole over a device that can, in segments over one that cannot */
static void whole_or_cut(const struct kind *k)
{
	const size_t len = 1000000;
	struct link l;

	link_open(&l);
	must(packets_for(k, &l, len) < 200);
	both_features(&l, ALL & ~TSO);
	must(packets_for(k, &l, len) >= (long)len / 1448);
	both_features(&l, 0);
	must(packets_for(k, &l, len) >= (long)len / 1448);
	both_features(&l, ALL);
	must(packets_for(k, &l, len) < 200);
}

/* Too many fragments for one skb: writes that lie far apart */
static void in_many_fragments(const struct kind *k)
{
	struct pair a, b;
	struct link l;
	size_t i;
	char buf[600];

	link_open(&l);
	link_pair(k, &l, &a);
	close(a.l);
	link_pair(k, &l, &b);
	must_be(set_int(a.c, IPPROTO_TCP, TCP_CORK, 1), 0);
	must_be(set_int(b.c, IPPROTO_TCP, TCP_CORK, 1), 0);
	must_be(set_int(a.c, SOL_SOCKET, SO_SNDBUF, 500000), 0);
	must_be(set_int(b.c, SOL_SOCKET, SO_SNDBUF, 500000), 0);
	/* the cable is cut: all of it waits, then leaves in as few as it can */
	link_cut(&l);
	for (i = 0; i < 100; i++) {
		pattern_fill(buf, sizeof(buf), i * sizeof(buf));
		must_be(send(a.c, buf, sizeof(buf), 0), sizeof(buf));
		must_be(send(b.c, buf, sizeof(buf), 0), sizeof(buf));
	}
	link_mend(&l);
	must_be(set_int(a.c, IPPROTO_TCP, TCP_CORK, 0), 0);
	must_be(set_int(b.c, IPPROTO_TCP, TCP_CORK, 0), 0);
	pattern_recv(a.s, 100 * sizeof(buf), 0, 60000);
	pattern_recv(b.s, 100 * sizeof(buf), 0, 60000);
}

/*
 * A buffer that one write fills, and more than leaves in one piece: the tail's
 * ACK is delayed, and must not be what the writer waits for.
 */
static void small_send_buffer(const struct kind *k)
{
	const size_t len = 2000000;
	struct link l;
	struct pair p;
	long long at;

	link_open(&l);
	link_pair(k, &l, &p);
	must_be(set_int(p.c, SOL_SOCKET, SO_SNDBUF, 33000), 0);
	at = now_us();
	must(same(p.c, p.s, len, 0, 65536));
	must(now_us() - at < 400000);
}

static const struct test tests[] = {
	TEST(every_combination),
	TEST(whole_or_cut),
	TEST(in_many_fragments),
	TEST(small_send_buffer),
};

int main(int argc, char **argv)
{
	return tests_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
