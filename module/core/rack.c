// SPDX-License-Identifier: GPL-2.0
/*
 * RACK: what was sent before something that has arrived is lost, unless it
 * still comes within the reordering window. rfc8985#section-6.
 *
 * The RFC remembers when each segment was sent. Here that is known of what
 * was sent again only; of what was sent once it is enough that the order of
 * sending is that of the sequence numbers. So the window is counted from the
 * ACK that first told of something later: never too early, and later than by
 * the RFC by no more than lay between the sending of the two. Until a
 * connection loses something, nothing at all has to be remembered.
 */
#include <glass/core.h>

#define SACKED_SEGMENTS	3	/* as many duplicate ACKs, rfc5681 */
#define PERSIST_ROUNDS	16	/* recoveries with a window that has grown */

/* rfc8985#section-6.2 step 2: was it a copy of something that came earlier? */
static bool other_copy(const struct tcb *t, const struct sent_range *r,
		       const struct segment *s, u64 now)
{
	u32 ago = (u32)now - r->at;

	if (t->ts_ok && s->opts & SEG_OPT_TS &&
	    timestamp_old(s->tsecr, timestamp_clock(now - ago, t->ts.offset)))
		return true;
	return ago < t->min_rtt;
}

/**
 * rack_arrived() - a range that was not known to has arrived
 * @t: the TCB, with @loss
 * @r: the range
 * @end: where it ends
 * @s: the segment that tells so
 * @now: microseconds
 * @a: gets @original
 *
 * rfc8985: 6.2
 */
void rack_arrived(struct tcb *t, const struct sent_range *r, u32 end,
		  const struct segment *s, u64 now, struct ack_news *a)
{
	struct loss *l = t->loss;

	if (!r->times) {
		if (seq_lt(end, l->fack))
			l->reordered = 1;
		a->original = true;
		l->once = seq_max(l->once, end);
		return;
	}
	if (r->state != SENT_AGAIN || r->overtaken || other_copy(t, r, s, now))
		return;
	l->once = seq_max(l->once, r->nxt);
	if (l->again && (seq_lt(r->at, l->again_at) ||
			 (r->at == l->again_at && seq_le(end, l->again_end))))
		return;
	l->again = 1;
	l->again_at = r->at;
	l->again_end = end;
}

/* Was something sent later than this, and has arrived? */
static bool overtaken(const struct loss *l, const struct sent_range *r,
		      u32 end)
{
	if (r->state == SENT_ONCE)
		return seq_le(end, l->once);
	if (r->nxt != l->once)
		return seq_lt(r->nxt, l->once);
	return l->again && (seq_lt(r->at, l->again_at) ||
			    (r->at == l->again_at &&
			     seq_lt(end, l->again_end)));
}

/* As many as three duplicate ACKs, rfc6675#section-4's IsLost() */
static bool much_sacked(const struct tcb *t)
{
	const struct loss *l = t->loss;
	u16 i, ranges = 0;

	if (l->sacked > (SACKED_SEGMENTS - 1u) * t->snd.mss)
		return true;
	for (i = 0; i < l->n; i++)
		ranges += l->r[i].state == SENT_SACKED;
	return ranges >= SACKED_SEGMENTS;
}

/* rfc8985#section-6.2 step 4, microseconds */
static u32 reordering_window(const struct tcb *t)
{
	const struct loss *l = t->loss;
	u64 wnd = (u64)t->min_rtt / 4 * l->reo_mult;

	if (!l->reordered && (t->cong.in_recovery ||
			      seq_lt(t->snd.una, t->cong.recover) ||
			      much_sacked(t)))
		return 0;
	return min_t(u64, wnd, t->srtt);
}

/**
 * rack_duplicate() - text came twice: the reordering window was too small
 * @t: the TCB, with @loss
 * @octets: how much of it, above 0
 *
 * Grows by a quarter of the round trip in each round trip with such news,
 * and is kept for sixteen recoveries without.
 *
 * rfc8985: 6.2
 */
void rack_duplicate(struct tcb *t, u32 octets)
{
	struct loss *l = t->loss;

	l->dups += (octets - 1) / t->snd.mss + 1;
	l->dsack_seen = 1;
	if (l->dsacked && seq_ge(t->snd.una, l->dsack_round))
		l->dsacked = 0;
	if (l->dsacked)
		return;
	l->dsacked = 1;
	l->dsack_round = t->snd.nxt;
	l->reo_mult += l->reo_mult < 255;
	l->reo_persist = PERSIST_ROUNDS;
}

/* A recovery is over */
void rack_recovered(struct loss *l)
{
	l->reo_persist -= l->reo_persist > 0;
	if (!l->reo_persist)
		l->reo_mult = 1;
}

/**
 * rack_detect() - which text is lost?
 * @t: the TCB, with @loss
 * @now: microseconds
 *
 * Sets DUE_REORDER if it is too early to say so of some.
 *
 * Return: octets that were not known to be lost.
 *
 * rfc8985: 6.2; rfc6675: 4
 */
u32 rack_detect(struct tcb *t, u64 now)
{
	u32 wnd = reordering_window(t), wait = 0, lost = 0, waited, end;
	struct loss *l = t->loss;
	u16 i;

	for (i = 0; i < l->n && seq_lt(l->r[i].start, t->snd.cur); i++) {
		struct sent_range *r = &l->r[i];

		end = loss_end(l, i);
		if (r->state > SENT_AGAIN ||
		    (!r->overtaken && !overtaken(l, r, end)))
			continue;
		if (!r->overtaken)
			r->at = (u32)now;
		r->overtaken = 1;
		waited = (u32)now - r->at;
		if (waited < wnd) {
			wait = max(wait, wnd - waited);
			continue;
		}
		lost += end - r->start;
		*r = (struct sent_range){
			.start = r->start, .times = r->times,
			.state = SENT_LOST,
		};
	}
	l->lost += lost;
	if (wait)
		due_set(t, DUE_REORDER, now, (wait + 999) / 1000);
	else
		due_clear(t, DUE_REORDER);
	return lost;
}
