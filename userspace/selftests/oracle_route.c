// SPDX-License-Identifier: GPL-2.0
/*
 * A way through IPv4 that the program gives, by IP_OPTIONS:
 * rfc9293#section-3.9.2.1.
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
	if (k->af != AF_INET)
		tell_text("way", "only IPv4 has one");
	return k->af != AF_INET;
}

/* A socket that is told the way, and does not block */
static int routed(const struct kind *k)
{
	int fd = stream(k);

	must_be(setsockopt(fd, IPPROTO_IP, IP_OPTIONS, way, sizeof(way)), 0);
	must_be(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	return fd;
}

/* The next packet that leaves: where to, with which options, how long */
static void tell_packet(const struct kind *k, int tap, struct wire_seg *s)
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
	tell_text("packet", text);
	tell("flags", seg[13] & (SYN | FIN | RST | ACK));
	tell("text", n - head - (seg[12] >> 4) * 4);
	s->kernel = seg[0] << 8 | seg[1];
	memcpy(&s->ack, seg + 4, 4);
	s->ack = ntohl(s->ack) + 1;
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

const struct test oracle_route[] = {
	TEST(route_given),
	TEST(route_nowhere),
	{ }
};
