// SPDX-License-Identifier: GPL-2.0
/*
 * The way back for what came by a source route of IPv4,
 * rfc9293#section-3.9.2.1.
 *
 * IP lets in what has one only if net.ipv4.conf.*.accept_source_route is set.
 * A SYN's is kept beside its embryo, and then in its socket; a cookie keeps
 * nothing, but its ACK comes by a route too. What belongs to no connection is
 * answered by the way that it came.
 */
#include <net/ip.h>

#include "glass_sock.h"

#define ROUTE_HEAD 3	/* octets of kind, length and pointer */
#define HOP 4		/* octets of an address */

/* Could this be the address of one other host? */
static bool is_host(const u8 *at)
{
	__be32 addr;

	memcpy(&addr, at, sizeof(addr));
	return !ipv4_is_zeronet(addr) && !ipv4_is_loopback(addr) &&
	       !ipv4_is_multicast(addr) && !ipv4_is_lbcast(addr);
}

/**
 * glass_way_back() - IP options for the way back
 * @skb: a packet that arrived, still with IP's control block
 * @way: memory for them
 *
 * The hops that it passed, in reverse. What stands behind the pointer was not
 * passed. IP has made sure of the option's length and pointer, nothing else.
 *
 * Return: in @way, or NULL if the packet came straight, or by hosts that
 * cannot be.
 */
struct ip_options_rcu *glass_way_back(const struct sk_buff *skb,
				      struct ip_options_data *way)
{
	const struct ip_options *came = &IPCB(skb)->opt;
	struct ip_options *opt = &way->opt.opt;
	const u8 *route, *first;
	int hops, i;

	if (skb->protocol != htons(ETH_P_IP) || !came->srr)
		return NULL;
	route = skb_network_header(skb) + came->srr;
	hops = (min_t(int, route[2], route[1] + 1) - ROUTE_HEAD - 1) / HOP;
	first = route + ROUTE_HEAD;
	/* rfc1812: the source itself is no hop */
	if (hops && !memcmp(first, &ip_hdr(skb)->saddr, HOP)) {
		first += HOP;
		hops--;
	}
	for (i = 0; i < hops; i++)
		if (!is_host(first + i * HOP))
			return NULL;
	if (!hops)
		return NULL;
	memset(way, 0, sizeof(*way));
	opt->srr = sizeof(struct iphdr);
	opt->is_strictroute = came->is_strictroute;
	opt->optlen = ALIGN(ROUTE_HEAD + hops * HOP, 4);
	opt->__data[0] = route[0];
	opt->__data[1] = ROUTE_HEAD + hops * HOP;
	opt->__data[2] = ROUTE_HEAD + 1;
	/* IP puts the far end into the last place, and is told the first hop */
	memcpy(&opt->faddr, first + (hops - 1) * HOP, HOP);
	for (i = 0; i < hops - 1; i++)
		memcpy(opt->__data + ROUTE_HEAD + i * HOP,
		       first + (hops - 2 - i) * HOP, HOP);
	return &way->opt;
}

/* Octets of IPv6's extension headers that the user gave */
static u32 sticky_len(const struct sock *sk)
{
	const struct ipv6_txoptions *sticky;

	sticky = rcu_dereference_protected(inet6_sk(sk)->opt,
					   lockdep_sock_is_held(sk));
	return sticky ? sticky->opt_flen + sticky->opt_nflen : 0;
}

/**
 * glass_way_len() - octets that IP options take in each packet
 * @sk: the socket, locked; one of AF_INET6 may have IPv4's for nothing
 */
u32 glass_way_len(const struct sock *sk)
{
	const struct ip_options_rcu *way;

	if (!glass_over_ipv4(sk))
		return sticky_len(sk);
	way = rcu_dereference_protected(inet_sk(sk)->inet_opt,
					lockdep_sock_is_held(sk));
	return way ? way->opt.optlen : 0;
}

/**
 * glass_way_take() - a socket gets IP options in place of those it has
 * @sk: the socket, locked
 * @way: the options; copied
 *
 * Return: false without memory.
 */
bool glass_way_take(struct sock *sk, const struct ip_options_rcu *way)
{
	struct ip_options_rcu *old, *mine;

	mine = kmemdup(way, sizeof(*way) + way->opt.optlen, GFP_ATOMIC);
	if (!mine)
		return false;
	old = rcu_replace_pointer(inet_sk(sk)->inet_opt, mine,
				  lockdep_sock_is_held(sk));
	if (old)
		kfree_rcu(old, rcu);
	return true;
}

static bool same(const struct ip_options_rcu *a, const struct ip_options_rcu *b)
{
	return a && a->opt.optlen == b->opt.optlen &&
	       a->opt.faddr == b->opt.faddr &&
	       !memcmp(a->opt.__data, b->opt.__data, a->opt.optlen);
}

/**
 * glass_way_given() - the user set IP's options or extension headers
 * @sk: its socket, not locked
 *
 * They take room in what is sent from now on; the MSS that the peer was told
 * stays as it is.
 */
void glass_way_given(struct sock *sk)
{
	struct tcb *t = &glass_sk(sk)->tcb;

	lock_sock(sk);
	tcb_set_ip_options(t, glass_way_len(sk));
	if (sk->sk_state != TCP_CLOSE && sk->sk_state != TCP_LISTEN)
		tcb_update_mss(t);
	release_sock(sk);
}

/**
 * glass_way_changed() - a segment may have come by another route
 * @sk: its socket, locked
 * @skb: the segment
 * @s: decoded
 *
 * The later route wins, but over none that the user gave, and only for who
 * knows exactly which octet is next: it decides where all others go.
 *
 * rfc9293: SHLD-24, MUST-52
 */
void glass_way_changed(struct sock *sk, const struct sk_buff *skb,
		       const struct segment *s)
{
	struct glass_sock *gs = glass_sk(sk);
	const struct tcb *t = &gs->tcb;
	const struct ip_options_rcu *way, *old;
	struct ip_options_data came;

	if (!t->passive || READ_ONCE(gs->way_given) || s->seq != t->rcv.nxt ||
	    !(s->flags & SEG_ACK) || seq_lt(s->ack, t->snd.una) ||
	    seq_gt(s->ack, t->snd.nxt))
		return;
	way = glass_way_back(skb, &came);
	old = rcu_dereference_protected(inet_sk(sk)->inet_opt,
					lockdep_sock_is_held(sk));
	if (!way || same(old, way) || !glass_way_take(sk, way))
		return;
	glass_count(glass_sk_net(sk), RULE_ROUTE_CHANGED);
	tcb_set_ip_options(&gs->tcb, glass_way_len(sk));
	tcb_update_mss(&gs->tcb);
	if (!glass_sk_af(sk)->child_route(sk)) {
		__sk_dst_reset(sk);
		return;
	}
	mtu_path(&gs->tcb, glass_route_mss(sk));
}
