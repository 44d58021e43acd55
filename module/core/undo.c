// SPDX-License-Identifier: GPL-2.0
/*
 * Was it a loss at all? What a loss cost is given back when the peer tells
 * that it was none: everything sent again came twice (rfc2883, rfc3708), the
 * ACK of it echoes the time of the first copy (rfc3522), or after a timeout
 * text is acknowledged that was not sent again (rfc5682). The answer is
 * rfc4015's, but for its RTO: the old windows.
 */
#include <glass/core.h>

/**
 * undo_prepare() - something is about to count as lost
 * @t: the TCB, with @loss; its windows are those before
 */
void undo_prepare(struct tcb *t)
{
	struct loss *l = t->loss;

	l->prior_cwnd = t->cong.cwnd;
	l->prior_ssthresh = t->cong.ssthresh;
	l->undo_from = t->snd.una;
	l->undo_octets = 0;
	l->undo = 1;
	l->resent = 0;
	l->echo = 0;
	l->thrice = 0;
}

/**
 * undo_resent() - text is sent again
 * @t: the TCB, with @loss
 * @start: its first sequence number
 * @end: one past the last
 * @now: microseconds
 */
void undo_resent(struct tcb *t, u32 start, u32 end, u64 now)
{
	struct loss *l = t->loss;

	if (!l->resent) {
		l->undo_clock = timestamp_clock(now, t->ts.offset);
		l->resent = 1;
		l->echo = 1;
		l->undo_end = end;
	}
	l->undo_end = seq_max(l->undo_end, end);
	l->undo_octets += end - start;
}

/* It was no loss: all that follows from that */
static void undo(struct tcb *t)
{
	struct loss *l = t->loss;

	t->cong.cwnd = l->frto == 2 ? l->prior_cwnd :
				      max(t->cong.cwnd, l->prior_cwnd);
	t->cong.ssthresh = max(t->cong.ssthresh, l->prior_ssthresh);
	if (t->cong.in_recovery || seq_lt(t->snd.una, t->cong.recover)) {
		/* what was taken for lost is only late */
		t->snd.cur = t->snd.nxt;
		t->resend_una = 0;
		scoreboard_forget(t);
	}
	t->cong.in_recovery = 0;
	t->cong.recover = t->snd.una;
	t->cong.reduced = t->snd.una;
	t->cong.dup_acks = 0;
	l->frto = 0;
	l->undo = 0;
	if (t->cong.ops->undo)
		t->cong.ops->undo(t);
}

/*
 * rfc3522#section-3.2: the first ACK after it answers the first copy, not the
 * second. If all ACKs were lost, so would the one of the second; then it
 * tells of a duplicate, or acknowledges everything.
 */
static bool echoes_first(struct tcb *t, const struct segment *s,
			 const struct ack_news *a)
{
	struct loss *l = t->loss;

	if (!a->acked || !l->echo)
		return false;
	l->echo = 0;
	return t->ts_ok && s->opts & SEG_OPT_TS &&
	       timestamp_old(s->tsecr, l->undo_clock) &&
	       a->twice.start == a->twice.end &&
	       (l->dsack_seen || t->snd.una != t->snd.nxt);
}

/*
 * rfc3708#section-3: has the peer both copies of all that was sent again? It
 * says nothing if something was sent again twice, or if the ACKs of a whole
 * flight were lost. Text that came twice though it was sent once is the
 * network's doing, and ends the question.
 */
static bool all_twice(struct tcb *t, const struct ack_news *a)
{
	u32 len = a->twice.end - a->twice.start;
	struct loss *l = t->loss;

	if (!len || !l->resent || seq_lt(a->twice.start, l->undo_from))
		return false;
	if (seq_gt(a->twice.end, l->undo_end)) {
		l->undo = 0;
		return false;
	}
	if (!t->cong.in_recovery && a->acked &&
	    a->twice.start == t->snd.una - a->acked)
		l->thrice = 1;
	l->undo_octets -= min(len, l->undo_octets);
	return !l->undo_octets && !l->thrice;
}

/**
 * undo_judge() - does an ACK show that nothing was lost?
 * @t: the TCB, with @loss
 * @s: the segment
 * @a: what it told
 * @v: gets the rule if so
 *
 * rfc3522: 3.2; rfc3708: 3; rfc4015: 3.2, 3.3, 3.4; rfc2883: 5
 */
void undo_judge(struct tcb *t, const struct segment *s,
		const struct ack_news *a, struct verdict *v)
{
	struct loss *l = t->loss;
	bool recovery = t->cong.in_recovery;

	/* nobody will tell of it any more */
	if (l->resent && seq_gt(t->snd.una, l->undo_end + t->snd.max_wnd))
		l->undo = 0;
	if (!l->undo)
		return;
	if (echoes_first(t, s, a))
		v->rule = RULE_UNDO_TIMESTAMP;
	else if (all_twice(t, a))
		v->rule = RULE_UNDO_DSACK;
	else
		return;
	l->reordered |= recovery;
	undo(t);
}

/**
 * frto_begin() - the timer expired: wait for what the ACKs tell
 * @t: the TCB, with @loss
 * @already: text was in recovery before
 *
 * rfc5682: 2.1, 3.1
 */
void frto_begin(struct tcb *t, bool already)
{
	struct loss *l = t->loss;

	/* for the same segment again it is still the first step */
	if (already && l->frto != 1) {
		l->frto = 0;
		return;
	}
	l->frto = 1;
	l->frto_end = min_t(u32, t->snd.mss, t->snd.nxt - t->snd.una) +
		      t->snd.una;
}

/* New text is to show whether the old one is lost: step 2b */
static void ask_with_new(struct tcb *t)
{
	struct loss *l = t->loss;

	l->frto = 2;
	t->snd.cur = t->snd.nxt;
	t->cong.cwnd = tcb_in_flight(t) + 2 * t->snd.mss;
}

/* Step 3a: it is lost, all of it but what is acknowledged or sacked */
static void go_on(struct tcb *t)
{
	t->loss->frto = 0;
	t->cong.cwnd = 3 * t->snd.mss;
	if (seq_ge(t->snd.una, t->cong.recover))
		return;
	/* the new text too */
	t->cong.recover = t->snd.nxt;
	t->snd.cur = t->snd.una;
	rtt_stop(t);
	scoreboard_forget(t);
}

/**
 * frto_acked() - an ACK after the timer expired
 * @t: the TCB, with @loss
 * @a: what it told
 * @v: gets the rule if the timer expired too early
 *
 * Return: true if the congestion control is not to hear of this ACK.
 *
 * rfc5682: 2.1, 3.1
 */
bool frto_acked(struct tcb *t, const struct ack_news *a, struct verdict *v)
{
	struct loss *l = t->loss;
	bool beyond = seq_gt(t->snd.una, t->cong.recover) ||
		      (a->sacked && seq_gt(a->high, t->cong.recover));

	if (l->frto == 1 && a->acked) {
		if (seq_ge(t->snd.una, t->cong.recover) ||
		    seq_lt(t->snd.una, l->frto_end) ||
		    seq_ge(t->snd.nxt, t->snd.end) ||
		    t->snd.nxt - t->snd.una >= t->snd.wnd) {
			l->frto = 0;
			return false;
		}
		ask_with_new(t);
		return true;
	}
	if (l->frto == 1 && a->dup && !t->sack_ok)
		l->frto = 0;
	if (l->frto != 2 || !(a->acked || a->sacked || a->dup))
		return l->frto == 2;
	if (beyond || !(t->sack_ok ? a->original : a->acked)) {
		go_on(t);
		return true;
	}
	v->rule = RULE_UNDO_FRTO;
	undo(t);
	return true;
}
