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
	t->ack_on_read = 0;
	due_clear(t, DUE_DELAYED_ACK);
}

/*
 * Text that fits beside the options, those of this moment too. What is sent
 * again was cut before these came up, and to cut it anew would leave a rest
 * of some octets: it takes their place instead, and the ACK that tells of
 * them stays owed.
 */
u32 output_room(const struct tcb *t)
{
	return t->snd.mss - sack_size(t);
}

static bool instead_of_sack(const struct tcb *t, const struct segment *s)
{
	return s->len > output_room(t) && s->len <= t->snd.mss;
}

/* The options of every segment; those of a SYN alone are there already */
static void put_options(struct tcb *t, u64 now, struct segment *s)
{
	if (t->ts_ok)
		timestamp_put(s, timestamp_clock(now, t->ts.offset), t->ts.recent);
	if (t->sack_ok && !(s->flags & (SEG_SYN | SEG_RST)) && sack_size(t) &&
	    !instead_of_sack(t, s))
		sack_put(t, s);
}

static bool output_rst(struct tcb *t, struct segment *s)
{
	t->rst_due = 0;
	s->seq = control_seq(t);
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
	s->rule = t->cong.backoff ? RULE_SEND_SYN_AGAIN : RULE_SEND_SYN;
	if (answer) {
		output_stamp(t, s);
		s->rule = t->cong.backoff ? RULE_SEND_SYN_ACK_AGAIN :
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

/* Text and FIN of one segment that starts at @seq */
/* rfc9293: SHLD-27, MUST-61 */
void output_fill(struct tcb *t, struct segment *s, u32 seq, u32 len, bool fin)
{
	s->seq = seq;
	s->len = len;
	if (len && seq + len == t->snd.end)
		s->flags |= SEG_PSH;	/* rfc9293#section-3.9.1.2 */
	if (fin)
		s->flags |= SEG_FIN;
	output_stamp(t, s);
}

/* The same for text that was sent before */
void output_fill_again(struct tcb *t, struct segment *s, u32 seq, u32 len,
		       bool fin)
{
	bool owed = t->ack_now;

	output_fill(t, s, seq, len, fin);
	t->ack_now = owed && instead_of_sack(t, s);
}

/* Sequence space from @seq on that the user has filled, without the FIN */
u32 output_after(const struct tcb *t, u32 seq)
{
	return seq_lt(seq, t->snd.end) ? t->snd.end - seq : 0;
}

/*
 * What is known to be lost: one segment at once when that is found out, the
 * rest as the windows let it.
 * rfc9293: MAY-7; rfc6675: 5, 6
 */
static bool output_resend(struct tcb *t, u64 now, struct segment *s)
{
	bool must = t->resend_una, fin;
	struct seq_range lost;
	u16 rule = recovery_lost(t, &lost);
	u32 avail, len;

	if (t->paced || !recovery_may_resend(t))
		return false;
	t->resend_una = 0;
	if (!rule)
		return false;
	avail = output_after(t, lost.start);
	len = min_of3(avail, t->snd.mss, lost.end - lost.start);
	fin = t->fin_queued && len == avail && t->snd.nxt == t->snd.end + 1 &&
	      lost.end - lost.start > len;
	if (!len && !fin)
		return false;
	if (!must && (tcb_in_flight(t) + len > t->cong.cwnd ||
		      lost.start + len - t->snd.una > t->snd.wnd))
		return false;
	output_fill_again(t, s, lost.start, len, fin);
	s->rule = rule;
	recovery_resent(t, lost.start, lost.start + len + fin, now);
	t->snd.cur = seq_max(t->snd.cur, lost.start + len + fin);
	if (lost.start == t->snd.una)
		due_retransmit(t, now);
	return true;
}

/* What the windows of both the peer and the network let out from snd.cur */
/* rfc9293: SHLD-15, SHLD-16, MUST-34 */
u32 output_usable(const struct tcb *t)
{
	u32 ahead = t->snd.cur - t->snd.una, pipe = tcb_in_flight(t);
	u32 peer = t->snd.wnd > ahead ? t->snd.wnd - ahead : 0;

	return min(peer, t->cong.cwnd > pipe ? t->cong.cwnd - pipe : 0);
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
static bool worth_sending(const struct tcb *t, u32 len, u32 avail, u32 room,
			  bool fin)
{
	if (len >= room || fin || resending(t))
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
	due_clear(t, DUE_TLP);
	due_set(t, DUE_PERSIST, now, due_patience_ms(t, now));
}

/*
 * Text and FIN left snd.cur: what that means to the clocks. Of several
 * segments the first is timed: it may have an ACK of its own.
 */
void output_sent(struct tcb *t, u32 len, bool small, u64 now)
{
	u32 one = t->snd.cur + min_t(u32, len, t->snd.mss);
	bool first = t->snd.cur == t->snd.nxt;

	text_waits(t, now);
	if (resending(t))
		recovery_resent(t, t->snd.cur, t->snd.cur + len, now);
	else if (t->cong.in_recovery)
		t->loss->prr_out += len;
	t->snd.cur += len;
	/* its ACK may wait for the filling of a gap; then timestamps tell */
	if (first && t->troubled && t->ts_ok)
		t->ambiguous |= !t->timing;
	else if (first)
		rtt_start(t, one, now);
	if (first && small)
		t->snd.small = t->snd.cur;
	t->snd.nxt = seq_max(t->snd.nxt, t->snd.cur);
	t->last_sent = now_ms(now);
	cong_sent(t);
	if (t->probe || t->armed & 1u << DUE_PERSIST) {
		due_clear(t, DUE_PERSIST);
		t->cong.backoff = 0;
	}
	t->probe = 0;
	if (!(t->armed & 1u << DUE_RETRANSMIT))
		due_retransmit(t, now);
	if (first)
		tlp_start(t, now);
}

/* rfc5681#section-4.1 */
static void restart_after_idle(struct tcb *t, u64 now)
{
	if (t->cong.ops->idle && t->snd.una == t->snd.nxt && t->last_sent &&
	    now_ms(now) - t->last_sent > rtt_timeout_ms(t))
		t->cong.ops->idle(t);
}

/*
 * Octets that may leave as one segment which is cut later. No more than half
 * of the window: while one half is on its way the ACKs of the other come back.
 * Of the peer's it is the largest that counts: half of what is left of one
 * that closes, and half of the rest, would be ever smaller pieces.
 */
static u32 burst(const struct tcb *t, u32 limit, u32 room)
{
	/* the pieces would share an urgent pointer, or CWR */
	if (t->urgent || t->ecn_cwr || resending(t))
		return room;
	return max(min(limit, min(t->snd.max_wnd, t->cong.cwnd) / 2), room);
}

/*
 * There is more to send than the window takes, and what it takes is little:
 * ACKs of all that is in flight will soon make room for more in one go. That
 * is six full segments at least, so one of them is not a delayed one. Nobody
 * waits who has lost something: there each segment counts.
 */
static bool deferred(const struct tcb *t, u32 len, u32 most, u32 room)
{
	u32 wnd = min(t->snd.wnd, t->cong.cwnd);

	return most > room && len < most && len < wnd / 4 && wnd / 8 >= room &&
	       !t->troubled && !resending(t) &&
	       t->snd.cur - t->snd.una >= wnd / 4 * 3;
}

/* A last piece that is not full goes with the others if it need not wait */
static u32 whole_pieces(const struct tcb *t, u32 len, u32 avail, u32 room,
			bool fin)
{
	if (len <= room || (len == avail && (fin || !held_back(t))))
		return len;
	return len - len % room;
}

/* What the timer sends first waits for no pace, or it would expire in vain */
static bool may_leave(const struct tcb *t, bool again)
{
	if (t->paced && !(again && t->snd.cur == t->snd.una))
		return false;
	return !again || recovery_may_resend(t);
}

/* Why is what stands at snd.cur sent again? */
static u16 why_again(const struct tcb *t)
{
	if (t->too_big)
		return RULE_RESEND_SMALLER;
	return mtu_probes(t) && t->loss->mtu.dark ? RULE_RESEND_BLACK_HOLE :
						    RULE_RESEND_RTO;
}

static bool output_text(struct tcb *t, u64 now, u32 limit, struct segment *s)
{
	u32 stop = t->troubled && resending(t) ? recovery_skip(t) : ~0u;
	u32 avail = output_after(t, t->snd.cur), len, usable, most, room;
	bool again = resending(t), fin;
	enum mtu_due due;

	room = again ? t->snd.mss : output_room(t);
	fin = t->fin_queued && t->snd.cur != t->snd.end + 1;
	if ((!avail && !fin) || !may_leave(t, again))
		return false;
	restart_after_idle(t, now);
	if (mtu_probes(t)) {
		due = mtu_probe_due(t, now);
		if (due == MTU_PROBE_NOW)
			output_mtu_probe(t, now, s);
		if (due != MTU_PROBE_NONE)
			return due == MTU_PROBE_NOW;
	}
	usable = output_usable(t);
	most = burst(t, limit, room);
	len = min(min_of3(avail, usable, most), stop);
	len = whole_pieces(t, len, avail, room, fin);
	fin = fin && len == avail && usable > len;
	if ((!len && !fin) || !worth_sending(t, len, avail, room, fin) ||
	    (len < avail && deferred(t, len, most, room))) {
		wait_for_window(t, now);
		return false;
	}
	if (again)
		output_fill_again(t, s, t->snd.cur, len, fin);
	else
		output_fill(t, s, t->snd.cur, len, fin);
	if (len && t->snd.cur == t->snd.nxt)
		ecn_stamp_text(t, s);
	s->piece = len > room ? room : 0;
	if (again)
		s->rule = why_again(t);
	else if (fin)
		s->rule = RULE_SEND_FIN;
	else
		s->rule = len < room ? RULE_SEND_PUSH : RULE_SEND_TEXT;
	output_sent(t, len + fin, len % room, now);
	return true;
}

static bool output_ack(struct tcb *t, struct segment *s)
{
	if (!t->ack_now)
		return false;
	s->seq = control_seq(t);
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
	if (t->troubled && output_resend(t, now, s))
		return true;
	if (t->tlp_due && output_loss_probe(t, now, s))
		return true;
	return output_text(t, now, limit, s) || output_probe(t, now, s) ||
	       output_ack(t, s) || keepalive_output(t, s);
}

/**
 * tcb_silent() - would tcb_output() give nothing?
 * @t: the TCB, after an event
 *
 * Found without asking everybody in turn.
 *
 * Return: true if it would not; false may mean either.
 */
bool tcb_silent(const struct tcb *t)
{
	return t->syn_acked && !t->ack_now && !t->resend_una && !t->probe &&
	       !t->keep_probe && !t->rst_due && !t->troubled && !t->tlp_due &&
	       t->snd.cur == t->snd.end + t->fin_queued;
}

/**
 * tcb_output() - the next segment to send
 * @t: the TCB, after an event
 * @now: microseconds
 * @limit: octets of text that one call may give; at least one segment is
 *	given. More than a segment is to be cut later, into pieces of
 *	@s->piece octets, of which the last may be shorter.
 * @s: gets the segment without its ports; @s->seq and @s->len name the range
 *	of the send stream that it carries, @s->rule says why it is sent. The
 *	cookie of SEG_OPT_FASTOPEN is the caller's to add.
 *
 * Return: false when there is nothing to send.
 */
bool tcb_output(struct tcb *t, u64 now, u32 limit, struct segment *s)
{
	if (tcb_silent(t))
		return false;
	*s = (struct segment){};
	if (!next_segment(t, now, limit, s))
		return false;
	put_options(t, now, s);
	return true;
}
