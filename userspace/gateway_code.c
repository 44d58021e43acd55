// SPDX-License-Identifier: GPL-2.0
/*
 * glass gateway: what is done to a packet. Its protocol, in IPv4's header or the
 * next header of IPv6's, becomes the other one; and as both checksums go by it,
 * IPv4's of its header and TCP's over the pseudo-header, both are mended by the
 * difference. So a sum that was wrong stays wrong, one that is complete stays
 * so, and one that is only begun (CHECKSUM_PARTIAL) is begun right.
 *
 * All fragments of IPv4 have the protocol, only the first has TCP's checksum.
 * ICMP errors quote a header: its protocol becomes the other one, too, so that
 * who sent the packet knows it again. Left as they are: IPv6 with extension
 * headers, and the checksum of a quoted segment, which is mostly cut short.
 */
#include <arpa/inet.h>
#include <assert.h>
#include <stddef.h>
#include <netinet/icmp6.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>

#include <bpf/bpf.h>
#include <linux/glass.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>

#include "gateway.h"
#include "insn.h"

#define INSNS_MAX	256
#define BUFFER		(-24)	/* on the stack: what was read of the packet */
#define PACKET		BPF_REG_6
#define HEADER		BPF_REG_7	/* where IP's header is */
#define SEGMENT		BPF_REG_8	/* where what it carries is */
#define REST		BPF_REG_9
#define ROOM		4	/* octets, see cut_whole() */

enum label { PASS, DROP, IPV6, ICMP, ICMPV6, SUM, LABELS };

/* Jumps go forward, to a label: until all are known their offset is its number */
struct code {
	struct bpf_insn insn[INSNS_MAX];
	bool jump[INSNS_MAX];
	int n, at[LABELS];
	int from, to;		/* protocols */
	int port;
};

static void emit(struct code *c, struct bpf_insn insn)
{
	assert(c->n < INSNS_MAX);
	c->insn[c->n++] = insn;
}

static void jump(struct code *c, struct bpf_insn insn)
{
	c->jump[c->n] = true;
	emit(c, insn);
}

static void go(struct code *c, enum label to)
{
	jump(c, INSN(BPF_JMP | BPF_JA, 0, 0, to, 0));
}

static void here(struct code *c, enum label which)
{
	c->at[which] = c->n;
}

static void add(struct code *c, int reg, int value)
{
	emit(c, INSN(BPF_ALU64 | BPF_ADD | BPF_K, reg, 0, 0, value));
}

static void and(struct code *c, int reg, int value)
{
	emit(c, INSN(BPF_ALU64 | BPF_AND | BPF_K, reg, 0, 0, value));
}

/* @reg = what stands at @at of the buffer, BPF_B or BPF_H */
static void field(struct code *c, int size, int reg, int at)
{
	emit(c, INSN(BPF_LDX | BPF_MEM | size, reg, BPF_REG_10, BUFFER + at, 0));
}

/* The two arguments of all helpers here: the packet, and @at octets behind @base */
static void where(struct code *c, int base, int at)
{
	emit(c, COPY(BPF_REG_1, PACKET));
	emit(c, COPY(BPF_REG_2, base));
	if (at)
		add(c, BPF_REG_2, at);
}

static void buffer_is(struct code *c, int reg)
{
	emit(c, COPY(reg, BPF_REG_10));
	add(c, reg, BUFFER);
}

/* Into the buffer; what is not there is none of ours */
static void get(struct code *c, int base, int at, int octets)
{
	where(c, base, at);
	buffer_is(c, BPF_REG_3);
	emit(c, SET(BPF_REG_4, octets));
	emit(c, CALL(skb_load_bytes));
	jump(c, UNLESS(BPF_REG_0, 0, PASS));
}

static void put_protocol(struct code *c, int at, int flags)
{
	emit(c, INSN(BPF_ST | BPF_MEM | BPF_B, BPF_REG_10, 0, BUFFER, c->to));
	where(c, HEADER, at);
	buffer_is(c, BPF_REG_3);
	emit(c, SET(BPF_REG_4, 1));
	emit(c, SET(BPF_REG_5, flags));
	emit(c, CALL(skb_store_bytes));
	jump(c, UNLESS(BPF_REG_0, 0, DROP));
}

/* The checksum at @at behind @base: a word of 16 bits, @from, is @to now */
static void mend(struct code *c, struct bpf_insn call, int base, int at, int from,
		 int to, int flags)
{
	where(c, base, at);
	emit(c, SET(BPF_REG_3, htons(from)));
	emit(c, SET(BPF_REG_4, htons(to)));
	emit(c, SET(BPF_REG_5, flags | sizeof(__be16)));
	emit(c, call);
	jump(c, UNLESS(BPF_REG_0, 0, DROP));
}

/* Only one port, if it was asked for: TCP's header begins with both */
static void check_ports(struct code *c)
{
	if (!c->port)
		return;
	get(c, SEGMENT, 0, 4);
	field(c, BPF_H, BPF_REG_2, 0);
	field(c, BPF_H, BPF_REG_3, 2);
	emit(c, IF(BPF_REG_2, htons(c->port), 1));
	jump(c, UNLESS(BPF_REG_3, htons(c->port), PASS));
}

/* The protocol goes to register 2, the word with the fragment's offset to REST */
static void ipv4_header(struct code *c)
{
	get(c, HEADER, 0, sizeof(struct iphdr));
	field(c, BPF_B, SEGMENT, 0);
	and(c, SEGMENT, 0xf);
	emit(c, INSN(BPF_ALU64 | BPF_LSH | BPF_K, SEGMENT, 0, 0, 2));
	emit(c, INSN(BPF_ALU64 | BPF_ADD | BPF_X, SEGMENT, HEADER, 0, 0));
	field(c, BPF_H, REST, offsetof(struct iphdr, frag_off));
	field(c, BPF_B, BPF_REG_2, offsetof(struct iphdr, protocol));
}

static void ipv6_header(struct code *c)
{
	get(c, HEADER, offsetof(struct ip6_hdr, ip6_nxt), 1);
	emit(c, COPY(SEGMENT, HEADER));
	add(c, SEGMENT, sizeof(struct ip6_hdr));
	field(c, BPF_B, BPF_REG_2, 0);
}

static void ipv4_swap(struct code *c)
{
	put_protocol(c, offsetof(struct iphdr, protocol), 0);
	mend(c, CALL(l3_csum_replace), HEADER, offsetof(struct iphdr, check), c->from,
	     c->to, 0);
}

/*
 * A first fragment has the checksum, if it is long enough, or none that could be
 * mended: what follows a short one is Ethernet's padding.
 */
static void check_fragment(struct code *c)
{
	const int end_of_sum = offsetof(struct tcphdr, check) + sizeof(__be16);

	emit(c, COPY(BPF_REG_3, REST));
	and(c, BPF_REG_3, htons(IP_MF | IP_OFFMASK));
	emit(c, UNLESS(BPF_REG_3, htons(IP_MF), 5));
	field(c, BPF_H, BPF_REG_3, offsetof(struct iphdr, tot_len));
	emit(c, INSN(BPF_ALU | BPF_END | BPF_TO_BE, BPF_REG_3, 0, 0, 16));
	emit(c, INSN(BPF_ALU64 | BPF_ADD | BPF_X, BPF_REG_3, HEADER, 0, 0));
	emit(c, INSN(BPF_ALU64 | BPF_SUB | BPF_X, BPF_REG_3, SEGMENT, 0, 0));
	jump(c, INSN(BPF_JMP32 | BPF_JSLT | BPF_K, BPF_REG_3, 0, DROP, end_of_sum));
}

static void ipv4(struct code *c)
{
	ipv4_header(c);
	jump(c, IF(BPF_REG_2, IPPROTO_ICMP, ICMP));
	jump(c, UNLESS(BPF_REG_2, c->from, PASS));
	if (c->port) {
		/* the other fragments have no ports: all are left alone */
		and(c, REST, htons(IP_MF | IP_OFFMASK));
		jump(c, UNLESS(REST, 0, PASS));
		check_ports(c);
	} else {
		check_fragment(c);
	}
	ipv4_swap(c);
	and(c, REST, htons(IP_OFFMASK));
	jump(c, UNLESS(REST, 0, PASS));
	go(c, SUM);
}

/*
 * A quoted header's checksum and its protocol change by as much, one down and one
 * up: ICMP's checksum over both stays what it was.
 */
static void icmp(struct code *c)
{
	static const int errors[] = { ICMP_DEST_UNREACH, ICMP_REDIRECT,
				      ICMP_TIME_EXCEEDED, ICMP_PARAMETERPROB };
	const int kinds = sizeof(errors) / sizeof(*errors);
	int i;

	here(c, ICMP);
	and(c, REST, htons(IP_OFFMASK));
	jump(c, UNLESS(REST, 0, PASS));
	get(c, SEGMENT, 0, 1);
	field(c, BPF_B, BPF_REG_2, 0);
	for (i = 0; i < kinds - 1; i++)
		emit(c, IF(BPF_REG_2, errors[i], kinds - 1 - i));
	jump(c, UNLESS(BPF_REG_2, errors[i], PASS));
	emit(c, COPY(HEADER, SEGMENT));
	add(c, HEADER, sizeof(struct icmphdr));
	ipv4_header(c);
	jump(c, UNLESS(BPF_REG_2, c->from, PASS));
	check_ports(c);
	ipv4_swap(c);
	go(c, PASS);
}

/* No header's checksum: what the octet adds to a sum of all, TCP's takes off it */
static void ipv6(struct code *c)
{
	here(c, IPV6);
	ipv6_header(c);
	jump(c, IF(BPF_REG_2, IPPROTO_ICMPV6, ICMPV6));
	jump(c, UNLESS(BPF_REG_2, c->from, PASS));
	check_ports(c);
	put_protocol(c, offsetof(struct ip6_hdr, ip6_nxt), BPF_F_RECOMPUTE_CSUM);
	go(c, SUM);
}

/* The next header is the first octet of its word, IPv4's protocol the second */
static void icmpv6(struct code *c)
{
	here(c, ICMPV6);
	get(c, SEGMENT, 0, 1);
	field(c, BPF_B, BPF_REG_2, 0);
	jump(c, INSN(BPF_JMP32 | BPF_JGE | BPF_K, BPF_REG_2, 0, PASS, ICMP6_INFOMSG_MASK));
	emit(c, COPY(REST, SEGMENT));
	emit(c, COPY(HEADER, SEGMENT));
	add(c, HEADER, sizeof(struct icmp6_hdr));
	ipv6_header(c);
	jump(c, UNLESS(BPF_REG_2, c->from, PASS));
	check_ports(c);
	put_protocol(c, offsetof(struct ip6_hdr, ip6_nxt), 0);
	mend(c, CALL(l4_csum_replace), REST, offsetof(struct icmp6_hdr, icmp6_cksum),
	     c->from << 8, c->to << 8, 0);
	go(c, PASS);
}

static void room(struct code *c, int octets)
{
	emit(c, COPY(BPF_REG_1, PACKET));
	emit(c, SET(BPF_REG_2, octets));
	emit(c, SET(BPF_REG_3, BPF_ADJ_ROOM_MAC));
	emit(c, SET(BPF_REG_4, BPF_F_ADJ_ROOM_FIXED_GSO | BPF_F_ADJ_ROOM_NO_CSUM_RESET));
	emit(c, CALL(skb_adjust_room));
	jump(c, UNLESS(BPF_REG_0, 0, DROP));
}

/*
 * What arrived in one piece, from a veth or a tap, is TCP's to Linux even as Glass:
 * hardware that cuts TCP would cut it with TCP's checksum. A program cannot say
 * what it is, but who makes room in a header, and takes it back, leaves the mark
 * that its header must be checked (SKB_GSO_DODGY): hardware does not do that, so
 * it is cut before, by glass.ko.
 */
static void cut_whole(struct code *c)
{
	emit(c, INSN(BPF_LDX | BPF_MEM | BPF_W, BPF_REG_2, PACKET,
		     offsetof(struct __sk_buff, gso_size), 0));
	jump(c, IF(BPF_REG_2, 0, PASS));
	room(c, ROOM);
	room(c, -ROOM);
}

static void leave(struct code *c, enum label which, int verdict)
{
	here(c, which);
	emit(c, SET(BPF_REG_0, verdict));
	emit(c, EXIT);
}

/**
 * gateway_load() - hand the program to the kernel
 * @what: for which packets
 *
 * Return: its descriptor, or -1 with errno.
 */
int gateway_load(const struct gateway_code *what)
{
	struct code c = {
		.from = what->arriving ? IPPROTO_TCP : IPPROTO_GLASS,
		.to = what->arriving ? IPPROTO_GLASS : IPPROTO_TCP,
		.port = what->port,
	};
	int i;

	emit(&c, COPY(PACKET, BPF_REG_1));
	emit(&c, SET(HEADER, what->ethernet ? ETH_HLEN : 0));
	emit(&c, INSN(BPF_LDX | BPF_MEM | BPF_W, BPF_REG_2, PACKET,
		      offsetof(struct __sk_buff, protocol), 0));
	jump(&c, IF(BPF_REG_2, htons(ETH_P_IPV6), IPV6));
	jump(&c, UNLESS(BPF_REG_2, htons(ETH_P_IP), PASS));
	ipv4(&c);
	icmp(&c);
	ipv6(&c);
	icmpv6(&c);
	here(&c, SUM);
	mend(&c, CALL(l4_csum_replace), SEGMENT, offsetof(struct tcphdr, check), c.from,
	     c.to, BPF_F_PSEUDO_HDR);
	if (what->arriving)
		cut_whole(&c);
	/* others' filters have their turn */
	leave(&c, PASS, TC_ACT_UNSPEC);
	leave(&c, DROP, TC_ACT_SHOT);
	for (i = 0; i < c.n; i++)
		if (c.jump[i])
			c.insn[i].off = c.at[c.insn[i].off] - i - 1;
	return bpf_prog_load(BPF_PROG_TYPE_SCHED_CLS, "glass_gateway", "GPL", c.insn, c.n,
			     NULL);
}
