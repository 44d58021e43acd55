// SPDX-License-Identifier: GPL-2.0
/*
 * Source routes of IPv4, rfc9293#section-3.9.2.1: a way that the program
 * gives, by IP_OPTIONS, and the way back of what arrives by one.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "hosts.h"
#include "oracle.h"

#define FAR	9	/* the host that is meant */

/* Loose: by 10.8.0.7 */
static const uint8_t way[] = { 131, 7, 4, 10, 8, 0, 7 };

static bool no_way(const struct kind *k)
{
	if (k->wire != AF_INET)
		tell_text("way", "only IPv4 has one");
	return k->wire != AF_INET;
}

/* A socket that is told the way, and does not block */
static int routed(const struct kind *k)
{
	int fd = stream(k);

	must_be(setsockopt(fd, IPPROTO_IP, IP_OPTIONS, way, sizeof(way)), 0);
	must_be(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	return fd;
}

/* Its MSS option, 0 for none */
static int mss_of(const uint8_t *seg)
{
	int i, end = (seg[12] >> 4) * 4;

	for (i = 20; i < end && seg[i]; i += seg[i] == 1 ? 1 : seg[i + 1])
		if (seg[i] == 2)
			return seg[i + 2] << 8 | seg[i + 3];
	return 0;
}

/*
 * The next packet that leaves: where to, with which options, how long. Its
 * addressee's number is returned.
 */
static int hear_packet(const struct kind *k, int tap, struct wire_seg *s,
		       bool told)
{
	struct pollfd p = { .fd = tap, .events = POLLIN };
	char text[256], *at = text;
	uint8_t b[65536], *seg;
	int i, head, n;

	do {
		must_be(poll(&p, 1, 2000), 1);
		n = recv(tap, b, sizeof(b), 0);
		must(n >= 20);
	} while (b[0] >> 4 != 4 || b[9] != (k->glass ? 253 : IPPROTO_TCP) ||
		 b[15] != 1);
	head = (b[0] & 15) * 4;
	seg = b + head;
	at += sprintf(at, "to %d.%d.%d.%d", b[16], b[17], b[18], b[19]);
	for (i = 20; i < head; i++)
		at += sprintf(at, " %d", b[i]);
	if (told) {
		tell_text("packet", text);
		tell("flags", seg[13] & (SYN | FIN | RST | ACK));
		tell("text", n - head - (seg[12] >> 4) * 4);
		if (seg[13] & SYN)
			tell("mss", mss_of(seg));
	}
	s->kernel = seg[0] << 8 | seg[1];
	memcpy(&s->ack, seg + 4, 4);
	s->ack = ntohl(s->ack) + 1;
	return b[19];
}

static void tell_packet(const struct kind *k, int tap, struct wire_seg *s)
{
	hear_packet(k, tap, s, true);
}

/* rfc9293: MUST-51 */
static void route_given(const struct kind *k)
{
	struct wire_seg s = {
		.host = FAR, .port = HOSTS_PORT, .seq = 1000, .wnd = 60000,
		.flags = SYN | ACK, .mss = 1460,
	};
	struct addr far = addr_host(k, FAR, HOSTS_PORT);
	int fd, tap;

	if (no_way(k))
		return;
	netns_own();
	hosts_open();
	tap = socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_ALL));
	must(tap >= 0);
	fd = routed(k);
	tell("connect", do_connect(fd, &far));
	tell_packet(k, tap, &s);
	hosts_send(k, &s);
	must(await(fd, POLLOUT) & POLLOUT);
	tell_packet(k, tap, &s);
	/* The options take some of the room that the path has. */
	tell("send", do_send(fd, 3000, 0));
	tell_packet(k, tap, &s);
	tell_packet(k, tap, &s);
	/* An orphan would keep its network namespace, and with it the module. */
	reset_by(fd);
}

/* A way to nobody */
static void route_nowhere(const struct kind *k)
{
	struct addr any = addr_text(k, "0.0.0.0", "::", HOSTS_PORT);

	if (no_way(k))
		return;
	netns_own();
	hosts_open();
	tell("connect", do_connect(routed(k), &any));
}

/* Routes that have come to their end here, and one octet that ends options */
static const uint8_t by_two[12] = { 131, 11, 12, 10, 8, 0, 7, 10, 8, 0, 8 };
static const uint8_t by_one[8] = { 131, 7, 8, 10, 8, 0, 6 };
static const uint8_t strictly[8] = { 137, 7, 8, 10, 8, 0, 7 };
static const uint8_t from_source[12] = { 131, 11, 12, 10, 8, 0, FAR,
					 10, 8, 0, 7 };
static const uint8_t by_us[12] = { 131, 11, 8, 10, 8, 0, 7, 10, 8, 0, 1 };
static const uint8_t by_nobody[4] = { 131, 3, 4 };
static const uint8_t by_source[8] = { 131, 7, 8, 10, 8, 0, FAR };
static const uint8_t to_self[8] = { 131, 7, 8, 127, 0, 0, 1 };

/* A listener that takes what comes by a route, and a tap that hears all */
static int reached(const struct kind *k, int *tap)
{
	int l = hosts_listener(k, 4);

	must(write_file("/proc/sys/net/ipv4/conf/all/accept_source_route", "1"));
	must(write_file("/proc/sys/net/ipv4/conf/hosts/accept_source_route", "1"));
	*tap = socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_ALL));
	must(*tap >= 0);
	return l;
}

/* A handshake by that way; the connection, and the ACK that made it */
static int come(const struct kind *k, int l, int tap, const uint8_t *route,
		size_t len, struct wire_seg *s)
{
	int fd;

	hosts_options(route, len);
	*s = host_syn(FAR);
	hosts_send(k, s);
	tell_packet(k, tap, s);
	s->flags = ACK;
	s->seq++;
	s->mss = 0;
	s->shift = 0;
	hosts_send(k, s);
	fd = accept(l, NULL, NULL);
	must(fd >= 0);
	return fd;
}

static void back(const struct kind *k, const uint8_t *route, size_t len)
{
	struct wire_seg s;
	int fd, l, tap;

	if (no_way(k))
		return;
	l = reached(k, &tap);
	fd = come(k, l, tap, route, len, &s);
	tell("send", do_send(fd, 3000, 0));
	tell_packet(k, tap, &s);
	tell_packet(k, tap, &s);
	reset_by(fd);
	tell_packet(k, tap, &s);
}

/* rfc9293: MUST-53 */
static void route_back(const struct kind *k)
{
	back(k, by_two, sizeof(by_two));
}

static void route_back_one(const struct kind *k)
{
	back(k, by_one, sizeof(by_one));
}

static void route_back_strict(const struct kind *k)
{
	back(k, strictly, sizeof(strictly));
}

/* A host that counts itself among the hops, rfc1812 */
static void route_back_from_source(const struct kind *k)
{
	back(k, from_source, sizeof(from_source));
}

/* The last hop is ours too */
static void route_back_by_us(const struct kind *k)
{
	back(k, by_us, sizeof(by_us));
}

static void route_back_by_nobody(const struct kind *k)
{
	back(k, by_nobody, sizeof(by_nobody));
}

static void route_back_by_source(const struct kind *k)
{
	back(k, by_source, sizeof(by_source));
}

/* The SYN/ACK goes that way each time. */
static void route_back_again(const struct kind *k)
{
	struct wire_seg s = host_syn(FAR);
	int tap;

	if (no_way(k))
		return;
	reached(k, &tap);
	hosts_options(by_two, sizeof(by_two));
	hosts_send(k, &s);
	tell_packet(k, tap, &s);
	tell_packet(k, tap, &s);
}

/*
 * Nothing is kept of a SYN, but its ACK comes by a route too. What TCP has made
 * of that, it sends to itself.
 */
static void route_back_cookie(const struct kind *k)
{
	struct wire_seg s;
	int fd, l, tap;

	if (no_way(k))
		return;
	l = reached(k, &tap);
	set_sysctl(k, "syncookies", 2);
	fd = come(k, l, tap, by_two, sizeof(by_two), &s);
	must_be(do_send(fd, 100, 0), 100);
	if (k->glass)
		must_be(hear_packet(k, tap, &s, false), 8);
	reset_by(fd);
}

/* Nor is the answer to what nobody wants sent another way. */
static void route_back_refused(const struct kind *k)
{
	struct wire_seg s = host_syn(FAR);
	int tap;

	if (no_way(k))
		return;
	reached(k, &tap);
	hosts_options(by_two, sizeof(by_two));
	s.kernel = HOSTS_PORT + 1;
	hosts_send(k, &s);
	tell_packet(k, tap, &s);
}

/* Text of one octet that comes by another way, and where the answer goes */
static int answered_by(const struct kind *k, int fd, int tap,
		       struct wire_seg *s, const uint8_t *route, size_t len)
{
	struct wire_seg heard = *s;
	int hop;

	hosts_options(route, len);
	s->len = 1;
	hosts_send(k, s);
	s->seq++;
	must_be(do_recv(fd, 10, 0), 1);
	must_be(set_int(fd, IPPROTO_TCP, 12, 1), 0);	/* TCP_QUICKACK */
	must_be(do_send(fd, 1, 0), 1);
	hop = hear_packet(k, tap, &heard, false);
	return hop;
}

/* The later way wins; TCP keeps the first. */
/* rfc9293: SHLD-24 */
static void route_later(const struct kind *k)
{
	struct wire_seg s, old;
	int fd, l, tap;

	if (no_way(k))
		return;
	l = reached(k, &tap);
	fd = come(k, l, tap, by_two, sizeof(by_two), &s);
	/* not by what anybody could send */
	old = s;
	old.seq += 1000;
	hosts_options(by_one, sizeof(by_one));
	hosts_send(k, &old);
	must_be(do_send(fd, 1, 0), 1);
	must_be(hear_packet(k, tap, &old, false), 8);
	must_be(answered_by(k, fd, tap, &s, by_one, sizeof(by_one)),
		k->glass ? 6 : 8);
	must_have(k, "ROUTE_CHANGED", 1);
	/* nor to where nobody can be */
	must_be(answered_by(k, fd, tap, &s, to_self, sizeof(to_self)),
		k->glass ? 6 : 8);
	reset_by(fd);
}

/* What the program says wins over what arrives. */
/* rfc9293: MUST-52 */
static void route_given_wins(const struct kind *k)
{
	struct wire_seg s;
	int fd, l, tap;

	if (no_way(k))
		return;
	l = reached(k, &tap);
	fd = come(k, l, tap, by_two, sizeof(by_two), &s);
	must_be(setsockopt(fd, IPPROTO_IP, IP_OPTIONS, way, sizeof(way)), 0);
	hosts_options(by_one, sizeof(by_one));
	s.len = 1;
	hosts_send(k, &s);
	tell("recv", do_recv(fd, 10, 0));
	tell("send", do_send(fd, 3000, 0));
	hear_packet(k, tap, &s, false);
	reset_by(fd);
	must_have(k, "ROUTE_CHANGED", 0);
}

const struct test oracle_route[] = {
	TEST(route_back),
	TEST(route_back_one),
	TEST(route_back_strict),
	TEST(route_back_from_source),
	TEST(route_back_by_us),
	TEST(route_back_by_nobody),
	TEST(route_back_by_source),
	TEST(route_back_again),
	TEST(route_back_cookie),
	TEST(route_back_refused),
	TEST(route_later),
	TEST(route_given_wins),
	TEST(route_given),
	TEST(route_nowhere),
	{ }
};
