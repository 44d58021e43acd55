// SPDX-License-Identifier: GPL-2.0
/*
 * ICMP errors that come back, rfc9293#section-3.9.2.2.
 *
 * Anybody can send one, so it must quote a sequence number that is in
 * flight, rfc5927#section-4.1. An error ends an open that is under way; a
 * connection that is open only remembers it.
 */
#include <net/inet6_connection_sock.h>
#include <net/inet_connection_sock.h>
#include <net/route.h>

#include "glass_sock.h"

/* Does the segment that it quotes lie in [SND.UNA, SND.NXT]? */
static bool in_flight(const struct tcb *t, const u8 *quoted)
{
	u32 seq = (u32)quoted[4] << 24 | quoted[5] << 16 | quoted[6] << 8 |
		  quoted[7];

	return seq_ge(seq, t->snd.una) && seq_le(seq, t->snd.nxt);
}

/*
 * The route learns first, then the TCB from the route. Not by
 * ipv4_sk_update_pmtu(): that takes the socket's lock, which we hold. These
 * helpers are made for connections whose lock is held.
 */
static void learn_pmtu(struct sock *sk, u32 mtu)
{
	struct glass_sock *gs = glass_sk(sk);
	struct glass_tuple tuple;
	struct dst_entry *dst;

	if (sk->sk_family == AF_INET6)
		dst = inet6_csk_update_pmtu(sk, mtu);
	else
		dst = inet_csk_update_pmtu(sk, mtu);
	if (IS_ERR_OR_NULL(dst))
		return;
	glass_tuple_of(sk, &tuple);
	tcb_set_path_mss(&gs->tcb,
			 gs->af->path_mss(glass_sk_net(sk), sk, &tuple));
}

/**
 * glass_soft_error() - something is wrong, but the connection goes on
 * @sk: the socket, locked, not in a user's hands
 * @err: a positive errno
 *
 * Who asked for it by IP_RECVERR hears of it, as in TCP. Not while the open is
 * under way: an error then means that it failed.
 *
 * rfc9293: MUST-47, SHLD-20, SHLD-9
 */
void glass_soft_error(struct sock *sk, int err)
{
	if (!glass_compat_recverr(sk) || sock_flag(sk, SOCK_DEAD) ||
	    sk->sk_state == TCP_SYN_SENT || sk->sk_state == TCP_SYN_RECV)
		return;
	WRITE_ONCE(sk->sk_err, err);
	sk_error_report(sk);
}

/* An error other than about the size; the socket is not in a user's hands */
/* rfc9293: SHLD-25, MUST-56; rfc5927: 5.2 */
static void report(struct glass_net *gn, struct sock *sk, int err)
{
	if (sk->sk_state == TCP_SYN_SENT || sk->sk_state == TCP_SYN_RECV) {
		glass_count(gn, RULE_ICMP_HARD);
		glass_error(sk, err);
		return;
	}
	glass_count(gn, RULE_ICMP_SOFT);
	WRITE_ONCE(sk->sk_err_soft, err);
	glass_soft_error(sk, err);
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
	u32 hash = glass_tuple_hash(gn, tuple, &gn->table.key);
	struct sock *sk = glass_table_find(gn, tuple, hash);
	struct tcb *t;

	if (!sk)
		return -ENOENT;
	t = &glass_sk(sk)->tcb;
	bh_lock_sock(sk);
	if (sk->sk_state == TCP_CLOSE)
		goto out;
	if (!in_flight(t, quoted)) {
		glass_count(gn, RULE_ICMP_FORGED);
	} else if (e->redirect) {
		if (!sock_owned_by_user(sk) && sk->sk_family == AF_INET)
			ipv4_sk_redirect(skb, sk);
	} else if (!sock_owned_by_user(sk)) {
		if (e->pmtu) {
			glass_count(gn, RULE_ICMP_PMTU);
			learn_pmtu(sk, e->info);
		} else {
			report(gn, sk, e->err);
		}
	} else if (!e->pmtu) {
		WRITE_ONCE(sk->sk_err_soft, e->err);
	}
out:
	bh_unlock_sock(sk);
	sock_put(sk);
	return 0;
}
