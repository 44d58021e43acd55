// SPDX-License-Identifier: GPL-2.0
/*
 * Memory that the core has no use for until something is lost: for ranges of
 * text held out of order, and for what became of what was sent. It is lent
 * when the core asks for it, grows, and goes with the socket. Without memory
 * the core does with less.
 */
#include <linux/slab.h>

#include "glass_sock.h"

#define LOSS_MAX	32768u	/* octets: about 2,000 ranges */
#define LOSS_FIRST	512u

/**
 * struct lent - memory for ranges, and where the text itself is
 * @tree: skbs above a gap, by sequence number
 * @count: packets that ever were in it
 * @ranges: what the core sees of it; has an array at its end
 */
struct lent {
	struct rb_root tree;
	u32 count;
	struct ranges ranges;
};

/**
 * glass_held() - the text that is held above a gap
 * @t: the TCB of a locked socket, with @held
 *
 * Return: a tree of skbs.
 */
struct rb_root *glass_held(const struct tcb *t)
{
	return &container_of(t->held, struct lent, ranges)->tree;
}

/**
 * glass_held_more() - text comes that is to be held
 * @t: the TCB of a locked socket, with @held
 * @n: as how many packets
 */
void glass_held_more(struct tcb *t, u32 n)
{
	container_of(t->held, struct lent, ranges)->count += n;
}

/* How many packets have come above a gap */
u32 glass_held_count(const struct tcb *t)
{
	return t->held ? container_of(t->held, struct lent, ranges)->count : 0;
}

static void free_ranges(struct tcb *t)
{
	if (t->held)
		kfree(container_of(t->held, struct lent, ranges));
	t->held = NULL;
}

/**
 * glass_lend_ranges() - room for one more range of text, or twice as many
 * @t: the TCB of a locked socket
 */
void glass_lend_ranges(struct tcb *t)
{
	u16 cap = t->held ? t->held->cap : 0, more = cap ? 2 * cap : 16;
	struct ranges *h;
	struct lent *l;

	if (cap >= 4096)
		return;
	l = kmalloc(offsetof(struct lent, ranges.r[more]), GFP_ATOMIC);
	if (!l)
		return;
	h = &l->ranges;
	l->count = glass_held_count(t);
	l->tree = t->held ? *glass_held(t) : RB_ROOT;
	*h = (struct ranges){};
	if (t->held) {
		*h = *t->held;
		memcpy(h->r, t->held->r, h->n * sizeof(h->r[0]));
	}
	h->cap = more;
	free_ranges(t);
	t->held = h;
}

static u32 ranges_in(u32 size)
{
	return (size - sizeof(struct loss)) / sizeof(struct sent_range);
}

/**
 * glass_lend_loss() - room for a scoreboard, or twice as much
 * @t: the TCB of a locked socket
 */
void glass_lend_loss(struct tcb *t)
{
	u32 size = LOSS_FIRST;
	struct loss *l;

	if (!t->sack_ok)
		size = sizeof(*l);
	while (t->loss && size < LOSS_MAX && ranges_in(size) <= t->loss->cap)
		size *= 2;
	if (t->loss && ranges_in(size) <= t->loss->cap)
		return;
	l = kmalloc(size, GFP_ATOMIC | __GFP_NOWARN);
	if (!l)
		return;
	loss_init(l, ranges_in(size));
	if (t->loss) {
		memcpy(l, t->loss, struct_size(l, r, t->loss->n));
		l->cap = ranges_in(size);
	}
	kfree(t->loss);
	t->loss = l;
}

/**
 * glass_lend_end() - all of it comes back
 * @t: the TCB, with no text held
 */
void glass_lend_end(struct tcb *t)
{
	free_ranges(t);
	kfree(t->loss);
	t->loss = NULL;
}
