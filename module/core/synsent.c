// SPDX-License-Identifier: GPL-2.0
/*
 * SEGMENT ARRIVES in SYN-SENT, rfc9293#section-3.10.7.3: the answer to our
 * SYN, or somebody else's SYN that crossed it.
 */
#include <glass/core.h>

/* First, check the ACK bit. Sets *@good if it acknowledges our SYN. */
static bool check_ack(const struct tcb *t, const struct segment *s,
		      bool *good, struct verdict *v)
{
	*good = false;
	if (!(s->flags & SEG_ACK))
		return true;
	if (seq_le(s->ack, t->iss) || seq_gt(s->ack, t->snd.nxt)) {
		v->rule = RULE_SYN_SENT_BAD_ACK_RST;
		if (!(s->flags & SEG_RST)) {
			v->rule = RULE_SYN_SENT_BAD_ACK;
			v->bits = V_REJECT;
		}
		return false;
	}
	*good = true;
	return true;
}

/* Second, check the RST bit */
static bool check_rst(struct tcb *t, const struct segment *s, bool acked,
		      struct verdict *v)
{
	if (!(s->flags & SEG_RST))
		return true;
	v->rule = RULE_SYN_SENT_RST_NO_ACK;
	if (acked) {
		v->rule = RULE_SYN_SENT_RST;
		tcb_dead(t, v, V_REFUSED);
	}
	return false;
}

/* What the peer's SYN tells: its ISN, its window, its options */
/* rfc9293: MUST-14, MUST-16 */
static void take_syn(struct tcb *t, const struct segment *s, u64 now)
{
	t->irs = s->seq;
	t->rcv.nxt = s->seq + 1;
	t->rcv.acked = s->seq + 1;
	t->rcv.up = s->seq + 1;
	if (s->opts & SEG_OPT_MSS)
		t->snd.peer_mss = max_t(u32, s->mss, MSS_MIN);
	/* rfc7323#section-2.2: both or neither */
	if (t->wscale_ok && (s->opts & SEG_OPT_WSCALE)) {
		t->snd.shift = s->wscale;
	} else {
		t->wscale_ok = 0;
		t->rcv.shift = 0;
	}
	if (!(s->opts & SEG_OPT_TS))
		t->ts_ok = 0;
	timestamp_keep(t, s, now);
	if (!(s->opts & SEG_OPT_SACK_OK))
		t->sack_ok = 0;
	ecn_take_syn(t, s);
	tcb_update_mss(t);
	/* rfc7323#section-2.2: the window in a SYN is never scaled */
	t->snd.wnd = s->wnd;
	t->snd.max_wnd = s->wnd;
	t->snd.wl1 = s->seq;
	t->snd.wl2 = s->ack;
}

/**
 * syn_sent_input() - a segment arrives in SYN-SENT
 * @t: the TCB
 * @s: the segment
 * @now: microseconds
 * @v: zeroed; what came of it
 *
 * Text and FIN in the SYN are not taken: the peer will send them again.
 *
 * rfc9293: MUST-10
 */
void syn_sent_input(struct tcb *t, const struct segment *s, u64 now,
		    struct verdict *v)
{
	u32 nxt = t->snd.nxt;
	bool acked;

	if (!check_ack(t, s, &acked, v) || !check_rst(t, s, acked, v))
		return;
	/* third, security: Glass has none */
	if (!(s->flags & SEG_SYN)) {
		v->rule = RULE_SYN_SENT_NO_SYN;
		return;
	}
	/* nothing has left, so there is nothing yet that it could answer */
	if (t->syn_held) {
		v->rule = RULE_SYN_SENT_HELD;
		return;
	}
	take_syn(t, s, now);
	cong_start(t);
	if (acked) {
		ack_advance(t, s, now, v);
		tcb_set_state(t, TCB_ESTABLISHED);
		v->bits |= V_ESTABLISHED;
		v->rule = fastopen_answered(t, nxt);
		input_owe_ack(t, v->rule);
	} else {
		tcb_set_state(t, TCB_SYN_RECEIVED);
		v->rule = RULE_SYN_SENT_SYN;
		t->snd.cur = t->iss;	/* output gives the SYN/ACK */
	}
}
