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
		.ts_recent = t->ts.recent,
		.ts_ok = t->ts_ok,
		.wnd = t->rcv.wnd >> t->rcv.shift,
	};
}

static void timewait_ack(struct timewait *w, struct verdict *v, u16 rule)
{
	v->rule = rule;
	w->rule = rule;
}

/*
 * May a new connection take over at once? By its timestamp if both have one
 * (rfc6191#section-2), else by its sequence number (rfc9293#section-3.6.1).
 */
/* rfc9293: MAY-2, SHLD-4 */
static u16 reopens(const struct timewait *w, const struct segment *s)
{
	if ((s->flags & (SEG_SYN | SEG_ACK | SEG_RST | SEG_FIN)) != SEG_SYN)
		return RULE_NONE;
	if (w->ts_ok && s->opts & SEG_OPT_TS && s->tsval != w->ts_recent)
		return timestamp_old(s->tsval, w->ts_recent) ? RULE_NONE :
							       RULE_TW_SYN_TS;
	return seq_gt(s->seq, w->rcv_nxt) ? RULE_TW_SYN : RULE_NONE;
}

/*
 * PAWS, rfc7323#section-5.3 R1: older than what came last, by its timestamp.
 * A SYN was judged by it before, and a RST never is.
 */
static bool is_older(const struct timewait *w, const struct segment *s)
{
	return w->ts_ok && s->opts & SEG_OPT_TS &&
	       !(s->flags & (SEG_SYN | SEG_RST)) &&
	       timestamp_old(s->tsval, w->ts_recent);
}

/**
 * timewait_input() - a segment arrives in TIME-WAIT
 * @w: the record
 * @s: the segment
 * @v: V_DEAD: forget the record (and, with RULE_TW_SYN or RULE_TW_SYN_TS,
 *	give the segment to the listener); V_TIME_WAIT: 2 MSL start anew
 *
 * rfc1337: 2.2, 2.3
 */
void timewait_input(struct timewait *w, const struct segment *s,
		    struct verdict *v)
{
	*v = (struct verdict){ .rule = reopens(w, s) };
	if (v->rule) {
		v->bits = V_DEAD;
	} else if (s->flags & SEG_RST) {
		v->rule = RULE_SEQ_RST;
		if (s->seq == w->rcv_nxt) {
			v->rule = RULE_TW_RST;
			v->bits = V_DEAD;
		}
	} else if (s->flags & SEG_SYN) {
		timewait_ack(w, v, RULE_TW_SYN_OLD);
	} else if (is_older(w, s)) {
		timewait_ack(w, v, RULE_PAWS);
	} else if (s->flags & SEG_FIN && s->flags & SEG_ACK &&
		   s->seq + seg_len(s) == w->rcv_nxt) {
		timewait_ack(w, v, RULE_TW_FIN);
		v->bits = V_TIME_WAIT;
	} else if (!seg_len(s) && s->seq == w->rcv_nxt) {
		v->rule = RULE_TW_QUIET;
	} else {
		timewait_ack(w, v, RULE_TW_OTHER);
	}
}

/**
 * timewait_no_listener() - a SYN that could end TIME-WAIT finds no listener
 * @w: the record
 * @v: RULE_TW_SYN from timewait_input(); becomes what is done instead
 *
 * Nothing would come of it but a RST, and TIME-WAIT would be gone: any SYN
 * is challenged then, as on a connection.
 */
void timewait_no_listener(struct timewait *w, struct verdict *v)
{
	v->bits = 0;
	timewait_ack(w, v, RULE_TW_SYN_NOBODY);
}

/**
 * timewait_ignore_rst() - rfc1337#section-3, fix F1: no RST ends TIME-WAIT
 * @v: from timewait_input(); changed if it was a RST that did
 */
void timewait_ignore_rst(struct verdict *v)
{
	if (v->rule == RULE_TW_RST)
		*v = (struct verdict){ .rule = RULE_TW_RST_IGNORED };
}

/**
 * timewait_output() - the next segment to send in TIME-WAIT
 * @w: the record
 * @s: gets the segment without its ports; its tsval is the caller's to add
 *
 * Return: false when there is nothing to send.
 */
bool timewait_output(struct timewait *w, struct segment *s)
{
	if (!w->rule)
		return false;
	*s = (struct segment){
		.seq = w->snd_nxt,
		.ack = w->rcv_nxt,
		.wnd = w->wnd,
		.flags = SEG_ACK,
		.rule = w->rule,
	};
	if (w->ts_ok)
		timestamp_put(s, 0, w->ts_recent);
	w->rule = RULE_NONE;
	return true;
}
