// SPDX-License-Identifier: GPL-2.0
/*
 * From IP to the socket: validate, decode, look up, hand over.
 *
 * Called under the RCU read lock with softirqs off, in softirq context or
 * on the stack of a sender over loopback. Every byte is hostile until
 * segment_decode() has read it.
 */
#include <net/dsfield.h>
#include <net/inet_ecn.h>
#include <net/ip6_checksum.h>
#include <net/ip6_route.h>
#include <net/route.h>
#include <net/tcp.h>
#include <net/xfrm.h>

#include "fault.h"

/* The ends as this side sees them: local is where the packet was sent to */
void glass_tuple_of_skb(const struct sk_buff *skb, const struct glass_af *af,
			const struct segment *s, struct glass_tuple *tuple)
{
	int sdif;

	*tuple = (struct glass_tuple){
		.lport = s->dst,
		.rport = s->src,
		.family = af->family,
	};
	if (af->family == AF_INET6) {
		tuple->laddr = ipv6_hdr(skb)->daddr;
		tuple->raddr = ipv6_hdr(skb)->saddr;
		tuple->ifindex = inet6_iif(skb);
		sdif = inet6_sdif(skb);
	} else {
		tuple->laddr.s6_addr32[0] = ip_hdr(skb)->daddr;
		tuple->raddr.s6_addr32[0] = ip_hdr(skb)->saddr;
		tuple->ifindex = inet_iif(skb);
		sdif = inet_sdif(skb);
	}
	/* 16 bits keep a record within 128 octets */
	tuple->sdif = sdif <= U16_MAX ? sdif : 0;
}

/* rfc9293: MUST-3 */
static bool checksum_good(struct sk_buff *skb, const struct glass_af *af)
{
	if (af->family == AF_INET6)
		return !skb_checksum_init(skb, IPPROTO_GLASS,
					  ip6_compute_pseudo) &&
		       !skb_checksum_complete(skb);
	return !skb_checksum_init(skb, IPPROTO_GLASS, inet_compute_pseudo) &&
	       !skb_checksum_complete(skb);
}

/* rfc1122#section-4.2.3.10: from one host to one host, and no disguise */
/* rfc9293: MUST-57, MUST-63 */
static bool for_us(const struct sk_buff *skb, const struct glass_af *af)
{
	if (skb->pkt_type != PACKET_HOST)
		return false;
	if (af->family == AF_INET6)
		return ipv6_unicast_destination(skb) &&
		       !ipv6_addr_v4mapped(&ipv6_hdr(skb)->saddr);
	return !(skb_rtable(skb)->rt_flags &
		 (RTCF_BROADCAST | RTCF_MULTICAST));
}

/**
 * glass_decode() - all of a segment, and what IP's header says of congestion
 * @s: gets it
 * @skb: with a header that was found good, and is linear
 */
void glass_decode(struct segment *s, const struct sk_buff *skb)
{
	segment_decode(s, skb->data, skb->len);
	s->piece = skb_is_gso(skb) ? skb_shinfo(skb)->gso_size : 0;
	s->ecn = INET_ECN_MASK & (skb->protocol == htons(ETH_P_IPV6) ?
				  ipv6_get_dsfield(ipv6_hdr(skb)) :
				  ipv4_get_dsfield(ip_hdr(skb)));
}

/*
 * Is this a whole header with a good checksum, for us? After it the header
 * is linear and @s is filled.
 *
 * Return: RULE_NONE, or why it is dropped.
 */
static u16 validate(struct sk_buff *skb, const struct glass_af *af,
		    struct segment *s)
{
	int len;

	if (!for_us(skb, af))
		return RULE_NOT_FOR_US;
	if (!pskb_may_pull(skb, SEG_HEADER_MIN))
		return RULE_HEADER_SHORT;
	len = segment_header_len(skb->data, skb->len);
	if (len < 0)
		return -len;
	if (!pskb_may_pull(skb, len))
		return RULE_HEADER_SHORT;
	if (!checksum_good(skb, af))
		return RULE_CHECKSUM_BAD;
	glass_decode(s, skb);
	return RULE_NONE;
}

static bool policy_ok(struct sock *sk, struct sk_buff *skb,
		      const struct glass_af *af)
{
	if (af->family == AF_INET6)
		return xfrm6_policy_check(sk, XFRM_POLICY_IN, skb);
	return xfrm4_policy_check(sk, XFRM_POLICY_IN, skb);
}

static DEFINE_STATIC_KEY_FALSE(glass_min_hops);

/**
 * glass_min_hops_set() - somebody sets IP_MINTTL or IPV6_MINHOPCOUNT
 *
 * From now on each segment is looked at. Process context.
 */
void glass_min_hops_set(void)
{
	static_branch_enable(&glass_min_hops);
}

/*
 * Did it come from further away than the user allows? Who is many hops away can
 * forge all of a packet but this.
 */
static bool too_far(const struct sock *sk, const struct sk_buff *skb)
{
	if (!static_branch_unlikely(&glass_min_hops))
		return false;
	if (skb->protocol == htons(ETH_P_IPV6))
		return glass_hops_few(sk, true, ipv6_hdr(skb)->hop_limit);
	return glass_hops_few(sk, false, ip_hdr(skb)->ttl);
}

/**
 * glass_hops_few() - did a packet make more hops than the user allows?
 * @sk: the socket; need not be locked
 * @v6: it came by IPv6
 * @left: hops that it has left
 *
 * Return: true if so, by IP_MINTTL or IPV6_MINHOPCOUNT: rfc5082#section-3.
 */
bool glass_hops_few(const struct sock *sk, bool v6, u8 left)
{
	return left < (v6 ? READ_ONCE(inet6_sk(sk)->min_hopcount) :
			    READ_ONCE(inet_sk(sk)->min_ttl));
}

/* To nobody, though it has a place to go to: counted, shown, gone */
static void refuse(struct glass_net *gn, struct sk_buff *skb,
		   const struct glass_tuple *tuple, const struct segment *s,
		   u16 rule)
{
	glass_judged(gn, tuple, s, skb, 0, 0, rule, 0, 0);
	kfree_skb(skb);
}

/* To a full socket, whose reference is taken over */
static void rcv_sock(struct glass_net *gn, struct sock *sk,
		     struct sk_buff *skb, const struct glass_tuple *tuple,
		     struct segment *s)
{
	u16 rule = RULE_POLICY_DROP;
	u64 limit;

	if (too_far(sk, skb)) {
		rule = RULE_HOPS_FEW;
		goto drop;
	}
	if (!policy_ok(sk, skb, glass_sk_af(sk)))
		goto drop;
	nf_reset_ct(skb);
	/* a filter may cut the text but never the header */
	if (sk_filter_trim_cap(sk, skb, SEG_HEADER_MAX))
		goto drop;
	skb->dev = NULL;
	bh_lock_sock_nested(sk);
	if (!sock_owned_by_user(sk)) {
		s->len = min(s->len, skb->len - glass_header_len(skb));
		glass_input(sk, skb, s);
		skb = NULL;
	} else {
		rule = RULE_BACKLOG_FULL;
		limit = (u64)READ_ONCE(sk->sk_rcvbuf) +
			READ_ONCE(sk->sk_sndbuf) + 65536;
		if (!sk_add_backlog(sk, skb, min_t(u64, limit, UINT_MAX)))
			skb = NULL;
	}
	bh_unlock_sock(sk);
drop:
	if (skb)
		refuse(gn, skb, tuple, s, rule);
	sock_put(sk);
}

/**
 * glass_backlog_rcv() - a segment that waited for its socket's user
 * @sk: the socket, locked, process context
 * @skb: consumed; its header is linear and was validated
 *
 * Return: 0.
 */
int glass_backlog_rcv(struct sock *sk, struct sk_buff *skb)
{
	struct segment s;

	glass_decode(&s, skb);
	glass_sk(sk)->in_backlog = true;
	glass_input(sk, skb, &s);
	glass_sk(sk)->in_backlog = false;
	return 0;
}

/* To nobody: rfc9293#section-3.10.7.1 */
static void rcv_closed(struct glass_net *gn, struct sk_buff *skb,
		       const struct glass_af *af,
		       const struct glass_tuple *tuple,
		       const struct segment *s)
{
	struct tcb closed = { .state = TCB_CLOSED };
	struct verdict v;

	tcb_input(&closed, s, 0, &v);
	glass_judged(gn, tuple, s, skb, TCB_CLOSED, TCB_CLOSED, v.rule,
		     0, 0);
	if (policy_ok(NULL, skb, af) && v.bits & V_REJECT)
		glass_reject(gn, NULL, tuple, skb, s, v.rule);
	kfree_skb(skb);
}

/* To a listener or to nobody */
static enum glass_record_fate
deliver_unconnected(struct glass_net *gn, struct sk_buff *skb,
		    const struct glass_af *af, struct glass_tuple tuple,
		    const struct segment *s, const u32 *above)
{
	struct sock *sk = glass_listener_choose(gn, &tuple, skb);

	glass_tuple_any_way(&tuple);
	if (sk && too_far(sk, skb)) {
		refuse(gn, skb, &tuple, s, RULE_HOPS_FEW);
		return RECORD_CONSUMED;
	}
	if (sk && policy_ok(sk, skb, af) &&
	    !sk_filter_trim_cap(sk, skb, SEG_HEADER_MAX))
		return glass_listen_rcv(gn, sk, af, &tuple, skb, s, above);
	if (sk)
		refuse(gn, skb, &tuple, s, RULE_POLICY_DROP);
	else
		rcv_closed(gn, skb, af, &tuple, s);
	return RECORD_CONSUMED;
}

/* To a record, if the segment may pass */
static enum glass_record_fate
deliver_record(struct glass_net *gn, struct glass_record *r,
	       struct sk_buff *skb, const struct glass_af *af,
	       const struct glass_tuple *tuple, const struct segment *s,
	       u32 *above)
{
	if (policy_ok(NULL, skb, af))
		return glass_record_input(gn, af, r, tuple, skb, s, above);
	refuse(gn, skb, tuple, s, RULE_POLICY_DROP);
	return RECORD_CONSUMED;
}

/*
 * A record met its fate between lookup and lock: what took its place will be
 * found next time. A handful of times is more than can happen.
 */
#define LOOKUPS_MAX 4

/**
 * glass_deliver() - a good segment to whom it belongs
 * @gn: the netns
 * @skb: consumed
 * @af: IPv4 or IPv6
 * @s: the segment
 *
 * RCU read lock held, softirqs off.
 */
void glass_deliver(struct glass_net *gn, struct sk_buff *skb,
		   const struct glass_af *af, struct segment *s)
{
	enum glass_record_fate fate;
	struct glass_record *r;
	struct glass_tuple tuple;
	struct sock *sk;
	u32 hash, above;
	int tries;

	glass_tuple_of_skb(skb, af, s, &tuple);
	hash = glass_table_hash(gn, &tuple);
	for (tries = 0; tries < LOOKUPS_MAX; tries++) {
		sk = glass_table_find(gn, &tuple, hash);
		if (sk) {
			rcv_sock(gn, sk, skb, &tuple, s);
			return;
		}
		r = glass_table_find_record(gn, &tuple, hash);
		if (!r && !tries && !(s->flags & SEG_SYN)) {
			/*
			 * An embryo may have become a socket between the two
			 * looks. Whoever sees it gone sees the socket: look
			 * once more.
			 */
			smp_rmb();
			continue;
		}
		fate = RECORD_TO_LISTENER;
		if (r)
			fate = deliver_record(gn, r, skb, af, &tuple, s,
					      &above);
		if (fate == RECORD_TO_LISTENER)
			fate = deliver_unconnected(gn, skb, af, tuple, s,
						   r ? &above : NULL);
		if (fate == RECORD_CONSUMED)
			return;
	}
	glass_count(gn, RULE_CLOSED_LATE);
	kfree_skb(skb);
}

/* Count and forget what is no good segment */
static bool accept(struct glass_net *gn, struct sk_buff *skb,
		   const struct glass_af *af, struct segment *s)
{
	u16 rule = validate(skb, af, s);

	if (rule == RULE_NONE)
		return true;
	glass_count(gn, rule);
	kfree_skb(skb);
	return false;
}

/**
 * glass_rcv() - a packet of protocol 253 arrived
 * @skb: consumed; its data is the segment
 * @af: IPv4 or IPv6
 *
 * Return: 0.
 */
int glass_rcv(struct sk_buff *skb, const struct glass_af *af)
{
	struct glass_net *gn = glass_net(dev_net(skb->dev));
	struct segment s;

	if (!accept(gn, skb, af, &s))
		return 0;
	if (glass_faulty() && READ_ONCE(gn->faults.wished))
		glass_fault_rcv(gn, skb, af, &s);
	else
		glass_deliver(gn, skb, af, &s);
	return 0;
}

/**
 * glass_rcv_late() - the same after a fault that somebody asked for
 * @gn: the netns
 * @skb: consumed
 * @af: IPv4 or IPv6
 *
 * RCU read lock held, softirqs off.
 */
void glass_rcv_late(struct glass_net *gn, struct sk_buff *skb,
		    const struct glass_af *af)
{
	struct segment s;

	if (accept(gn, skb, af, &s))
		glass_deliver(gn, skb, af, &s);
}
