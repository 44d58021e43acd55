// SPDX-License-Identifier: GPL-2.0
/*
 * TIME-WAIT begins: a small record takes the socket's place in the connection
 * table, rfc9293#section-3.6.1. What it does with segments is in record.c.
 */
#include "glass_sock.h"

/**
 * glass_timewait_place() - may there be one more in TIME-WAIT?
 * @gn: the netns, which counts it if so
 */
bool glass_timewait_place(struct glass_net *gn)
{
	if (atomic_inc_return(&gn->timewaits) <=
	    READ_ONCE(gn->sysctl.max_tw_buckets))
		return true;
	atomic_dec(&gn->timewaits);
	glass_count(gn, RULE_TW_OVERFLOW);
	return false;
}

/* A record for one more TIME-WAIT, counted, if there may be */
static struct glass_record *timewait_alloc(struct glass_net *gn,
					   struct sock *sk)
{
	struct glass_sock *gs = glass_sk(sk);
	struct glass_record *r;
	struct glass_tuple tuple;
	struct glass_manner m;

	glass_tuple_of(sk, &tuple);
	glass_manner_sock(sk, &m);
	/* it has a place for each mark, and answers by the way that is asked */
	m.mark = 0;
	m.way = NULL;

	/* in FIN-WAIT-2 it may have had a place, which the record takes over */
	if (gs->counted == COUNTED_WAITING)
		gs->counted = COUNTED_NOT;
	else if (!glass_timewait_place(gn))
		return NULL;
	r = glass_record_alloc(RECORD_TIMEWAIT, &tuple, sk->sk_hash, &m);
	if (r)
		return r;
	atomic_dec(&gn->timewaits);
	glass_count(gn, RULE_TW_OVERFLOW);
	return NULL;
}

/**
 * glass_timewait_start() - TIME-WAIT was entered: a record takes over
 * @sk: the socket, locked, in the table; its ACK was sent
 *
 * With too many of them, or no memory, the connection ends at once.
 *
 * rfc9293: MUST-13
 */
void glass_timewait_start(struct sock *sk)
{
	struct glass_net *gn = glass_sk_net(sk);
	struct glass_bucket *b;
	struct glass_record *r;

	r = timewait_alloc(gn, sk);
	if (!r)
		return;
	r->reuse = !!sk->sk_reuse;
	r->reuseport = sk->sk_reuseport;
	r->v6 = sk->sk_family == AF_INET6;
	r->v6only = ipv6_only_sock(sk);
	r->mark = READ_ONCE(sk->sk_mark);
	timewait_open(&r->timewait, &glass_sk(sk)->tcb);
	glass_port_wait(sk, r);
	b = glass_bucket(gn, r->hash);
	spin_lock_bh(&b->lock);
	hlist_nulls_add_head_rcu(&r->node, &b->records);
	glass_unchain(sk);
	glass_record_schedule(gn, r, 2 * TIMEWAIT_MSL_MS, 0);
	spin_unlock_bh(&b->lock);
}
