// SPDX-License-Identifier: GPL-2.0
/*
 * ICMP errors about a connection, from anybody who knows its ends.
 */
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>

#include "attack.h"

#define TYPES	256
#define CODES	16
#define TEXT	1000

enum { UNREACHABLE4 = 3, TOO_BIG4 = 4 /* its code */, TOO_BIG6 = 2 };

/* An error from the host that quotes the victim's segment at @seq */
static void send_error(const struct victim *v, uint8_t type, uint8_t code,
		       uint32_t info, uint32_t seq)
{
	struct wire_seg quoted = v->next;

	quoted.seq = seq;
	hosts_icmp(v->k, &quoted, type, code, info);
}

/* What is not about the connection is answered, and of no interest */
static void hear_no_segment(const struct victim *v)
{
	hosts_hear_nothing(v->k, 0);
}

static int path_mtu(const struct victim *v)
{
	if (v->k->wire == AF_INET)
		return get_int(v->fd, IPPROTO_IP, IP_MTU);
	return get_int(v->fd, IPPROTO_IPV6, IPV6_MTU);
}

static bool is_too_big(const struct victim *v, unsigned int type,
		       unsigned int code)
{
	if (v->k->wire == AF_INET)
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
		type = k->wire == AF_INET ? UNREACHABLE4 : TOO_BIG6;
		code = k->wire == AF_INET ? TOO_BIG4 : 0;
		send_error(&v, type, code, i,
			   v.next.ack + (i % 2 ? 1 + i : -1 - i));
		send_error(&v, UNREACHABLE4 - (k->wire != AF_INET) * 2, i % CODES,
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
		send_error(&v, k->wire == AF_INET ? UNREACHABLE4 : TOO_BIG6,
			   k->wire == AF_INET ? TOO_BIG4 : 0, mtu, v.next.ack);
	}
	must_be(overhear(&v, far), TEXT);
	must_be(get_int(v.fd, SOL_SOCKET, SO_ERROR), 0);
	/* rfc1191#section-3 knows no less than 68, rfc8200 none below 1280 */
	must(path_mtu(&v) >= (k->wire == AF_INET ? 68 : 1280));
	v.out += TEXT;
	v.next.ack += TEXT;
	hosts_send(k, &v.next);
	victim_talks(&v);
}
