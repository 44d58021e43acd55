// SPDX-License-Identifier: GPL-2.0
/*
 * SYN-RECEIVED and TIME-WAIT without a socket: records of 128 octets in the
 * connection table. How TIME-WAIT begins is in timewait.c.
 *
 * A record is changed under its bucket's lock and lives as long as it is
 * hashed; whoever unhashes it forgets it. Its deadline is on a list of its
 * netns: all records of one list wait equally long, so a list is in order of
 * time by itself, and one timer serves all of them.
 */
#include "fault.h"

static void free_rcu_record(struct rcu_head *head)
{
	glass_record_free(container_of(head, struct glass_record, rcu));
}

static void timewait_gone(struct glass_net *gn, struct glass_record *r)
{
	glass_port_unwait(gn, r);
	atomic_dec(&gn->timewaits);
}

/**
 * glass_record_forget() - an unhashed record goes, with what it counted for
 * @gn: the netns
 * @r: the record; the caller unhashed it
 */
void glass_record_forget(struct glass_net *gn, struct glass_record *r)
{
	if (r->kind == RECORD_EMBRYO)
		glass_embryo_gone(r);
	else
		timewait_gone(gn, r);
	spin_lock_bh(&gn->due.lock);
	if (!list_empty(&r->due))
		list_del_init(&r->due);
	spin_unlock_bh(&gn->due.lock);
	call_rcu(&r->rcu, free_rcu_record);
}

/*
 * The last place, but before those that wait since rto_max_ms was more: as long as
 * there are any, each that comes walks past them.
 */
static void put_in_order(struct list_head *list, struct glass_record *r)
{
	struct glass_record *at;

	list_for_each_entry_reverse(at, list, due) {
		if (seq_le(at->deadline, r->deadline))
			break;
	}
	list_add(&r->due, &at->due);
}

/**
 * glass_record_schedule() - the record's time begins
 * @gn: the netns
 * @r: the record, its bucket locked
 * @delay_ms: the same for all of @list at a time, milliseconds
 * @list: 0 for TIME-WAIT, else the number of SYN/ACKs sent
 */
void glass_record_schedule(struct glass_net *gn, struct glass_record *r,
			   u32 delay_ms, unsigned int list)
{
	struct glass_due_list *due = &gn->due;

	list = min(list, GLASS_DUE_LISTS - 1u);
	spin_lock_bh(&due->lock);
	r->deadline = now_ms(glass_now()) + delay_ms;
	list_del(&r->due);
	put_in_order(&due->list[list], r);
	timer_reduce(&due->timer, jiffies + msecs_to_jiffies(delay_ms) + 1);
	spin_unlock_bh(&due->lock);
}

/* The wait for an embryo's ACK, as long as it is by now; its bucket is locked */
static void start_again(struct glass_net *gn, struct glass_record *r)
{
	glass_record_schedule(gn, r, embryo_delay_ms(&r->embryo,
						     glass_rto_max_ms(gn)),
			      r->embryo.sent);
}

/**
 * glass_record_start() - the wait for an embryo's ACK begins
 * @gn: the netns
 * @r: the embryo, hashed by the caller under RCU; may be gone again
 */
void glass_record_start(struct glass_net *gn, struct glass_record *r)
{
	struct glass_bucket *b = glass_bucket(gn, r->hash);

	spin_lock_bh(&b->lock);
	if (!hlist_nulls_unhashed(&r->node))
		start_again(gn, r);
	spin_unlock_bh(&b->lock);
}

/*
 * Send what an embryo has to say, in answer to @came or as its time is over;
 * its bucket is locked until @s is built
 */
static void send_embryo(struct glass_net *gn, const struct glass_af *af,
			struct glass_record *r, struct segment *s,
			const struct sk_buff *came)
{
	struct glass_manner m;

	if (came && !(s->flags & SEG_SYN))
		glass_manner_ack(gn, r, came, &m);
	else
		glass_manner_record(gn, r, &m);
	glass_reply(gn, r->listener->sk, af, &r->tuple, s, TCB_SYN_RECEIVED,
		    &m);
}

static u8 listener_defers(const struct glass_record *r)
{
	return READ_ONCE(glass_sk(r->listener->sk)->defer_accept);
}

/* RCU read lock held; the record is off its list of deadlines */
static void record_expired(struct glass_net *gn, struct glass_record *r)
{
	struct glass_bucket *b = glass_bucket(gn, r->hash);
	u16 rule = RULE_TW_EXPIRED;
	struct segment s;
	bool send;

	spin_lock_bh(&b->lock);
	if (hlist_nulls_unhashed(&r->node)) {
		spin_unlock_bh(&b->lock);
		return;
	}
	if (r->kind == RECORD_EMBRYO) {
		if (glass_end_frozen(gn, r->tuple.lport)) {
			start_again(gn, r);
			spin_unlock_bh(&b->lock);
			return;
		}
		if (embryo_wait(&r->embryo,
				READ_ONCE(gn->sysctl.synack_retries),
				listener_defers(r))) {
			send = embryo_output(&r->embryo, &s);
			glass_count_event(gn, EVENT_TIMEOUTS);
			start_again(gn, r);
			spin_unlock_bh(&b->lock);
			if (send)
				send_embryo(gn, glass_af(&r->tuple), r, &s,
					    NULL);
			return;
		}
		rule = RULE_EMBRYO_TIMEOUT;
		glass_trace_record(gn, r, rule);
	}
	hlist_nulls_del_init_rcu(&r->node);
	spin_unlock_bh(&b->lock);
	glass_count(gn, rule);
	glass_record_forget(gn, r);
}

/* The first of a list, if its time is over; else note when it will be */
static struct glass_record *take_due(struct list_head *list, u32 now,
				     u32 *next)
{
	struct glass_record *r;

	r = list_first_entry_or_null(list, struct glass_record, due);
	if (!r)
		return NULL;
	if (seq_lt(now, r->deadline)) {
		*next = min(*next, r->deadline - now);
		return NULL;
	}
	list_del_init(&r->due);
	return r;
}

static void due_fired(struct timer_list *timer)
{
	struct glass_due_list *due = from_timer(due, timer, timer);
	u32 next = U32_MAX, now = now_ms(glass_now());
	struct glass_record *r;
	int i;

	rcu_read_lock();
	spin_lock_bh(&due->lock);
	for (i = 0; i < GLASS_DUE_LISTS; i++) {
		while ((r = take_due(&due->list[i], now, &next))) {
			spin_unlock_bh(&due->lock);
			record_expired(due->gn, r);
			spin_lock_bh(&due->lock);
		}
	}
	if (next != U32_MAX)
		timer_reduce(&due->timer,
			     jiffies + msecs_to_jiffies(next) + 1);
	spin_unlock_bh(&due->lock);
	rcu_read_unlock();
}

void glass_record_net_init(struct glass_net *gn)
{
	int i;

	gn->due.gn = gn;
	spin_lock_init(&gn->due.lock);
	for (i = 0; i < GLASS_DUE_LISTS; i++)
		INIT_LIST_HEAD(&gn->due.list[i]);
	timer_setup(&gn->due.timer, due_fired, 0);
}

/**
 * glass_record_take() - the first of a bucket that is wanted leaves it
 * @b: the bucket
 * @wanted: is it this one? Under the bucket's lock; NULL: any is
 * @arg: for @wanted
 *
 * An embryo's listener lives until glass_record_forget() if the RCU lock is held
 * from before this, or the listener's own.
 *
 * Return: it, for glass_record_forget(); NULL if there is none.
 */
struct glass_record *
glass_record_take(struct glass_bucket *b,
		  bool (*wanted)(const struct glass_record *r, const void *arg),
		  const void *arg)
{
	struct hlist_nulls_node *node;
	struct glass_record *r;

	spin_lock_bh(&b->lock);
	hlist_nulls_for_each_entry(r, node, &b->records, node) {
		if (wanted && !wanted(r, arg))
			continue;
		hlist_nulls_del_init_rcu(&r->node);
		spin_unlock_bh(&b->lock);
		return r;
	}
	spin_unlock_bh(&b->lock);
	return NULL;
}

/* No packet can arrive any more, no socket is left: only TIME-WAIT is */
void glass_record_net_exit(struct glass_net *gn)
{
	struct glass_record *r;
	u32 i;

	timer_shutdown_sync(&gn->due.timer);
	for (i = 0; i <= gn->table.mask; i++)
		while ((r = glass_record_take(&gn->table.buckets[i], NULL, NULL)))
			glass_record_forget(gn, r);
}

/* Would a new connection take over? */
static bool makes_way(const struct verdict *v)
{
	return v->rule == RULE_TW_SYN || v->rule == RULE_TW_SYN_TS;
}

/* The core's judgement, and what of the world it cannot know */
static void timewait_judge(struct glass_net *gn, struct glass_record *r,
			   const struct glass_tuple *tuple,
			   const struct segment *s, struct verdict *v)
{
	struct timewait *w = &r->timewait;

	timewait_input(w, s, v);
	if (READ_ONCE(gn->sysctl.rfc1337))
		timewait_ignore_rst(v);
	/* by the device that it came by, which the record need not know */
	if (makes_way(v) && !glass_listener_find(gn, tuple))
		timewait_no_listener(w, v);
	if (!glass_challenge_ok(gn, &w->challenged, s, v, glass_now()))
		w->rule = RULE_NONE;
}

/* TIME-WAIT: the bucket is locked on entry, not on return */
static enum glass_record_fate
timewait_rcv(struct glass_net *gn, const struct glass_af *af,
	     struct glass_record *r, const struct glass_tuple *tuple,
	     const struct sk_buff *skb,
	     const struct segment *s, u32 *above)
	__releases(bucket->lock)
{
	struct glass_bucket *b = glass_bucket(gn, r->hash);
	struct ip_options_data came;
	struct glass_manner m;
	struct segment out;
	struct verdict v;
	bool send;

	timewait_judge(gn, r, tuple, s, &v);
	send = timewait_output(&r->timewait, &out);
	if (v.bits & V_DEAD)
		hlist_nulls_del_init_rcu(&r->node);
	else if (v.bits & V_TIME_WAIT)
		glass_record_schedule(gn, r, 2 * TIMEWAIT_MSL_MS, 0);
	*above = r->timewait.snd_nxt;
	spin_unlock_bh(&b->lock);

	glass_judged(gn, &r->tuple, s, skb, TCB_TIME_WAIT,
		     v.bits & V_DEAD ? TCB_CLOSED : TCB_TIME_WAIT, v.rule, 0, 0);
	if (send) {
		glass_manner_ack(gn, r, skb, &m);
		m.way = glass_way_back(skb, &came);
		glass_reply(gn, NULL, af, &r->tuple, &out, TCB_TIME_WAIT, &m);
	}
	if (v.bits & V_DEAD)
		glass_record_forget(gn, r);
	return makes_way(&v) ? RECORD_TO_LISTENER : RECORD_CONSUMED;
}

/* SYN-RECEIVED: the bucket is locked on entry, not on return */
static enum glass_record_fate
embryo_rcv(struct glass_net *gn, const struct glass_af *af,
	   struct glass_record *r, struct sk_buff *skb,
	   const struct segment *s)
	__releases(bucket->lock)
{
	struct glass_bucket *b = glass_bucket(gn, r->hash);
	struct embryo *e = &r->embryo;
	u32 iss = e->iss, irs = e->irs;
	struct embryo copy;
	struct segment out;
	struct verdict v;
	bool send;

	embryo_input(e, s, &v);
	embryo_defer(e, s, listener_defers(r), &v);
	if (!glass_challenge_ok(gn, &e->challenged, s, &v, glass_now())) {
		e->synack_due = 0;
		e->ack_due = 0;
	}
	send = embryo_output(e, &out);
	if (v.bits & V_DEAD)
		hlist_nulls_del_init_rcu(&r->node);
	copy = *e;
	spin_unlock_bh(&b->lock);

	if (v.bits & V_ESTABLISHED)
		return glass_embryo_ready(gn, r, &copy, skb, s);
	glass_judged(gn, &r->tuple, s, skb, TCB_SYN_RECEIVED,
		     v.bits & V_DEAD ? TCB_LISTEN : TCB_SYN_RECEIVED, v.rule,
		     iss, irs);
	if (send)
		send_embryo(gn, af, r, &out, skb);
	if (v.bits & V_REJECT)
		glass_reject(gn, r->listener->sk, &r->tuple, skb, s, v.rule);
	if (v.bits & V_DEAD)
		glass_record_forget(gn, r);
	kfree_skb(skb);
	return RECORD_CONSUMED;
}

/**
 * glass_record_input() - a segment arrives for a record
 * @gn: the netns
 * @af: IPv4 or IPv6
 * @r: from glass_table_find_record(), RCU read lock held since
 * @tuple: made from @skb
 * @skb: consumed with RECORD_CONSUMED alone
 * @s: @skb decoded
 * @above: with RECORD_TO_LISTENER, SND.NXT of the connection that makes way
 *
 * Return: what became of it.
 */
enum glass_record_fate
glass_record_input(struct glass_net *gn, const struct glass_af *af,
		   struct glass_record *r, const struct glass_tuple *tuple,
		   struct sk_buff *skb, const struct segment *s, u32 *above)
{
	struct glass_bucket *b = glass_bucket(gn, r->hash);
	enum glass_record_fate fate;

	spin_lock_bh(&b->lock);
	if (hlist_nulls_unhashed(&r->node)) {
		spin_unlock_bh(&b->lock);
		return RECORD_AGAIN;
	}
	if (r->kind == RECORD_EMBRYO)
		return embryo_rcv(gn, af, r, skb, s);
	fate = timewait_rcv(gn, af, r, tuple, skb, s, above);
	if (fate == RECORD_CONSUMED)
		kfree_skb(skb);
	return fate;
}
