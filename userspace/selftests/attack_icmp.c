// SPDX-License-Identifier: GPL-2.0
/*
 * ICMP errors about a connection, from anybody who knows its ends.
 */
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>

#include "attack.h"
#include "octets.h"

#define TYPES	256
#define CODES	16
#define QUOTE	8	/* octets of a segment that rfc792 promises */
#define TEXT	1000

enum { UNREACHABLE4 = 3, TOO_BIG4 = 4 /* its code */, TOO_BIG6 = 2 };

/* An IP header at @at, for @len octets; its length */
static size_t put_ip(const struct kind *k, uint8_t *at, bool from_kernel,
		     unsigned int protocol, size_t len)
{
	struct addr host = addr_host(k, 2, 0), kernel = addr_kernel(k, 0);
	const struct addr *from = from_kernel ? &kernel : &host;
	const struct addr *to = from_kernel ? &host : &kernel;

	if (k->af == AF_INET) {
		memset(at, 0, 20);
		at[0] = 0x45;
		put16(at + 2, 20 + len);
		at[8] = 64;
		at[9] = protocol;
		memcpy(at + 12, &from->in.sin_addr, 4);
		memcpy(at + 16, &to->in.sin_addr, 4);
		put16(at + 10, sum_fold(sum_octets(0, at, 20)));
		return 20;
	}
	put32(at, 6u << 28);
	put16(at + 4, len);
	at[6] = protocol;
	at[7] = 64;
	memcpy(at + 8, &from->in6.sin6_addr, 16);
	memcpy(at + 24, &to->in6.sin6_addr, 16);
	return 40;
}

/* An error from the host that quotes the victim's segment at @seq */
static void send_error(const struct victim *v, uint8_t type, uint8_t code,
		       uint32_t info, uint32_t seq)
{
	bool v4 = v->k->af == AF_INET;
	size_t head = v4 ? 20 : 40, len = 8 + head + 20;
	uint8_t packet[128] = { 0 }, *icmp = packet + head;
	uint8_t *quoted = icmp + 8 + head;
	uint32_t sum = 0;

	put_ip(v->k, icmp + 8, true, v->k->glass ? 253 : IPPROTO_TCP, 20);
	put16(quoted, v->next.kernel);
	put16(quoted + 2, v->next.port);
	put32(quoted + 4, seq);
	quoted[12] = 5 << 4;
	quoted[13] = ACK;
	icmp[0] = type;
	icmp[1] = code;
	put32(icmp + 4, info);
	put_ip(v->k, packet, false, v4 ? IPPROTO_ICMP : IPPROTO_ICMPV6, len);
	if (!v4)
		sum = sum_octets(IPPROTO_ICMPV6 + len, packet + 8, 32);
	put16(icmp + 2, sum_fold(sum_octets(sum, icmp, len)));
	hosts_write(packet, head + len);
}

/* What is not about the connection is answered, and of no interest */
static void hear_no_segment(const struct victim *v)
{
	hosts_hear_nothing(v->k, 0);
}

static int path_mtu(const struct victim *v)
{
	if (v->k->af == AF_INET)
		return get_int(v->fd, IPPROTO_IP, IP_MTU);
	return get_int(v->fd, IPPROTO_IPV6, IPV6_MTU);
}

static bool is_too_big(const struct victim *v, unsigned int type,
		       unsigned int code)
{
	if (v->k->af == AF_INET)
		return type == UNREACHABLE4 && code == TOO_BIG4;
	return type == TOO_BIG6;
}

/* Every type there is, also those that are no errors; rfc5927#section-4.1 */
void icmp_flood_forged(const struct kind *k)
{
	unsigned int type, code, step = attack_share(k), mss, mtu, i;
	struct victim v;

	victim_open(&v, k);
	mss = get_int(v.fd, IPPROTO_TCP, TCP_MAXSEG);
	mtu = path_mtu(&v);
	for (type = 0; type < TYPES; type++) {
		for (code = 0; code < CODES; code += step)
			send_error(&v, type, code, 1280, v.next.ack +
				   1 + random_u32() % (UINT32_MAX - 10000));
		hear_no_segment(&v);
	}
	/* the ones that do harm where they are believed, in many sizes */
	for (i = 0; i < 4096; i += step) {
		type = k->af == AF_INET ? UNREACHABLE4 : TOO_BIG6;
		code = k->af == AF_INET ? TOO_BIG4 : 0;
		send_error(&v, type, code, i,
			   v.next.ack + (i % 2 ? 1 + i : -1 - i));
		send_error(&v, UNREACHABLE4 - (k->af != AF_INET) * 2, i % CODES,
			   0, v.next.ack + 1 + random_u32() % 0xffff0000);
	}
	must_be(get_int(v.fd, SOL_SOCKET, SO_ERROR), 0);
	must_be(get_int(v.fd, IPPROTO_TCP, TCP_MAXSEG), mss);
	must_be(path_mtu(&v), mtu);
	if (k->glass) {
		must(rule_count("ICMP_FORGED") >= 2 * 4096 / step);
		note("%s: %ld errors were forged", k->name,
		     rule_count("ICMP_FORGED"));
	}
	must_have(k, "ICMP_SOFT", 0);
	must_have(k, "ICMP_HARD", 0);
	must_have(k, "ICMP_PMTU", 0);
	victim_talks(&v);
}

/* On the path they are believed, and an open connection survives them */
void icmp_flood_in_flight(const struct kind *k)
{
	struct pollfd p = { .events = POLLIN | POLLOUT };
	unsigned int type, code;
	struct victim v;

	victim_open(&v, k);
	p.fd = v.fd;
	pattern_send(v.fd, TEXT, v.out, TEXT);
	for (type = 0; type < TYPES; type++)
		for (code = 0; code < CODES; code += attack_share(k))
			if (!is_too_big(&v, type, code))
				send_error(&v, type, code, 0, v.next.ack);
	must_be(poll(&p, 1, 0), 1);
	must_be(p.revents, POLLOUT);
	victim_hears(&v);
	must(!k->glass || rule_count("ICMP_SOFT") >= 16 / attack_share(k));
	must_have(k, "ICMP_HARD", 0);
	victim_talks(&v);
}

/* What is there, without an ACK; returns how far the text goes by now. */
static size_t overhear(const struct victim *v, size_t far)
{
	struct wire_seg s;

	while (hosts_hear(v->k, &s, 0)) {
		size_t at = s.seq - v->next.ack;

		must(at <= far);
		must(pattern_is(s.text, s.len, v->out + at));
		far = at + s.len > far ? at + s.len : far;
	}
	return far;
}

/* A path that grows ever smaller, as far as an attacker may say so */
void icmp_flood_too_big(const struct kind *k)
{
	unsigned int mtu, step = attack_share(k);
	struct victim v;
	size_t far = 0;

	victim_open(&v, k);
	pattern_send(v.fd, TEXT, v.out, TEXT);
	/* whatever is believed has the text sent again */
	for (mtu = 4096; mtu > step; mtu -= step) {
		far = overhear(&v, far);
		send_error(&v, k->af == AF_INET ? UNREACHABLE4 : TOO_BIG6,
			   k->af == AF_INET ? TOO_BIG4 : 0, mtu, v.next.ack);
	}
	must_be(overhear(&v, far), TEXT);
	must_be(get_int(v.fd, SOL_SOCKET, SO_ERROR), 0);
	/* rfc1191#section-3 knows no less than 68, rfc8200 none below 1280 */
	must(path_mtu(&v) >= (k->af == AF_INET ? 68 : 1280));
	v.out += TEXT;
	v.next.ack += TEXT;
	hosts_send(k, &v.next);
	victim_talks(&v);
}
