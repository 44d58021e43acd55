// SPDX-License-Identifier: GPL-2.0
/*
 * What Glass asks of IPv6: routes, addresses, packets in and out.
 */
#include <linux/icmpv6.h>
#include <linux/security.h>
#include <net/inet6_connection_sock.h>
#include <net/inet_common.h>
#include <net/inet_ecn.h>
#include <net/ip6_checksum.h>
#include <net/ip6_route.h>
#include <net/protocol.h>
#include <net/transp_v6.h>

#include "glass_sock.h"

/* rfc9293: MUST-48, MUST-49, SHLD-21, SHLD-22 */
static int v6_xmit(struct sock *sk, struct sk_buff *skb, u8 ecn)
{
	struct ipv6_pinfo *np = inet6_sk(sk);
	u8 tclass = np->tclass;
	int err;

	/* IP takes it from there; the user is not to see it */
	WRITE_ONCE(np->tclass, (tclass & ~INET_ECN_MASK) | ecn);
	err = inet6_csk_xmit(sk, skb, NULL);
	WRITE_ONCE(np->tclass, tclass);
	return err;
}

/* The pseudo-header with protocol 253, rfc9293#section-3.1, rfc8200#section-8.1 */
static void v6_checksum(struct sk_buff *skb, const __be32 *laddr,
			const __be32 *raddr)
{
	struct tcphdr *th = tcp_hdr(skb);

	th->check = ~csum_ipv6_magic((const struct in6_addr *)laddr,
				     (const struct in6_addr *)raddr, skb->len,
				     IPPROTO_GLASS, 0);
}

/*
 * A route for the ends of a connection, in this manner. A routing header's first
 * hop is where packets go; their addressee is the far end still. The class does
 * not choose a table, but where connect() chooses one; so it is with TCP.
 */
static struct dst_entry *v6_route(struct glass_net *gn, const struct sock *sk,
				  const struct glass_tuple *tuple,
				  const struct glass_manner *m, u8 tclass,
				  struct flowi6 *fl6)
{
	struct in6_addr last, *hop;
	struct dst_entry *dst;

	*fl6 = (struct flowi6){
		.flowi6_proto = IPPROTO_GLASS,
		.daddr = tuple->raddr,
		.saddr = tuple->laddr,
		.flowlabel = ip6_make_flowinfo(tclass, m->label),
		.flowi6_oif = tuple->ifindex,
		.flowi6_mark = m->mark,
		.flowi6_uid = m->uid,
		.fl6_dport = htons(tuple->rport),
		.fl6_sport = htons(tuple->lport),
	};
	hop = fl6_update_dst(fl6, m->sticky, &last);
	if (sk)
		security_sk_classify_flow((struct sock *)sk,
					  flowi6_to_flowi_common(fl6));
	dst = ip6_dst_lookup_flow(gn->net, sk ?: gn->ctl_v6, fl6, hop);
	fl6->daddr = tuple->raddr;
	return dst;
}

/* rfc9293: MUST-16, MUST-67 */
static u32 v6_mss(const struct dst_entry *dst)
{
	u32 headers = sizeof(struct ipv6hdr) + SEG_HEADER_MIN;

	/* a payload length has 16 bits, the network header not in it */
	return clamp(dst_mtu(dst), headers + MSS_MIN, 65575u) - headers;
}

static u32 v6_path_mss(struct glass_net *gn, const struct sock *sk,
		       const struct glass_tuple *tuple,
		       const struct glass_manner *m)
{
	struct dst_entry *dst = __sk_dst_get((struct sock *)sk);
	struct flowi6 fl6;
	u32 mss;

	if (dst && sk->sk_state != TCP_LISTEN)
		return v6_mss(dst);
	dst = v6_route(gn, sk, tuple, m, 0, &fl6);
	if (IS_ERR(dst))
		return 0;
	mss = v6_mss(dst);
	dst_release(dst);
	return mss;
}

static void v6_reply(struct glass_net *gn, const struct sock *sk,
		     struct sk_buff *skb, const struct glass_tuple *tuple,
		     const struct glass_manner *m)
{
	const struct sock *by = sk ?: gn->ctl_v6;
	struct flowi6 fl6;
	struct dst_entry *dst = v6_route(gn, sk, tuple, m, 0, &fl6);

	if (IS_ERR(dst) || (!(dst->dev->features & NETIF_F_HW_CSUM) &&
			    skb_checksum_help(skb))) {
		if (!IS_ERR(dst))
			dst_release(dst);
		kfree_skb(skb);
		return;
	}
	skb_dst_set(skb, dst);
	ip6_xmit(by, skb, &fl6, m->mark, m->sticky, m->tclass,
		 READ_ONCE(by->sk_priority));
}

static bool v6_child_route(struct sock *child)
{
	struct glass_tuple tuple;
	struct glass_manner m;
	struct dst_entry *dst;
	struct flowi6 fl6;

	glass_tuple_of(child, &tuple);
	glass_manner_sock(child, &m);
	dst = v6_route(glass_sk_net(child), child, &tuple, &m, 0, &fl6);
	if (IS_ERR(dst))
		return false;
	/* it also sets the capabilities, as sk_setup_caps() would */
	ip6_dst_store(child, dst, NULL, 0);
	return true;
}

const struct glass_af glass_ipv6 = {
	.family = AF_INET6,
	.default_mss = MSS_DEFAULT_V6,
	.xmit = v6_xmit,
	.reply = v6_reply,
	.child_route = v6_child_route,
	.path_mss = v6_path_mss,
	.checksum = v6_checksum,
};

/**
 * glass_v6_no_ipv4() - a socket's connection is one of IPv6
 * @sk: the socket, locked
 *
 * Its local address of IPv4 is one that nobody binds, so that bind() finds it
 * in the way of no address of IPv4 but of all, as with TCP.
 */
void glass_v6_no_ipv4(struct sock *sk)
{
	inet_sk(sk)->inet_rcv_saddr = LOOPBACK4_IPV6;
}

/* A flow label that connect() is given must be one that it may use */
static int v6_flow_label(struct sock *sk, const struct sockaddr_in6 *sin6)
{
	struct ip6_flowlabel *lease;
	__be32 info = 0;

	if (glass_compat_sends_label(sk))
		info = sin6->sin6_flowinfo & IPV6_FLOWINFO_MASK;
	IP6_ECN_flow_init(info);
	if (info & IPV6_FLOWLABEL_MASK) {
		lease = fl6_sock_lookup(sk, info);
		if (IS_ERR(lease))
			return -EINVAL;
		fl6_sock_release(lease);
	}
	inet6_sk(sk)->flow_label = info;
	return 0;
}

/* What kind of address is it, and can it be connected to? */
/* rfc9293: MUST-46 */
static int v6_check_address(struct sock *sk, struct sockaddr_in6 *sin6, int len)
{
	int type;

	/* connect() to nobody means to this host */
	if (ipv6_addr_any(&sin6->sin6_addr)) {
		if (ipv6_addr_v4mapped(&sk->sk_v6_rcv_saddr))
			ipv6_addr_set_v4mapped(htonl(INADDR_LOOPBACK),
					       &sin6->sin6_addr);
		else
			sin6->sin6_addr = in6addr_loopback;
	}
	type = ipv6_addr_type(&sin6->sin6_addr);
	if (type & IPV6_ADDR_MULTICAST ||
	    (type & IPV6_ADDR_MAPPED && ipv6_only_sock(sk)))
		return -ENETUNREACH;
	if (!(type & IPV6_ADDR_LINKLOCAL))
		return 0;
	/* rfc4007#section-6: a link-local address is nothing without a link */
	if (len >= sizeof(*sin6) && sin6->sin6_scope_id) {
		if (!sk_dev_equal_l3scope(sk, sin6->sin6_scope_id))
			return -EINVAL;
		sk->sk_bound_dev_if = sin6->sin6_scope_id;
	}
	return sk->sk_bound_dev_if ? 0 : -EINVAL;
}

/* rfc9293: MUST-44 */
static int v6_connect_route(struct sock *sk, const struct sockaddr_in6 *sin6)
{
	struct inet_sock *inet = inet_sk(sk);
	struct ipv6_pinfo *np = inet6_sk(sk);
	struct glass_tuple tuple = {
		.laddr = sk->sk_v6_rcv_saddr,
		.raddr = sin6->sin6_addr,
		.lport = inet->inet_num,
		.rport = ntohs(sin6->sin6_port),
		.ifindex = sk->sk_bound_dev_if,
		.family = AF_INET6,
	};
	struct glass_manner m;
	struct dst_entry *dst;
	struct flowi6 fl6;

	glass_manner_sock(sk, &m);
	dst = v6_route(glass_sk_net(sk), sk, &tuple, &m, m.tclass, &fl6);
	if (IS_ERR(dst))
		return PTR_ERR(dst);
	np->saddr = fl6.saddr;
	glass_v6_no_ipv4(sk);
	sk->sk_v6_rcv_saddr = fl6.saddr;
	sk->sk_v6_daddr = sin6->sin6_addr;
	inet->inet_dport = sin6->sin6_port;
	ip6_dst_store(sk, dst, NULL, 0);
	return 0;
}

/* To ::ffff:a.b.c.d: IPv4 below, IPv6's addresses above */
static int connect_mapped(struct sock *sk, const struct sockaddr_in6 *sin6)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_port = sin6->sin6_port,
		.sin_addr.s_addr = sin6->sin6_addr.s6_addr32[3],
	};
	int err;

	glass_use(sk, &glass_ipv4);
	err = glass_v4_connect(sk, (struct sockaddr *)&sin, sizeof(sin));
	if (err)
		glass_use_own(sk);
	else
		inet6_sk(sk)->saddr = sk->sk_v6_rcv_saddr;
	return err;
}

/**
 * glass_v6_connect() - proto.connect
 * @sk: the socket, locked; process context
 * @addr: the far end
 * @len: octets of it
 *
 * Return: 0 when the SYN is on its way; -EINVAL, -EAFNOSUPPORT,
 * -ENETUNREACH, -EADDRNOTAVAIL.
 */
int glass_v6_connect(struct sock *sk, struct sockaddr *addr, int len)
{
	struct sockaddr_in6 *sin6 = (struct sockaddr_in6 *)addr;
	int err;

	if (len < SIN6_LEN_RFC2133)
		return -EINVAL;
	if (sin6->sin6_family != AF_INET6)
		return -EAFNOSUPPORT;
	err = v6_flow_label(sk, sin6);
	if (err)
		return err;
	err = v6_check_address(sk, sin6, len);
	if (err)
		return err;
	if (ipv6_addr_v4mapped(&sin6->sin6_addr))
		return connect_mapped(sk, sin6);
	glass_use_own(sk);
	err = v6_connect_route(sk, sin6);
	if (err)
		goto fail;
	err = glass_port_connect(sk);
	if (err)
		goto fail;
	return glass_connect_start(sk);

fail:
	glass_connect_failed(sk);
	return err;
}

static int v6_rcv(struct sk_buff *skb)
{
	return glass_rcv(skb, &glass_ipv6);
}

/* An ICMPv6 error quotes a segment that we are said to have sent */
/* rfc9293: MUST-54; rfc8201: 4 */
static int v6_err(struct sk_buff *skb, struct inet6_skb_parm *opt, u8 type,
		  u8 code, int offset, __be32 info)
{
	const struct ipv6hdr *hdr = (const struct ipv6hdr *)skb->data;
	const u8 *quoted = skb->data + offset;
	const struct tcphdr *th = (const struct tcphdr *)quoted;
	struct glass_net *gn = glass_net(dev_net(skb->dev));
	struct glass_icmp_error e = {
		.info = ntohl(info),
		.hops = ipv6_hdr(skb)->hop_limit,
	};
	struct glass_tuple tuple = {
		.laddr = hdr->saddr,
		.raddr = hdr->daddr,
		.lport = ntohs(th->source),
		.rport = ntohs(th->dest),
		.ifindex = inet6_iif(skb),
		.family = AF_INET6,
	};

	e.pmtu = type == ICMPV6_PKT_TOOBIG;
	e.redirect = type == NDISC_REDIRECT;
	/* the RFC has every parameter problem soft, Linux none */
	if (!e.pmtu && !e.redirect)
		e.soft = !icmpv6_err_convert(type, code, &e.err) ||
			 type == ICMPV6_PARAMPROB;
	return glass_icmp(gn, &tuple, skb, quoted, &e);
}

static const struct inet6_protocol glass_v6_protocol = {
	.handler = v6_rcv,
	.err_handler = v6_err,
	.flags = INET6_PROTO_NOPOLICY | INET6_PROTO_FINAL,
};

int glass_v6_register(void)
{
	return inet6_add_protocol(&glass_v6_protocol, IPPROTO_GLASS);
}

void glass_v6_unregister(void)
{
	inet6_del_protocol(&glass_v6_protocol, IPPROTO_GLASS);
}
