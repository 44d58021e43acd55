// SPDX-License-Identifier: GPL-2.0
/*
 * Fault injection by segment: "drop the second SYN/ACK that arrives here".
 *
 * It sits between the check of a segment and its lookup. A wish counts the
 * segments that fit it, and takes those that it is about: lost, twice,
 * damaged, later, behind others, or held until somebody lets them go. What
 * was done is told by a rule of its own, as if it had been decided; the
 * segment itself is judged when it arrives at last. An end that is frozen,
 * see faultend.c, takes none.
 *
 * Nobody pays for it while there is no wish: see glass_faulty().
 */
#include "fault.h"

#define HELD_MAX	1024
#define HELD_OCTETS	(4u << 20)	/* of memory; nobody else pays for it */

DEFINE_STATIC_KEY_DEFERRED_FALSE(glass_faults_wanted, HZ);

static bool fits(const struct fault *f, const struct segment *s)
{
	u16 has = s->flags | (s->len ? FAULT_TEXT : 0);

	return f->action != FAULT_FORGET &&
	       (has & f->with) == f->with && !(has & f->without) &&
	       (!f->from || f->from == s->src) && (!f->to || f->to == s->dst);
}

/*
 * Count it with every wish that it fits; the first to be about it has it, but
 * one that freezes its end before all others: it does not arrive at all.
 */
static bool choose(struct glass_faults *faults, const struct segment *s,
		   struct fault *chosen)
{
	struct fault *f, *first = glass_fault_freezes(faults, s->dst);

	list_for_each_entry(f, &faults->wishes, link) {
		if (!fits(f, s))
			continue;
		f->seen++;
		if (!first && f->seen >= f->nth &&
		    (!f->times || f->seen - f->nth < f->times))
			first = f;
	}
	if (!first)
		return false;
	first->done++;
	*chosen = *first;
	return true;
}

/* The wish of this number, or NULL; lock held */
struct fault *glass_fault_find(struct glass_faults *faults, u32 id)
{
	struct fault *f;

	list_for_each_entry(f, &faults->wishes, link)
		if (f->id == id)
			return f;
	return NULL;
}

/* The next deadline, if there is one; lock held */
static void arm(struct glass_faults *faults)
{
	u32 now = now_ms(glass_now()), next = 0;
	struct held *h;

	list_for_each_entry(h, &faults->held, link)
		if (h->due && (!next || (s32)(h->due - next) < 0))
			next = h->due;
	if (next)
		mod_timer(&faults->timer, jiffies +
			  msecs_to_jiffies(max_t(s32, next - now, 0)));
}

/* From the list of those that wait to @free; lock held */
static void let_go(struct glass_faults *faults, struct held *h,
		   struct list_head *free)
{
	struct fault *f = glass_fault_find(faults, h->id);

	if (f)
		f->held--;
	WRITE_ONCE(faults->count, faults->count - 1);
	faults->octets -= h->skb->truesize;
	list_move_tail(&h->link, free);
}

/**
 * glass_fault_tell() - a fault strikes a segment
 * @gn: the netns
 * @skb: it, its header linear
 * @tuple: its ends, ours first
 * @s: it, decoded
 * @rule: of GLASS_RULES_FAULT
 */
void glass_fault_tell(struct glass_net *gn, const struct sk_buff *skb,
		      const struct glass_tuple *tuple,
		      const struct segment *s, u16 rule)
{
	glass_count(gn, rule);
	glass_trace(gn, false, tuple, s, skb, 0, 0, rule, 0, 0);
}

/* Into the list that it belongs to; lock held */
static void put_held(struct glass_faults *faults, struct held *h,
		     struct fault *f)
{
	f->held++;
	WRITE_ONCE(faults->count, faults->count + 1);
	faults->octets += h->skb->truesize;
	/* conntrack of a netns ends before Glass's part of it */
	nf_reset_ct(h->skb);
	h->skb->dev = NULL;
	list_add_tail(&h->link, f->action == FAULT_KEEP ? &faults->kept :
							  &faults->held);
	arm(faults);
}

/* Is there room for it among those that wait? Lock held. */
static bool has_room(const struct glass_faults *faults,
		     const struct sk_buff *skb)
{
	return faults->count < HELD_MAX &&
	       faults->octets + skb->truesize <= HELD_OCTETS;
}

/* It would arrive at an end that is frozen: there it waits, or is lost */
static bool held_again(struct glass_net *gn, struct held *h)
{
	struct glass_faults *faults = &gn->faults;
	struct segment s;
	struct fault *f;
	bool waits;

	spin_lock_bh(&faults->lock);
	f = glass_fault_freezes(faults, h->tuple.lport);
	waits = f && has_room(faults, h->skb);
	if (f) {
		list_del(&h->link);
		glass_decode(&s, h->skb);
		glass_fault_tell(gn, h->skb, &h->tuple, &s, waits ?
				 RULE_FAULT_FREEZE : RULE_FAULT_DROP);
	}
	if (waits) {
		h->id = f->id;
		h->due = 0;
		h->behind = 0;
		put_held(faults, h, f);
	} else if (f) {
		kfree_skb(h->skb);
		kfree(h);
	}
	spin_unlock_bh(&faults->lock);
	return f;
}

/**
 * glass_fault_deliver() - these arrive, in order
 * @gn: the netns
 * @list: of struct held; consumed. Whose interface is gone is lost
 *
 * No lock is held.
 */
void glass_fault_deliver(struct glass_net *gn, struct list_head *list)
{
	struct held *h, *next;

	rcu_read_lock();
	local_bh_disable();
	list_for_each_entry_safe(h, next, list, link) {
		if (glass_end_frozen(gn, h->tuple.lport) && held_again(gn, h))
			continue;
		h->skb->dev = dev_get_by_index_rcu(gn->net, h->ifindex);
		if (h->skb->dev)
			glass_rcv_late(gn, h->skb, glass_af(&h->tuple));
		else
			kfree_skb(h->skb);
		kfree(h);
	}
	local_bh_enable();
	rcu_read_unlock();
}

static void due(struct timer_list *t)
{
	struct glass_faults *faults = container_of(t, struct glass_faults,
						   timer);
	struct held *h, *next;
	u32 now = now_ms(glass_now());
	LIST_HEAD(list);

	spin_lock(&faults->lock);
	list_for_each_entry_safe(h, next, &faults->held, link)
		if (h->due && (s32)(h->due - now) <= 0)
			let_go(faults, h, &list);
	arm(faults);
	spin_unlock(&faults->lock);
	glass_fault_deliver(container_of(faults, struct glass_net, faults),
			    &list);
}

/* Of those that wait; RULE_NONE for a copy, which nobody waits for */
static const u16 held_rules[FAULT_ACTIONS] = {
	[FAULT_DELAY] = RULE_FAULT_DELAY,
	[FAULT_REORDER] = RULE_FAULT_REORDER,
	[FAULT_HOLD] = RULE_FAULT_HOLD,
	[FAULT_FREEZE] = RULE_FAULT_FREEZE,
};

/**
 * glass_fault_hold() - a segment is to wait, or a copy to be kept
 * @gn: the netns
 * @skb: it; consumed if it can be
 * @tuple: its ends
 * @s: it, decoded
 * @wish: a copy of what was wished for, made under the lock
 *
 * RCU read lock held, softirqs off.
 *
 * Return: false without memory, or when there are too many, or if the wish was
 * taken back meanwhile.
 */
bool glass_fault_hold(struct glass_net *gn, struct sk_buff *skb,
		      const struct glass_tuple *tuple,
		      const struct segment *s, const struct fault *wish)
{
	struct glass_faults *faults = &gn->faults;
	struct held *h = kmalloc(sizeof(*h), GFP_ATOMIC);
	struct fault *f = NULL;

	if (!h || !skb_dst_force(skb)) {
		kfree(h);
		return false;
	}
	*h = (struct held){
		.skb = skb,
		.ifindex = skb->dev->ifindex,
		.id = wish->id,
		.behind = wish->behind,
		.tuple = *tuple,
	};
	if (wish->ms)
		h->due = (now_ms(glass_now()) + wish->ms) ?: 1;
	spin_lock(&faults->lock);
	if (has_room(faults, skb))
		f = glass_fault_find(faults, wish->id);
	if (f) {
		if (held_rules[wish->action])
			glass_fault_tell(gn, skb, tuple, s,
					 held_rules[wish->action]);
		put_held(faults, h, f);
	}
	spin_unlock(&faults->lock);
	if (!f)
		kfree(h);
	return f;
}

/* A segment has passed: those that wait to be overtaken by it are nearer */
static void passed(struct glass_net *gn, const struct glass_tuple *tuple)
{
	struct glass_faults *faults = &gn->faults;
	struct held *h, *next;
	LIST_HEAD(list);

	spin_lock(&faults->lock);
	list_for_each_entry_safe(h, next, &faults->held, link)
		if (h->behind && glass_tuple_same_ends(&h->tuple, tuple) &&
		    !--h->behind)
			let_go(faults, h, &list);
	spin_unlock(&faults->lock);
	glass_fault_deliver(gn, &list);
}

/*
 * One bit of the last octet is another: the checksum was right until then, as
 * far as one was made, so that it is the checksum that finds it. False without
 * memory, and then it is the caller's still.
 */
static bool damage(struct glass_net *gn, struct sk_buff *skb,
		   const struct glass_tuple *tuple, const struct segment *s)
{
	struct sk_buff *copy = skb_copy(skb, GFP_ATOMIC);

	if (!copy)
		return false;
	skb_gso_reset(copy);
	if (copy->ip_summed == CHECKSUM_PARTIAL && skb_checksum_help(copy)) {
		kfree_skb(copy);
		return false;
	}
	glass_fault_tell(gn, skb, tuple, s, RULE_FAULT_CORRUPT);
	kfree_skb(skb);
	copy->data[copy->len - 1] ^= 1;
	copy->ip_summed = CHECKSUM_NONE;
	copy->csum_valid = 0;
	glass_rcv_late(gn, copy, glass_af(tuple));
	return true;
}

/* Once more, after the first; false without memory */
static bool again(struct glass_net *gn, struct sk_buff *skb,
		  const struct glass_tuple *tuple, struct segment *s)
{
	struct sk_buff *copy = skb_copy(skb, GFP_ATOMIC);
	const struct glass_af *af = glass_af(tuple);
	struct segment seen = *s;

	if (!copy)
		return false;
	glass_deliver(gn, skb, af, s);
	glass_fault_tell(gn, copy, tuple, &seen, RULE_FAULT_DUP);
	glass_rcv_late(gn, copy, af);
	return true;
}

static bool lose(struct glass_net *gn, struct sk_buff *skb,
		 const struct glass_tuple *tuple, const struct segment *s)
{
	glass_fault_tell(gn, skb, tuple, s, RULE_FAULT_DROP);
	kfree_skb(skb);
	return true;
}

/* What was wished for, if there is memory for it */
static bool act(struct glass_net *gn, struct sk_buff *skb,
		const struct glass_tuple *tuple, struct segment *s,
		const struct fault *wish)
{
	switch (wish->action) {
	case FAULT_DUP:
		return again(gn, skb, tuple, s);
	case FAULT_CORRUPT:
		return damage(gn, skb, tuple, s);
	case FAULT_DROP:
		return lose(gn, skb, tuple, s);
	case FAULT_KEEP:
		return glass_fault_keep(gn, skb, tuple, s, wish);
	case FAULT_FREEZE:
		/* more than it can hold is lost, and none arrives */
		return glass_fault_hold(gn, skb, tuple, s, wish) ||
		       (glass_frozen(gn, s->dst) && lose(gn, skb, tuple, s));
	}
	return glass_fault_hold(gn, skb, tuple, s, wish);
}

/* It was not: the count was one ahead */
static void undone(struct glass_net *gn, u32 id)
{
	struct fault *f;

	spin_lock(&gn->faults.lock);
	f = glass_fault_find(&gn->faults, id);
	if (f)
		f->done--;
	spin_unlock(&gn->faults.lock);
}

/**
 * glass_fault_rcv() - a good segment arrives where there may be a wish
 * @gn: the netns
 * @skb: consumed
 * @af: IPv4 or IPv6
 * @s: the segment
 *
 * RCU read lock held, softirqs off.
 */
void glass_fault_rcv(struct glass_net *gn, struct sk_buff *skb,
		     const struct glass_af *af, struct segment *s)
{
	struct glass_tuple tuple;
	struct fault wish;
	bool chosen;

	glass_tuple_of_skb(skb, af, s, &tuple);
	spin_lock(&gn->faults.lock);
	chosen = choose(&gn->faults, s, &wish);
	spin_unlock(&gn->faults.lock);
	if (chosen && act(gn, skb, &tuple, s, &wish)) {
		if (wish.action == FAULT_DUP || wish.action == FAULT_KEEP)
			passed(gn, &tuple);
		return;
	}
	if (chosen)
		undone(gn, wish.id);
	glass_deliver(gn, skb, af, s);
	if (READ_ONCE(gn->faults.count))
		passed(gn, &tuple);
}

/**
 * glass_fault_drain() - what is held arrives
 * @gn: the netns
 * @id: of the wish that holds it, 0 for all, FAULT_NOBODY where that is gone;
 *	what an end that stands still has not taken waits on, unless it is gone
 *
 * Process context.
 */
void glass_fault_drain(struct glass_net *gn, u32 id)
{
	struct glass_faults *faults = &gn->faults;
	struct held *h, *next;
	struct fault *f;
	LIST_HEAD(list);

	spin_lock_bh(&faults->lock);
	list_for_each_entry_safe(h, next, &faults->held, link) {
		f = glass_fault_find(faults, h->id);
		if (!f || (f->action != FAULT_FREEZE && (!id || id == f->id)))
			let_go(faults, h, &list);
	}
	spin_unlock_bh(&faults->lock);
	glass_fault_deliver(gn, &list);
}

void glass_fault_init(struct glass_net *gn)
{
	struct glass_faults *faults = &gn->faults;

	spin_lock_init(&faults->lock);
	INIT_LIST_HEAD(&faults->wishes);
	INIT_LIST_HEAD(&faults->held);
	INIT_LIST_HEAD(&faults->kept);
	timer_setup(&faults->timer, due, 0);
}

/* Nothing arrives in this netns any more, and nobody writes. */
void glass_fault_exit(struct glass_net *gn)
{
	struct glass_faults *faults = &gn->faults;
	struct held *h, *next;

	timer_shutdown_sync(&faults->timer);
	list_for_each_entry_safe(h, next, &faults->held, link) {
		kfree_skb(h->skb);
		kfree(h);
	}
	glass_fault_forget(gn);
	glass_fault_unkeep(gn);
}
