// SPDX-License-Identifier: GPL-2.0
/*
 * ICMP errors that come back, rfc9293#section-3.9.2.2.
 *
 * Anybody can send one, so it must quote a sequence number that is in
 * flight, rfc5927#section-4.1. A hard error ends an open that is under way.
 * A soft one does not, nor does any error end a connection that is open: it
 * is remembered, and is what the user hears should the connection time out.
 *
 * TCP lets a soft error end an open too, rfc5461: that is what
 * net.glass.abort_on_soft_error asks for.
 */
#include <linux/errqueue.h>
#include <linux/icmpv6.h>
#include <net/icmp.h>
#include <net/inet6_connection_sock.h>
#include <net/inet_connection_sock.h>
#include <net/route.h>

#include "glass_sock.h"

/* Does the segment that it quotes lie in [SND.UNA, SND.NXT]? */
/* rfc8899: 4.6.1 */
static bool in_flight(const struct tcb *t, u32 seq)
{
	return seq_ge(seq, t->snd.una) && seq_le(seq, t->snd.nxt);
}

/**
 * glass_route_mss() - the largest text that the route of a connection takes
 * @sk: its socket, locked
 *
 * Return: octets, without options; 0 if there is no route.
 */
u32 glass_route_mss(struct sock *sk)
{
	struct glass_tuple tuple;
	struct glass_manner m;

	glass_tuple_of(sk, &tuple);
	glass_manner_sock(sk, &m);
	return glass_sk_af(sk)->path_mss(glass_sk_net(sk), sk, &tuple, &m);
}

/**
 * glass_path_look() - what does the route take now?
 * @sk: the socket, locked, whose TCB looks for the path's MTU
 *
 * It may have heard of a smaller MTU by another connection, or have forgotten
 * one. What IPv4 may cut on its way is no probe.
 *
 * rfc4821: 8
 */
void glass_path_look(struct sock *sk)
{
	const struct dst_entry *dst = __sk_dst_get(sk);

	if (glass_over_ipv4(sk) && dst && !ip_dont_fragment(sk, dst))
		mtu_limit(&glass_sk(sk)->tcb, 0);
	else
		mtu_limit(&glass_sk(sk)->tcb, glass_route_mss(sk));
}

/*
 * The route learns first, then the TCB from the route. Not by
 * ipv4_sk_update_pmtu(): that takes the socket's lock, which we hold. These
 * helpers are made for connections whose lock is held.
 */
static void learn_pmtu(struct sock *sk, u32 mtu, u32 seq)
{
	struct dst_entry *dst;

	if (glass_over_ipv4(sk))
		dst = inet_csk_update_pmtu(sk, mtu);
	else
		dst = inet6_csk_update_pmtu(sk, mtu);
	if (IS_ERR_OR_NULL(dst))
		return;
	glass_too_big(sk, seq, glass_route_mss(sk));
}

/*
 * Of many that wait, the first segment and the last word. What takes packets of
 * 64 KB takes all of ours.
 */
static void defer_pmtu(struct glass_sock *gs, u32 mtu, u32 seq)
{
	if (!gs->mtu_deferred || seq_lt(seq, gs->mtu_seq))
		gs->mtu_seq = seq;
	gs->mtu_deferred = min_t(u32, mtu, U16_MAX);
}

/**
 * glass_icmp_deferred() - the user lets go: what became known meanwhile counts
 * @sk: the socket, its spinlock held
 */
void glass_icmp_deferred(struct sock *sk)
{
	struct glass_sock *gs = glass_sk(sk);
	u32 mtu = gs->mtu_deferred;

	gs->mtu_deferred = 0;
	if (sk->sk_state != TCP_CLOSE)
		learn_pmtu(sk, mtu, gs->mtu_seq);
}

/* A fast open that somebody accepted is as good as open. */
static bool opening(const struct sock *sk)
{
	return sk->sk_state == TCP_SYN_SENT ||
	       (sk->sk_state == TCP_SYN_RECV &&
		!(glass_sk(sk)->tcb.fastopened && sk->sk_socket));
}

/**
 * glass_soft_error() - something is wrong, but the connection goes on
 * @sk: the socket, locked, not in a user's hands
 * @err: a positive errno
 *
 * Who asked for it by IP_RECVERR hears of it, as in TCP. Not so while the open
 * is under way: sk_err then means that it failed.
 *
 * Return: true if it was told.
 *
 * rfc9293: MUST-47, SHLD-20, SHLD-9
 */
bool glass_soft_error(struct sock *sk, int err)
{
	if (!glass_compat_recverr(sk, glass_over_ipv4(sk)) || sock_flag(sk, SOCK_DEAD) ||
	    opening(sk))
		return false;
	WRITE_ONCE(sk->sk_err, err);
	sk_error_report(sk);
	return true;
}

/**
 * glass_path_doubted() - nothing of what was sent arrives
 * @sk: the socket, locked
 *
 * IP may know another way, and who asked for soft errors hears of it, with what an
 * ICMP error said if there was one.
 *
 * rfc9293: MUST-20, SHLD-9
 */
void glass_path_doubted(struct sock *sk)
{
	glass_count(glass_sk_net(sk), RULE_PATH_DOUBTED);
	dst_negative_advice(sk);
	glass_soft_error(sk, READ_ONCE(sk->sk_err_soft) ?: ETIMEDOUT);
}

/*
 * Into the queue that MSG_ERRQUEUE reads: the error itself, and of the segment
 * that it quotes all that it quotes. As TCP has it: only while the connection
 * opens, and with IPv4 what ends it also for who did not ask.
 */
static void queue_error(struct sock *sk, struct sk_buff *error,
			const u8 *quoted, const struct glass_icmp_error *e)
{
	bool v6 = !glass_over_ipv4(sk);
	struct sk_buff *skb = skb_clone(error, GFP_ATOMIC);
	struct sock_exterr_skb *serr;
	const u8 *far;

	if (!skb)
		return;
	if (v6)
		far = (const u8 *)&((struct ipv6hdr *)(icmp6_hdr(skb) + 1))->daddr;
	else
		far = (const u8 *)&((struct iphdr *)(icmp_hdr(skb) + 1))->daddr;
	serr = SKB_EXT_ERR(skb);
	serr->ee = (struct sock_extended_err){
		.ee_errno = e->err,
		.ee_origin = v6 ? SO_EE_ORIGIN_ICMP6 : SO_EE_ORIGIN_ICMP,
		.ee_type = v6 ? icmp6_hdr(skb)->icmp6_type : icmp_hdr(skb)->type,
		.ee_code = v6 ? icmp6_hdr(skb)->icmp6_code : icmp_hdr(skb)->code,
		.ee_info = e->info,
	};
	serr->addr_offset = far - skb_network_header(skb);
	serr->port = ((const struct tcphdr *)quoted)->dest;
	if (v6)
		skb->protocol = htons(ETH_P_IPV6);
	__skb_pull(skb, quoted - skb->data);
	skb_reset_transport_header(skb);
	if (sock_queue_err_skb(sk, skb))
		kfree_skb(skb);
}

static bool ends_open(const struct glass_net *gn, const struct sock *sk,
		      const struct glass_icmp_error *e)
{
	return opening(sk) && (!e->soft ||
			       READ_ONCE(gn->sysctl.abort_on_soft_error));
}

/* An error other than about the size */
/* rfc9293: SHLD-25, SHLD-26, MUST-56; rfc5927: 5.2 */
static void report(struct glass_net *gn, struct sock *sk,
		   struct sk_buff *skb, const u8 *quoted,
		   const struct glass_icmp_error *e)
{
	bool end = ends_open(gn, sk, e);

	if (opening(sk) && (glass_compat_recverr(sk, glass_over_ipv4(sk)) ||
			    (end && glass_over_ipv4(sk))))
		queue_error(sk, skb, quoted, e);
	if (end && !sock_owned_by_user(sk)) {
		glass_count(gn, RULE_ICMP_HARD);
		glass_fastopen_failed(sk);
		glass_error(sk, e->err, RULE_ICMP_HARD);
		return;
	}
	glass_count(gn, RULE_ICMP_SOFT);
	if (sock_owned_by_user(sk) || !glass_soft_error(sk, e->err))
		WRITE_ONCE(sk->sk_err_soft, e->err);
	glass_trace_state(sk, sk->sk_state, RULE_ICMP_SOFT);
}

/**
 * glass_icmp() - an ICMP error arrived
 * @gn: the netns
 * @tuple: the ends of the quoted segment, ours first
 * @skb: the error; not consumed
 * @quoted: eight octets or more of the quoted segment's header
 * @e: what it says
 *
 * Softirq, RCU read lock held.
 *
 * Return: 0, or -ENOENT if no connection is meant.
 *
 * rfc9293: MUST-54
 */
int glass_icmp(struct glass_net *gn, const struct glass_tuple *tuple,
	       struct sk_buff *skb, const u8 *quoted,
	       const struct glass_icmp_error *e)
{
	u32 hash = glass_table_hash(gn, tuple);
	struct sock *sk = glass_table_find(gn, tuple, hash);
	u32 seq = (u32)quoted[4] << 24 | quoted[5] << 16 | quoted[6] << 8 |
		  quoted[7];
	struct glass_sock *gs = glass_sk(sk);

	if (!sk)
		return -ENOENT;
	bh_lock_sock(sk);
	if (sk->sk_state == TCP_CLOSE)
		goto out;
	if (glass_hops_few(sk, !glass_over_ipv4(sk), e->hops)) {
		glass_count(gn, RULE_HOPS_FEW);
		goto out;
	}
	if (!in_flight(&gs->tcb, seq)) {
		glass_count(gn, RULE_ICMP_FORGED);
	} else if (e->redirect) {
		if (!sock_owned_by_user(sk) && glass_over_ipv4(sk))
			ipv4_sk_redirect(skb, sk);
	} else if (!e->pmtu) {
		report(gn, sk, skb, quoted, e);
	} else {
		glass_count(gn, RULE_ICMP_PMTU);
		/*
		 * Without a user there is no place to keep it, but somebody
		 * who looks: the next segment that is too big brings it back.
		 */
		if (!sock_owned_by_user(sk))
			learn_pmtu(sk, e->info ?: 1, seq);
		else if (sk->sk_socket)
			defer_pmtu(gs, e->info ?: 1, seq);
	}
out:
	bh_unlock_sock(sk);
	sock_put(sk);
	return 0;
}
