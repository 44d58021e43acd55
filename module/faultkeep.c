// SPDX-License-Identifier: GPL-2.0
/*
 * Old duplicates on demand: a segment arrives, and a copy of it is kept. The
 * copy can arrive at any time, as often as is asked for: into the connection
 * that it was of, into a later one between the same ends, or where there is
 * none. Networks do that, rfc9293#section-3.4.
 */
#include "fault.h"

/**
 * glass_fault_keep() - a segment arrives, a copy of it is kept
 * @gn: the netns
 * @skb: consumed if true is returned
 * @tuple: its ends
 * @s: it, decoded
 * @wish: a copy of what was wished for
 *
 * RCU read lock held, softirqs off.
 *
 * Return: false when no copy can be kept.
 */
bool glass_fault_keep(struct glass_net *gn, struct sk_buff *skb,
		      const struct glass_tuple *tuple, struct segment *s,
		      const struct fault *wish)
{
	struct sk_buff *copy = skb_copy(skb, GFP_ATOMIC);

	if (!copy)
		return false;
	if (!glass_fault_hold(gn, copy, tuple, s, wish)) {
		kfree_skb(copy);
		return false;
	}
	glass_deliver(gn, skb, glass_af(tuple), s);
	return true;
}

/* One more of what is kept, told as about to arrive; or NULL. Lock held. */
static struct held *another(struct glass_net *gn, const struct held *kept)
{
	struct held *h = kmemdup(kept, sizeof(*kept), GFP_ATOMIC);
	struct segment s;

	if (!h)
		return NULL;
	h->skb = skb_copy(kept->skb, GFP_ATOMIC);
	if (!h->skb) {
		kfree(h);
		return NULL;
	}
	glass_decode(&s, h->skb);
	glass_fault_tell(gn, h->skb, &h->tuple, &s, RULE_FAULT_REPLAY);
	return h;
}

/**
 * glass_fault_replay() - copies that are kept arrive, in order
 * @gn: the netns
 * @id: of the wish that keeps them, 0 for all
 *
 * They are kept for the next time, too. Process context.
 *
 * Return: 0; -ENOENT if there is no such wish, -ENODATA if nothing is kept,
 * -ENOMEM if not all of it has arrived.
 */
int glass_fault_replay(struct glass_net *gn, u32 id)
{
	struct glass_faults *faults = &gn->faults;
	struct held *kept, *h;
	LIST_HEAD(list);
	int err = -ENODATA;

	spin_lock_bh(&faults->lock);
	if (id && !glass_fault_find(faults, id))
		err = -ENOENT;
	list_for_each_entry(kept, &faults->kept, link) {
		if (id && kept->id != id)
			continue;
		h = another(gn, kept);
		err = h ? 0 : -ENOMEM;
		if (!h)
			break;
		list_add_tail(&h->link, &list);
	}
	spin_unlock_bh(&faults->lock);
	glass_fault_deliver(gn, &list);
	return err;
}

/* Copies whose wish is gone go, too */
void glass_fault_unkeep(struct glass_net *gn)
{
	struct glass_faults *faults = &gn->faults;
	struct held *h, *next;

	spin_lock_bh(&faults->lock);
	list_for_each_entry_safe(h, next, &faults->kept, link) {
		if (glass_fault_find(faults, h->id))
			continue;
		list_del(&h->link);
		WRITE_ONCE(faults->count, faults->count - 1);
		faults->octets -= h->skb->truesize;
		kfree_skb(h->skb);
		kfree(h);
	}
	spin_unlock_bh(&faults->lock);
}
