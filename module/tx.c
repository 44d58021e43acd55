// SPDX-License-Identifier: GPL-2.0
/*
 * From the core to IP: a segment becomes a packet.
 *
 * Segments of a connection go out by their socket, all others (SYN/ACKs of
 * embryos, ACKs of TIME-WAIT, RSTs) as replies without one.
 */
#include <net/tcp.h>

#include "glass_sock.h"

/* Write the header in front of the text and start the checksum */
/* rfc9293: MUST-2 */
static void put_header(struct sk_buff *skb, const struct segment *s,
		       const struct glass_af *af, const __be32 *laddr,
		       const __be32 *raddr)
{
	segment_encode(s, skb_push(skb, segment_size(s)));
	skb_reset_transport_header(skb);
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb_transport_header(skb) - skb->head;
	skb->csum_offset = offsetof(struct tcphdr, check);
	af->checksum(skb, laddr, raddr);
}

/*
 * A device that can only do TCP's and UDP's checksums may take this packet
 * for one of TCP's by its offsets: do it here unless it can do any.
 */
static bool checksum_here(struct sk_buff *skb, const struct sock *sk)
{
	const struct dst_entry *dst = __sk_dst_get((struct sock *)sk);

	return (dst && dst->dev->features & NETIF_F_HW_CSUM) ||
	       !skb_checksum_help(skb);
}

/* A part of a segment that @skb has the text of, to IP */
static void transmit_part(struct sock *sk, struct sk_buff *skb,
			  const struct segment *s)
{
	const struct glass_af *af = glass_sk_af(sk);

	if (af->family == AF_INET6)
		put_header(skb, s, af, sk->sk_v6_rcv_saddr.s6_addr32,
			   sk->sk_v6_daddr.s6_addr32);
	else
		put_header(skb, s, af, &sk->sk_rcv_saddr, &sk->sk_daddr);
	skb_set_owner_w(skb, sk);
	skb_set_hash_from_sk(skb, sk);
	if (glass_offload_mark(skb, sk, s->len, s->piece) ||
	    checksum_here(skb, sk))
		af->xmit(sk, skb, s->ecn);
	else
		kfree_skb(skb);
}

/* It does not fit into one skb: what @skb has of it goes */
static void transmit_some(struct sock *sk, struct sk_buff *skb,
			  struct segment *s)
{
	struct segment part = *s;

	part.len = skb->len;
	part.flags &= ~(SEG_FIN | SEG_PSH);
	s->seq += part.len;
	s->len -= part.len;
	s->flags &= ~SEG_CWR;
	transmit_part(sk, skb, &part);
}

/**
 * glass_transmit() - send a segment of a connection
 * @sk: its socket, locked
 * @s: from tcb_output(); gets its ports
 * @state: the state to show in the trace
 *
 * A segment for which there is no memory is lost like any other: the
 * retransmission timer brings it back. One that is to be cut may not fit into
 * one skb, see glass_build(): then it leaves as several.
 */
void glass_transmit(struct sock *sk, struct segment *s, u8 state)
{
	struct sk_buff *skb;

	s->src = sk->sk_num;
	s->dst = ntohs(sk->sk_dport);
	glass_count_sent(glass_sk_net(sk), s);
	if (s->opts & SEG_OPT_FASTOPEN)
		glass_fastopen_stamp(sk, s);
	if (glass_watched())
		glass_trace_sock(sk, true, s, NULL, state, state, s->rule);
	while ((skb = glass_build(sk, seg_text(s), s->len, s->piece))) {
		if (skb->len == s->len) {
			transmit_part(sk, skb, s);
			return;
		}
		transmit_some(sk, skb, s);
	}
}

/**
 * glass_reply() - send a segment that belongs to no full socket
 * @gn: the netns
 * @sk: whose priority it takes, and with it time to live: a listener, or NULL
 * @af: IPv4 or IPv6
 * @tuple: the ends, ours first
 * @s: the segment; gets its ports, and its timestamp if that is 0; no text
 * @state: the state to show in the trace
 * @m: the manner
 *
 * Softirq or process context, RCU read lock held.
 */
void glass_reply(struct glass_net *gn, const struct sock *sk,
		 const struct glass_af *af, const struct glass_tuple *tuple,
		 struct segment *s, u8 state, const struct glass_manner *m)
{
	struct sk_buff *skb = alloc_skb(MAX_TCP_HEADER,
					GFP_ATOMIC);

	s->src = tuple->lport;
	s->dst = tuple->rport;
	if (s->opts & SEG_OPT_TS && !s->tsval)
		s->tsval = timestamp_clock(glass_now(),
					   glass_ts_offset(gn, tuple));
	if (s->opts & SEG_OPT_FASTOPEN)
		glass_fastopen_cookie(gn, tuple, s);
	glass_count_sent(gn, s);
	glass_trace(gn, true, tuple, s, NULL, state, state, s->rule,
		    s->flags & SEG_SYN ? s->seq : 0,
		    s->flags & SEG_SYN ? s->ack - 1 : 0);
	if (!skb)
		return;
	skb_reserve(skb, MAX_TCP_HEADER);
	put_header(skb, s, af, tuple->laddr.s6_addr32, tuple->raddr.s6_addr32);
	if (m->hash)
		skb_set_hash(skb, m->hash, PKT_HASH_TYPE_L4);
	af->reply(gn, sk, skb, tuple, m);
}

/**
 * glass_reject() - answer a segment that nobody wants with a RST
 * @gn: the netns
 * @sk: whose segment it was, or NULL
 * @tuple: the ends, ours first
 * @skb: the packet that it came in: the answer goes back the same way
 * @s: the segment
 * @rule: why nobody wants it
 *
 * Softirq or process context.
 */
void glass_reject(struct glass_net *gn, const struct sock *sk,
		  const struct glass_tuple *tuple, const struct sk_buff *skb,
		  const struct segment *s, u16 rule)
{
	struct ip_options_data came;
	struct glass_manner m;
	struct segment rst;

	if (!segment_reject(s, &rst))
		return;
	rst.rule = rule;
	rcu_read_lock();
	glass_manner_reject(gn, sk, skb, &came, &m);
	glass_reply(gn, NULL, glass_af(tuple), tuple, &rst, TCB_CLOSED, &m);
	rcu_read_unlock();
}
