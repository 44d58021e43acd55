// SPDX-License-Identifier: GPL-2.0
/*
 * Time: deadlines that do not know of each other.
 *
 * DUE_RETRANSMIT	something sent is not acknowledged: rfc6298#section-5
 * DUE_PERSIST		text waits for a window: rfc9293#section-3.8.6.1
 * DUE_DELAYED_ACK	an ACK waits for company: rfc9293#section-3.8.6.3
 * DUE_ORPHAN		FIN-WAIT-2 with nobody left to read
 * DUE_KEEPALIVE	nothing was heard for long: rfc9293#section-3.8.4
 * DUE_REORDER		what was overtaken is lost now: rfc8985#section-6.2
 * DUE_TLP		is the tail lost? rfc8985#section-7
 *
 * The glue asks tcb_deadline() when to come back and calls tcb_timeout()
 * then, or later, or too early: only what has passed acts.
 */
#include <glass/core.h>

/* Set, or move, a deadline */
void due_set(struct tcb *t, enum tcb_due which, u64 now, u32 delay_ms)
{
	t->due[which] = now_ms(now) + delay_ms;
	t->armed |= 1u << which;
}

void due_clear(struct tcb *t, enum tcb_due which)
{
	t->armed &= ~(1u << which);
}

/* rfc6298#section-5.1 to 5.3: runs exactly while something is outstanding */
void due_retransmit(struct tcb *t, u64 now)
{
	if (t->snd.una == t->snd.nxt)
		due_clear(t, DUE_RETRANSMIT);
	else
		due_set(t, DUE_RETRANSMIT, now, due_patience_ms(t, now));
}

/*
 * The user's limit: how long the oldest octet has waited for its ACK.
 * rfc9293: MUST-21; rfc5482: 3.1
 */
static u32 user_patience_ms(const struct tcb *t, u64 now)
{
	u32 waited = now_ms(now) - t->waits_since;

	if (!t->opt.user_timeout)
		return ~0u;
	return t->opt.user_timeout > waited ? t->opt.user_timeout - waited : 0;
}

/**
 * due_patience_ms() - when to ask again
 * @t: the TCB, with something unacknowledged
 * @now: microseconds
 *
 * Return: milliseconds: the RTO, or less if the user's limit comes first.
 */
u32 due_patience_ms(const struct tcb *t, u64 now)
{
	return min(rtt_timeout_ms(t), user_patience_ms(t, now));
}

/**
 * text_waits() - something is about to leave, or to wait for a window
 * @t: the TCB
 * @now: microseconds
 */
void text_waits(struct tcb *t, u64 now)
{
	if (t->snd.una == t->snd.nxt)
		t->waits_since = now_ms(now);
}

/**
 * due_orphan() - FIN-WAIT-2, and nobody is left to read
 * @t: the TCB
 * @now: microseconds
 *
 * As long as the user or else the administrator said, but long enough for
 * the peer's FIN to be lost twice.
 */
void due_orphan(struct tcb *t, u64 now)
{
	u32 seconds = t->opt.linger2 ? t->opt.linger2 :
				       READ_ONCE(t->policy->fin_timeout);
	u32 ms = t->opt.linger2 < 0 ? 0 : max(seconds * 1000u,
					      t->rto / 1000 * 7 / 2);

	due_set(t, DUE_ORPHAN, now, ms);
}

/**
 * tcb_deadline() - when must tcb_timeout() be called?
 * @t: the TCB
 * @when: the earliest deadline, milliseconds of the clock of @now
 *
 * Return: false if nothing is due ever.
 */
bool tcb_deadline(const struct tcb *t, u32 *when)
{
	u32 left = t->armed;

	if (!left)
		return false;
	*when = t->due[__builtin_ctz(left)];
	while (left &= left - 1)
		*when = seq_min(*when, t->due[__builtin_ctz(left)]);
	return true;
}

static bool is_over(const struct tcb *t, enum tcb_due which, u64 now)
{
	return t->armed & 1u << which && seq_ge(now_ms(now), t->due[which]);
}

/**
 * tcb_misses() - will tcb_timeout() need memory for what is lost?
 * @t: the TCB
 * @now: microseconds
 *
 * Return: true if the glue should lend @t->loss first.
 */
bool tcb_misses(const struct tcb *t, u64 now)
{
	return t->syn_acked && (is_over(t, DUE_RETRANSMIT, now) ||
				is_over(t, DUE_TLP, now));
}

static bool passed(struct tcb *t, enum tcb_due which, u64 now)
{
	if (!is_over(t, which, now))
		return false;
	due_clear(t, which);
	return true;
}

/* R2, rfc9293#section-3.8.3, and less patience where no user is left */
/* rfc9293: MUST-20, MUST-22 */
static bool given_up(const struct tcb *t, u32 times, u32 retries, u64 now)
{
	u32 orphan = READ_ONCE(t->policy->orphan_retries);

	return times >= retries || !user_patience_ms(t, now) ||
	       (t->orphan && t->cong.backoff >= (orphan ? orphan : ORPHAN_RETRIES));
}

/*
 * The user's limit takes the place of R2, also where it is longer: rfc5482
 * is about both. A SYN has its own number, and the earlier of both counts.
 */
static u32 retries(const struct tcb *t)
{
	if (t->syn_acked)
		return t->opt.user_timeout ? ~0u : t->retries;
	return t->opt.syn_retries && !t->passive ? t->opt.syn_retries :
						   t->syn_retries;
}

/*
 * rfc6298#section-5.4 to 5.7. The lost range is simply what output gives
 * next: snd.cur falls back to SND.UNA.
 * rfc9293: MUST-18, MUST-19, MUST-20, MUST-22, SHLD-10
 */
static void timeout_retransmit(struct tcb *t, u64 now, struct verdict *v)
{
	u32 r1 = READ_ONCE(t->policy->retries1);
	bool opening = !t->syn_acked;

	if (given_up(t, t->cong.backoff, retries(t), now)) {
		v->rule = RULE_USER_TIMEOUT;
		tcb_dead(t, v, V_TIMED_OUT);
		return;
	}
	v->rule = opening ? RULE_SEND_SYN_AGAIN : RULE_RESEND_RTO;
	rtt_stop(t);
	t->snd.cur = t->snd.una;
	t->resend_una = 0;
	if (!opening) {
		mtu_timeout(t, now, r1 && t->cong.backoff + 1u >= r1);
		recovery_timeout(t);
	} else if (fastopen_writes(t) && t->snd.nxt != t->iss + 1) {
		t->cong.recover = t->snd.nxt;	/* text went before the ACK */
	}
	t->cong.backoff += t->cong.backoff < 255;
	if (t->cong.backoff == r1)	/* R1 */
		v->bits |= V_BAD_PATH;
	due_set(t, DUE_RETRANSMIT, now, due_patience_ms(t, now));
}

/*
 * rfc9293#section-3.8.6.1: probing may go on for ever, as long as the peer
 * answers: each acceptable ACK clears tcb.silent. A peer that says nothing
 * is timed out like any other, also here by the user's own limit, and one that
 * takes nothing when that is over.
 * rfc9293: SHLD-30, MUST-37
 */
static void timeout_persist(struct tcb *t, u64 now, struct verdict *v)
{
	/* a cork holds the text, not the peer: its own time is over */
	if (t->snd.una == t->snd.nxt && t->snd.wnd >= t->snd.mss) {
		v->rule = RULE_SEND_PROBE;
		t->probe = 1;
		return;
	}
	if (given_up(t, t->silent, retries(t), now)) {
		v->rule = RULE_USER_TIMEOUT;
		tcb_dead(t, v, V_TIMED_OUT);
		return;
	}
	v->rule = RULE_SEND_PROBE;
	t->silent += t->silent < 255;
	t->cong.backoff += t->cong.backoff < 255;
	t->probe = 1;
}

/**
 * tcb_timeout() - act on every deadline that has passed
 * @t: the TCB
 * @now: microseconds
 * @v: what came of it
 */
void tcb_timeout(struct tcb *t, u64 now, struct verdict *v)
{
	*v = (struct verdict){};
	if (passed(t, DUE_DELAYED_ACK, now)) {
		v->rule = RULE_ACK_DELAYED;
		t->full_before = 0;
		input_owe_ack(t, RULE_ACK_DELAYED);
	}
	if (passed(t, DUE_ORPHAN, now)) {
		v->rule = RULE_ORPHAN_TIMEOUT;
		tcb_dead(t, v, 0);
		t->rst_due = t->opt.linger2 < 0;
		t->ack_rule = v->rule;
		return;
	}
	if (passed(t, DUE_REORDER, now))
		recovery_reorder_timeout(t, now, v);
	/* the probe puts the other off */
	if (passed(t, DUE_TLP, now))
		tlp_timeout(t, now, v);
	if (passed(t, DUE_RETRANSMIT, now))
		timeout_retransmit(t, now, v);
	if (passed(t, DUE_PERSIST, now))
		timeout_persist(t, now, v);
	if (passed(t, DUE_KEEPALIVE, now))
		keepalive_timeout(t, now, v);
}
