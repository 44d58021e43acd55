// SPDX-License-Identifier: GPL-2.0
/*
 * What an ACK does: rfc9293#section-3.10.7.4, fifth step.
 */
#include <glass/core.h>

/*
 * rfc5681#section-2: the five conditions of a duplicate ACK. What is
 * outstanding while the persist timer runs is a probe: its answer repeats
 * the ACK because the window is closed, not because anything was lost.
 */
static bool tells_again(const struct tcb *t, const struct segment *s)
{
	return t->armed & 1u << DUE_RETRANSMIT && !seg_len(s) &&
	       s->ack == t->snd.una &&
	       (u32)s->wnd << t->snd.shift == t->snd.wnd;
}

/**
 * ack_window() - take the window of a segment if it is not an old one
 * @t: the TCB
 * @s: an acceptable segment whose ACK is in [SND.UNA, SND.NXT]
 *
 * rfc9293: REC-1, MUST-34
 */
void ack_window(struct tcb *t, const struct segment *s)
{
	/*
	 * An ACK that moves SND.UNA is the newest there is, also in a segment
	 * that the peer sent again. To pass over its window would leave
	 * SND.WND as it was, and with SND.UNA the edge would move on that
	 * the peer never promised.
	 */
	if (seq_le(s->ack, t->snd.una) &&
	    (seq_gt(t->snd.wl1, s->seq) ||
	     (t->snd.wl1 == s->seq && seq_gt(t->snd.wl2, s->ack))))
		return;
	/*
	 * A window that opens ends the probing. One that only changes does
	 * not: each such ACK would put off the persist timer, for ever if
	 * they come often enough, while the window stays too small to use.
	 */
	if (!t->snd.wnd && s->wnd && t->armed & 1u << DUE_PERSIST) {
		due_clear(t, DUE_PERSIST);
		t->cong.backoff = 0;
	}
	t->snd.wnd = (u32)s->wnd << t->snd.shift;
	t->snd.wl1 = seq_max(t->snd.wl1, s->seq);
	t->snd.wl2 = s->ack;
	t->snd.max_wnd = max(t->snd.max_wnd, t->snd.wnd);
}

/*
 * A SYN that had to be sent again costs: without a sample the RTO is at
 * least three seconds (rfc6298#section-5.7), and after a second loss the
 * first window is one segment (rfc6928#section-2).
 */
static void syn_acknowledged(struct tcb *t, u32 ack, u64 now)
{
	t->syn_acked = 1;
	mtu_start(t);
	/* text of the SYN that was not taken is as if it had not been sent */
	if (t->syn_text) {
		t->snd.nxt = ack;
		t->snd.cur = ack;
	}
	if (t->cong.backoff && !t->srtt)
		t->rto = max(t->rto, min(RTO_AFTER_SYN_US, tcb_rto_max_us(t)));
	if (t->cong.backoff > 1)
		t->cong.cwnd = t->snd.mss;
	keepalive_start(t, now);
}

/**
 * ack_advance() - SND.UNA moves to SEG.ACK
 * @t: the TCB
 * @s: a segment whose ACK is above SND.UNA and not above SND.NXT
 * @now: microseconds
 * @v: gets V_WRITABLE
 *
 * Return: the round trip that this measured, microseconds, 0 for none.
 */
u32 ack_advance(struct tcb *t, const struct segment *s, u64 now,
		struct verdict *v)
{
	u32 ack = s->ack, rtt;

	rtt = rtt_acked(t, s, now);
	/* in slow start each ACK is to tell, see cong_cubic.c */
	if (!rtt && t->cong.cwnd < t->cong.ssthresh)
		rtt = rtt_echo(t, s, now);
	if (!t->syn_acked)
		syn_acknowledged(t, ack, now);
	t->snd_turns += seq_turned(t->iss, t->snd.una, ack);
	t->snd.una = ack;
	urgent_acked(t);
	t->waits_since = now_ms(now);
	t->snd.cur = seq_max(t->snd.cur, ack);
	t->resend_una = 0;
	t->cong.backoff = 0;
	/* what the probes carried was taken: output says if more must wait */
	due_clear(t, DUE_PERSIST);
	due_retransmit(t, now);
	v->bits |= V_WRITABLE;
	v->rule = RULE_ACK_NEW;
	return rtt;
}

/* In SYN-RECEIVED the ACK of our SYN opens, any other is answered RST */
static bool check_ack_syn_received(struct tcb *t, const struct segment *s,
				   struct verdict *v)
{
	if (seq_le(s->ack, t->snd.una) || seq_gt(s->ack, t->snd.nxt)) {
		v->rule = RULE_ACK_SYN_BAD;
		v->bits = V_REJECT;
		return false;
	}
	tcb_set_state(t, TCB_ESTABLISHED);
	v->bits |= V_ESTABLISHED;
	t->snd.wl1 = s->seq;
	t->snd.wl2 = s->ack;
	t->snd.wnd = (u32)s->wnd << t->snd.shift;
	t->snd.max_wnd = max(t->snd.max_wnd, t->snd.wnd);
	return true;
}

/* An ACK outside [SND.UNA - MAX.SND.WND, SND.NXT]: rfc5961#section-5.2 */
/* rfc9293: MAY-12 */
static bool check_ack_range(struct tcb *t, const struct segment *s,
			    struct verdict *v)
{
	if (seq_gt(s->ack, t->snd.nxt))
		v->rule = RULE_ACK_UNSENT;
	else if (seq_lt(s->ack, t->snd.una - t->snd.max_wnd))
		v->rule = RULE_ACK_OLD;
	else
		return true;
	input_owe_ack(t, v->rule);
	return false;
}

static bool fin_acked(const struct tcb *t)
{
	return t->fin_queued && t->snd.una == t->snd.end + 1;
}

/* The states that wait for their FIN to be acknowledged */
static void after_fin_acked(struct tcb *t, struct verdict *v, u64 now)
{
	switch (t->state) {
	case TCB_FIN_WAIT_1:
		v->rule = RULE_ACK_FIN_WAIT_2;
		tcb_set_state(t, TCB_FIN_WAIT_2);
		if (t->orphan)
			due_orphan(t, now);
		break;
	case TCB_CLOSING:
		v->rule = RULE_ACK_TIME_WAIT;
		tcb_set_state(t, TCB_TIME_WAIT);
		v->bits |= V_TIME_WAIT;
		break;
	case TCB_LAST_ACK:
		v->rule = RULE_ACK_CLOSED;
		tcb_dead(t, v, 0);
		break;
	}
}

/**
 * input_check_ack() - fifth, check the ACK field
 * @t: the TCB, past SYN-SENT
 * @s: a segment that is acceptable, no RST, no SYN
 * @now: microseconds
 * @v: what came of it
 *
 * Return: false if the segment has met its fate.
 */
bool input_check_ack(struct tcb *t, const struct segment *s, u64 now,
		     struct verdict *v)
{
	struct cong_ack a = {
		.now = now,
		.una = t->snd.una,
		.flight = tcb_in_flight(t),
		.ece = ecn_echoes(t, s),
	};
	bool open = t->syn_acked, dup, marked;
	u32 wnd = t->snd.wnd;

	if (!(s->flags & SEG_ACK)) {
		v->rule = RULE_ACK_MISSING;
		return false;
	}
	if (t->state == TCB_SYN_RECEIVED && !check_ack_syn_received(t, s, v))
		return false;
	if (!check_ack_range(t, s, v))
		return false;
	dup = tells_again(t, s);
	t->silent = 0;
	t->heard = now_ms(now);
	if (seq_ge(s->ack, t->snd.una))
		ack_window(t, s);
	marked = seq_ge(s->ack, t->snd.una) && ecn_reduces(t, s);
	if (seq_gt(s->ack, t->snd.una)) {
		a.rtt = ack_advance(t, s, now, v);
		a.bytes = t->snd.una - a.una;
		if (v->bits & V_ESTABLISHED)
			v->rule = RULE_ACK_SYN;
		if (mtu_probes(t))
			mtu_acked(t, v);
	} else if (dup) {
		v->rule = RULE_ACK_DUP;
	} else {
		v->rule = wnd == t->snd.wnd ? RULE_ACK_SAME : RULE_ACK_WINDOW;
	}
	if (marked)
		v->rule = RULE_ACK_MARKED;
	if (open && (t->troubled || dup || sack_told(t, s)))
		recovery_ack(t, s, &a, dup, v);
	else if (open && a.bytes)
		recovery_new_ack(t, &a);
	if (fin_acked(t))
		after_fin_acked(t, v, now);
	return t->state != TCB_CLOSED;
}
