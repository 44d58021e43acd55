// SPDX-License-Identifier: GPL-2.0
/*
 * SEGMENT ARRIVES, rfc9293#section-3.10.7.
 *
 * tcb_input() is the RFC's text in the RFC's order. Each step is a function;
 * those up to the fifth return false when the segment has met its fate. The
 * first, seventh and eighth steps are in text.c, the fifth in ack.c, SYN-SENT
 * in synsent.c. LISTEN, and SYN-RECEIVED below a listener, are in handshake.c,
 * TIME-WAIT in timewait.c: none of them has a TCB.
 */
#include <glass/core.h>

/* An ACK is owed at once; the first reason counts */
void input_owe_ack(struct tcb *t, u16 rule)
{
	if (!t->ack_now)
		t->ack_rule = rule;
	t->ack_now = 1;
}

/*
 * Second, check the RST bit, with the blind-reset defence of
 * rfc5961#section-3.2 that rfc9293 has taken over: only a RST exactly at
 * RCV.NXT resets, any other in the window is asked for proof.
 * rfc9293: MUST-66, SHLD-2, MUST-11, MUST-12
 */
static bool input_check_rst(struct tcb *t, const struct segment *s,
			    struct verdict *v)
{
	if (!(s->flags & SEG_RST))
		return true;
	if (s->seq != t->rcv.nxt) {
		v->rule = RULE_RST_CHALLENGE;
		input_owe_ack(t, v->rule);
		return false;
	}
	if (t->state == TCB_SYN_RECEIVED && !t->fastopened) {
		v->rule = RULE_RST_REFUSED;
		tcb_dead(t, v, V_REFUSED);
	} else {
		v->rule = RULE_RST_EXACT;
		tcb_dead(t, v, V_RESET);
	}
	return false;
}

/* Fourth, check the SYN bit: rfc5961#section-4.2, whatever its number */
static bool input_check_syn(struct tcb *t, const struct segment *s,
			    struct verdict *v)
{
	if (!(s->flags & SEG_SYN))
		return true;
	v->rule = RULE_SYN_CHALLENGE;
	input_owe_ack(t, v->rule);
	return false;
}

/*
 * Both ends opened at once: the peer's SYN/ACK repeats the SYN that we have
 * (rfc9293#section-3.5, figure 7). Without that SYN it is the ACK we wait
 * for, also if the user closed meanwhile, so the octet is trimmed as any
 * text received before would be. The window of a SYN is not scaled
 * (rfc7323#section-2.2), that of the ACK it becomes is.
 */
static const struct segment *trim_known_syn(const struct tcb *t,
					    const struct segment *s,
					    struct segment *trimmed)
{
	if (t->syn_acked || s->seq != t->irs ||
	    (s->flags & (SEG_SYN | SEG_ACK)) != (SEG_SYN | SEG_ACK))
		return s;
	*trimmed = *s;
	trimmed->flags &= ~(SEG_SYN | SEG_ECE | SEG_CWR);
	trimmed->seq++;
	trimmed->wnd >>= t->snd.shift;
	return trimmed;
}

/* CLOSED, rfc9293#section-3.10.7.1 */
static void closed_input(const struct segment *s, struct verdict *v)
{
	v->rule = RULE_CLOSED_RST;
	if (!(s->flags & SEG_RST)) {
		v->rule = RULE_CLOSED_REJECT;
		v->bits = V_REJECT;
	}
}

/**
 * tcb_input() - a segment arrives
 * @t: the TCB, in any state but LISTEN and TIME-WAIT
 * @s: the segment
 * @now: microseconds
 * @v: what came of it
 */
void tcb_input(struct tcb *t, const struct segment *s, u64 now,
	       struct verdict *v)
{
	struct segment trimmed;
	struct text_span in;

	*v = (struct verdict){};
	if (t->state == TCB_CLOSED) {
		closed_input(s, v);
		return;
	}
	if (t->state == TCB_SYN_SENT) {
		syn_sent_input(t, s, now, v);
		return;
	}
	s = trim_known_syn(t, s, &trimmed);
	if (!timestamp_check(t, s, now, v))			/* PAWS */
		return;
	if (fastopen_syn_again(t, s, v))
		return;
	if (!input_check_sequence(t, s, &in, v))		/* first */
		return;
	if (!input_check_rst(t, s, v))			/* second */
		return;
	/* third, security and compartment: Glass has neither */
	if (!input_check_syn(t, s, v))			/* fourth */
		return;
	if (!input_check_ack(t, s, now, v))			/* fifth */
		return;
	timestamp_keep(t, s, now);
	ecn_arrives(t, s, in.len);
	urgent_check(t, s, v);				/* sixth */
	input_process_text(t, s, &in, now, v);		/* seventh */
	input_check_fin(t, s, now, v);				/* eighth */
	if (v->bits & V_URGENT && !(v->bits & V_DEAD))
		v->rule = RULE_URG_NEW;
}
