// SPDX-License-Identifier: GPL-2.0
/*
 * Segments that ask for an answer: is the peer's window still closed
 * (rfc9293#section-3.8.6.1), is the tail lost (rfc8985#section-7), both
 * whatever a window says; does the path take larger ones (rfc4821)?
 */
#include <glass/core.h>

/*
 * rfc9293#section-3.8.6.1: one octet beyond the window, or all that a silly
 * window takes; the FIN if it is all that is left. SND.NXT moves over it so
 * that its ACK is good, snd.cur stays: it may be lost, and is sent again.
 * rfc9293: MUST-36
 */
bool output_probe(struct tcb *t, u64 now, struct segment *s)
{
	u32 avail = output_after(t, t->snd.cur), len;
	bool fin;

	if (!t->probe)
		return false;
	t->probe = 0;
	len = min_of3(avail, max_t(u32, output_usable(t), 1), output_room(t));
	fin = !avail && t->fin_queued && t->snd.cur != t->snd.end + 1;
	if (!len && !fin)
		return false;
	output_fill(t, s, t->snd.cur, len, fin);
	s->rule = output_usable(t) > len && t->opt.cork ? RULE_SEND_HELD :
							  RULE_SEND_PROBE;
	t->snd.nxt = seq_max(t->snd.nxt, t->snd.cur + len + fin);
	due_set(t, DUE_PERSIST, now, due_patience_ms(t, now));
	return true;
}

/* Text that was not sent yet, if the peer's window takes it */
static bool probe_with_new(struct tcb *t, u64 now, struct segment *s)
{
	u32 ahead = t->snd.cur - t->snd.una;
	u32 len = min(output_after(t, t->snd.cur), output_room(t));

	if (t->snd.wnd <= ahead || t->opt.cork || t->more)
		return false;
	len = min(len, t->snd.wnd - ahead);
	if (!len)
		return false;
	output_fill(t, s, t->snd.cur, len, false);
	s->rule = RULE_SEND_TLP;
	output_sent(t, len, len < output_room(t), now);
	tlp_sent(t, false);
	return true;
}

/* rfc8985#section-7.3: whatever the congestion window says */
bool output_loss_probe(struct tcb *t, u64 now, struct segment *s)
{
	bool fin = t->fin_queued && t->snd.nxt == t->snd.end + 1;
	u32 end = t->snd.nxt - fin, len = min_t(u32, end - t->snd.una,
						t->snd.mss);

	t->tlp_due = 0;
	if (t->troubled || t->snd.una == t->snd.nxt ||
	    t->snd.cur != t->snd.nxt)
		return false;
	if (probe_with_new(t, now, s))
		return true;
	output_fill_again(t, s, end - len, len, fin);
	s->rule = RULE_RESEND_TLP;
	t->loss->undo = 0;
	recovery_resent(t, end - len, t->snd.nxt, now);
	rtt_stop(t);
	tlp_sent(t, true);
	return true;
}

/**
 * control_seq() - where a segment without text stands: an ACK, an abort's RST
 * @t: the TCB
 *
 * At SND.NXT, unless the peer would refuse it there: text went beyond the edge
 * of a window that shrank, or a probe beyond a closed one. Then it stands at
 * the edge. Less than the window field can tell is no edge.
 *
 * Return: a sequence number, rfc9293#section-3.10.5 and 3.10.7.4.
 */
u32 control_seq(const struct tcb *t)
{
	u32 edge = t->snd.una + t->snd.wnd, nxt = t->snd.nxt;

	if (!t->syn_acked || seq_ge(edge, nxt))
		return nxt;
	return t->snd.wnd && nxt - edge < 1u << t->snd.shift ? nxt : edge;
}

/**
 * output_mtu_probe() - one larger segment of new text, see mtuprobe.c
 * @t: the TCB, of which mtu_probe_due() says so
 * @now: microseconds
 * @s: the segment being built
 *
 * It is one, whatever the caller would cut later: what is cut tells nothing.
 */
void output_mtu_probe(struct tcb *t, u64 now, struct segment *s)
{
	u32 len = mtu_probe_sent(t);

	output_fill(t, s, t->snd.cur, len, false);
	ecn_stamp_text(t, s);
	s->rule = RULE_SEND_MTU_PROBE;
	output_sent(t, len, false, now);
}
