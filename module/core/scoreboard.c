// SPDX-License-Identifier: GPL-2.0
/*
 * The scoreboard: what the peer reports of what was sent, rfc2018#section-5,
 * and what was sent again when. See loss.h for a picture.
 *
 * Ranges are sorted and leave no gap. Their number is bounded by the memory
 * that was lent: a block for which there is no room is as if it had not
 * come, and what is sent again without room is remembered less exactly.
 */
#include <glass/core.h>

/* The range that @seq is in, for @seq from the first start to the top */
static u16 find(const struct loss *l, u32 seq)
{
	u16 low = 0, high = l->n, mid;

	while (high - low > 1) {
		mid = low + (high - low) / 2;
		if (seq_le(l->r[mid].start, seq))
			low = mid;
		else
			high = mid;
	}
	return low;
}

static bool insert(struct loss *l, u16 i, struct sent_range r)
{
	if (l->n == l->cap)
		return false;
	memmove(&l->r[i + 1], &l->r[i], (l->n - i) * sizeof(l->r[0]));
	l->r[i] = r;
	l->n++;
	return true;
}

static void drop(struct loss *l, u16 i, u16 n)
{
	memmove(&l->r[i], &l->r[i + n], (l->n - i - n) * sizeof(l->r[0]));
	l->n -= n;
}

/* A range begins at @seq. Return: false if there is no room for it. */
static bool split(struct loss *l, u32 seq)
{
	struct sent_range r;
	u16 i;

	if (seq == l->top)
		return true;
	i = find(l, seq);
	if (l->r[i].start == seq)
		return true;
	r = l->r[i];
	r.start = seq;
	return insert(l, i + 1, r);
}

static bool alike(const struct sent_range *a, const struct sent_range *b)
{
	return a->state == b->state && a->times == b->times &&
	       a->overtaken == b->overtaken && a->at == b->at &&
	       a->nxt == b->nxt;
}

/* The ranges reach up to @seq */
static bool cover(struct loss *l, u32 una, u32 seq)
{
	struct sent_range fresh = {};

	if (!l->n)
		l->top = una;
	if (seq_le(seq, l->top))
		return true;
	if (!l->n || !alike(&l->r[l->n - 1], &fresh)) {
		fresh.start = l->top;
		if (!insert(l, l->n, fresh))
			return false;
	}
	l->top = seq;
	return true;
}

/* Neighbours of which the same is known become one */
static void join(struct loss *l)
{
	u16 i, n = 0;

	for (i = 0; i < l->n; i++)
		if (!n || !alike(&l->r[n - 1], &l->r[i]))
			l->r[n++] = l->r[i];
	l->n = n;
}

static void join_at(struct loss *l, u16 i)
{
	if (i && i < l->n && alike(&l->r[i - 1], &l->r[i]))
		drop(l, i, 1);
}

/* What is between two boundaries becomes one range */
static void replace(struct loss *l, u32 end, struct sent_range r)
{
	u16 first = find(l, r.start), n = 1;

	while (first + n < l->n && seq_lt(l->r[first + n].start, end))
		n++;
	l->r[first] = r;
	drop(l, first + 1, n - 1);
	join_at(l, first + 1);
	join_at(l, first);
}

/* Nothing is known yet but that all up to @una has arrived */
static void begin(struct loss *l, u32 una)
{
	l->top = una;
	l->once = una;
	l->fack = una;
	l->again = 0;
}

void scoreboard_clear(struct loss *l)
{
	l->n = 0;
	l->sacked = 0;
	l->lost = 0;
}

/* A range, or its beginning, has arrived */
static void arrived(struct tcb *t, u16 i, u32 end, const struct segment *s,
		    u64 now, struct ack_news *a)
{
	struct loss *l = t->loss;
	const struct sent_range *r = &l->r[i];

	if (r->state == SENT_LOST)
		l->lost -= end - r->start;
	rack_arrived(t, r, end, s, now, a);
}

/* Without room for more ranges the block shrinks to where some begin */
static bool fit(struct loss *l, u32 una, struct seq_range *b)
{
	if (!cover(l, una, b->end))
		b->end = l->top;
	if (!l->n || !seq_lt(b->start, b->end))
		return false;
	if (!split(l, b->start))
		b->start = loss_end(l, find(l, b->start));
	if (!split(l, b->end))
		b->end = l->r[find(l, b->end)].start;
	return seq_lt(b->start, b->end);
}

static void take_block(struct tcb *t, struct seq_range b,
		       const struct segment *s, u64 now, struct ack_news *a)
{
	struct sent_range sacked = { .state = SENT_SACKED };
	struct loss *l = t->loss;
	u32 fresh = 0;
	u16 i;

	if (!fit(l, t->snd.una, &b))
		return;
	for (i = find(l, b.start);
	     i < l->n && seq_lt(l->r[i].start, b.end); i++) {
		if (l->r[i].state == SENT_SACKED)
			continue;
		fresh += loss_end(l, i) - l->r[i].start;
		arrived(t, i, loss_end(l, i), s, now, a);
	}
	if (!fresh)
		return;
	sacked.start = b.start;
	replace(l, b.end, sacked);
	l->sacked += fresh;
	a->high = a->sacked ? seq_max(a->high, b.end) : b.end;
	a->sacked += fresh;
}

/*
 * rfc2883#section-4: the first block tells of text that came twice if it is
 * below the ACK, or inside the second one.
 */
static bool is_duplicate(const struct tcb *t, const struct segment *s)
{
	const struct seq_range *b = s->sack;

	if (!seq_lt(b->start, b->end) || seq_gt(b->end, t->snd.nxt) ||
	    seq_lt(b->start, t->snd.una - t->snd.max_wnd))
		return false;
	if (seq_le(b->end, s->ack))
		return true;
	return s->sacks > 1 && seq_ge(b->start, b[1].start) &&
	       seq_le(b->end, b[1].end);
}

/* Of SND.UNA to SND.NXT, as all that is promised to be there */
static bool block_good(const struct tcb *t, const struct seq_range *b)
{
	return seq_lt(b->start, b->end) && seq_ge(b->start, t->snd.una) &&
	       seq_le(b->end, t->snd.nxt);
}

/* What SND.UNA has passed is told no more */
static void take_ack(struct tcb *t, const struct segment *s, u64 now,
		     struct ack_news *a)
{
	struct loss *l = t->loss;
	u32 ack = t->snd.una, end;
	u16 i;

	for (i = 0; i < l->n && seq_lt(l->r[i].start, ack); i++) {
		end = seq_min(loss_end(l, i), ack);
		if (l->r[i].state == SENT_SACKED)
			l->sacked -= end - l->r[i].start;
		else
			arrived(t, i, end, s, now, a);
		l->r[i].start = end;
		if (end != loss_end(l, i))
			break;
	}
	drop(l, 0, i);
	if (a->acked && seq_gt(ack, l->top)) {
		a->original = true;
		l->once = seq_max(l->once, ack);
	}
	if (!l->n)
		l->top = ack;
}

/**
 * scoreboard_take() - an ACK tells what has arrived
 * @t: the TCB, with @loss; SND.UNA has moved already
 * @s: the segment, its ACK in the window
 * @now: microseconds
 * @a: gets what is new
 *
 * Blocks are hostile: none is believed that tells of what was not sent, or
 * of what is acknowledged, but to say that it came twice.
 *
 * rfc2018: 5; rfc2883: 5
 */
void scoreboard_take(struct tcb *t, const struct segment *s, u64 now,
		     struct ack_news *a)
{
	struct loss *l = t->loss;
	u32 sacked = l->sacked;
	u8 i = 0;

	if (!l->n)
		begin(l, t->snd.una - a->acked);
	take_ack(t, s, now, a);
	if (s->opts & SEG_OPT_SACK) {
		if (is_duplicate(t, s))
			a->twice = s->sack[i++];
		for (; i < s->sacks; i++)
			if (block_good(t, &s->sack[i]))
				take_block(t, s->sack[i], s, now, a);
	}
	/* what has been overtaken is to be looked at, if nothing above it came */
	cover(l, t->snd.una, l->once);
	a->delivered = a->acked + l->sacked - sacked;
	l->fack = seq_max(l->fack, t->snd.una);
	if (a->sacked)
		l->fack = seq_max(l->fack, a->high);
}

/**
 * scoreboard_again() - text is sent again
 * @t: the TCB, with @loss
 * @start: its first sequence number
 * @end: one past the last
 * @now: microseconds
 *
 * rfc8985: 6.1
 */
void scoreboard_again(struct tcb *t, u32 start, u32 end, u64 now)
{
	struct sent_range r = {
		.start = start, .state = SENT_AGAIN, .times = 1,
		.at = (u32)now, .nxt = t->snd.nxt,
	};
	struct loss *l = t->loss;
	u16 i;

	if (!l->n)
		begin(l, t->snd.una);
	if (!cover(l, t->snd.una, end) || !split(l, start))
		return;
	/* without room all of a range counts as sent again */
	if (!split(l, end))
		end = loss_end(l, find(l, start));
	for (i = find(l, start); i < l->n && seq_lt(l->r[i].start, end); i++) {
		if (l->r[i].state == SENT_SACKED)
			l->sacked -= loss_end(l, i) - l->r[i].start;
		if (l->r[i].state == SENT_LOST)
			l->lost -= loss_end(l, i) - l->r[i].start;
		r.times = max_t(u16, r.times, l->r[i].times + 1u);
	}
	l->thrice |= r.times > 1;
	replace(l, end, r);
}

/**
 * scoreboard_forget() - nothing but what is sacked is known any more
 * @t: the TCB, with @loss
 *
 * For what is to be sent again, all of it, from snd.cur on; or because what
 * was thought of it was wrong. How often it was sent stays.
 */
void scoreboard_forget(struct tcb *t)
{
	struct loss *l = t->loss;
	u16 i;

	for (i = 0; i < l->n; i++)
		if (l->r[i].state != SENT_SACKED)
			l->r[i] = (struct sent_range){
				.start = l->r[i].start,
				.times = l->r[i].times,
			};
	l->lost = 0;
	join(l);
}

/**
 * scoreboard_timeout() - all that is not sacked is going to be sent again
 * @t: the TCB, with @loss
 *
 * A peer that acknowledges up to text which it had reported threw that away:
 * then nothing that it reported counts.
 *
 * rfc2018: 8
 */
void scoreboard_timeout(struct tcb *t)
{
	struct loss *l = t->loss;

	if (l->n && l->r[0].state == SENT_SACKED)
		scoreboard_clear(l);
	else
		scoreboard_forget(t);
}

/**
 * scoreboard_lost() - the first of what is lost
 * @l: the scoreboard
 * @lost: gets the range
 *
 * Return: how often it was sent again already, -1 if nothing is lost.
 */
int scoreboard_lost(const struct loss *l, struct seq_range *lost)
{
	u16 i;

	for (i = 0; l->lost && i < l->n; i++) {
		if (l->r[i].state != SENT_LOST)
			continue;
		*lost = (struct seq_range){ l->r[i].start, loss_end(l, i) };
		return l->r[i].times;
	}
	return -1;
}

/**
 * scoreboard_skip() - where does what the peer has not begin?
 * @l: the scoreboard
 * @seq: a sequence number from SND.UNA on
 * @end: gets where it ends, if that is known, else it stays
 *
 * Return: @seq, or the end of the sacked range that it is in.
 */
u32 scoreboard_skip(const struct loss *l, u32 seq, u32 *end)
{
	u16 i;

	if (!l->n || seq_ge(seq, l->top))
		return seq;
	i = find(l, seq);
	if (l->r[i].state == SENT_SACKED)
		seq = loss_end(l, i++);
	while (i < l->n && l->r[i].state != SENT_SACKED)
		i++;
	if (i < l->n)
		*end = seq_min(*end, l->r[i].start);
	return seq;
}

/**
 * scoreboard_left() - what has left the network, or never arrives
 * @t: the TCB, with @loss
 *
 * Return: octets from SND.UNA to snd.cur that are not in flight.
 */
u32 scoreboard_left(const struct tcb *t)
{
	const struct loss *l = t->loss;
	u32 left = 0, end;
	u16 i;

	if (t->snd.cur == t->snd.nxt)
		return l->sacked + l->lost;
	for (i = 0; i < l->n && seq_lt(l->r[i].start, t->snd.cur); i++) {
		end = seq_min(loss_end(l, i), t->snd.cur);
		if (l->r[i].state >= SENT_LOST)
			left += end - l->r[i].start;
	}
	return left;
}
