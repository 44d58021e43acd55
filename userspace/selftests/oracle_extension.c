// SPDX-License-Identifier: GPL-2.0
/*
 * IPv6's extension headers: those in the way of a segment that arrives,
 * those that a program has put into each that leaves, and what it hears of the
 * former, rfc8200#section-4, rfc3542.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "headers.h"
#include "hosts.h"
#include "octets.h"
#include "oracle.h"

#define HOST		9
#define PKTOPTIONS	6	/* IPV6_2292PKTOPTIONS */

#define HOP_BY_HOP	0
#define ROUTING		43
#define FRAGMENT	44
#define NONE		59
#define DESTINATION	60

static bool no_extension(const struct kind *k)
{
	if (k->wire != AF_INET6)
		tell_text("headers", "only IPv6 has them");
	return k->wire != AF_INET6;
}

/* Options are padding alone, a routing header has no hop left. */
static size_t header(uint8_t *at, uint8_t next)
{
	memset(at, 0, 8);
	at[0] = next;
	at[2] = 1;
	at[3] = 4;
	return 8;
}

/* A whole connection whose host puts these headers into every packet */
static void comes_with(const struct kind *k, int l, unsigned int host,
		       const char *what, uint8_t first, const uint8_t *octets,
		       size_t len)
{
	struct wire_seg s;
	int fd;

	hosts_extension(first, octets, len);
	fd = host_connects(k, l, host, &s);
	s.len = 5;
	s.text = "hello";
	hosts_send(k, &s);
	tell(what, do_recv(fd, 10, 0));
	send_octet(fd);
	do {
		must(hosts_hear(k, &s, 1000));
	} while (!s.len);
	tell("answer", s.len);
	s = host_ack(&s, 0);
	s.flags |= FIN;
	hosts_send(k, &s);
	tell("end", do_recv(fd, 10, 0));
	reset_by(fd);
	while (hosts_hear(k, &s, 0))
		;
}

/* In the way of what arrives: the segment begins behind them. */
static void extension_arrives(const struct kind *k)
{
	uint8_t b[32];
	size_t n;
	int l;

	if (no_extension(k))
		return;
	l = hosts_listener(k, 8);
	comes_with(k, l, HOST, "hop-by-hop", HOP_BY_HOP, b,
		   header(b, protocol_of(k)));
	comes_with(k, l, HOST + 1, "destination", DESTINATION, b,
		   header(b, protocol_of(k)));
	memset(b, 0, sizeof(b));
	b[0] = protocol_of(k);
	comes_with(k, l, HOST + 2, "routing", ROUTING, b, 8);
	memset(b, 0, sizeof(b));
	b[0] = protocol_of(k);
	put32(b + 4, 77);
	comes_with(k, l, HOST + 3, "atomic fragment", FRAGMENT, b, 8);
	n = header(b, DESTINATION);
	n += header(b + n, ROUTING);
	memset(b + n, 0, 16);
	b[n] = DESTINATION;
	n += 8;
	n += header(b + n, protocol_of(k));
	comes_with(k, l, HOST + 4, "all", HOP_BY_HOP, b, n);
}

static void send_hidden(const struct kind *k, const struct wire_seg *s,
			uint8_t first, const uint8_t *octets)
{
	hosts_extension(first, octets, 8);
	hosts_send(k, s);
	hosts_extension(0, NULL, 0);
}

/* What ends before the segment, or cannot be: nobody hears of it. */
static void extension_bad(const struct kind *k)
{
	struct wire_seg s = host_syn(HOST);
	uint8_t b[8];
	int l;

	if (no_extension(k))
		return;
	l = hosts_listener(k, 8);
	set_nonblock(l);
	header(b, NONE);
	send_hidden(k, &s, DESTINATION, b);
	header(b, protocol_of(k));
	b[1] = 255;		/* longer than the packet */
	send_hidden(k, &s, DESTINATION, b);
	header(b, protocol_of(k));
	b[2] = 0xde;		/* an option that must be known, or dropped */
	send_hidden(k, &s, DESTINATION, b);
	memset(b, 0, 8);
	b[0] = protocol_of(k);
	b[3] = 1;		/* a hop is left */
	send_hidden(k, &s, ROUTING, b);
	hosts_hear_nothing(k, 20);
	tell("accept", do_accept(l));
	hosts_send(k, &s);
	must(hosts_hear(k, &s, 1000));
	tell("straight", s.flags);
}

/* A part of a packet whose fragment header is its only one */
static void send_part(const uint8_t *packet, size_t from, size_t len, bool more)
{
	uint8_t part[HOSTS_PACKET];

	memcpy(part, packet, 48);
	put16(part + 4, 8 + len);
	put16(part + 42, from | more);
	memcpy(part + 48, packet + 48 + from, len);
	hosts_write(part, 48 + len);
}

/* A segment in two fragments, the later one first */
static void extension_fragments(const struct kind *k)
{
	uint8_t b[8] = { 0 }, packet[HOSTS_PACKET];
	struct wire_seg s;
	size_t n;
	int fd, l;

	if (no_extension(k))
		return;
	l = hosts_listener(k, 8);
	fd = host_connects(k, l, HOST, &s);
	s.len = 1000;
	b[0] = protocol_of(k);
	put32(b + 4, 78);
	hosts_extension(FRAGMENT, b, 8);
	n = hosts_packet(k, &s, packet) - 48;
	send_part(packet, 504, n - 504, false);
	hosts_hear_nothing(k, 5);
	send_part(packet, 0, 504, true);
	tell("recv", do_recv(fd, 2000, 0));
	reset_by(fd);
}

static int sticky(int fd, int name, const uint8_t *octets, size_t len)
{
	return setsockopt(fd, IPPROTO_IPV6, name, octets, len);
}

static void tell_chain(const struct kind *k, int watch, const char *what,
		       unsigned int from, unsigned int flags, bool text)
{
	char line[64] = "", *at = line;
	struct header h;
	int i;

	headers_await(k, watch, &h, from, flags, text);
	for (i = 0; i < h.links; i++)
		at += sprintf(at, "%d,", h.chain[i]);
	sprintf(at, "%d", h.text);
	tell_text(what, line);
}

/* A routing header of type 2, or for segment routing: by one hop */
static size_t segment_routing(uint8_t *b, const struct addr *hop)
{
	memset(b, 0, 24);
	b[1] = 2;
	b[2] = 4;
	memcpy(b + 8, &hop->in6.sin6_addr, 16);
	return 24;
}

/* A program's headers are in each packet, and take their room of it. */
static void extension_sticky(const struct kind *k)
{
	struct link link;
	struct pair p;
	uint8_t b[64];
	int watch;

	if (no_extension(k))
		return;
	link_open(&link);
	watch = headers_watch();
	link_pair(k, &link, &p);
	tell("mss", get_int(p.c, IPPROTO_TCP, TCP_MAXSEG) > 1400);
	header(b, 0);
	tell("hop-by-hop", sticky(p.c, IPV6_HOPOPTS, b, 8));
	tell("destination", sticky(p.c, IPV6_DSTOPTS, b, 8));
	tell("odd", sticky(p.c, IPV6_DSTOPTS, b, 7));
	tell("routing", sticky(p.c, IPV6_RTHDR, b, 8));
	tell("mss", get_int(p.c, IPPROTO_TCP, TCP_MAXSEG));
	headers_forget(watch);
	tell("send", do_send(p.c, 3000, 0));
	tell_chain(k, watch, "text", port_of(p.c), 0, true);
	tell("recv", drain(p.s, 3000));
	tell("none", sticky(p.c, IPV6_HOPOPTS, b, 0));
	tell("none", sticky(p.c, IPV6_DSTOPTS, b, 0));
	/* TCP does not see it when the last one goes. */
	tell("mss", get_int(p.c, IPPROTO_TCP, TCP_MAXSEG) >= 1420);
	headers_forget(watch);
	send_octet(p.c);
	tell_chain(k, watch, "text", port_of(p.c), 0, true);
	must_be(drain(p.s, 1), 1);
}

/* Those of a client from its SYN on, those of a listener in what it accepts */
static void extension_from_the_start(const struct kind *k)
{
	int c, l, s, watch;
	struct addr at;
	uint8_t b[8];

	if (no_extension(k))
		return;
	netns_own();
	watch = headers_watch();
	l = listener(k, &at, 1);
	header(b, 0);
	must_be(sticky(l, IPV6_DSTOPTS, b, 8), 0);
	c = stream(k);
	must_be(sticky(c, IPV6_HOPOPTS, b, 8), 0);
	tell("connect", do_connect(c, &at));
	s = accept(l, NULL, NULL);
	tell_chain(k, watch, "SYN", 0, SYN, false);
	tell_chain(k, watch, "SYN/ACK", 0, SYN | ACK, false);
	send_octet(s);
	tell_chain(k, watch, "text", port_of(l), 0, true);
	/* a listener's change of mind is not theirs */
	must_be(sticky(l, IPV6_DSTOPTS, b, 0), 0);
	send_octet(s);
	tell_chain(k, watch, "text", port_of(l), 0, true);
}

/* To the far end by a hop in between: both are this host's. */
static void extension_by_a_hop(const struct kind *k)
{
	struct addr at, hop = addr_other(k, 0);
	int c, watch;
	uint8_t b[32];

	if (no_extension(k))
		return;
	netns_own();
	watch = headers_watch();
	listener(k, &at, 1);
	c = stream(k);
	set_nonblock(c);
	tell("routing", sticky(c, IPV6_RTHDR, b, segment_routing(b, &hop)));
	tell("connect", do_connect(c, &at));
	tell_chain(k, watch, "SYN", 0, SYN, false);
}

/* What is latched of the last packet, by name */
static void tell_latched(int fd)
{
	char b[256], line[256] = "", *at = line;
	struct msghdr msg = { .msg_control = b };
	socklen_t len = sizeof(b);
	struct cmsghdr *c;

	if (getsockopt(fd, IPPROTO_IPV6, PKTOPTIONS, b, &len)) {
		tell("latched", -1);
		return;
	}
	msg.msg_controllen = len;
	for (c = CMSG_FIRSTHDR(&msg); c; c = CMSG_NXTHDR(&msg, c)) {
		at += sprintf(at, "%d:", c->cmsg_type);
		if (c->cmsg_type == IPV6_TCLASS || c->cmsg_type == IPV6_HOPLIMIT)
			at += sprintf(at, "%d", *(int *)CMSG_DATA(c));
		else if (c->cmsg_type == 11)	/* IPV6_FLOWINFO */
			at += sprintf(at, "%x",
				      ntohl(*(uint32_t *)CMSG_DATA(c)));
		else
			at += sprintf(at, "(%zu)", c->cmsg_len);
		*at++ = ',';
	}
	tell_text("latched", line);
}

static void ask_all(int fd, int on)
{
	static const int names[] = {
		IPV6_RECVTCLASS, IPV6_RECVHOPLIMIT, IPV6_RECVPKTINFO, 11,
		IPV6_RECVHOPOPTS, IPV6_RECVDSTOPTS,
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		must_be(set_int(fd, IPPROTO_IPV6, names[i], on), 0);
}

static void say_to(const struct kind *k, int fd, struct wire_seg *s)
{
	s->len = 1;
	hosts_send(k, s);
	s->seq++;
	must_be(do_recv(fd, 1, 0), 1);
}

/* IPV6_RECVTCLASS and the like: a stream tells of its last packet. */
static void extension_heard(const struct kind *k)
{
	struct wire_seg s, late;
	uint8_t b[8];
	int fd, l;

	if (no_extension(k))
		return;
	l = hosts_listener(k, 8);
	hosts_header(0x48, 0);
	fd = host_connects(k, l, HOST, &s);
	tell_latched(fd);
	ask_all(fd, 1);
	tell_latched(fd);
	hosts_header(0x28, 0x777);
	say_to(k, fd, &s);
	tell_latched(fd);
	header(b, protocol_of(k));
	hosts_extension(HOP_BY_HOP, b, 8);
	hosts_header(0x68, 0);
	say_to(k, fd, &s);
	tell_latched(fd);
	/* not by what is out of order */
	late = s;
	late.seq += 100;
	late.len = 1;
	hosts_extension(0, NULL, 0);
	hosts_header(0x10, 0);
	hosts_send(k, &late);
	tell_latched(fd);
	say_to(k, fd, &s);
	tell_latched(fd);
	ask_all(fd, 0);
	hosts_header(0x20, 0);
	say_to(k, fd, &s);
	tell_latched(fd);
	reset_by(fd);
}

/* Who listens asks for all that come. */
static void extension_heard_by_listener(const struct kind *k)
{
	struct wire_seg s;
	uint8_t b[8];
	int fd, l;

	if (no_extension(k))
		return;
	l = hosts_listener(k, 8);
	ask_all(l, 1);
	header(b, protocol_of(k));
	hosts_extension(HOP_BY_HOP, b, 8);
	hosts_header(0x48, 0x999);
	fd = host_connects(k, l, HOST, &s);
	tell_latched(fd);
	reset_by(fd);
}

const struct test oracle_extension[] = {
	TEST_FLAGS(extension_arrives, SLOW),
	TEST_FLAGS(extension_bad, SLOW),
	TEST_FLAGS(extension_fragments, SLOW),
	TEST_FLAGS(extension_sticky, SLOW),
	TEST_FLAGS(extension_from_the_start, SLOW),
	TEST_FLAGS(extension_by_a_hop, SLOW),
	TEST(extension_heard),
	TEST_FLAGS(extension_heard_by_listener, SLOW),
	{ }
};
