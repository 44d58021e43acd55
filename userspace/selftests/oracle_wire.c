// SPDX-License-Identifier: GPL-2.0
/*
 * What a program's writes look like on the wire: how they are cut and when
 * they leave. A raw socket on the loopback device watches.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "oracle.h"

#define SEG_URG 0x20

/* A pair in a network namespace of its own, and who watches it */
static int watched_pair(const struct kind *k, struct pair *p)
{
	int raw;

	netns_own();
	pair_open(k, p);
	raw = socket(k->wire, SOCK_RAW, k->glass ? 253 : IPPROTO_TCP);
	must(raw >= 0);
	return raw;
}

/* The segments since then with text or URG: "length" or "length>pointer" */
static void tell_segments(const struct kind *k, const char *what, int raw)
{
	unsigned char b[65536], *seg;
	char text[256] = "";
	size_t used = 0;
	int n, len;

	while ((n = recv(raw, b, sizeof(b), MSG_DONTWAIT)) > 0) {
		/* IPv6 keeps its header */
		seg = k->wire == AF_INET ? b + (b[0] & 15) * 4 : b;
		len = b + n - seg - (seg[12] >> 4) * 4;
		if (!len && !(seg[13] & SEG_URG))
			continue;
		used += snprintf(text + used, sizeof(text) - used, "%s%d",
				 used ? "," : "", len);
		if (seg[13] & SEG_URG)
			used += snprintf(text + used, sizeof(text) - used,
					 ">%d", seg[18] << 8 | seg[19]);
		must(used < sizeof(text));
	}
	tell_text(what, text);
}

static void say(int fd, size_t len, int flags)
{
	must_be(do_send(fd, len, flags), (long)len);
}

static void wire_urgent(const struct kind *k)
{
	struct pair p;
	int raw = watched_pair(k, &p);

	say(p.c, 1, MSG_OOB);
	await_acked(p.c);
	tell_segments(k, "one", raw);
	say(p.c, 3, MSG_OOB);
	await_acked(p.c);
	tell_segments(k, "three", raw);
	say(p.c, 2, 0);
	await_acked(p.c);
	tell_segments(k, "after", raw);
}

struct reading {
	int fd;
	size_t len;
};

static void read_all(void *arg)
{
	struct reading *r = arg;

	must_be(drain(r->fd, r->len), r->len);
}

/*
 * Bulk through a small send buffer over a cable without delay: nobody has to
 * wait for a delayed ACK. In virtual time only waiting takes time.
 */
static void bulk(const struct kind *k, int sndbuf, size_t len, size_t piece)
{
	static char buf[65536];
	struct reading r = { .len = len };
	struct link l;
	struct pair p;
	long long start;
	pid_t reader;
	size_t sent;

	link_open(&l);
	link_pair(k, &l, &p);
	must_be(set_int(p.c, SOL_SOCKET, SO_SNDBUF, sndbuf), 0);
	r.fd = p.s;
	reader = spawn(read_all, &r);
	start = now_us();
	for (sent = 0; sent < len; sent += piece)
		must_be(send(p.c, buf, piece, 0), (long)piece);
	reap(reader);
	note("%lld us", now_us() - start);
	tell("without a stall", now_us() - start < 35000);
}

static void wire_bulk_small_buffer(const struct kind *k)
{
	bulk(k, 8192, 200000, 50000);
}

static void wire_bulk_odd_pieces(const struct kind *k)
{
	bulk(k, 16384, 30000, 3000);
}

static void wire_bulk_one_write(const struct kind *k)
{
	bulk(k, 30000, 50000, 50000);
}

/* tcp(7): CORK */
static void wire_cork(const struct kind *k)
{
	struct pair p;
	int raw = watched_pair(k, &p);

	tell("cork", set_int(p.c, IPPROTO_TCP, TCP_CORK, 1));
	say(p.c, 10, 0);
	say(p.c, 20, 0);
	tell_segments(k, "corked", raw);
	tell("uncork", set_int(p.c, IPPROTO_TCP, TCP_CORK, 0));
	await_acked(p.c);
	tell_segments(k, "uncorked", raw);
	say(p.c, 3, MSG_MORE);
	tell_segments(k, "more", raw);
	say(p.c, 2, 0);
	await_acked(p.c);
	tell_segments(k, "then", raw);
}

/* Neither holds for ever. */
static void wire_cork_time(const struct kind *k)
{
	struct pair p;
	int raw = watched_pair(k, &p);

	set_int(p.c, IPPROTO_TCP, TCP_CORK, 1);
	say(p.c, 10, 0);
	tell_segments(k, "corked", raw);
	pause_ms(1000);
	tell_segments(k, "later", raw);
	set_int(p.c, IPPROTO_TCP, TCP_CORK, 0);
	tell_segments(k, "uncorked", raw);
	say(p.c, 5, MSG_MORE);
	tell_segments(k, "more", raw);
	pause_ms(1000);
	tell_segments(k, "later", raw);
	tell("recv", do_recv(p.s, 99, 0));
}

/* Setting TCP_NODELAY lets go of what is there, not of what comes. */
static void wire_cork_nodelay(const struct kind *k)
{
	struct pair p;
	int raw = watched_pair(k, &p);

	set_int(p.c, IPPROTO_TCP, TCP_CORK, 1);
	say(p.c, 10, 0);
	tell_segments(k, "corked", raw);
	set_int(p.c, IPPROTO_TCP, TCP_NODELAY, 1);
	await_acked(p.c);
	tell_segments(k, "nodelay", raw);
	say(p.c, 5, 0);
	tell_segments(k, "again", raw);
	tell("cork", get_int(p.c, IPPROTO_TCP, TCP_CORK));
	set_int(p.c, IPPROTO_TCP, TCP_CORK, 0);
	await_acked(p.c);
	tell_segments(k, "uncorked", raw);
}

static void wire_cork_close(const struct kind *k)
{
	struct pair p;
	int raw = watched_pair(k, &p);

	set_int(p.c, IPPROTO_TCP, TCP_CORK, 1);
	say(p.c, 10, 0);
	close(p.c);
	tell("recv", do_recv(p.s, 99, MSG_WAITALL));
	tell_segments(k, "closed", raw);
}

static void wire_maxseg(const struct kind *k)
{
	struct addr at;
	int l, c, s;

	netns_own();
	l = listener(k, &at, 1);
	c = stream(k);
	tell("set", set_int(c, IPPROTO_TCP, TCP_MAXSEG, 500));
	tell("closed", get_int(c, IPPROTO_TCP, TCP_MAXSEG));
	must_be(do_connect(c, &at), 0);
	s = accept(l, NULL, NULL);
	tell("client", get_int(c, IPPROTO_TCP, TCP_MAXSEG));
	tell("server", get_int(s, IPPROTO_TCP, TCP_MAXSEG));
	tell("listener", set_int(l, IPPROTO_TCP, TCP_MAXSEG, 700));
	tell("listener", get_int(l, IPPROTO_TCP, TCP_MAXSEG));
	c = connected(k, &at);
	s = accept(l, NULL, NULL);
	tell("client", get_int(c, IPPROTO_TCP, TCP_MAXSEG));
	tell("server", get_int(s, IPPROTO_TCP, TCP_MAXSEG));
}

/* tcp(7): QUICKACK, WINDOW_CLAMP, MAXSEG */
static void wire_values(const struct kind *k)
{
	static const int names[] = {
		TCP_CORK, TCP_QUICKACK, TCP_WINDOW_CLAMP, TCP_MAXSEG,
	};
	static const int values[] = {
		-1, 0, 1, 2, 87, 88, 32767, 32768, 70000, 0,
	};
	int fd = stream(k);
	struct pair p;
	size_t i, j;

	/* Glass has another default for IPv6: rfc9293#section-3.7.1 */
	for (i = 0; i < 3; i++)
		tell("fresh", get_int(fd, IPPROTO_TCP, names[i]));
	for (i = 0; i < 4; i++)
		for (j = 0; j < sizeof(values) / sizeof(values[0]); j++) {
			tell("set", set_int(fd, IPPROTO_TCP, names[i],
					    values[j]));
			if (names[i] != TCP_MAXSEG || values[j] >= 88)
				tell("is", get_int(fd, IPPROTO_TCP, names[i]));
		}
	pair_open(k, &p);
	tell("clamp", set_int(p.c, IPPROTO_TCP, TCP_WINDOW_CLAMP, 0));
	tell("clamp", set_int(p.c, IPPROTO_TCP, TCP_WINDOW_CLAMP, 5000));
	tell("is", get_int(p.c, IPPROTO_TCP, TCP_WINDOW_CLAMP));
}

const struct test oracle_wire[] = {
	TEST(wire_cork),
	TEST(wire_cork_time),
	TEST(wire_cork_nodelay),
	TEST(wire_cork_close),
	TEST(wire_maxseg),
	TEST(wire_values),
	TEST_FLAGS(wire_bulk_small_buffer, SLOW),
	TEST_FLAGS(wire_bulk_odd_pieces, SLOW),
	TEST_FLAGS(wire_bulk_one_write, SLOW),
	TEST(wire_urgent),
	{ }
};
