// SPDX-License-Identifier: GPL-2.0
/*
 * Selective acknowledgment, the receiver's side: which text above RCV.NXT is
 * held (rfc2018#section-4), and which came twice (rfc2883#section-4).
 *
 * The ranges are reassembly.c's; here is only what is told of them, and in
 * which order.
 */
#include <glass/core.h>

/* Blocks that there is room for beside what else every segment carries */
static u32 blocks_max(const struct tcb *t)
{
	return t->ts_ok ? SEG_SACK_MAX - 1 : SEG_SACK_MAX;
}

static bool has_duplicate(const struct tcb *t)
{
	return t->dsack.start != t->dsack.end;
}

/**
 * sack_duplicate() - text came that was here already
 * @t: the TCB
 * @start: its first sequence number, or that of the segment
 * @end: one past the last
 *
 * Told in the next segment and never again, rfc2883#section-4.
 */
void sack_duplicate(struct tcb *t, u32 start, u32 end)
{
	if (t->sack_ok && t->dsack_ok && seq_lt(start, end))
		t->dsack = (struct seq_range){ start, end };
}

/**
 * sack_size() - what sack_put() would take of a segment's room
 * @t: the TCB
 *
 * Return: octets of header, a multiple of four, 0 without SACK.
 */
u32 sack_size(const struct tcb *t)
{
	u32 n;

	if (!t->sack_ok)
		return 0;
	n = has_duplicate(t) + (t->held ? t->held->n : 0u);
	return n ? 4 + 8 * min(n, blocks_max(t)) : 0;
}

static bool told(const struct segment *s, const struct seq_range *r, u8 from)
{
	u8 i;

	for (i = from; i < s->sacks; i++)
		if (s->sack[i].start == r->start)
			return true;
	return false;
}

/**
 * sack_put() - the SACK option of a segment that is being built
 * @t: the TCB; a duplicate is told by this and forgotten
 * @s: the segment; may end up without the option
 *
 * rfc2018#section-4: the block that grew last comes first, then those told
 * before, so that each is told several times. A duplicate goes before them,
 * rfc2883#section-4.
 */
void sack_put(struct tcb *t, struct segment *s)
{
	const struct ranges *h = t->held;
	u32 max = blocks_max(t), i;
	const struct seq_range *r;
	u8 first = 0;

	if (has_duplicate(t)) {
		s->sack[s->sacks++] = t->dsack;
		t->dsack.end = t->dsack.start;
		first = 1;
	}
	for (i = 0; h && i < SEG_SACK_MAX && s->sacks < max; i++) {
		r = ranges_find(h, h->recent[i]);
		if (r && !told(s, r, first))
			s->sack[s->sacks++] = *r;
	}
	/* what grew last may be gone: then any that is left */
	for (i = 0; h && i < h->n && s->sacks < max; i++)
		if (!told(s, &h->r[i], first))
			s->sack[s->sacks++] = h->r[i];
	if (s->sacks)
		s->opts |= SEG_OPT_SACK;
}
