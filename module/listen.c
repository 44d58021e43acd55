// SPDX-License-Identifier: GPL-2.0
/*
 * LISTEN: listen(), accept(), and the two queues behind a port.
 *
 * The SYN queue is no list: it is the embryos in the connection table, and
 * a count of them in the listener. The accept queue holds children whose
 * handshake is complete. A listener is not a TCB: it is found by its port
 * and judged by listen_input() under RCU, without the socket lock, so no
 * segment ever waits behind a user of the listening socket.
 *
 * Who is let in when a queue is full is the core's to say (core/backlog.c).
 */
#include <glass/backlog.h>
#include <linux/poll.h>

#include "glass_sock.h"

/* rfc9293: MUST-41 */
static int listen_start(struct sock *sk)
{
	struct glass_sock *gs = glass_sk(sk);
	struct glass_listener *l;
	int err;

	l = kzalloc(sizeof(*l), GFP_KERNEL);
	if (!l)
		return -ENOMEM;
	l->sk = sk;
	refcount_set(&l->users, 1);
	spin_lock_init(&l->lock);
	INIT_LIST_HEAD(&l->accept_queue);
	INIT_LIST_HEAD(&l->resets);
	sk->sk_ack_backlog = 0;
	inet_sk_set_state(sk, TCP_LISTEN);
	/* sockets that may be bound to one port may not all listen there */
	err = inet_sk(sk)->inet_num ? glass_port_recheck(sk) :
				      glass_get_port(sk, 0);
	if (err)
		goto fail;
	inet_sk(sk)->inet_sport = htons(inet_sk(sk)->inet_num);
	sk_dst_reset(sk);
	sock_set_flag(sk, SOCK_RCU_FREE);
	rcu_assign_pointer(gs->listener, l);
	gs->since = now_ms(glass_now());
	err = glass_listener_hash(sk);
	if (!err)
		return 0;
	/* poll() may have seen it */
	RCU_INIT_POINTER(gs->listener, NULL);
fail:
	inet_sk_set_state(sk, TCP_CLOSE);
	kfree_rcu(l, rcu);
	return err;
}

/**
 * glass_listen() - proto_ops.listen
 * @sock: the socket
 * @backlog: how many finished handshakes may wait for accept(), beyond one
 *
 * Return: 0, -EINVAL in a state that cannot listen, -EADDRINUSE, -ENOMEM.
 */
int glass_listen(struct socket *sock, int backlog)
{
	struct sock *sk = sock->sk;
	int err = -EINVAL;

	lock_sock(sk);
	if (sock->state != SS_UNCONNECTED || sock->type != SOCK_STREAM)
		goto out;
	if (sk->sk_state != TCP_CLOSE && sk->sk_state != TCP_LISTEN)
		goto out;
	WRITE_ONCE(sk->sk_max_ack_backlog, backlog);
	err = 0;
	if (sk->sk_state != TCP_LISTEN)
		err = listen_start(sk);
out:
	release_sock(sk);
	return err;
}

/* Its link makes room for what only a socket with a user has */
static void leave_queue(struct sock *sk, struct glass_sock *child)
{
	list_del(&child->accept_link);
	sk_acceptq_removed(sk);
	child->fastopen_req = NULL;
	child->fastopen_max = 0;
}

/*
 * Children that nobody will accept are aborted: their peers get a RST. No user
 * has one of them, but who looks at all sockets may hold its lock.
 */
static void abort_child(struct sock *child)
{
	/* the listener's is held: another lock of the same class */
	lock_sock_nested(child, SINGLE_DEPTH_NESTING);
	sock_hold(child);
	sock_orphan(child);
	if (child->sk_state == TCP_CLOSE)
		glass_destroy(child);
	else
		glass_user_abort(child);
	release_sock(child);
	sock_put(child);
}

static bool is_embryo_of(const struct glass_record *r, const void *l)
{
	return r->kind == RECORD_EMBRYO && r->listener == l;
}

/* All embryos of a listener that takes no new ones */
static void forget_embryos(struct glass_net *gn, struct glass_listener *l)
{
	struct glass_record *r;
	u32 i;

	for (i = 0; i <= gn->table.mask && READ_ONCE(l->embryos); i++)
		while ((r = glass_record_take(&gn->table.buckets[i],
					      is_embryo_of, l)))
			glass_record_forget(gn, r);
}

/**
 * glass_listen_stop() - LISTEN ends
 * @sk: the socket, locked, in LISTEN; process context
 *
 * Afterwards it is in CLOSED, with no child left in either queue.
 */
void glass_listen_stop(struct sock *sk)
{
	struct glass_sock *gs = glass_sk(sk);
	struct glass_net *gn = glass_sk_net(sk);
	struct glass_listener *l;
	struct glass_sock *child, *next;
	LIST_HEAD(queue);

	l = rcu_dereference_protected(gs->listener, lockdep_sock_is_held(sk));
	glass_listener_unhash(sk);
	spin_lock_bh(&l->lock);
	WRITE_ONCE(l->closing, true);
	list_splice_init(&l->accept_queue, &queue);
	spin_unlock_bh(&l->lock);
	list_for_each_entry_safe(child, next, &queue, accept_link) {
		leave_queue(sk, child);
		abort_child((struct sock *)child);
	}
	/* every bucket: an adder that saw no closing holds its lock, or did */
	forget_embryos(gn, l);
	RCU_INIT_POINTER(gs->listener, NULL);
	glass_listener_put(l);
	inet_sk_set_state(sk, TCP_CLOSE);
}

static bool accept_ready(struct glass_listener *l)
{
	return !list_empty_careful(&l->accept_queue);
}

/* Wait for a child: 0, -EAGAIN, -EINVAL when LISTEN ended, or a signal's */
static int wait_for_child(struct sock *sk, long timeout)
{
	struct glass_sock *gs = glass_sk(sk);
	struct glass_listener *l;
	DEFINE_WAIT(wait);
	int err = 0;

	for (;;) {
		/* one caller per child: a herd would run for nothing */
		prepare_to_wait_exclusive(sk_sleep(sk), &wait,
					  TASK_INTERRUPTIBLE);
		l = rcu_dereference_protected(gs->listener,
					      lockdep_sock_is_held(sk));
		err = -EINVAL;
		if (!l)
			break;
		err = 0;
		if (accept_ready(l))
			break;
		err = -EAGAIN;
		if (!timeout)
			break;
		err = sock_intr_errno(timeout);
		if (signal_pending(current))
			break;
		release_sock(sk);
		timeout = schedule_timeout(timeout);
		sched_annotate_sleep();
		lock_sock(sk);
	}
	finish_wait(sk_sleep(sk), &wait);
	return err;
}

/**
 * glass_accept_wait() - proto.accept
 * @sk: the listening socket
 * @flags: O_NONBLOCK
 * @err: -EINVAL, -EAGAIN, -ERESTARTSYS, -EINTR
 *
 * Return: the child that waited longest, or NULL.
 */
struct sock *glass_accept_wait(struct sock *sk, int flags, int *err)
{
	struct glass_sock *child = NULL;
	struct glass_listener *l;

	lock_sock(sk);
	*err = sk->sk_state != TCP_LISTEN ? -EINVAL :
		wait_for_child(sk, sock_rcvtimeo(sk, flags & O_NONBLOCK));
	if (*err)
		goto out;
	l = rcu_dereference_protected(glass_sk(sk)->listener,
				      lockdep_sock_is_held(sk));
	spin_lock_bh(&l->lock);
	child = list_first_entry(&l->accept_queue, struct glass_sock,
				 accept_link);
	leave_queue(sk, child);
	spin_unlock_bh(&l->lock);
out:
	release_sock(sk);
	if (child)
		glass_budget_accepted((struct sock *)child);
	return (struct sock *)child;
}

static void syn_queue_leave(struct glass_listener *l)
{
	spin_lock_bh(&l->lock);
	l->embryos--;
	spin_unlock_bh(&l->lock);
}

/* An embryo was unhashed: the SYN queue is shorter */
void glass_embryo_gone(struct glass_record *r)
{
	syn_queue_leave(r->listener);
}

/* Is there room for one more handshake? It is counted if there is. */
static u16 syn_queue_enter(struct glass_net *gn, struct glass_listener *l,
			   bool known)
{
	struct backlog b;
	u16 rule;

	spin_lock_bh(&l->lock);
	b = glass_listen_backlog(gn, l);
	rule = backlog_syn(&b, known);
	if (rule == RULE_LISTEN_SYN)
		l->embryos++;
	spin_unlock_bh(&l->lock);
	return rule;
}

/* The ends of a connection to come: bound to a device as its listener is */
static void own_ends(const struct glass_listener *l,
		     const struct glass_tuple *tuple, struct glass_tuple *own)
{
	*own = *tuple;
	own->sdif = 0;
	own->foreign = !!(inet_sk_flowi_flags(l->sk) & FLOWI_FLAG_ANYSRC);
	own->ifindex = READ_ONCE(l->sk->sk_bound_dev_if);
	/* net.ipv4.tcp_l3mdev_accept: the listener is of no VRF, its child is */
	if (!own->ifindex && tuple->sdif)
		own->ifindex = tuple->ifindex;
	if (own->family == AF_INET6 &&
	    ipv6_addr_type(&own->raddr) & IPV6_ADDR_LINKLOCAL)
		own->ifindex = tuple->ifindex;
}

/**
 * glass_listen_params() - what a connection through a listener starts with
 * @gn: the netns
 * @sk: the listener
 * @af: IPv4 or IPv6
 * @own: the ends
 * @m: the manner of its packets
 * @p: gets all but the ISN
 *
 * RCU read lock held, softirqs off.
 *
 * Return: false without a route.
 */
bool glass_listen_params(struct glass_net *gn, const struct sock *sk,
			 const struct glass_af *af,
			 const struct glass_tuple *own,
			 const struct glass_manner *m,
			 struct tcb_params *p)
{
	glass_params(sk, p);
	p->default_mss = af->default_mss;
	p->path_mss = af->path_mss(gn, sk, own, m);
	p->adv_mss = p->path_mss;
	return p->path_mss;
}

/**
 * glass_listen_isn() - the ISN of a connection through a listener
 * @gn: the netns
 * @own: the ends
 * @above: SND.NXT of a connection in TIME-WAIT that made way, or NULL
 * @now: microseconds
 *
 * Return: greater than all that the old one sent, rfc9293#section-3.6.1.
 */
u32 glass_listen_isn(struct glass_net *gn, const struct glass_tuple *own,
		     const u32 *above, u64 now)
{
	u32 isn = handshake_isn(glass_tuple_hash(gn, own, &gn->isn_key), now);

	return above && seq_le(isn, *above) ? *above + 65537 : isn;
}

/* What the listener can tell later is not kept */
static struct glass_record *alloc_embryo(const struct glass_listener *l,
					 const struct glass_tuple *own,
					 u32 hash,
					 const struct glass_manner *m)
{
	struct glass_manner keep = *m;

	if (m->mark == READ_ONCE(l->sk->sk_mark))
		keep.mark = 0;
	return glass_record_alloc(RECORD_EMBRYO, own, hash, &keep);
}

/* A SYN opens and was counted: make the embryo, hash it, answer */
static void open_embryo(struct glass_net *gn, struct glass_listener *l,
			const struct glass_af *af,
			const struct glass_tuple *own,
			const struct segment *syn, const u32 *above, u16 rule,
			struct glass_manner *m)
{
	u32 hash = glass_table_hash(gn, own);
	struct glass_record *r = NULL;
	struct tcb_params p;
	struct segment out;
	u64 now = glass_now();

	m->hash = glass_flow_hash(gn, hash);
	if (glass_listen_params(gn, l->sk, af, own, m, &p))
		r = alloc_embryo(l, own, hash, m);
	if (!r)
		goto no_memory;
	p.cookie = listen_gives_cookie(rule);
	p.iss = glass_listen_isn(gn, own, above, now);
	r->listener = l;
	r->v6 = l->sk->sk_family == AF_INET6;
	embryo_open(&r->embryo, syn, &p, now);
	embryo_output(&r->embryo, &out);
	if (glass_table_add_record(gn, r)) {
		glass_record_free(r);
		goto no_memory;
	}
	/* unless it is gone already, and forgotten by whoever unhashed it */
	glass_record_start(gn, r);
	glass_reply(gn, l->sk, af, own, &out, TCB_SYN_RECEIVED, m);
	return;

no_memory:
	syn_queue_leave(l);
	glass_count(gn, RULE_LISTEN_NO_MEMORY);
}

/**
 * glass_listen_rcv() - a segment arrives at LISTEN
 * @gn: the netns
 * @sk: the listening socket
 * @af: IPv4 or IPv6
 * @tuple: made from the packet
 * @skb: consumed with RECORD_CONSUMED alone
 * @s: @skb decoded
 * @above: SND.NXT of a connection in TIME-WAIT that made way for @s, or NULL
 *
 * RCU read lock held, softirqs off, the socket not locked.
 *
 * Return: RECORD_CONSUMED, or RECORD_AGAIN: a connection was made meanwhile.
 * rfc9293: MUST-53
 */
enum glass_record_fate
glass_listen_rcv(struct glass_net *gn, struct sock *sk,
		 const struct glass_af *af, const struct glass_tuple *tuple,
		 struct sk_buff *skb, const struct segment *s,
		 const u32 *above)
{
	struct glass_listener *l = rcu_dereference(glass_sk(sk)->listener);
	struct ip_options_data came;
	struct glass_tuple own;
	struct glass_manner m;
	struct embryo e;
	struct verdict v;

	glass_manner_listen(sk, skb, &came, &m);
	listen_input(s, &v);
	if (!l) {
		/* it stopped listening while the packet was on its way */
		v.rule = RULE_CLOSED_REJECT;
		v.bits = V_REJECT;
	} else {
		own_ends(l, tuple, &own);
		if (v.rule == RULE_LISTEN_SYN)
			v.rule = syn_queue_enter(gn, l, above);
		glass_fastopen_judge(gn, l, &own, s, &v);
		glass_cookie_judge(gn, l, af, &own, s, &m, &e, &v);
	}
	if (v.bits & V_ESTABLISHED)
		return glass_cookie_ready(gn, l, &own, &e, &m, skb, s);
	if (v.rule == RULE_FASTOPEN_OPEN)
		return glass_fastopen_ready(gn, l, af, &own, &m, skb, s,
					    above);
	glass_judged(gn, tuple, s, skb, TCB_LISTEN,
		     listen_opens(v.rule) ? TCB_SYN_RECEIVED : TCB_LISTEN,
		     v.rule, 0, s->flags & SEG_SYN ? s->seq : 0);
	if (listen_opens(v.rule))
		open_embryo(gn, l, af, &own, s, above, v.rule, &m);
	else if (v.rule == RULE_LISTEN_SYN_COOKIE)
		glass_cookie_syn(gn, l, af, &own, s, &m);
	else if (v.bits & V_REJECT)
		glass_reject(gn, sk, tuple, skb, s, v.rule);
	kfree_skb(skb);
	return RECORD_CONSUMED;
}
