// SPDX-License-Identifier: GPL-2.0
/*
 * TIME-WAIT, rfc9293#section-3.6 and 3.10.7.4: a small record that answers
 * for a connection whose TCB is gone, until nothing of it can be left in the
 * network.
 */
#include <glass/core.h>

/**
 * timewait_open() - what is to be remembered
 * @w: every field is written
 * @t: the TCB, in TIME-WAIT, its last ACK sent
 */
void timewait_open(struct timewait *w, const struct tcb *t)
{
	*w = (struct timewait){
		.snd_nxt = t->snd.nxt,
		.rcv_nxt = t->rcv.nxt,
		.wnd = t->rcv.wnd >> t->rcv.shift,
	};
}

static void timewait_ack(struct timewait *w, struct verdict *v, u16 rule)
{
	v->rule = rule;
	w->rule = rule;
	w->ack_due = true;
}

/* rfc9293#section-3.6.1: may a new connection take over at once? */
static bool reopens(const struct timewait *w, const struct segment *s)
{
	return (s->flags & (SEG_SYN | SEG_ACK | SEG_RST | SEG_FIN)) ==
	       SEG_SYN && seq_gt(s->seq, w->rcv_nxt);
}

/**
 * timewait_input() - a segment arrives in TIME-WAIT
 * @w: the record
 * @s: the segment
 * @v: V_DEAD: forget the record (and, with RULE_TW_SYN, give the segment to
 *	the listener); V_TIME_WAIT: 2 MSL start anew
 */
void timewait_input(struct timewait *w, const struct segment *s,
		    struct verdict *v)
{
	*v = (struct verdict){};
	if (reopens(w, s)) {
		v->rule = RULE_TW_SYN;
		v->bits = V_DEAD;
	} else if (s->flags & SEG_RST) {
		v->rule = RULE_SEQ_RST;
		if (s->seq == w->rcv_nxt) {
			v->rule = RULE_TW_RST;
			v->bits = V_DEAD;
		}
	} else if (s->flags & SEG_SYN) {
		timewait_ack(w, v, RULE_TW_SYN_OLD);
	} else if (s->flags & SEG_FIN && s->flags & SEG_ACK &&
		   s->seq + seg_len(s) == w->rcv_nxt) {
		timewait_ack(w, v, RULE_TW_FIN);
		v->bits = V_TIME_WAIT;
	} else if (!seg_len(s) && s->seq == w->rcv_nxt &&
		   s->ack == w->snd_nxt) {
		v->rule = RULE_TW_QUIET;
	} else {
		timewait_ack(w, v, RULE_TW_OTHER);
	}
}

/**
 * timewait_output() - the next segment to send in TIME-WAIT
 * @w: the record
 * @s: gets the segment without its ports
 *
 * Return: false when there is nothing to send.
 */
bool timewait_output(struct timewait *w, struct segment *s)
{
	if (!w->ack_due)
		return false;
	w->ack_due = false;
	*s = (struct segment){
		.seq = w->snd_nxt,
		.ack = w->rcv_nxt,
		.wnd = w->wnd,
		.flags = SEG_ACK,
		.rule = w->rule,
	};
	return true;
}
