// SPDX-License-Identifier: GPL-2.0
/*
 * sock_diag's dump: all listeners, sockets and records of a netns that a
 * request wants, in as many messages as it takes.
 *
 * The table is walked chain by chain: of each bucket of listeners the sockets,
 * of each bucket of the table the embryos, the sockets, the records of
 * TIME-WAIT: the way that a connection goes. netlink calls again when there is
 * room again, and by then the chain may have changed: walk.c says how none is
 * left out.
 *
 * A socket can only be told without its chain's lock, as its own may be waited
 * for.
 */
#include <linux/sched.h>
#include <net/inet_timewait_sock.h>

#include "diag.h"
#include "walk.h"

/* netlink_callback.args: where to go on */
enum {
	AT_CHAIN,	/* number of the chain */
	AT_LEFT,	/* so many at its end are still to be told, 0 for all */
};

/* The listeners' come first; then each bucket has three */
static long chains(const struct glass_net *gn)
{
	return GLASS_LISTEN_HASH + 3 * ((long)gn->table.mask + 1);
}

static bool family_wanted(const struct inet_diag_req_v2 *req, u8 family)
{
	return req->sdiag_family == AF_UNSPEC || req->sdiag_family == family;
}

static bool ports_wanted(const struct inet_diag_req_v2 *req, __be16 sport,
			 __be16 dport)
{
	return (!req->id.idiag_sport || req->id.idiag_sport == sport) &&
	       (!req->id.idiag_dport || req->id.idiag_dport == dport);
}

/* The program that a request may have; inet_diag has found it to be valid */
static struct nlattr *bytecode(const struct glass_diag *d)
{
	const struct inet_diag_dump_data *data = d->cb->data;

	return data->inet_diag_nla_bc;
}

static bool sock_wanted(struct sock *sk, const void *arg)
{
	const struct glass_diag *d = arg;
	const struct inet_diag_req_v2 *req = d->req;

	return req->idiag_states & 1 << READ_ONCE(sk->sk_state) &&
	       family_wanted(req, sk->sk_family) &&
	       ports_wanted(req, htons(sk->sk_num), sk->sk_dport) &&
	       inet_diag_bc_sk(bytecode(d), sk);
}

/* The program knows records of TCP's alone: this one, in the clothes of one */
static bool record_passes(struct nlattr *program, const struct glass_row *row)
{
	const struct glass_tuple *t = &row->tuple;
	struct inet_timewait_sock tw = {
		.tw_family = t->family,
		.tw_state = TCP_TIME_WAIT,
		.tw_bound_dev_if = t->ifindex,
		.tw_num = t->lport,
		.tw_dport = htons(t->rport),
		.tw_mark = row->mark,
	};

	if (t->family == AF_INET6) {
		tw.tw_v6_rcv_saddr = t->laddr;
		tw.tw_v6_daddr = t->raddr;
	} else {
		tw.tw_rcv_saddr = t->laddr.s6_addr32[0];
		tw.tw_daddr = t->raddr.s6_addr32[0];
	}
	return inet_diag_bc_sk(program, (struct sock *)&tw);
}

static bool record_wanted(const struct glass_diag *d,
			  const struct glass_row *row)
{
	const struct glass_tuple *t = &row->tuple;
	struct nlattr *program = bytecode(d);

	return d->req->idiag_states & 1 << row->state &&
	       family_wanted(d->req, t->family) &&
	       ports_wanted(d->req, htons(t->lport), htons(t->rport)) &&
	       (!program || record_passes(program, row));
}

/* A chain of sockets; false without room for the rest */
static bool tell_socks(const struct glass_diag *d, spinlock_t *lock,
		       struct hlist_nulls_head *chain)
{
	struct glass_walk walk;
	bool room = true;
	int i, n;

	glass_walk_start(&walk, d->cb->args[AT_LEFT]);
	do {
		n = glass_walk_take(&walk, lock, chain, sock_wanted, d);
		for (i = 0; i < n; i++) {
			if (room && glass_diag_put_sock(d, walk.sk[i])) {
				d->cb->args[AT_LEFT] = walk.distance[i];
				room = false;
			}
			sock_put(walk.sk[i]);
		}
		cond_resched();
	} while (room && walk.left);
	return room;
}

/* Those of a chain of one kind; nothing to wait for, and no more than fit */
static bool tell_records(const struct glass_diag *d, struct glass_bucket *b,
			 enum glass_record_kind kind)
{
	long left = d->cb->args[AT_LEFT] ?: LONG_MAX, at;
	struct hlist_nulls_node *node;
	struct glass_record *r;
	struct glass_row row;
	bool room = true;

	spin_lock_bh(&b->lock);
	at = glass_chain_length(&b->records);
	hlist_nulls_for_each_entry(r, node, &b->records, node) {
		if (at <= left && r->kind == kind) {
			glass_row_of_record(r, &row);
			room = !record_wanted(d, &row) ||
			       !glass_diag_put_record(d, &row);
		}
		if (!room) {
			d->cb->args[AT_LEFT] = at;
			break;
		}
		at--;
	}
	spin_unlock_bh(&b->lock);
	return room;
}

static bool tell_chain(const struct glass_diag *d, long chain)
{
	u32 states = d->req->idiag_states;
	struct glass_listen_bucket *l;
	struct glass_bucket *b;

	if (chain < GLASS_LISTEN_HASH) {
		l = &d->gn->listen[chain];
		return !(states & TCPF_LISTEN) || hlist_nulls_empty(&l->socks) ||
		       tell_socks(d, &l->lock, &l->socks);
	}
	chain -= GLASS_LISTEN_HASH;
	b = &d->gn->table.buckets[chain / 3];
	switch (chain % 3) {
	case 0:
		return !(states & TCPF_SYN_RECV) ||
		       hlist_nulls_empty(&b->records) ||
		       tell_records(d, b, RECORD_EMBRYO);
	case 1:
		return !(states & ~TCPF_LISTEN) || hlist_nulls_empty(&b->socks) ||
		       tell_socks(d, &b->lock, &b->socks);
	}
	return !(states & TCPF_TIME_WAIT) || hlist_nulls_empty(&b->records) ||
	       tell_records(d, b, RECORD_TIMEWAIT);
}

/**
 * glass_diag_dump() - inet_diag_handler.dump
 * @skb: gets as many answers as fit
 * @cb: where the walk is; process context
 * @req: what is asked for
 */
void glass_diag_dump(struct sk_buff *skb, struct netlink_callback *cb,
		     const struct inet_diag_req_v2 *req)
{
	struct glass_diag d = {
		.gn = glass_net(sock_net(cb->skb->sk)),
		.cb = cb,
		.req = req,
		.skb = skb,
		.flags = NLM_F_MULTI,
		.net_admin = netlink_net_capable(cb->skb, CAP_NET_ADMIN),
	};

	while (cb->args[AT_CHAIN] < chains(d.gn)) {
		if (!tell_chain(&d, cb->args[AT_CHAIN]))
			return;
		cb->args[AT_LEFT] = 0;
		cb->args[AT_CHAIN]++;
		cond_resched();
	}
}
