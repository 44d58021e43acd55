// SPDX-License-Identifier: GPL-2.0
/*
 * Tail loss probes: where nothing follows that could tell of a loss, a
 * segment is sent early to ask for an ACK. rfc8985#section-7.
 */
#include <glass/core.h>

#define PTO_MIN_MS	10	/* less, and clocks that tick would ask too early */
#define ACK_DELAY_MS	80	/* of the peer, twice what Glass' are as shipped */

/**
 * tlp_start() - something was sent, or acknowledged: when to ask
 * @t: the TCB
 * @now: microseconds
 *
 * Not while anything is known to be missing: then other means find out, see
 * tcb.troubled.
 *
 * rfc8985: 7.2
 */
void tlp_start(struct tcb *t, u64 now)
{
	u32 flight = t->snd.nxt - t->snd.una, ms;

	if (!t->sack_ok || !flight || t->troubled || !t->syn_acked ||
	    !(t->armed & 1u << DUE_RETRANSMIT)) {
		due_clear(t, DUE_TLP);
		return;
	}
	ms = t->srtt ? t->srtt / 500 + 1 : 1000;
	if (flight <= t->snd.mss)
		ms += ACK_DELAY_MS;
	due_set(t, DUE_TLP, now, max(ms, PTO_MIN_MS + 0u));
	if (seq_gt(t->due[DUE_TLP], t->due[DUE_RETRANSMIT]))
		t->due[DUE_TLP] = t->due[DUE_RETRANSMIT];
}

/**
 * tlp_timeout() - DUE_TLP has passed
 * @t: the TCB
 * @now: microseconds
 * @v: gets the rule
 *
 * rfc8985: 7.3
 */
void tlp_timeout(struct tcb *t, u64 now, struct verdict *v)
{
	struct loss *l = t->loss;

	/* without memory for it only the RTO is left */
	if (!l || l->tlp || l->tlp_untimed || t->troubled ||
	    t->snd.una == t->snd.nxt)
		return;
	v->rule = RULE_RESEND_TLP;
	t->tlp_due = 1;
	due_retransmit(t, now);
}

/**
 * tlp_sent() - the probe leaves
 * @t: the TCB, with @loss
 * @again: it repeats text
 */
void tlp_sent(struct tcb *t, bool again)
{
	struct loss *l = t->loss;

	l->tlp = 1;
	l->tlp_again = again;
	l->tlp_untimed = 1;
	l->tlp_end = t->snd.nxt;
	t->troubled = 1;
	due_clear(t, DUE_TLP);
}

/**
 * tlp_acked() - is an ACK the answer to the probe?
 * @t: the TCB, with @loss
 * @s: the segment
 * @a: what it told
 *
 * A probe that repeats text and whose text did not come twice has repaired a
 * loss, which costs what any other does.
 *
 * Return: true if so.
 *
 * rfc8985: 7.4
 */
bool tlp_acked(struct tcb *t, const struct segment *s,
	       const struct ack_news *a)
{
	struct loss *l = t->loss;

	if (!l->tlp || seq_lt(s->ack, l->tlp_end))
		return false;
	if (!l->tlp_again ||
	    (a->twice.start != a->twice.end && a->twice.end == l->tlp_end)) {
		l->tlp = 0;
	} else if (seq_gt(s->ack, l->tlp_end)) {
		l->tlp = 0;
		return true;
	} else if (!a->acked && !seg_len(s) && s->ack == t->snd.una &&
		   !(s->opts & SEG_OPT_SACK)) {
		l->tlp = 0;
	}
	return false;
}
