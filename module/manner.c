// SPDX-License-Identifier: GPL-2.0
/*
 * The manner of what leaves without a socket: see manner.h.
 *
 * A record keeps of it what its listener or the peer cannot tell later.
 */
#include <net/dsfield.h>
#include <net/inet_ecn.h>
#include <net/ip6_route.h>

#include "glass_sock.h"

/**
 * glass_flow_hash() - what tells a connection's packets from others' outside
 * @gn: the netns
 * @hash: glass_table_hash() of its ends, which must show itself to nobody
 *
 * It chooses queues and flow labels, rfc6437#section-3, of all packets but those
 * of a socket after its first timeout: that chooses another hash at random, for
 * another path.
 *
 * Return: not 0.
 */
u32 glass_flow_hash(const struct glass_net *gn, u32 hash)
{
	return hsiphash_1u32(hash, &gn->table.key) ?: 1;
}

/* Type of service, or traffic class, that a socket's packets have */
static u8 class_of(const struct sock *sk, bool v6)
{
	return (v6 ? READ_ONCE(inet6_sk(sk)->tclass) :
		     READ_ONCE(inet_sk(sk)->tos)) & ~INET_ECN_MASK;
}

/* The same of a packet that arrived */
u8 glass_skb_class(const struct sk_buff *skb)
{
	if (skb->protocol == htons(ETH_P_IPV6))
		return ipv6_get_dsfield(ipv6_hdr(skb)) & ~INET_ECN_MASK;
	return ipv4_get_dsfield(ip_hdr(skb)) & ~INET_ECN_MASK;
}

/**
 * glass_manner_sock() - the manner of a connection's own packets
 * @sk: its socket, locked
 * @m: every field is written
 */
void glass_manner_sock(const struct sock *sk, struct glass_manner *m)
{
	bool v6 = !glass_over_ipv4(sk);

	*m = (struct glass_manner){
		.mark = READ_ONCE(sk->sk_mark),
		.hash = sk->sk_txhash,
		.uid = sk->sk_uid,
		.tclass = class_of(sk, v6),
	};
	if (v6) {
		m->label = inet6_sk(sk)->flow_label & IPV6_FLOWLABEL_MASK;
		m->sticky = rcu_dereference_protected(inet6_sk(sk)->opt,
						      lockdep_sock_is_held(sk));
	} else {
		m->way = rcu_dereference_protected(inet_sk(sk)->inet_opt,
						   lockdep_sock_is_held(sk));
	}
}

/**
 * glass_manner_listen() - how to answer who comes to a listener
 * @sk: the listener; RCU read lock held
 * @skb: what came
 * @came: memory for the way back
 * @m: every field is written; the hash is left to who knows the ends
 */
void glass_manner_listen(const struct sock *sk, const struct sk_buff *skb,
			 struct ip_options_data *came, struct glass_manner *m)
{
	bool v6 = skb->protocol == htons(ETH_P_IPV6);

	*m = (struct glass_manner){
		.way = glass_way_back(skb, came),
		.mark = inet_request_mark(sk, (struct sk_buff *)skb),
		.uid = sk->sk_uid,
		.tclass = class_of(sk, v6),
	};
	if (v6) {
		m->sticky = rcu_dereference(inet6_sk(sk)->opt);
		if (glass_compat_reflects(sk))
			m->label = ip6_flowlabel(ipv6_hdr(skb));
	}
	if (READ_ONCE(glass_sk_net(sk)->sysctl.reflect_tos))
		m->tclass = glass_skb_class(skb);
}

/* What an embryo's listener has to say now, and what was kept of the SYN */
static void manner_embryo(struct glass_net *gn, struct glass_record *r,
			  struct glass_manner *m)
{
	const struct sock *sk = r->listener->sk;
	bool v6 = r->tuple.family == AF_INET6;

	m->uid = sk->sk_uid;
	if (!m->mark)
		m->mark = READ_ONCE(sk->sk_mark);
	m->tclass = READ_ONCE(gn->sysctl.reflect_tos) ? r->tclass :
							class_of(sk, v6);
	if (v6)
		m->sticky = rcu_dereference(inet6_sk(sk)->opt);
}

/**
 * glass_manner_record() - the manner of SYN-RECEIVED or TIME-WAIT
 * @gn: the netns
 * @r: the record; RCU read lock held
 * @m: every field is written
 */
void glass_manner_record(struct glass_net *gn, struct glass_record *r,
			 struct glass_manner *m)
{
	const struct glass_manner *kept = glass_record_kept(r);

	*m = kept ? *kept : (struct glass_manner){};
	m->hash = glass_flow_hash(gn, r->hash);
	if (r->kind == RECORD_EMBRYO) {
		manner_embryo(gn, r, m);
		return;
	}
	m->mark = r->mark;
	m->tclass = r->tclass;
	m->uid = sock_net_uid(gn->net, NULL);
}

/* The mark of what is answered, if net.*.fwmark_reflect gives it to answers */
static u32 reply_mark(const struct glass_net *gn, const struct sk_buff *skb)
{
	if (skb->protocol == htons(ETH_P_IPV6))
		return IP6_REPLY_MARK(gn->net, skb->mark);
	return IP4_REPLY_MARK(gn->net, skb->mark);
}

/**
 * glass_manner_ack() - the manner of a record's ACK, which answers something
 * @gn: the netns
 * @r: the record; RCU read lock held
 * @skb: what is answered
 * @m: every field is written
 *
 * It is that of the record but for the mark: a SYN/ACK, too, has the SYN's.
 */
void glass_manner_ack(struct glass_net *gn, struct glass_record *r,
		      const struct sk_buff *skb, struct glass_manner *m)
{
	glass_manner_record(gn, r, m);
	if (r->kind == RECORD_EMBRYO)
		m->mark = READ_ONCE(r->listener->sk->sk_mark);
	m->mark = reply_mark(gn, skb) ?: m->mark;
}

/**
 * glass_manner_reject() - a RST leaves as what it answers came
 * @gn: the netns
 * @sk: whose segment it refuses, or NULL
 * @skb: what is refused
 * @came: memory for the way back
 * @m: every field is written
 */
void glass_manner_reject(struct glass_net *gn, const struct sock *sk,
			 const struct sk_buff *skb,
			 struct ip_options_data *came, struct glass_manner *m)
{
	bool v6 = skb->protocol == htons(ETH_P_IPV6);
	bool reflects;

	*m = (struct glass_manner){
		.way = glass_way_back(skb, came),
		.uid = sock_net_uid(gn->net, sk),
		.tclass = glass_skb_class(skb),
	};
	m->mark = reply_mark(gn, skb);
	if (sk) {
		m->mark = m->mark ?: READ_ONCE(sk->sk_mark);
		m->hash = sk->sk_txhash;
	}
	if (!v6)
		return;
	reflects = sk ? glass_compat_reflects(sk) :
		READ_ONCE(gn->net->ipv6.sysctl.flowlabel_reflect) &
		FLOWLABEL_REFLECT_TCP_RESET;
	if (reflects)
		m->label = ip6_flowlabel(ipv6_hdr(skb));
}

/* What IP_PKTOPTIONS and IPV6_2292PKTOPTIONS tell of the last ACK */
static void child_hears(struct sock *child, const struct sk_buff *skb)
{
	struct inet_sock *inet = inet_sk(child);
	struct ipv6_pinfo *np;
	bool v6 = !glass_over_ipv4(child);

	if (!v6) {
		inet->mc_index = inet_iif(skb);
		inet->mc_ttl = ip_hdr(skb)->ttl;
		inet->rcv_tos = ip_hdr(skb)->tos;
	}
	if (child->sk_family != AF_INET6)
		return;
	np = inet6_sk(child);
	np->mcast_oif = v6 ? inet6_iif(skb) : inet_iif(skb);
	np->mcast_hops = v6 ? ipv6_hdr(skb)->hop_limit : ip_hdr(skb)->ttl;
	np->rcv_flowinfo = v6 ? ip6_flowinfo(ipv6_hdr(skb)) : 0;
	if (glass_compat_reflects(child))
		np->flow_label = v6 ? ip6_flowlabel(ipv6_hdr(skb)) : 0;
}

/**
 * glass_child_manner() - a child goes on in the manner that its embryo had
 * @child: the socket, locked, of no connection yet, with its listener's
 *	options but those of IP
 * @m: that manner; its hash is 0 if the table is to choose it
 * @skb: the segment that made it
 */
void glass_child_manner(struct sock *child, const struct glass_manner *m,
			const struct sk_buff *skb)
{
	bool v6 = !glass_over_ipv4(child);

	child->sk_mark = m->mark;
	child->sk_txhash = m->hash;
	if (m->sticky)
		RCU_INIT_POINTER(inet6_sk(child)->opt,
				 ipv6_dup_options(child, m->sticky));
	child_hears(child, skb);
	if (!READ_ONCE(glass_sk_net(child)->sysctl.reflect_tos))
		return;
	if (v6)
		inet6_sk(child)->tclass = m->tclass;
	else
		inet_sk(child)->tos = m->tclass;
}
