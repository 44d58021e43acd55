// SPDX-License-Identifier: GPL-2.0
/*
 * What Glass asks of IPv4: routes, addresses, packets in and out.
 */
#include <linux/security.h>
#include <net/icmp.h>
#include <net/inet_common.h>
#include <net/inet_ecn.h>
#include <net/inet_hashtables.h>
#include <net/ip.h>
#include <net/protocol.h>
#include <net/route.h>

#include "glass_sock.h"

/* rfc9293: MUST-48, MUST-49, SHLD-21, SHLD-22 */
static int v4_xmit(struct sock *sk, struct sk_buff *skb, u8 ecn)
{
	u8 tos = READ_ONCE(inet_sk(sk)->tos) & ~INET_ECN_MASK;

	return __ip_queue_xmit(sk, skb, &inet_sk(sk)->cork.fl, tos | ecn);
}

/* The pseudo-header with protocol 253, rfc9293#section-3.1 */
static void v4_checksum(struct sk_buff *skb, const __be32 *laddr,
			const __be32 *raddr)
{
	struct tcphdr *th = tcp_hdr(skb);

	th->check = ~csum_tcpudp_magic(*laddr, *raddr, skb->len,
				       IPPROTO_GLASS, 0);
}

/*
 * A route for the ends of a connection that has no socket of its own. There is
 * none to an address of many hosts, though it arrives as a source address:
 * rfc9293#section-3.9.2.3. The flow has the label of @sk, a listener or its
 * child, if there is one: security modules choose IPsec by it.
 * rfc9293: MUST-63
 */
static struct rtable *v4_route(struct glass_net *gn, const struct sock *sk,
			       const struct glass_tuple *tuple,
			       const struct glass_manner *m,
			       struct flowi4 *fl4)
{
	const struct ip_options_rcu *way = m->way;
	__be32 hop = way && way->opt.srr ? way->opt.faddr :
					   tuple->raddr.s6_addr32[0];
	struct rtable *rt;

	flowi4_init_output(fl4, tuple->ifindex, m->mark,
			   m->tclass & INET_DSCP_MASK,
			   RT_SCOPE_UNIVERSE, IPPROTO_GLASS,
			   tuple->foreign ? FLOWI_FLAG_ANYSRC : 0,
			   hop, tuple->laddr.s6_addr32[0],
			   htons(tuple->rport), htons(tuple->lport), m->uid);
	if (sk)
		security_sk_classify_flow((struct sock *)sk,
					  flowi4_to_flowi_common(fl4));
	rt = ip_route_output_flow(gn->net, fl4, NULL);
	if (IS_ERR(rt))
		return rt;
	/* a strict route has no hops but its own */
	if (rt->rt_flags & (RTCF_MULTICAST | RTCF_BROADCAST) ||
	    (way && way->opt.is_strictroute && rt->rt_uses_gateway)) {
		ip_rt_put(rt);
		return ERR_PTR(-ENETUNREACH);
	}
	return rt;
}

/* rfc9293: MUST-16, MUST-67 */
static u32 v4_mss(const struct dst_entry *dst)
{
	u32 headers = sizeof(struct iphdr) + SEG_HEADER_MIN;

	return max(dst_mtu(dst), headers + MSS_MIN) - headers;
}

static u32 v4_path_mss(struct glass_net *gn, const struct sock *sk,
		       const struct glass_tuple *tuple,
		       const struct glass_manner *m)
{
	struct dst_entry *dst = __sk_dst_get((struct sock *)sk);
	struct flowi4 fl4;
	struct rtable *rt;
	u32 mss;

	if (dst && sk->sk_state != TCP_LISTEN)
		return v4_mss(dst);
	rt = v4_route(gn, sk, tuple, m, &fl4);
	if (IS_ERR(rt))
		return 0;
	mss = v4_mss(&rt->dst);
	ip_rt_put(rt);
	return mss;
}

static void v4_reply(struct glass_net *gn, const struct sock *sk,
		     struct sk_buff *skb, const struct glass_tuple *tuple,
		     const struct glass_manner *m)
{
	struct flowi4 fl4;
	struct rtable *rt = v4_route(gn, sk, tuple, m, &fl4);

	if (IS_ERR(rt) ||
	    (!(rt->dst.dev->features & NETIF_F_HW_CSUM) &&
	     skb_checksum_help(skb))) {
		if (!IS_ERR(rt))
			ip_rt_put(rt);
		kfree_skb(skb);
		return;
	}
	skb_dst_set(skb, &rt->dst);
	skb->mark = m->mark;
	ip_build_and_send_pkt(skb, sk ?: gn->ctl_v4, tuple->laddr.s6_addr32[0],
			      tuple->raddr.s6_addr32[0], m->way, m->tclass);
}

static bool v4_child_route(struct sock *child)
{
	struct glass_tuple tuple;
	struct flowi4 *fl4 = &inet_sk(child)->cork.fl.u.ip4;
	struct glass_manner m;
	struct rtable *rt;

	glass_tuple_of(child, &tuple);
	glass_manner_sock(child, &m);
	rt = v4_route(glass_sk_net(child), child, &tuple, &m, fl4);
	if (IS_ERR(rt))
		return false;
	sk_setup_caps(child, &rt->dst);
	return true;
}

const struct glass_af glass_ipv4 = {
	.family = AF_INET,
	.default_mss = MSS_DEFAULT_V4,
	.xmit = v4_xmit,
	.reply = v4_reply,
	.child_route = v4_child_route,
	.path_mss = v4_path_mss,
	.checksum = v4_checksum,
};

/* Where the way that the user gave by IP_OPTIONS begins, 0 if he gave none */
static __be32 first_hop(const struct sock *sk)
{
	const struct ip_options_rcu *given;

	given = rcu_dereference_protected(inet_sk(sk)->inet_opt,
					  lockdep_sock_is_held(sk));
	return given && given->opt.srr ? given->opt.faddr : 0;
}

/*
 * The far end, the near end's address and the way between them. Packets that
 * take the user's way are addressed to its first hop; IP keeps the far end in
 * their options.
 * rfc9293: MUST-44, MUST-46, MUST-51
 */
static int v4_connect_route(struct sock *sk, const struct sockaddr_in *sin)
{
	struct inet_sock *inet = inet_sk(sk);
	struct flowi4 *fl4 = &inet->cork.fl.u.ip4;
	__be32 daddr = sin->sin_addr.s_addr, hop = first_hop(sk);
	struct rtable *rt;

	if (hop && !daddr)
		return -EINVAL;
	rt = ip_route_connect(fl4, hop ? hop : daddr, inet->inet_saddr,
			      sk->sk_bound_dev_if, IPPROTO_GLASS,
			      inet->inet_sport, sin->sin_port, sk);
	if (IS_ERR(rt))
		return PTR_ERR(rt);
	if (rt->rt_flags & (RTCF_MULTICAST | RTCF_BROADCAST)) {
		ip_rt_put(rt);
		return -ENETUNREACH;
	}
	if (!inet->inet_saddr)
		inet->inet_saddr = fl4->saddr;
	sk_rcv_saddr_set(sk, inet->inet_saddr);
	sk_daddr_set(sk, hop ? daddr : fl4->daddr);
	inet->inet_dport = sin->sin_port;
	sk_setup_caps(sk, &rt->dst);
	return 0;
}

/**
 * glass_v4_connect() - proto.connect
 * @sk: the socket, locked; process context
 * @addr: the far end
 * @len: octets of it
 *
 * Return: 0 when the SYN is on its way; -EINVAL, -EAFNOSUPPORT,
 * -ENETUNREACH, -EADDRNOTAVAIL.
 */
int glass_v4_connect(struct sock *sk, struct sockaddr *addr, int len)
{
	struct sockaddr_in *sin = (struct sockaddr_in *)addr;
	int err;

	if (len < sizeof(*sin))
		return -EINVAL;
	if (sin->sin_family != AF_INET)
		return -EAFNOSUPPORT;
	err = v4_connect_route(sk, sin);
	if (err)
		goto fail;
	err = glass_port_connect(sk);
	if (err)
		goto fail;
	atomic_set(&inet_sk(sk)->inet_id, get_random_u16());
	return glass_connect_start(sk);

fail:
	glass_connect_failed(sk);
	return err;
}

/* IP's options are IP's: the data begins behind them. rfc9293: MUST-50 */
static int v4_rcv(struct sk_buff *skb)
{
	return glass_rcv(skb, &glass_ipv4);
}

/* An ICMP error quotes a segment that we are said to have sent */
/* rfc9293: MUST-54, MUST-55; rfc6633: 3; rfc5927: 6.2 */
static int v4_err(struct sk_buff *skb, u32 info)
{
	const struct iphdr *iph = (const struct iphdr *)skb->data;
	const u8 *quoted = skb->data + iph->ihl * 4;
	const struct tcphdr *th = (const struct tcphdr *)quoted;
	struct glass_net *gn = glass_net(dev_net(skb->dev));
	struct glass_icmp_error e = { .info = info, .hops = iph->ttl };
	struct glass_tuple tuple = {
		.laddr.s6_addr32[0] = iph->saddr,
		.raddr.s6_addr32[0] = iph->daddr,
		.lport = ntohs(th->source),
		.rport = ntohs(th->dest),
		.ifindex = inet_iif(skb),
		.family = AF_INET,
	};
	u8 type = icmp_hdr(skb)->type, code = icmp_hdr(skb)->code;

	switch (type) {
	case ICMP_DEST_UNREACH:
		if (code > NR_ICMP_UNREACH)
			return 0;
		e.pmtu = code == ICMP_FRAG_NEEDED;
		e.err = icmp_err_convert[code].errno;
		e.soft = !icmp_err_convert[code].fatal;
		break;
	case ICMP_TIME_EXCEEDED:
		e.err = EHOSTUNREACH;
		e.soft = true;
		break;
	case ICMP_PARAMETERPROB:
		e.err = EPROTO;
		e.soft = true;
		break;
	case ICMP_REDIRECT:
		e.redirect = true;
		break;
	default:	/* rfc6633: source quench is ignored */
		return 0;
	}
	return glass_icmp(gn, &tuple, skb, quoted, &e);
}

static const struct net_protocol glass_v4_protocol = {
	.handler = v4_rcv,
	.err_handler = v4_err,
	.no_policy = 1,
	.icmp_strict_tag_validation = 1,
};

int glass_v4_register(void)
{
	return inet_add_protocol(&glass_v4_protocol, IPPROTO_GLASS);
}

void glass_v4_unregister(void)
{
	inet_del_protocol(&glass_v4_protocol, IPPROTO_GLASS);
}
