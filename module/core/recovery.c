// SPDX-License-Identifier: GPL-2.0
/*
 * Loss and what is done about it: fast recovery by the scoreboard
 * (rfc6675, with rack.c to say what is lost) where the peer reports what
 * arrived, else by three duplicate ACKs and partial ones (rfc5681#section-3.2,
 * rfc6582); timeouts; prr.c has the window, undo.c takes it back.
 *
 * cong.recover is the highest sequence number sent when the last loss was
 * found. While it is above SND.UNA outside of fast recovery, a timeout is
 * being recovered from.
 *
 * An ACK comes here only while tcb.troubled is set, or if it is the first
 * sign of trouble. Without memory for struct loss nothing is found lost but
 * by the timer.
 */
#include <glass/core.h>

void recovery_init(struct tcb *t)
{
	t->cong.recover = t->iss;
	t->cong.dup_acks = 0;
	t->cong.in_recovery = 0;
	cong_start(t);
}

/**
 * loss_init() - memory that is to be lent
 * @l: the memory, zeroed
 * @ranges: that fit in it
 */
void loss_init(struct loss *l, u16 ranges)
{
	*l = (struct loss){ .cap = ranges, .reo_mult = 1 };
}

/**
 * tcb_wants_loss() - may this segment need memory, or more of it?
 * @t: the TCB
 * @s: a segment about to be given to tcb_input()
 *
 * Return: true if the glue should lend more in @t->loss first.
 */
bool tcb_wants_loss(const struct tcb *t, const struct segment *s)
{
	bool sacks = sack_told(t, s);

	if (t->snd.una == t->snd.nxt)
		return false;
	if (!t->loss)
		return sacks || mtu_wanted(t) ||
		       (!t->sack_ok && !s->len && s->ack == t->snd.una);
	return sacks && t->loss->cap - t->loss->n < LOSS_RANGES_MIN;
}

/* rfc6582, without reports: each duplicate tells of one segment that left */
static u32 reno_left(const struct tcb *t)
{
	u32 out = t->snd.cur - t->snd.una, mss = t->snd.mss, dups, lost = 0;
	struct seq_range again;

	if (t->cong.in_recovery)
		dups = t->cong.dup_acks;
	else if (seq_gt(t->snd.una, t->cong.recover))
		dups = min_t(u32, t->cong.dup_acks, DUP_ACK_THRESHOLD - 1);
	else
		return 0;
	if (mtu_probe_again(t, &again))
		lost = again.end - again.start;
	else if (t->cong.in_recovery && t->resend_una)
		lost = min(out, mss);
	return (u32)min_t(u64, (u64)dups * mss, out - min(out, mss)) + lost;
}

/**
 * tcb_in_flight() - "pipe": what is in the network
 * @t: the TCB
 *
 * Return: octets sent, and neither reported nor known to be lost.
 *
 * rfc6675: 4; rfc3042: 2
 */
u32 tcb_in_flight(const struct tcb *t)
{
	u32 out = t->snd.cur - t->snd.una;

	if (!t->troubled)
		return out;
	return out - min(out, t->sack_ok ? scoreboard_left(t) : reno_left(t));
}

/* Without reports, what arrived is an estimate: rfc6937#section-3 */
static void reno_take(struct tcb *t, struct ack_news *a)
{
	u32 mss = t->snd.mss, had;

	if (a->dup) {
		t->cong.dup_acks += t->cong.dup_acks < 0xffff;
		if ((u64)t->cong.dup_acks * mss < t->snd.nxt - t->snd.una)
			a->delivered = mss;
	} else if (a->acked && t->cong.in_recovery) {
		had = min_t(u32, t->cong.dup_acks,
			    max(a->acked / mss, 1u) - 1);
		t->cong.dup_acks -= had;
		a->delivered = a->acked - had * mss;
	} else if (a->acked) {
		t->cong.dup_acks = 0;
		a->delivered = a->acked;
	}
}

/* One segment goes out at once, the rest as PRR lets it */
static void enter(struct tcb *t, u32 delivered)
{
	undo_prepare(t);
	cong_lost(t);
	t->cong.in_recovery = 1;
	t->cong.recover = t->snd.nxt;
	t->resend_una = 1;
	t->loss->tlp = 0;
	/* inconclusive: to be tried again, rfc4821#section-7.6.4 */
	t->loss->mtu.size = 0;
	rtt_stop(t);
	prr_begin(t, delivered);
}

/* Is what was in flight when the loss was found all acknowledged? */
static bool leave(struct tcb *t, u32 una)
{
	bool was = t->cong.in_recovery || seq_lt(una, t->cong.recover);

	if (!was || seq_lt(t->snd.una, t->cong.recover))
		return false;
	if (t->cong.in_recovery)
		t->cong.cwnd = min(t->cong.ssthresh, CONG_CWND_MAX);
	t->cong.dup_acks = 0;
	t->loss->frto = 0;
	rack_recovered(t->loss);
	was = t->cong.in_recovery;
	t->cong.in_recovery = 0;
	return was;
}

/* The probe was lost with what it repeats, or repaired that: it costs alike */
static void repaired(struct tcb *t, const struct cong_ack *c,
		     struct verdict *v)
{
	u32 una = t->snd.una;

	v->rule = RULE_ACK_REPAIRED;
	undo_prepare(t);
	/* what it costs is a part of what was in flight before this ACK */
	t->snd.una = c->una;
	cong_lost(t);
	t->snd.una = una;
	t->cong.cwnd = min(t->cong.cwnd, t->cong.ssthresh);
}

/* rfc5681#section-3.2, rfc6582#section-3.2; @return: octets found lost */
/* rfc5681: 4.3 */
static u32 reno_detect(struct tcb *t, const struct ack_news *a,
		       struct verdict *v)
{
	if (t->cong.in_recovery && a->acked) {
		t->resend_una = 1;
		v->rule = RULE_ACK_PARTIAL;
		return t->snd.mss;
	}
	if (t->cong.in_recovery || !a->dup ||
	    t->cong.dup_acks != DUP_ACK_THRESHOLD ||
	    seq_le(t->snd.una, t->cong.recover))
		return 0;
	v->rule = RULE_ACK_FAST_RETRANSMIT;
	return t->snd.mss;
}

static u32 detect(struct tcb *t, const struct ack_news *a, u64 now,
		  struct verdict *v)
{
	u32 lost;

	if (t->loss->frto == 2)
		return 0;
	if (!t->sack_ok)
		return reno_detect(t, a, v);
	lost = rack_detect(t, now);
	if (lost)
		v->rule = RULE_ACK_LOSS;
	return lost;
}

/* What is lost, and what that does to the window */
static void respond(struct tcb *t, const struct ack_news *a, u32 lost,
		    u64 now, struct verdict *v)
{
	if (t->cong.in_recovery) {
		prr_acked(t, a->delivered, lost);
	} else if (lost && mtu_probe_lost(t, now)) {
		v->rule = RULE_ACK_MTU_TOO_LARGE;
	} else if (lost && (!t->sack_ok ||
			    seq_ge(t->snd.una, t->cong.recover))) {
		enter(t, a->delivered);
	}
}

/* Half the space on, what is behind would look ahead */
static void follow(struct tcb *t)
{
	if (seq_gt(t->snd.una, t->cong.recover))
		t->cong.recover = t->snd.una - 1;
}

/**
 * recovery_new_ack() - SND.UNA has moved, and there is no trouble
 * @t: the TCB
 * @a: the ACK
 */
void recovery_new_ack(struct tcb *t, const struct cong_ack *a)
{
	if (t->cong.ops->heard)
		t->cong.ops->heard(t, a);
	cong_acked(t, a);
	follow(t);
	tlp_start(t, a->now);
}

/**
 * recovery_allow() - how many segments may be sent again until the next ACK?
 * @t: the TCB, with @loss
 *
 * Windows count octets. A peer that reports every second octet would have each
 * of the others sent by itself: as many segments as the window takes full ones.
 */
void recovery_allow(struct tcb *t)
{
	u32 pipe = tcb_in_flight(t), cwnd = t->cong.cwnd;
	u32 n = cwnd > pipe ? (cwnd - pipe) / t->snd.mss : 0;

	t->loss->quota = min(n + 2, 0xffffu);
}

/**
 * recovery_may_resend() - may one more segment be sent again now?
 * @t: the TCB
 */
bool recovery_may_resend(const struct tcb *t)
{
	return !t->loss || t->loss->quota;
}

static bool still_troubled(const struct tcb *t)
{
	const struct loss *l = t->loss;
	struct seq_range again;

	return t->cong.in_recovery || t->cong.dup_acks || l->n || l->tlp ||
	       l->frto || mtu_probe_again(t, &again) ||
	       seq_lt(t->snd.una, t->cong.recover);
}

static void first_words(const struct ack_news *a, struct verdict *v)
{
	if (a->twice.start != a->twice.end)
		v->rule = RULE_ACK_DSACK;
	else if (a->sacked && !a->acked)
		v->rule = RULE_ACK_SACK;
}

/**
 * recovery_ack() - an ACK while there is trouble, or the first sign of it
 * @t: the TCB, SND.UNA and the window are already the ACK's
 * @s: the segment
 * @c: what it tells the congestion control; no octets if SND.UNA did not move
 * @dup: it is a duplicate ACK, rfc5681#section-2
 * @v: gets the rule
 */
void recovery_ack(struct tcb *t, const struct segment *s,
		  const struct cong_ack *c, bool dup, struct verdict *v)
{
	struct ack_news a = { .acked = c->bytes, .dup = dup };
	u64 now = c->now;
	bool silent;
	u32 lost;

	if (!t->loss) {
		if (a.acked)
			recovery_new_ack(t, c);
		return;
	}
	if (a.acked && t->cong.ops->heard)
		t->cong.ops->heard(t, c);
	t->troubled = 1;
	if (t->sack_ok)
		scoreboard_take(t, s, now, &a);
	else
		reno_take(t, &a);
	first_words(&a, v);
	if (a.twice.start != a.twice.end)
		rack_duplicate(t, a.twice.end - a.twice.start);
	if (tlp_acked(t, s, &a) && !t->cong.in_recovery)
		repaired(t, c, v);
	undo_judge(t, s, &a, v);
	silent = t->loss->frto && frto_acked(t, &a, v);
	silent |= leave(t, c->una);
	lost = detect(t, &a, now, v);
	if (a.acked && !silent && !t->cong.in_recovery)
		cong_acked(t, c);
	respond(t, &a, lost, now, v);
	if (!t->cong.in_recovery)
		follow(t);
	t->troubled = still_troubled(t);
	recovery_allow(t);
	if (t->troubled || a.acked || !(t->armed & 1u << DUE_TLP))
		tlp_start(t, now);
}

/**
 * recovery_reorder_timeout() - DUE_REORDER: what has not come by now is lost
 * @t: the TCB
 * @now: microseconds
 * @v: gets the rule
 */
void recovery_reorder_timeout(struct tcb *t, u64 now, struct verdict *v)
{
	struct ack_news none = {};
	u32 lost;

	if (!t->loss || !t->troubled)
		return;
	lost = rack_detect(t, now);
	if (!lost)
		return;
	v->rule = RULE_RESEND_RACK;
	respond(t, &none, lost, now, v);
	recovery_allow(t);
}

/**
 * recovery_lost() - what is to be sent again next
 * @t: the TCB
 * @lost: gets the range
 *
 * Return: why, RULE_NONE if nothing is.
 */
u16 recovery_lost(const struct tcb *t, struct seq_range *lost)
{
	struct seq_range again;
	int times;

	if (!t->loss)
		return RULE_NONE;
	if (t->sack_ok) {
		times = scoreboard_lost(t->loss, lost);
		if (times < 0)
			return RULE_NONE;
		if (!times && mtu_probe_again(t, &again) &&
		    again.start == lost->start)
			return RULE_RESEND_MTU_PROBE;
		return times ? RULE_RESEND_AGAIN : RULE_RESEND_RACK;
	}
	if (mtu_probe_again(t, lost))
		return RULE_RESEND_MTU_PROBE;
	if (!t->resend_una)
		return RULE_NONE;
	*lost = (struct seq_range){ t->snd.una, t->snd.nxt };
	return t->snd.una == t->loss->undo_from ? RULE_RESEND_FAST :
						  RULE_RESEND_PARTIAL;
}

/**
 * recovery_resent() - text, or the FIN, is sent again
 * @t: the TCB
 * @start: its first sequence number
 * @end: one past the last
 * @now: microseconds
 */
void recovery_resent(struct tcb *t, u32 start, u32 end, u64 now)
{
	/* Karn: its ACK says nothing of the round trip, rfc6298#section-3 */
	if (t->timing && seq_lt(start, t->timed_seq))
		rtt_stop(t);
	if (!t->loss)
		return;
	t->loss->quota -= t->loss->quota > 0;
	if (t->loss->mtu.failed && start == t->loss->mtu.start)
		t->loss->mtu.start = seq_min(end, t->loss->mtu.end);
	t->loss->resends++;
	t->loss->resent_octets += seq_min(end, t->snd.end) - start;
	if (t->sack_ok)
		scoreboard_again(t, start, end, now);
	undo_resent(t, start, end, now);
	if (t->cong.in_recovery)
		t->loss->prr_out += end - start;
	t->troubled = 1;
}

/**
 * recovery_skip() - snd.cur moves on over what the peer has
 * @t: the TCB
 *
 * What is at SND.UNA it cannot have, whatever it reports.
 *
 * Return: octets up to what else it has.
 */
u32 recovery_skip(struct tcb *t)
{
	u32 end = t->snd.nxt;

	if (!t->loss || !t->sack_ok || t->snd.cur == end)
		return ~0u;
	if (t->snd.cur == t->snd.una && t->loss->n &&
	    t->loss->r[0].state == SENT_SACKED)
		return ~0u;
	t->snd.cur = scoreboard_skip(t->loss, t->snd.cur, &end);
	return end == t->snd.nxt ? ~0u : end - t->snd.cur;
}

/**
 * recovery_timeout() - the retransmission timer expired
 * @t: the TCB, snd.cur back at SND.UNA
 *
 * All that is not sacked is lost. rfc6582#section-4: duplicate ACKs for what
 * is now sent again must not start a recovery.
 */
void recovery_timeout(struct tcb *t)
{
	struct loss *l = t->loss;
	bool already = t->cong.in_recovery ||
		       seq_lt(t->snd.una, t->cong.recover);

	if (l) {
		if (!already)
			undo_prepare(t);
		scoreboard_timeout(t);
		l->tlp = 0;
		frto_begin(t, already);
		t->troubled = 1;
	}
	due_clear(t, DUE_TLP);
	due_clear(t, DUE_REORDER);
	t->cong.in_recovery = 0;
	t->cong.dup_acks = 0;
	t->cong.recover = t->snd.nxt;
	t->too_big = 0;
	t->tlp_due = 0;
	cong_timeout(t);
	if (l)
		recovery_allow(t);
}
