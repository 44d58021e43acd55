// SPDX-License-Identifier: GPL-2.0
/*
 * Hosts of our own making: segments to and from bytes.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/route.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "hosts.h"
#include "octets.h"

#define TEXT_MAX (HOSTS_PACKET - 256)

static int wire = -1;
static uint8_t option[40];
static size_t options;
static uint8_t extension[128];
static size_t extensions;
static uint8_t extension_first;
static uint8_t head_class;
static uint32_t head_label;
static uint8_t head_hops = 64;

/* All of 10.8.0.0/16 is behind the device, whose own network is a part of it */
static void route_all(void)
{
	struct rtentry route = { .rt_flags = RTF_UP, .rt_dev = "hosts" };
	struct sockaddr_in in = { .sin_family = AF_INET };
	int ctl = socket(AF_INET, SOCK_DGRAM, 0);

	in.sin_addr.s_addr = inet_addr("10.8.0.0");
	memcpy(&route.rt_dst, &in, sizeof(in));
	in.sin_addr.s_addr = inet_addr("255.255.0.0");
	memcpy(&route.rt_genmask, &in, sizeof(in));
	must_be(ioctl(ctl, SIOCADDRT, &route), 0);
	close(ctl);
}

/* After netns_own(): the device is of the present network namespace. */
void hosts_open(void)
{
	wire = tun_device("hosts", "10.8.0.1", "fd08::1");
	must_be(fcntl(wire, F_SETFL, O_NONBLOCK), 0);
	route_all();
}

static void text_of(unsigned int host, char v4[16], char v6[16])
{
	snprintf(v4, 16, "10.8.%u.%u", host >> 8 & 0xff, host & 0xff);
	snprintf(v6, 16, "fd08::%x", host & 0xffff);
}

struct addr addr_host(const struct kind *k, unsigned int host,
		      unsigned int port)
{
	char v4[16], v6[16];

	text_of(host, v4, v6);
	return addr_text(k, v4, v6, port);
}

struct addr addr_kernel(const struct kind *k, unsigned int port)
{
	return addr_host(k, 1, port);
}

/* As a packet has it */
static struct addr wire_addr(const struct kind *k, unsigned int host)
{
	struct addr a = addr_host(k, host, 0);

	return addr_wire(&a);
}

/* What IP's header names the kind's protocol by */
uint8_t protocol_of(const struct kind *k)
{
	return k->glass ? 253 : IPPROTO_TCP;
}

/* The segment without its checksum; its length */
static size_t put_segment(uint8_t *at, const struct wire_seg *s)
{
	size_t len = 20;

	memset(at, 0, 20);
	put16(at, s->port);
	put16(at + 2, s->kernel);
	put32(at + 4, s->seq);
	put32(at + 8, s->ack);
	at[13] = s->flags;
	put16(at + 14, s->wnd);
	if (s->mss) {
		put32(at + len, 0x02040000 | s->mss);
		len += 4;
	}
	if (s->shift) {
		put32(at + len, 0x01030300 | (s->shift - 1));
		len += 4;
	}
	at[12] = len / 4 << 4;
	if (s->text)
		memcpy(at + len, s->text, s->len);
	else
		memset(at + len, 'x', s->len);
	return len + s->len;
}

/* An IP packet for the kernel */
void hosts_write(const void *packet, size_t len)
{
	must_be(write(wire, packet, len), len);
}

/* IPv4's options in each packet from now on, a multiple of four octets */
void hosts_options(const uint8_t *octets, size_t len)
{
	must(len <= sizeof(option) && len % 4 == 0);
	memcpy(option, octets, len);
	options = len;
}

/*
 * Extension headers in each packet of IPv6 from now on, a multiple of eight
 * octets; the last of them is to name the kind's protocol as what follows.
 */
void hosts_extension(uint8_t first, const uint8_t *octets, size_t len)
{
	must(len <= sizeof(extension) && len % 8 == 0);
	memcpy(extension, octets, len);
	extensions = len;
	extension_first = first;
}

/* The type of service, or traffic class and flow label, from now on */
void hosts_header(uint8_t class, uint32_t label)
{
	head_class = class;
	head_label = label;
}

/* Time to live, or hop limit, from now on */
void hosts_hops(uint8_t hops)
{
	head_hops = hops;
}

/* The packet from a host to the kernel, HOSTS_PACKET octets or less; its length */
size_t hosts_packet(const struct kind *k, const struct wire_seg *s,
		    uint8_t *packet)
{
	struct addr from = wire_addr(k, s->host), to = wire_addr(k, 1);
	size_t head = k->wire == AF_INET ? 20 + options : 40 + extensions;
	size_t len, width;
	int protocol = protocol_of(k);
	uint8_t both[32];

	must(s->len <= TEXT_MAX);
	memset(packet, 0, head);
	len = put_segment(packet + head, s);
	if (k->wire == AF_INET) {
		width = 4;
		packet[0] = 0x40 | head / 4;
		packet[1] = head_class;
		put16(packet + 2, head + len);
		packet[8] = head_hops;
		packet[9] = protocol;
		memcpy(packet + 12, &from.in.sin_addr, width);
		memcpy(packet + 16, &to.in.sin_addr, width);
		memcpy(both, packet + 12, 2 * width);
		memcpy(packet + 20, option, options);
		put16(packet + 10, sum_fold(sum_octets(0, packet, head)));
	} else {
		width = 16;
		put32(packet, 0x60000000 | head_class << 20 | head_label);
		put16(packet + 4, len + extensions);
		packet[6] = extensions ? extension_first : protocol;
		packet[7] = head_hops;
		memcpy(packet + 8, &from.in6.sin6_addr, width);
		memcpy(packet + 24, &to.in6.sin6_addr, width);
		memcpy(packet + 40, extension, extensions);
		memcpy(both, packet + 8, 2 * width);
	}
	put16(packet + head + 16,
	      sum_fold(sum_octets(sum_octets(protocol + len, both, 2 * width),
				  packet + head, len)));
	return head + len;
}

/* From a host to the kernel */
void hosts_send(const struct kind *k, const struct wire_seg *s)
{
	uint8_t packet[HOSTS_PACKET];

	hosts_write(packet, hosts_packet(k, s, packet));
}

/* An IP header between a host and the kernel at @at, for @len octets */
static void put_ip(const struct kind *k, uint8_t *at, const struct addr *from,
		   const struct addr *to, unsigned int protocol, size_t len)
{
	if (k->wire == AF_INET) {
		at[0] = 0x45;
		put16(at + 2, 20 + len);
		at[8] = 64;
		at[9] = protocol;
		memcpy(at + 12, &from->in.sin_addr, 4);
		memcpy(at + 16, &to->in.sin_addr, 4);
		put16(at + 10, sum_fold(sum_octets(0, at, 20)));
		return;
	}
	at[0] = 0x60;
	put16(at + 4, len);
	at[6] = protocol;
	at[7] = 64;
	memcpy(at + 8, &from->in6.sin6_addr, 16);
	memcpy(at + 24, &to->in6.sin6_addr, 16);
}

/* A host's ICMP error about a segment of the kernel's at @quoted->seq */
void hosts_icmp(const struct kind *k, const struct wire_seg *quoted, int type,
		int code, uint32_t info)
{
	struct addr host = wire_addr(k, quoted->host), kernel = wire_addr(k, 1);
	bool v4 = k->wire == AF_INET;
	size_t head = v4 ? 20 : 40, len = 8 + head + 20;
	uint8_t packet[128] = { 0 }, *icmp = packet + head;
	uint8_t *segment = icmp + 8 + head;
	uint32_t first = 0;

	icmp[0] = type;
	icmp[1] = code;
	put32(icmp + 4, info);
	put_ip(k, icmp + 8, &kernel, &host, protocol_of(k), 20);
	put16(segment, quoted->kernel);
	put16(segment + 2, quoted->port);
	put32(segment + 4, quoted->seq);
	segment[12] = 5 << 4;
	segment[13] = ACK;
	put_ip(k, packet, &host, &kernel, v4 ? IPPROTO_ICMP : IPPROTO_ICMPV6,
	       len);
	if (!v4)
		first = sum_octets(IPPROTO_ICMPV6 + len, packet + 8, 32);
	put16(icmp + 2, sum_fold(sum_octets(first, icmp, len)));
	hosts_write(packet, head + len);
}

static void get_options(struct wire_seg *s, const uint8_t *at, size_t len)
{
	size_t i = 0;

	while (i < len && at[i]) {
		if (at[i] == 1) {
			i++;
			continue;
		}
		must(i + 1 < len && at[i + 1] >= 2);
		if (at[i] == 2)
			s->mss = get16(at + i + 2);
		if (at[i] == 3)
			s->shift = at[i + 2] + 1;
		i += at[i + 1];
	}
}

/* Is it of this kind? Then it is taken apart. */
static bool get_packet(const struct kind *k, const uint8_t *packet, size_t n,
		       struct wire_seg *s)
{
	bool v4 = k->wire == AF_INET;
	size_t head = v4 ? 20 : 40, offset;
	const uint8_t *at = packet + head;

	if (packet[0] >> 4 != (v4 ? 4 : 6) || n < head + 20 ||
	    packet[v4 ? 9 : 6] != protocol_of(k))
		return false;
	offset = (at[12] >> 4) * 4;
	*s = (struct wire_seg){
		.host = get16(packet + head - 2),
		.port = get16(at + 2),
		.kernel = get16(at),
		.seq = get32(at + 4),
		.ack = get32(at + 8),
		.flags = at[13],
		.wnd = get16(at + 14),
		.len = n - head - offset,
		.text = at + offset,
	};
	get_options(s, at + 20, offset - 20);
	return true;
}

/**
 * hosts_hear() - the next segment from the kernel
 * @k: the kind; what is of no interest to it is passed over
 * @s: gets the segment
 * @ms: how long to wait for it
 *
 * Return: false if there was none.
 */
bool hosts_hear(const struct kind *k, struct wire_seg *s, int ms)
{
	long long end = ms ? now_us() + ms * 1000LL : 0;
	struct pollfd p = { .fd = wire, .events = POLLIN };
	static uint8_t packet[65536];
	ssize_t n;
	int left;

	for (;;) {
		n = read(wire, packet, sizeof(packet));
		if (n > 0 && get_packet(k, packet, n, s))
			return true;
		if (n > 0)
			continue;
		must_be(errno, EAGAIN);
		left = end ? (end - now_us() + 999) / 1000 : 0;
		if (left <= 0 || poll(&p, 1, left) <= 0)
			return false;
	}
}

void hosts_hear_nothing(const struct kind *k, int ms)
{
	struct wire_seg s;

	if (hosts_hear(k, &s, ms))
		fail(__FILE__, __LINE__,
		     "host %u port %u heard flags %#x, seq %u, ack %u", s.host,
		     s.port, s.flags, s.seq, s.ack);
}

/*
 * A listener that hosts can reach, in a network namespace of the test's own.
 * What it accepts is closed with a RST, also at the end of the test: nobody
 * is left then to acknowledge a FIN. close_with_fin() is for those who are.
 */
int hosts_listener(const struct kind *k, int backlog)
{
	struct linger off = { .l_onoff = 1, .l_linger = 0 };
	struct addr at = addr_kernel(k, HOSTS_PORT);
	int l;

	netns_own();
	hosts_open();
	l = stream_reuse(k);
	must_be(setsockopt(l, SOL_SOCKET, SO_LINGER, &off, sizeof(off)), 0);
	must_be(bind(l, &at.sa, at.len), 0);
	must_be(listen(l, backlog), 0);
	return l;
}

void close_with_fin(int fd)
{
	struct linger none = { .l_onoff = 0 };

	must_be(setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof(none)), 0);
	must_be(close(fd), 0);
}

/* Each host has an ISN and a port of its own */
struct wire_seg host_syn(unsigned int host)
{
	return (struct wire_seg){
		.host = host, .port = 4000 + host, .kernel = HOSTS_PORT,
		.seq = host * 1000, .flags = SYN, .wnd = 20000, .mss = 1300,
		.shift = 8,
	};
}

/* A host's answer to what it heard, with text if @len */
struct wire_seg host_ack(const struct wire_seg *heard, unsigned int len)
{
	return (struct wire_seg){
		.host = heard->host, .port = heard->port,
		.kernel = heard->kernel, .seq = heard->ack,
		.ack = heard->seq + heard->len + !!(heard->flags & SYN) +
		       !!(heard->flags & FIN),
		.flags = ACK, .wnd = 20000, .len = len,
	};
}

/* A SYN, and the SYN/ACK that answers it */
struct wire_seg host_shake(const struct kind *k, unsigned int host)
{
	struct wire_seg s = host_syn(host);

	hosts_send(k, &s);
	must(hosts_hear(k, &s, 500));
	must_be(s.flags, SYN | ACK);
	must_be(s.host, host);
	must_be(s.ack, host * 1000 + 1);
	return s;
}

/**
 * host_connects() - a whole handshake
 * @k: the kind
 * @l: from hosts_listener()
 * @host: who connects
 * @next: gets the next segment that the host would send, an ACK
 *
 * Return: the kernel's end.
 */
int host_connects(const struct kind *k, int l, unsigned int host,
		  struct wire_seg *next)
{
	struct wire_seg synack = host_shake(k, host);
	int fd;

	*next = host_ack(&synack, 0);
	hosts_send(k, next);
	fd = accept(l, NULL, NULL);
	must(fd >= 0);
	return fd;
}

/* net.glass.NAME or net.ipv4.tcp_NAME */
void set_sysctl(const struct kind *k, const char *name, int value)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", value);
	sysctl(k, name, text);
}

/* Glass decided so often by this rule; of TCP nothing is known. */
void must_have(const struct kind *k, const char *rule, long count)
{
	if (k->glass && rule_count(rule) != count)
		fail(__FILE__, __LINE__, "%s: %ld, not %ld", rule,
		     rule_count(rule), count);
}
