// SPDX-License-Identifier: GPL-2.0
/*
 * Faults of ends, not of segments: all ends of a netns, or those with one
 * local port.
 *
 * An end that is frozen is like a machine that stands still: what arrives for
 * it waits (fault.c), what it has to say stays unsaid and its clock stands
 * (pump.c and record.c ask glass_end_frozen()), while its programs may go on
 * to queue and to read. When it is thawed, what waited arrives, and what was
 * due meanwhile is due. Only the clock of an orphan goes on, and it is given up
 * as in FIN-WAIT-2: it holds its netns, and who could thaw it may be gone.
 *
 * An end that loses its memory is like a machine after a crash: the connection
 * is gone here, and the other end has not heard of it, rfc9293#section-3.5.1.
 * Listeners stay: somebody has started the servers again.
 */
#include "fault.h"
#include "walk.h"

/* The wish that freezes the end with this port, or NULL; lock held */
struct fault *glass_fault_freezes(struct glass_faults *faults, u16 port)
{
	struct fault *f;

	if (!faults->frozen)
		return NULL;
	list_for_each_entry(f, &faults->wishes, link)
		if (f->action == FAULT_FREEZE && (!f->to || f->to == port))
			return f;
	return NULL;
}

/* See glass_end_frozen(), which asks first if there may be one. Any context. */
bool glass_frozen(struct glass_net *gn, u16 port)
{
	bool frozen;

	spin_lock_bh(&gn->faults.lock);
	frozen = glass_fault_freezes(&gn->faults, port);
	spin_unlock_bh(&gn->faults.lock);
	return frozen;
}

static bool has_port(struct sock *sk, const void *arg)
{
	const u16 *port = arg;

	return !*port || sk->sk_num == *port;
}

/* Its state stays as it is, and a fault is shown at it */
static u32 show_frozen(struct sock *sk)
{
	glass_trace_state(sk, sk->sk_state, RULE_FAULT_FREEZE);
	if (glass_sk(sk)->tcb.orphan)
		glass_user_orphan(sk);
	return 1;
}

/* Not while somebody else has it frozen */
static u32 thaw(struct sock *sk)
{
	struct tcb *t = &glass_sk(sk)->tcb;

	if (glass_stands_still(sk))
		return 0;
	if (t->orphan && t->state != TCB_FIN_WAIT_2)
		due_clear(t, DUE_ORPHAN);
	glass_count(glass_sk_net(sk), RULE_FAULT_THAW);
	glass_trace_state(sk, sk->sk_state, RULE_FAULT_THAW);
	glass_timeout(sk);
	return 1;
}

/* The errno is that of any end that this host makes to a connection */
static u32 forget(struct sock *sk)
{
	glass_count(glass_sk_net(sk), RULE_FAULT_FORGET);
	glass_error(sk, ECONNABORTED, RULE_FAULT_FORGET);
	return 1;
}

/* Of one bucket; with the socket lock, unless it has become CLOSED meanwhile */
static u32 each_sock(struct glass_bucket *b, u16 port,
		     u32 (*what)(struct sock *sk))
{
	struct glass_walk walk;
	struct sock *sk;
	u32 done = 0;
	int i, n;

	glass_walk_start(&walk, 0);
	do {
		n = glass_walk_take(&walk, &b->lock, &b->socks, has_port, &port);
		for (i = 0; i < n; i++) {
			sk = walk.sk[i];
			lock_sock(sk);
			if (sk->sk_state != TCP_CLOSE &&
			    sk->sk_state != TCP_LISTEN)
				done += what(sk);
			release_sock(sk);
			sock_put(sk);
		}
	} while (walk.left);
	return done;
}

static u32 each(struct glass_net *gn, u16 port, u32 (*what)(struct sock *sk))
{
	struct glass_bucket *b;
	u32 i, done = 0;

	for (i = 0; i <= gn->table.mask; i++) {
		b = &gn->table.buckets[i];
		if (!hlist_nulls_empty(&b->socks))
			done += each_sock(b, port, what);
		cond_resched();
	}
	return done;
}

/**
 * glass_ends_frozen() - tell whoever watches which ends there are
 * @gn: the netns
 * @port: of the ends that were frozen, 0 for all
 *
 * Process context.
 */
void glass_ends_frozen(struct glass_net *gn, u16 port)
{
	each(gn, port, show_frozen);
}

/**
 * glass_ends_thawed() - ends go on that were frozen
 * @gn: the netns
 * @port: their port, 0 for all; no wish is about them any more, and what
 *	waited for them has arrived
 *
 * Process context. Whoever saw it frozen did so with the socket lock, before
 * it is taken here.
 */
void glass_ends_thawed(struct glass_net *gn, u16 port)
{
	each(gn, port, thaw);
}

/* SYN-RECEIVED and TIME-WAIT without a socket */
static bool record_has_port(const struct glass_record *r, const void *arg)
{
	const u16 *port = arg;

	return !*port || r->tuple.lport == *port;
}

static u32 forget_records(struct glass_net *gn, struct glass_bucket *b,
			  u16 port)
{
	struct glass_record *r;
	u32 done = 0;

	/* an embryo's listener stays, hashed or not */
	rcu_read_lock();
	while ((r = glass_record_take(b, record_has_port, &port))) {
		glass_count(gn, RULE_FAULT_FORGET);
		glass_trace_record(gn, r, RULE_FAULT_FORGET);
		glass_record_forget(gn, r);
		done++;
	}
	rcu_read_unlock();
	return done;
}

/**
 * glass_ends_forget() - ends lose their memory
 * @gn: the netns
 * @port: theirs, 0 for all
 *
 * Nothing is sent. Process context.
 *
 * Return: how many.
 */
u32 glass_ends_forget(struct glass_net *gn, u16 port)
{
	struct glass_bucket *b;
	u32 i, done = 0;

	for (i = 0; i <= gn->table.mask; i++) {
		b = &gn->table.buckets[i];
		/* from SYN-RECEIVED to a socket, from there to TIME-WAIT */
		done += forget_records(gn, b, port);
		done += each_sock(b, port, forget);
		done += forget_records(gn, b, port);
		cond_resched();
	}
	return done;
}
