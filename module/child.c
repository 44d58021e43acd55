// SPDX-License-Identifier: GPL-2.0
/*
 * From an embryo to a socket: a copy of the listener with two ends of its
 * own.
 */
#include "glass_sock.h"

/* Both ends, and what the copy of the listener must not share with it */
static void child_addresses(struct sock *child, const struct glass_tuple *t)
{
	struct inet_sock *inet = inet_sk(child);

	inet->inet_num = t->lport;
	inet->inet_sport = htons(t->lport);
	inet->inet_dport = htons(t->rport);
	child->sk_bound_dev_if = t->ifindex;
	inet->mc_list = NULL;
	RCU_INIT_POINTER(inet->inet_opt, NULL);
	atomic_set(&inet->inet_id, get_random_u16());
	if (t->family == AF_INET6) {
		struct ipv6_pinfo *np = &((struct glass6_sock *)child)->inet6;

		inet->pinet6 = np;
		np->ipv6_mc_list = NULL;
		np->ipv6_ac_list = NULL;
		glass_compat_no_flow_labels(child);
		np->pktoptions = NULL;
		RCU_INIT_POINTER(np->opt, NULL);
		np->saddr = t->laddr;
		child->sk_v6_rcv_saddr = t->laddr;
		child->sk_v6_daddr = t->raddr;
	} else {
		inet->inet_saddr = t->laddr.s6_addr32[0];
		inet->inet_rcv_saddr = t->laddr.s6_addr32[0];
		inet->inet_daddr = t->raddr.s6_addr32[0];
	}
}

static void child_init(struct sock *child, const struct glass_record *r)
{
	struct glass_sock *gs = glass_sk(child);
	struct tcb_params p;

	sock_reset_flag(child, SOCK_RCU_FREE);
	child->sk_ack_backlog = 0;
	child->sk_rx_dst = NULL;
	RCU_INIT_POINTER(gs->listener, NULL);
	gs->port = NULL;
	gs->ooo = RB_ROOT;
	gs->hashed = 0;
	gs->since = now_ms(glass_now());
	INIT_LIST_HEAD(&gs->accept_link);
	glass_clock_init(child);
	child_addresses(child, &r->tuple);

	glass_params(child, &p);
	p.adv_mss = r->embryo.adv_mss;
	p.path_mss = r->embryo.mss;
	tcb_from_embryo(&gs->tcb, &p, &r->embryo);
	inet_sk_set_state(child, TCP_SYN_RECV);
	gs->copied_seq = gs->tcb.rcv.nxt;
	gs->queued_seq = gs->tcb.rcv.nxt;
	gs->out_seq = gs->tcb.snd.end;
	sock_prot_inuse_add(sock_net(child), child->sk_prot, 1);
}

/**
 * glass_child_create() - a socket in SYN-RECEIVED for an embryo
 * @listener: its listener, not locked
 * @r: the embryo
 *
 * RCU read lock held, softirqs off. The child is in no table.
 *
 * Return: the child, its spinlock held, with a reference for the caller
 * beside the one that keeps it alive; NULL without memory or route.
 */
struct sock *glass_child_create(struct sock *listener,
				const struct glass_record *r)
{
	struct sock *child = sk_clone_lock(listener, GFP_ATOMIC);

	if (!child)
		return NULL;
	child_init(child, r);
	if (!glass_sk(child)->af->child_route(child)) {
		glass_child_discard(child);
		return NULL;
	}
	sk_set_txhash(child);
	glass_port_inherit(child, listener);
	return child;
}

/**
 * glass_child_discard() - a child that is in no table goes
 * @child: from glass_child_create()
 */
void glass_child_discard(struct sock *child)
{
	struct verdict v = {};

	sock_orphan(child);
	tcb_dead(&glass_sk(child)->tcb, &v, 0);
	inet_sk_set_state(child, TCP_CLOSE);
	glass_destroy(child);
	bh_unlock_sock(child);
	sock_put(child);
}
