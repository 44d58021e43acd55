// SPDX-License-Identifier: GPL-2.0
/*
 * The wire: segments into the kernel and out of it, through a tun device.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "mutate.h"
#include "octets.h"

#define PROTOCOL 253
#define TEXT_MAX 16384

unsigned long wire_sent, wire_heard, wire_alien;

static int wire;
static struct in6_addr kernel6, self6;
static uint8_t packet[TEXT_MAX + 256];

void wire_open(void)
{
	wire = tun_device("wire", "10.8.0.1", "fd08::1");
	must_be(fcntl(wire, F_SETFL, O_NONBLOCK), 0);
	must_be(inet_pton(AF_INET6, "fd08::1", &kernel6), 1);
	must_be(inet_pton(AF_INET6, "fd08::2", &self6), 1);
	/* The text of all segments */
	pattern_fill(packet, sizeof(packet), 0);
}

/* The segment at @at; its length */
static size_t put_segment(uint8_t *at, const struct seg *s)
{
	size_t len = 20 + s->options + s->len;

	put16(at, s->sport);
	put16(at + 2, s->dport);
	put32(at + 4, s->seq);
	put32(at + 8, s->ack);
	at[12] = s->words << 4;
	at[13] = s->flags;
	put16(at + 14, s->wnd);
	put16(at + 16, 0);
	put16(at + 18, s->urgent);
	memcpy(at + 20, s->option, s->options);
	return s->cut >= 0 && (size_t)s->cut < len ? (size_t)s->cut : len;
}

/* @pseudo: the sum of the addresses. What is too short has no checksum. */
static void put_checksum(uint8_t *at, size_t len, uint32_t pseudo, bool bad)
{
	if (len < 18)
		return;
	put16(at + 16, sum_fold(sum_octets(pseudo + PROTOCOL + len, at, len)));
	at[16] ^= bad;
}

static size_t put_packet4(const struct seg *s)
{
	size_t head = s->odd_ip ? 24 : 20, len;
	struct iphdr ip = {
		.version = 4,
		.ihl = head / 4,
		.ttl = 64,
		.protocol = PROTOCOL,
		.saddr = htonl(0x0a080002),
		.daddr = htonl(s->lost_host ? 0x0a0800ff : 0x0a080001),
	};

	len = put_segment(packet + head, s);
	put_checksum(packet + head, len, sum_octets(0, &ip.saddr, 8), s->bad_sum);
	ip.tot_len = htons(head + len);
	memcpy(packet, &ip, sizeof(ip));
	/* Three of "no operation" and the end of options */
	if (s->odd_ip)
		put32(packet + 20, 0x01010100);
	put16(packet + 10, sum_fold(sum_octets(0, packet, head)));
	return head + len;
}

static size_t put_packet6(const struct seg *s)
{
	/* Destination options: six octets of padding */
	static const uint8_t padding[8] = { PROTOCOL, 0, 1, 4 };
	size_t head = s->odd_ip ? 48 : 40, len;
	struct ip6_hdr ip = {
		.ip6_flow = htonl(6 << 28),
		.ip6_nxt = s->odd_ip ? IPPROTO_DSTOPTS : PROTOCOL,
		.ip6_hops = 64,
		.ip6_src = self6,
		.ip6_dst = kernel6,
	};

	if (s->lost_host)
		inet_pton(AF_INET6, "ff02::1", &ip.ip6_dst);
	len = put_segment(packet + head, s);
	put_checksum(packet + head, len, sum_octets(0, &ip.ip6_src, 32), s->bad_sum);
	ip.ip6_plen = htons(head - 40 + len);
	memcpy(packet + 40, padding, head - 40);
	memcpy(packet, &ip, sizeof(ip));
	return head + len;
}

void wire_send(const struct kind *k, const struct seg *s)
{
	size_t len = k->af == AF_INET ? put_packet4(s) : put_packet6(s);

	wire_sent += write(wire, packet, len) == (ssize_t)len;
}

/* What the kernel says of its sequence numbers */
static void learn(int af, const uint8_t *at, size_t len)
{
	struct victim *v = victim_of(af, at[2] << 8 | at[3]);
	uint8_t flags = at[13];
	uint32_t end = get32(at + 4) + len - (at[12] >> 4) * 4;

	if (!v || (at[0] << 8 | at[1]) != v->port)
		return;
	/* One RST may answer a bad mutant; many, and nobody is there. */
	if (flags & RST) {
		v->resets++;
		return;
	}
	if (flags & SYN) {
		v->first = get32(at + 4);
		v->ack = v->first;
	}
	end += !!(flags & SYN) + !!(flags & FIN);
	if ((int32_t)(end - v->ack) > 0)
		v->ack = end;
	if ((flags & ACK) && v->target != T_SYN_SENT)
		v->seq = get32(at + 8);
}

/* Reads all that the kernel has to say. */
void wire_hear(void)
{
	static uint8_t heard[TEXT_MAX + 256];
	ssize_t n;

	while ((n = read(wire, heard, sizeof(heard))) > 0) {
		if (heard[0] >> 4 == 4 && n >= 40 && heard[9] == PROTOCOL) {
			wire_alien += get32(heard + 12) != 0x0a080001;
			learn(AF_INET, heard + 20, n - 20);
		} else if (heard[0] >> 4 == 6 && n >= 60 &&
			   heard[6] == PROTOCOL) {
			wire_alien += !!memcmp(heard + 8, &kernel6, 16);
			learn(AF_INET6, heard + 40, n - 40);
		} else {
			continue;
		}
		wire_heard++;
	}
}

void wire_wait(int ms)
{
	struct pollfd p = { .fd = wire, .events = POLLIN };

	poll(&p, 1, ms);
	wire_hear();
}
