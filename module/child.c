// SPDX-License-Identifier: GPL-2.0
/*
 * From an embryo, kept or brought back by a cookie, to a socket: a copy of the
 * listener with two ends of its own, put into the accept queue.
 */
#include <glass/backlog.h>
#include <linux/filter.h>
#include <net/inet_hashtables.h>

#include "glass_sock.h"

/**
 * glass_listen_backlog() - a listener's queues, for the core to judge
 * @gn: the netns
 * @l: the listener; its lock held, or its embryos do not matter
 *
 * Return: how long they are, and how long they may be.
 */
struct backlog glass_listen_backlog(const struct glass_net *gn,
				    const struct glass_listener *l)
{
	return (struct backlog){
		.limit = READ_ONCE(l->sk->sk_max_ack_backlog),
		.most = READ_ONCE(gn->sysctl.max_syn_backlog),
		.waiting = READ_ONCE(l->sk->sk_ack_backlog),
		.embryos = READ_ONCE(l->embryos),
		.cookies = READ_ONCE(gn->sysctl.syncookies),
	};
}

/* What is IPv6's own, whatever the packets are */
static void child_ipv6(struct sock *child)
{
	struct ipv6_pinfo *np = &((struct glass6_sock *)child)->inet6;

	inet_sk(child)->pinet6 = np;
	np->ipv6_mc_list = NULL;
	np->ipv6_ac_list = NULL;
	glass_compat_no_flow_labels(child);
	np->pktoptions = NULL;
	RCU_INIT_POINTER(np->opt, NULL);
	np->saddr = child->sk_v6_rcv_saddr;
}

/* Both ends, and what the copy of the listener must not share with it */
/* rfc9293: MUST-45 */
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
		glass_v6_no_ipv4(child);
		inet->inet_daddr = inet->inet_rcv_saddr;
		child->sk_v6_rcv_saddr = t->laddr;
		child->sk_v6_daddr = t->raddr;
	} else {
		/* mapped too, for a child of AF_INET6 */
		sk_rcv_saddr_set(child, t->laddr.s6_addr32[0]);
		sk_daddr_set(child, t->raddr.s6_addr32[0]);
	}
	inet->inet_saddr = inet->inet_rcv_saddr;
	inet->pinet6 = NULL;
	if (child->sk_family == AF_INET6)
		child_ipv6(child);
}

static void child_init(struct sock *child, const struct glass_tuple *own,
		       const struct embryo *e, const struct glass_manner *m,
		       const struct sk_buff *skb)
{
	struct glass_sock *gs = glass_sk(child);
	struct tcb_params p;

	sock_reset_flag(child, SOCK_RCU_FREE);
	child->sk_ack_backlog = 0;
	child->sk_rx_dst = NULL;
	RCU_INIT_POINTER(gs->listener, NULL);
	gs->port = NULL;
	gs->defer_accept = 0;
	gs->fastopen_of = NULL;
	gs->pace = NULL;
	gs->fastopen_connect = false;
	gs->way_given = false;
	gs->urg_data = 0;
	gs->since = now_ms(glass_now());
	gs->text_at = gs->since;
	glass_clock_init(child);
	glass_use(child, glass_af(own));
	child_addresses(child, own);
	glass_child_manner(child, m, skb);

	glass_cong_inherit(child);
	glass_params(child, &p);
	p.adv_mss = e->adv_mss;
	p.path_mss = e->mss;
	p.ip_options = m->way ? m->way->opt.optlen : glass_way_len(child);
	p.ts_offset = glass_ts_offset(glass_sk_net(child), own);
	tcb_from_embryo(&gs->tcb, &p, e);
	inet_sk_set_state(child, TCP_SYN_RECV);
	gs->copied_seq = gs->tcb.rcv.nxt;
	gs->queued_seq = gs->tcb.rcv.nxt;
	gs->out_seq = gs->tcb.snd.end;
}

/* A child that is in no table goes; it is locked on entry, not on return */
static void discard_child(struct sock *child)
	__releases(child->sk_lock.slock)
{
	struct verdict v = {};

	sock_orphan(child);
	tcb_dead(&glass_sk(child)->tcb, &v, 0);
	inet_sk_set_state(child, TCP_CLOSE);
	glass_destroy(child);
	bh_unlock_sock(child);
	sock_put(child);
}

/*
 * A socket in SYN-RECEIVED for an embryo, in no table yet, its spinlock held,
 * with a reference for the caller beside the one that keeps it alive; NULL
 * without memory or route. Only the caller tells sparse of the lock, which
 * cannot know that NULL has none.
 */
static struct sock *create_child(struct sock *listener,
				 const struct glass_tuple *own,
				 const struct embryo *e,
				 const struct glass_manner *m,
				 const struct sk_buff *skb)
{
	struct sock *child = sk_clone_lock(listener, GFP_ATOMIC);

	if (!child)
		return NULL;
	child_init(child, own, e, m, skb);
	if ((m->way && !glass_way_take(child, m->way)) ||
	    !glass_sk_af(child)->child_route(child)) {
		__acquire(child->sk_lock.slock);
		discard_child(child);
		return NULL;
	}
	glass_port_inherit(child, listener);
	return child;
}

/* Into the accept queue; false if the listener is closing */
static bool queue_child(struct glass_listener *l, struct sock *child)
{
	bool open;

	spin_lock_bh(&l->lock);
	open = !l->closing;
	if (open) {
		list_add_tail(&glass_sk(child)->accept_link, &l->accept_queue);
		sk_acceptq_added(l->sk);
	}
	spin_unlock_bh(&l->lock);
	return open;
}

/* A child in the table, locked, gets its first segment and may be accepted */
static void start_child(struct glass_listener *l, struct sock *child,
			struct sk_buff *skb, const struct segment *s,
			void (*event)(struct sock *sk, struct sk_buff *skb,
				      struct segment *s))
	__releases(child->sk_lock.slock)
{
	struct segment seg = *s;

	/* the listener's filter may have cut it */
	seg.len = min(seg.len, skb->len - glass_header_len(skb));
	nf_reset_ct(skb);
	skb->dev = NULL;
	if (queue_child(l, child)) {
		event(child, skb, &seg);
		bh_unlock_sock(child);
		l->sk->sk_data_ready(l->sk);
	} else {
		kfree_skb(skb);
		sock_orphan(child);
		glass_user_abort(child);
		bh_unlock_sock(child);
	}
	sock_put(child);
}

static void tell_drop(struct glass_net *gn, const struct glass_tuple *own,
		      const struct sk_buff *skb, const struct segment *s,
		      u16 rule)
{
	u8 state = s->flags & SEG_SYN ? TCB_LISTEN : TCB_SYN_RECEIVED;

	glass_judged(gn, own, s, skb, state, state, rule, 0, 0);
}

/* No child could be made: the segment is lost, and comes again */
static enum glass_record_fate drop_ready(struct glass_net *gn,
					 const struct glass_tuple *own,
					 struct sk_buff *skb,
					 const struct segment *s, u16 rule)
{
	tell_drop(gn, own, skb, s, rule);
	kfree_skb(skb);
	return RECORD_CONSUMED;
}

/* No room: the embryo stays and sends its SYN/ACK again, or is aborted */
static enum glass_record_fate overflow(struct glass_net *gn,
				       struct glass_record *r,
				       struct sk_buff *skb,
				       const struct segment *s, u16 rule)
{
	/* perhaps it was the child of this very embryo that filled the queue */
	if (hlist_nulls_unhashed_lockless(&r->node))
		return RECORD_AGAIN;
	if (rule != RULE_LISTEN_OVERFLOW_RST)
		return drop_ready(gn, &r->tuple, skb, s, rule);
	if (!glass_table_remove_record(gn, r))
		return RECORD_AGAIN;
	tell_drop(gn, &r->tuple, skb, s, rule);
	glass_reject(gn, r->listener->sk, &r->tuple, skb, s, rule);
	glass_record_forget(gn, r);
	kfree_skb(skb);
	return RECORD_CONSUMED;
}

/**
 * glass_embryo_ready() - the handshake's last ACK came: make a socket
 * @gn: the netns
 * @r: the embryo; may have left the table meanwhile
 * @e: what it said under its bucket's lock
 * @skb: consumed with RECORD_CONSUMED alone; the ACK, perhaps with text
 * @s: @skb decoded
 *
 * RCU read lock held, softirqs off.
 *
 * Return: RECORD_CONSUMED, or RECORD_AGAIN: another segment was faster, and
 * what it made of the embryo will be found.
 */
enum glass_record_fate
glass_embryo_ready(struct glass_net *gn, struct glass_record *r,
		   const struct embryo *e, struct sk_buff *skb,
		   const struct segment *s)
{
	struct glass_listener *l = r->listener;
	struct ip_options_data came;
	struct glass_manner m;
	struct ip_options_rcu *way = glass_way_back(skb, &came);
	struct backlog b;
	struct sock *child;
	u16 rule;

	if (sk_filter_trim_cap(l->sk, skb, SEG_HEADER_MAX))
		return drop_ready(gn, &r->tuple, skb, s, RULE_POLICY_DROP);
	b = glass_listen_backlog(gn, l);
	rule = backlog_ack(&b, READ_ONCE(gn->sysctl.abort_on_overflow));
	if (rule != RULE_EMBRYO_ACK)
		return overflow(gn, r, skb, s, rule);
	glass_manner_record(gn, r, &m);
	m.way = way ?: m.way;
	child = create_child(l->sk, &r->tuple, e, &m, skb);
	if (!child)
		return drop_ready(gn, &r->tuple, skb, s,
				  RULE_LISTEN_NO_MEMORY);
	__acquire(child->sk_lock.slock);
	if (!glass_table_replace_record(gn, r, child)) {
		discard_child(child);
		return RECORD_AGAIN;
	}
	glass_record_forget(gn, r);
	glass_count(gn, rule);
	start_child(l, child, skb, s, glass_input);
	return RECORD_CONSUMED;
}

/**
 * glass_cookie_ready() - the ACK of a SYN cookie came: make a socket
 * @gn: the netns
 * @l: the listener
 * @own: the ends
 * @e: what the cookie says
 * @m: the manner of its packets
 * @skb: consumed with RECORD_CONSUMED alone; the ACK, perhaps with text
 * @s: @skb decoded
 *
 * RCU read lock held, softirqs off.
 *
 * Return: RECORD_CONSUMED, or RECORD_AGAIN: another ACK was faster, and
 * there is a connection now.
 */
enum glass_record_fate
glass_cookie_ready(struct glass_net *gn, struct glass_listener *l,
		   const struct glass_tuple *own, const struct embryo *e,
		   const struct glass_manner *m, struct sk_buff *skb,
		   const struct segment *s)
{
	struct backlog b = glass_listen_backlog(gn, l);
	struct sock *child;

	if (accept_queue_full(&b))
		return drop_ready(gn, own, skb, s,
				  RULE_LISTEN_ACCEPT_QUEUE_FULL);
	child = create_child(l->sk, own, e, m, skb);
	if (!child)
		return drop_ready(gn, own, skb, s, RULE_LISTEN_NO_MEMORY);
	__acquire(child->sk_lock.slock);
	if (glass_table_add(child)) {
		discard_child(child);
		return RECORD_AGAIN;
	}
	glass_count(gn, RULE_COOKIE_ACK);
	start_child(l, child, skb, s, glass_input);
	return RECORD_CONSUMED;
}

/* The embryo that a fast open makes a child of, at once; false without route */
static bool fast_embryo(struct glass_net *gn, struct glass_listener *l,
			const struct glass_af *af,
			const struct glass_tuple *own,
			const struct segment *syn, const u32 *above,
			const struct glass_manner *m, struct embryo *e)
{
	u64 now = glass_now();
	struct tcb_params p;

	if (!glass_listen_params(gn, l->sk, af, own, m, &p))
		return false;
	p.iss = glass_listen_isn(gn, own, above, now);
	embryo_open(e, syn, &p, now);
	return true;
}

/**
 * glass_fastopen_ready() - a SYN with a good cookie came: make a socket
 * @gn: the netns
 * @l: the listener, which counts it as pending and is held for it
 * @af: IPv4 or IPv6
 * @own: the ends
 * @m: the manner of its packets
 * @skb: consumed with RECORD_CONSUMED alone; the SYN, perhaps with text
 * @s: @skb decoded
 * @above: SND.NXT of a connection in TIME-WAIT that made way for @s, or NULL
 *
 * RCU read lock held, softirqs off.
 *
 * Return: RECORD_CONSUMED, or RECORD_AGAIN: another SYN was faster.
 */
enum glass_record_fate
glass_fastopen_ready(struct glass_net *gn, struct glass_listener *l,
		     const struct glass_af *af, const struct glass_tuple *own,
		     const struct glass_manner *m, struct sk_buff *skb,
		     const struct segment *s, const u32 *above)
{
	struct sock *child = NULL;
	struct embryo e;

	if (fast_embryo(gn, l, af, own, s, above, m, &e))
		child = create_child(l->sk, own, &e, m, skb);
	if (!child) {
		glass_fastopen_done(l);
		return drop_ready(gn, own, skb, s, RULE_LISTEN_NO_MEMORY);
	}
	__acquire(child->sk_lock.slock);
	glass_sk(child)->tcb.fastopen = glass_fastopen_stale(gn, own, s);
	glass_sk(child)->tcb.syn_retries = READ_ONCE(gn->sysctl.synack_retries);
	glass_sk(child)->fastopen_of = l;
	if (glass_table_add(child)) {
		discard_child(child);
		return RECORD_AGAIN;
	}
	start_child(l, child, skb, s, glass_fast_open);
	return RECORD_CONSUMED;
}
