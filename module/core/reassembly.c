// SPDX-License-Identifier: GPL-2.0
/*
 * Which text is held out of order: ranges only, the glue keeps the bytes.
 *
 * Sorted, disjoint, and never touching: two ranges that meet become one, so
 * the count of ranges is the count of gaps. The memory is the glue's, which
 * makes room before it gives a segment to tcb_input().
 */
#include <glass/core.h>

/* The range with @start has grown: it is the latest news */
static void touch(struct ranges *h, u32 start)
{
	int i = 0;

	while (i < SEG_SACK_MAX - 1 && ranges_find(h, h->recent[i]) !=
	       ranges_find(h, start))
		i++;
	memmove(&h->recent[1], &h->recent[0], i * sizeof(h->recent[0]));
	h->recent[0] = start;
}

/**
 * ranges_find() - which range has a sequence number?
 * @h: the ranges
 * @seq: the sequence number
 *
 * Return: the range, NULL if @seq is not held.
 */
const struct seq_range *ranges_find(const struct ranges *h, u32 seq)
{
	u16 low = 0, high = h->n, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (seq_ge(seq, h->r[mid].end))
			low = mid + 1;
		else if (seq_lt(seq, h->r[mid].start))
			high = mid;
		else
			return &h->r[mid];
	}
	return NULL;
}

/**
 * ranges_add() - text from @start up to @end is held
 * @h: the ranges, may be NULL
 * @start: first sequence number
 * @end: one past the last
 *
 * Return: false if it does not fit; nothing was changed then.
 */
bool ranges_add(struct ranges *h, u32 start, u32 end)
{
	u16 i = 0, j;

	if (!h)
		return false;
	while (i < h->n && seq_lt(h->r[i].end, start))
		i++;
	/* r[i] up to r[j] touch the new one */
	for (j = i; j < h->n && seq_le(h->r[j].start, end); j++) {
		start = seq_min(start, h->r[j].start);
		end = seq_max(end, h->r[j].end);
	}
	if (i == j) {
		if (h->n == h->cap)
			return false;
		memmove(&h->r[i + 1], &h->r[i], (h->n - i) * sizeof(h->r[0]));
		h->n++;
	} else {
		memmove(&h->r[i + 1], &h->r[j], (h->n - j) * sizeof(h->r[0]));
		h->n -= j - i - 1;
	}
	h->r[i] = (struct seq_range){ start, end };
	touch(h, start);
	return true;
}

/**
 * ranges_take() - take out what @nxt has reached
 * @h: the ranges, may be NULL
 * @nxt: RCV.NXT after text in order was taken
 *
 * Return: the new RCV.NXT.
 */
u32 ranges_take(struct ranges *h, u32 nxt)
{
	u16 i = 0;

	if (!h)
		return nxt;
	while (i < h->n && seq_le(h->r[i].start, nxt)) {
		nxt = seq_max(nxt, h->r[i].end);
		i++;
	}
	if (i) {
		memmove(&h->r[0], &h->r[i], (h->n - i) * sizeof(h->r[0]));
		h->n -= i;
	}
	return nxt;
}

/**
 * tcb_wants_ranges() - may this segment need one more range than there is?
 * @t: the TCB
 * @s: a segment about to be given to tcb_input()
 *
 * Return: true if the glue should lend more memory in @t->held first.
 */
bool tcb_wants_ranges(const struct tcb *t, const struct segment *s)
{
	if (!s->len || seq_le(seg_text(s), t->rcv.nxt))
		return false;
	return !t->held || t->held->n == t->held->cap;
}
