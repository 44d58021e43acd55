// SPDX-License-Identifier: GPL-2.0
/*
 * The receiving side: rfc9293#section-3.10.7.4, steps one, seven and eight,
 * and the window that is promised, rfc9293#section-3.8.6.
 *
 * The core decides which octets of a segment are kept and where they stand;
 * the bytes themselves are the glue's. What lies between RCV.NXT and the
 * window's edge but not at RCV.NXT is held as ranges.
 */
#include <glass/core.h>

/* The first sequence number that was never promised */
static u32 window_edge(const struct tcb *t)
{
	return t->rcv.acked + t->rcv.wnd;
}

/**
 * window_acceptable() - does any of a segment lie in the receive window?
 * @nxt: RCV.NXT
 * @edge: the first sequence number that was never promised
 * @s: the segment
 *
 * The RFC's table of four cases, with two allowances. A closed window lets
 * the ACK of a segment at RCV.NXT in, as the RFC asks. A segment of length
 * zero may stand at the very edge, where a peer that has filled the window
 * has its SND.NXT, and one beyond it, where a peer has it that probes: its
 * ACKs would be refused for as long as the probes are, and two ends that
 * probe each other would hear nothing at all.
 */
bool window_acceptable(u32 nxt, u32 edge, const struct segment *s)
{
	if (!seg_len(s))
		return seq_ge(s->seq, nxt) && seq_le(s->seq, edge + 1);
	if (edge == nxt)
		return s->seq == nxt;
	return seq_lt(s->seq, edge) && seq_gt(s->seq + seg_len(s), nxt);
}

/* The part of the segment that lies in the window */
static void trim(const struct tcb *t, const struct segment *s,
		 struct text_span *in)
{
	u32 start = seq_max(seg_text(s), t->rcv.nxt);
	u32 last = seg_text(s) + s->len;
	u32 end = seq_min(last, window_edge(t));

	in->seq = start;
	in->len = seq_gt(end, start) ? end - start : 0;
	/* a FIN needs no room in the buffer, only that nothing was cut */
	in->fin = (s->flags & SEG_FIN) && end == last &&
		  seq_ge(last, t->rcv.nxt);
}

/**
 * input_check_sequence() - first, check the sequence number
 * @t: the TCB, past SYN-SENT
 * @s: the segment
 * @in: gets the part of it that lies in the window
 * @v: what came of it
 *
 * Return: false if nothing of the segment is acceptable.
 */
bool input_check_sequence(struct tcb *t, const struct segment *s,
			  struct text_span *in, struct verdict *v)
{
	u32 text = seg_text(s);

	sack_duplicate(t, text, seq_min(text + s->len, t->rcv.nxt));
	if (window_acceptable(t->rcv.nxt, window_edge(t), s)) {
		trim(t, s, in);
		return true;
	}
	if (s->flags & SEG_RST) {
		v->rule = RULE_SEQ_RST;
		return false;
	}
	v->rule = seq_lt(s->seq, t->rcv.nxt) ? RULE_SEQ_OLD : RULE_SEQ_WINDOW;
	input_owe_ack(t, v->rule);
	return false;
}

/* Milliseconds that an ACK may wait, 0 for none: by the user, or the administrator */
static u32 ack_patience_ms(const struct tcb *t)
{
	return t->opt.quick_ack ? 0 : READ_ONCE(t->policy->delack_max_ms);
}

/* An ACK may wait for company so many milliseconds */
static void ack_later(struct tcb *t, u64 now, u32 patience)
{
	if (t->ack_later)
		return;
	t->ack_later = 1;
	due_set(t, DUE_DELAYED_ACK, now, patience);
}

/**
 * tcb_reader_woken() - the user was told of text, and will read it
 * @t: the TCB, after an event
 * @now: microseconds
 *
 * What is owed for every second segment is then better said in the same
 * segment as that there is room again: tcb_read() sees to it. It is delayed
 * until he gets a CPU, but never so long that the sender would think the tail
 * lost (rfc8985#section-7.2 counts on every second segment's ACK).
 */
void tcb_reader_woken(struct tcb *t, u64 now)
{
	u32 patience = ack_patience_ms(t);

	if (!patience || !t->ack_now ||
	    (t->ack_rule != RULE_ACK_EVERY_SECOND &&
	     t->ack_rule != RULE_ACK_TAIL))
		return;
	t->ack_now = 0;
	if (!t->ack_on_read)
		due_set(t, DUE_DELAYED_ACK, now,
			min(patience, ACK_ON_READ_MS));
	t->ack_on_read = 1;
	t->ack_later = 1;
}

/*
 * rfc9293#section-3.8.6.3: at least every second full segment, and soon. A
 * small one behind a full one counts as the second: it may be all that the
 * sender's buffer still holds. Behind several that came as one it is the first
 * of the next, or each 64 KB would take one packet and one ACK more. As long as
 * all are small, none counts as full.
 */
/* rfc9293: MUST-58, SHLD-18, MUST-40, SHLD-19 */
static void ack_text(struct tcb *t, u32 len, bool joined, u64 now)
{
	u32 full = max(t->rcv.mss, min_t(u16, t->adv_mss, MSS_DEFAULT_V4));
	bool tail = t->full_before && len < full;
	u32 patience = ack_patience_ms(t);

	t->full_before = len >= full && !joined;
	if (t->rcv.nxt - t->rcv.acked > full)
		input_owe_ack(t, RULE_ACK_EVERY_SECOND);
	else if (tail)
		input_owe_ack(t, RULE_ACK_TAIL);
	else if (!patience)
		input_owe_ack(t, RULE_ACK_QUICK);
	else
		ack_later(t, now, patience);
}

/* Text that cannot be taken still owes its sender an ACK */
static bool text_refused(struct tcb *t, const struct segment *s,
			 const struct text_span *in, struct verdict *v)
{
	if (!in->len) {
		/* the FIN may be the only part that is new */
		if (!s->len || in->fin)
			return false;
		v->rule = RULE_TEXT_ZERO_WINDOW;
	} else if (s->no_room) {
		v->rule = RULE_TEXT_NO_ROOM;
	} else {
		return false;
	}
	input_owe_ack(t, v->rule);
	return true;
}

/* rfc2883#section-4: the first part of the text that is held already */
static void held_duplicate(struct tcb *t, const struct text_span *in)
{
	u16 i = 0;

	/* a part below RCV.NXT comes first, and was noted */
	if (!t->held || !t->sack_ok || t->dsack.start != t->dsack.end)
		return;
	while (i < t->held->n && seq_le(t->held->r[i].end, in->seq))
		i++;
	if (i < t->held->n)
		sack_duplicate(t, seq_max(in->seq, t->held->r[i].start),
			       seq_min(in->seq + in->len, t->held->r[i].end));
}

/* rfc9293: MUST-59 */
static void text_in_order(struct tcb *t, const struct text_span *in,
			  bool joined, u64 now, struct verdict *v)
{
	u32 nxt = in->seq + in->len, before = t->rcv.nxt;

	t->rcv.nxt = ranges_take(t->held, nxt);
	t->rcv_turns += seq_turned(t->irs, before, t->rcv.nxt);
	v->bits |= V_READABLE;
	v->rule = RULE_TEXT_IN_ORDER;
	if (t->rcv.nxt != nxt || (t->held && t->held->n)) {
		v->rule = RULE_TEXT_FILLS;
		input_owe_ack(t, RULE_TEXT_FILLS);
	} else {
		ack_text(t, in->len, joined, now);
	}
}

/*
 * rfc9293#section-3.6.1: whoever has closed both ways hears by a RST of text
 * that comes after it; a half-close the other way round is kept to ourselves.
 */
static bool nobody_reads(const struct tcb *t)
{
	return t->orphan || (t->shut_read && t->state != TCB_ESTABLISHED);
}

/**
 * input_process_text() - seventh, process the segment text
 * @t: the TCB
 * @s: a segment whose ACK was good
 * @in: the part of it in the window
 * @now: microseconds
 * @v: gets the range of text to keep
 *
 * rfc9293: SHLD-31, MAY-13, SHLD-3
 */
void input_process_text(struct tcb *t, const struct segment *s,
			const struct text_span *in, u64 now, struct verdict *v)
{
	if (t->state != TCB_ESTABLISHED && t->state != TCB_FIN_WAIT_1 &&
	    t->state != TCB_FIN_WAIT_2) {
		if (in->len)
			v->rule = RULE_TEXT_AFTER_FIN;
		return;
	}
	if (text_refused(t, s, in, v))
		return;
	if (in->len && nobody_reads(t)) {
		v->rule = RULE_TEXT_AFTER_CLOSE;
		tcb_dead(t, v, t->orphan ? V_REJECT : V_REJECT | V_RESET);
		return;
	}
	if (in->len) {
		/* several segments may arrive as one, see tcb_output()'s limit */
		t->rcv.mss = max_t(u32, t->rcv.mss,
				   min_t(u32, s->piece ? s->piece : s->len,
					 t->adv_mss));
		drs_heard(t, s, now);
		held_duplicate(t, in);
		if (in->seq == t->rcv.nxt) {
			text_in_order(t, in, s->piece, now, v);
		} else if (ranges_add(t->held, in->seq, in->seq + in->len)) {
			v->rule = RULE_TEXT_GAP;
			input_owe_ack(t, v->rule);
		} else {
			v->rule = RULE_TEXT_NO_ROOM;
			input_owe_ack(t, v->rule);
			return;
		}
		v->text_skip = in->seq - seg_text(s);
		v->text_keep = in->len;
	}
	if (in->fin) {
		t->fin_seen = 1;
		t->rcv.fin = in->seq + in->len;
		if (t->rcv.fin != t->rcv.nxt) {
			v->rule = RULE_TEXT_GAP;
			input_owe_ack(t, v->rule);
		}
	}
}

/*
 * The user of a connection that is open this way hears of the FIN, and most
 * often closes in turn: his FIN carries the ACK. Whoever has closed before has
 * nothing more to say. What fills the last gap before a FIN is told at once,
 * rfc5681#section-4.2.
 */
static void ack_fin(struct tcb *t, bool late, u64 now, u16 rule)
{
	u32 patience = ack_patience_ms(t);

	if (late || t->state != TCB_CLOSE_WAIT || !patience)
		input_owe_ack(t, rule);
	else if (!t->ack_now)
		ack_later(t, now, patience);
}

/**
 * input_check_fin() - eighth, check the FIN bit, once all before it is here
 * @t: the TCB
 * @s: the segment
 * @now: microseconds
 * @v: what came of it
 */
void input_check_fin(struct tcb *t, const struct segment *s, u64 now,
		     struct verdict *v)
{
	if (!t->fin_seen || t->rcv.nxt != t->rcv.fin)
		return;
	t->fin_seen = 0;
	t->rcv.nxt++;
	v->bits |= V_PEER_CLOSED;
	switch (t->state) {
	case TCB_ESTABLISHED:
		v->rule = RULE_FIN_CLOSE_WAIT;
		tcb_set_state(t, TCB_CLOSE_WAIT);
		break;
	case TCB_FIN_WAIT_1:
		v->rule = RULE_FIN_CLOSING;
		tcb_set_state(t, TCB_CLOSING);
		break;
	case TCB_FIN_WAIT_2:
		v->rule = RULE_FIN_TIME_WAIT;
		tcb_set_state(t, TCB_TIME_WAIT);
		due_clear(t, DUE_ORPHAN);
		v->bits |= V_TIME_WAIT;
		break;
	}
	ack_fin(t, !(s->flags & SEG_FIN), now, v->rule);
}

/**
 * receive_window() - how much to promise in a segment that is being built
 * @t: the TCB; rcv.wnd and rcv.acked are set
 *
 * What was promised is kept (rfc9293#section-3.8.6, the window must not
 * shrink); the edge moves on only by a step worth telling
 * (rfc9293#section-3.8.6.2.2). A scaled window is told in units: rounded up
 * while there is room for that, else down, or small segments would push the
 * edge out of the buffer octet by octet. What is then told less than before
 * is still taken, rfc7323#section-2.4.
 *
 * rfc9293: REC-1, SHLD-14, MAY-8, MUST-39
 */
void receive_window(struct tcb *t)
{
	u32 unit = 1u << t->rcv.shift;
	u32 edge = seq_max(window_edge(t), t->rcv.nxt);	/* a FIN may pass it */
	u32 left = edge - t->rcv.nxt, up;
	u32 room = t->rcv.room & ~(unit - 1);
	u32 step = min(t->rcv.buff / 2, (u32)t->adv_mss);

	if (room > left && room - left >= step)
		left = room;
	up = (left + unit - 1) & ~(unit - 1);
	t->rcv.wnd = min(up <= t->rcv.room ? up : left,
			 65535u << t->rcv.shift);
	t->rcv.acked = t->rcv.nxt;
}
