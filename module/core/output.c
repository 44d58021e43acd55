// SPDX-License-Identifier: GPL-2.0
/*
 * Output: what the TCB has to say next.
 *
 * tcb_output() is asked again and again until it has nothing to say. It
 * looks at facts in order of priority: a RST, a SYN, a segment named lost,
 * text and FIN from snd.cur on, a probe, an ACK. Retransmission and
 * transmission are one path: below snd.nxt it is the former.
 */
#include <glass/core.h>

/**
 * output_stamp() - every segment but the first SYN carries the ACK that may
 * be owed
 * @t: the TCB
 * @s: the segment being built
 */
void output_stamp(struct tcb *t, struct segment *s)
{
	receive_window(t);
	s->flags |= SEG_ACK;
	s->ack = t->rcv.nxt;
	s->wnd = t->rcv.wnd >> t->rcv.shift;
	if (t->ecn_echo)
		s->flags |= SEG_ECE;
	urgent_stamp(t, s);
	t->ack_now = 0;
	t->ack_later = 0;
	due_clear(t, DUE_DELAYED_ACK);
}

/* Text that fits beside the options, those of this moment too */
static u32 text_room(const struct tcb *t)
{
	return t->snd.mss - sack_size(t);
}

/* The options of every segment; those of a SYN alone are there already */
static void put_options(struct tcb *t, u64 now, struct segment *s)
{
	if (t->ts_ok)
		timestamp_put(s, timestamp_clock(now, t->ts.offset),
			      t->ts.recent);
	if (t->sack_ok && !(s->flags & (SEG_SYN | SEG_RST)))
		sack_put(t, s);
}

static bool output_rst(struct tcb *t, struct segment *s)
{
	t->rst_due = 0;
	s->seq = t->snd.nxt;
	s->ack = t->rcv.nxt;
	s->flags = SEG_RST | SEG_ACK;
	s->rule = t->ack_rule;
	return true;
}

/* rfc9293#section-3.10.1; rfc7323#section-2.2: its window is not scaled */
/* rfc9293: MUST-14, SHLD-5, MAY-3, MUST-65; rfc2018: 2 */
static bool output_syn(struct tcb *t, u64 now, struct segment *s)
{
	bool answer = t->state != TCB_SYN_SENT;

	s->seq = t->iss;
	s->flags = SEG_SYN;
	s->opts = SEG_OPT_MSS | (t->wscale_ok ? SEG_OPT_WSCALE : 0) |
		  (t->sack_ok ? SEG_OPT_SACK_OK : 0);
	s->mss = t->adv_mss;
	s->wscale = t->rcv.shift;
	s->rule = t->backoff ? RULE_SEND_SYN_AGAIN : RULE_SEND_SYN;
	if (answer) {
		output_stamp(t, s);
		s->rule = t->backoff ? RULE_SEND_SYN_ACK_AGAIN :
				       RULE_SEND_SYN_ACK;
	} else {
		t->rcv.wnd = min(t->rcv.room, 65535u);
	}
	/* a challenge ACK may have promised more than a SYN can tell */
	s->wnd = min(t->rcv.wnd, 65535u);
	fastopen_stamp(t, s);
	ecn_stamp_syn(t, s);
	text_waits(t, now);
	if (t->snd.nxt == t->iss)
		rtt_start(t, t->iss + 1, now);
	t->snd.cur = seq_max(t->snd.cur, t->iss + 1 + s->len);
	t->snd.nxt = seq_max(t->snd.nxt, t->snd.cur);
	if (!(t->armed & 1u << DUE_RETRANSMIT))
		due_retransmit(t, now);
	return true;
}

/* Text and FIN of one segment that starts at @seq; at most @len octets */
/* rfc9293: SHLD-27, MUST-61 */
static void fill(struct tcb *t, struct segment *s, u32 seq, u32 len, bool fin)
{
	s->seq = seq;
	s->len = len;
	if (len && seq + len == t->snd.end)
		s->flags |= SEG_PSH;	/* rfc9293#section-3.9.1.2 */
	if (fin)
		s->flags |= SEG_FIN;
	output_stamp(t, s);
}

/* Sequence space from @seq on that the user has filled, without the FIN */
static u32 text_after(const struct tcb *t, u32 seq)
{
	return seq_lt(seq, t->snd.end) ? t->snd.end - seq : 0;
}

/* The segment at SND.UNA, named lost by duplicate ACKs */
/* rfc9293: MAY-7 */
static bool output_resend(struct tcb *t, u64 now, struct segment *s)
{
	u32 avail = text_after(t, t->snd.una);
	u32 len = min_of3(avail, text_room(t), t->snd.nxt - t->snd.una);
	bool fin = t->fin_queued && len == avail &&
		   t->snd.nxt == t->snd.end + 1;

	if (t->paced)
		return false;
	t->resend_una = 0;
	if (!len && !fin)
		return false;
	fill(t, s, t->snd.una, len, fin);
	s->rule = RULE_RESEND_FAST;
	t->snd.cur = seq_max(t->snd.cur, t->snd.una + len + fin);
	due_retransmit(t, now);
	return true;
}

/* What the windows of both the peer and the network let out from snd.cur */
/* rfc9293: SHLD-15, SHLD-16, MUST-34 */
static u32 usable_window(const struct tcb *t)
{
	u32 flight = t->snd.cur - t->snd.una;
	u32 wnd = min(t->snd.wnd, t->cong.cwnd);

	return wnd > flight ? wnd - flight : 0;
}

/*
 * Is what stands at snd.cur sent again because the timer expired, or because
 * it was too big? Everything below cong.recover is then; the octet of a
 * refused probe is not, it goes out with the text that it belongs to.
 */
static bool resending(const struct tcb *t)
{
	return seq_lt(t->snd.cur, seq_min(t->snd.nxt, t->cong.recover));
}

/*
 * May the tail of what is queued wait for company? Nagle's algorithm
 * (rfc9293#section-3.7.4) as Minshall mended it: it does while another small
 * segment is in flight, not behind full ones, whose ACK may be delayed until
 * the tail arrives.
 */
static bool held_back(const struct tcb *t)
{
	if (t->push || t->urgent)
		return false;
	if (t->opt.cork || t->more)
		return true;
	return !t->opt.nodelay && seq_gt(t->snd.small, t->snd.una) &&
	       seq_le(t->snd.small, t->snd.nxt);
}

/*
 * Silly-window avoidance and Nagle's algorithm, rfc9293#section-3.8.6.2.1
 * and 3.7.4, for text that has not been sent before.
 * rfc9293: MAY-16, SHLD-28, MUST-38, SHLD-7, MUST-17
 */
static bool worth_sending(const struct tcb *t, u32 len, u32 avail, bool fin)
{
	if (len >= text_room(t) || fin || resending(t))
		return true;
	if (held_back(t))
		return false;
	return len == avail || len >= t->snd.max_wnd / 2;
}

/*
 * Text waits, nothing is in flight that an ACK could answer: without the
 * persist timer the connection would hang if a window update got lost.
 * rfc9293: MUST-60, SHLD-17, MUST-35, SHLD-29
 */
static void wait_for_window(struct tcb *t, u64 now)
{
	if (t->snd.cur != t->snd.una || t->armed & 1u << DUE_PERSIST)
		return;
	if (!t->probe)
		text_waits(t, now);
	due_clear(t, DUE_RETRANSMIT);
	due_set(t, DUE_PERSIST, now, due_patience_ms(t, now));
}

/* Text and FIN left snd.cur: what that means to the clocks */
static void sent(struct tcb *t, u32 len, bool small, u64 now)
{
	bool first = t->snd.cur == t->snd.nxt;

	text_waits(t, now);
	t->snd.cur += len;
	if (first)
		rtt_start(t, t->snd.cur, now);
	if (first && small)
		t->snd.small = t->snd.cur;
	t->snd.nxt = seq_max(t->snd.nxt, t->snd.cur);
	t->last_sent = now_ms(now);
	cong_sent(t);
	if (t->probe || t->armed & 1u << DUE_PERSIST) {
		due_clear(t, DUE_PERSIST);
		t->backoff = 0;
	}
	t->probe = 0;
	if (!(t->armed & 1u << DUE_RETRANSMIT))
		due_retransmit(t, now);
}

/* rfc5681#section-4.1 */
static void restart_after_idle(struct tcb *t, u64 now)
{
	if (t->cong.ops->idle && t->snd.una == t->snd.nxt && t->last_sent &&
	    now_ms(now) - t->last_sent > rtt_timeout_ms(t))
		t->cong.ops->idle(t);
}

static bool output_text(struct tcb *t, u64 now, u32 limit, struct segment *s)
{
	u32 avail = text_after(t, t->snd.cur), len, usable;
	u32 room = text_room(t);
	bool again = resending(t), fin;

	fin = t->fin_queued && t->snd.cur != t->snd.end + 1;
	if ((!avail && !fin) || t->paced)
		return false;
	restart_after_idle(t, now);
	usable = usable_window(t);
	/* the pieces of one that is cut later would share pointer and CWR */
	if (t->urgent || t->ecn_cwr)
		limit = 0;
	len = min_of3(avail, usable, max(limit, room));
	if (len > room)
		len -= len % room;
	fin = fin && len == avail && usable > len;
	if ((!len && !fin) || !worth_sending(t, len, avail, fin)) {
		wait_for_window(t, now);
		return false;
	}
	fill(t, s, t->snd.cur, len, fin);
	if (len && t->snd.cur == t->snd.nxt)
		ecn_stamp_text(t, s);
	if (again)
		s->rule = t->too_big ? RULE_RESEND_SMALLER : RULE_RESEND_RTO;
	else if (fin)
		s->rule = RULE_SEND_FIN;
	else
		s->rule = len < room ? RULE_SEND_PUSH : RULE_SEND_TEXT;
	sent(t, len + fin, len % room, now);
	return true;
}

/*
 * rfc9293#section-3.8.6.1: one octet beyond the window, or all that a silly
 * window takes; the FIN if it is all that is left. SND.NXT moves over it so
 * that its ACK is good, snd.cur stays: it may be lost, and is sent again.
 * rfc9293: MUST-36
 */
static bool output_probe(struct tcb *t, u64 now, struct segment *s)
{
	u32 avail = text_after(t, t->snd.cur), len;
	bool fin;

	if (!t->probe)
		return false;
	t->probe = 0;
	len = min_of3(avail, max_t(u32, usable_window(t), 1), text_room(t));
	fin = !avail && t->fin_queued && t->snd.cur != t->snd.end + 1;
	if (!len && !fin)
		return false;
	fill(t, s, t->snd.cur, len, fin);
	s->rule = usable_window(t) > len && t->opt.cork ? RULE_SEND_HELD :
							  RULE_SEND_PROBE;
	t->snd.nxt = seq_max(t->snd.nxt, t->snd.cur + len + fin);
	due_set(t, DUE_PERSIST, now, due_patience_ms(t, now));
	return true;
}

static bool output_ack(struct tcb *t, struct segment *s)
{
	if (!t->ack_now)
		return false;
	s->seq = t->snd.nxt;
	s->rule = t->ack_rule;
	output_stamp(t, s);
	return true;
}

/* Who comes first: see above */
static bool next_segment(struct tcb *t, u64 now, u32 limit, struct segment *s)
{
	if (t->rst_due)
		return output_rst(t, s);
	if (t->state == TCB_CLOSED)
		return false;
	if (t->syn_held)
		return false;
	if (!t->syn_acked && (t->snd.cur == t->iss || t->syn_again))
		return output_syn(t, now, s);
	if (t->state == TCB_SYN_SENT)
		return false;
	if (!t->syn_acked && !fastopen_writes(t))
		return output_ack(t, s);
	if (t->resend_una && output_resend(t, now, s))
		return true;
	return output_text(t, now, limit, s) || output_probe(t, now, s) ||
	       output_ack(t, s) || keepalive_output(t, s);
}

/**
 * tcb_output() - the next segment to send
 * @t: the TCB, after an event
 * @now: microseconds
 * @limit: octets of text that one call may give; at least one segment is
 *	given. More than a segment is a multiple of what text_room() leaves
 *	beside the options, to be cut later.
 * @s: gets the segment without its ports; @s->seq and @s->len name the range
 *	of the send stream that it carries, @s->rule says why it is sent. The
 *	cookie of SEG_OPT_FASTOPEN is the caller's to add.
 *
 * Return: false when there is nothing to send.
 */
bool tcb_output(struct tcb *t, u64 now, u32 limit, struct segment *s)
{
	*s = (struct segment){};
	if (!next_segment(t, now, limit, s))
		return false;
	put_options(t, now, s);
	return true;
}
