// SPDX-License-Identifier: GPL-2.0
/*
 * Explicit congestion notification, rfc3168: a router with a queue that grows
 * too long marks a packet in place of dropping it.
 *
 *	sender			router		receiver
 *	text, may be	  -->	  marked  -->	tcb.ecn_echo
 *	smaller window	  <--	  ACK, ECE	  <--	... in every ACK
 *	new text, CWR	  -->			  -->	no more of it
 *
 * Both SYNs must have said that their ends know this. Only text that was never
 * sent before may be marked: not SYNs, bare ACKs, probes, or what is sent
 * again.
 */
#include <glass/core.h>

#define SETUP	(SEG_ECE | SEG_CWR)

/**
 * ecn_granted() - does a listener grant ECN?
 * @syn: the SYN
 * @p: what the connection starts with
 *
 * A SYN that may itself be marked comes from who has misread rfc3168, or by a
 * network that writes that field at random.
 *
 * rfc3168: 6.1.1; rfc8257: 4.1
 */
bool ecn_granted(const struct segment *syn, const struct tcb_params *p)
{
	if ((syn->flags & SETUP) != SETUP)
		return false;
	return (p->ecn && syn->ecn == SEG_NOT_ECT) ||
	       (p->cong && p->cong->needs_ecn);
}

/**
 * ecn_stamp_syn() - our SYN, or the SYN/ACK that answers one
 * @t: the TCB
 * @s: the segment being built
 *
 * Something on the way may drop SYNs that ask: the second one does not. Then
 * no text may be marked, whatever the answer to the first says.
 *
 * rfc3168: 6.1.1, 6.1.1.1
 */
void ecn_stamp_syn(struct tcb *t, struct segment *s)
{
	if (s->flags & SEG_ACK) {
		s->flags |= t->ecn_ok ? SEG_ECE : 0;
		return;
	}
	if (t->cong.backoff && READ_ONCE(t->policy->ecn_fallback))
		t->ecn_offer = 0;
	s->flags |= t->ecn_offer ? SETUP : 0;
}

/**
 * ecn_take_syn() - the peer's SYN or SYN/ACK came in SYN-SENT
 * @t: the TCB
 * @s: the segment
 *
 * A SYN/ACK has ECE alone, so that one which only repeats the bits of our SYN
 * is not mistaken.
 *
 * rfc3168: 6.1.1, 6.1.1.2
 */
void ecn_take_syn(struct tcb *t, const struct segment *s)
{
	u8 wanted = s->flags & SEG_ACK ? SEG_ECE : SETUP;

	t->ecn_ok = t->ecn_offer && (s->flags & SETUP) == wanted;
}

/**
 * ecn_stamp_text() - text leaves that was never sent before
 * @t: the TCB
 * @s: the segment being built
 *
 * Nothing else calls this: bare ACKs, probes and what is sent again may not be
 * marked.
 *
 * rfc3168: 6.1.2, 6.1.4, 6.1.5, 6.1.6
 */
void ecn_stamp_text(struct tcb *t, struct segment *s)
{
	if (!t->ecn_ok)
		return;
	s->ecn = t->cong.ops->no_ect ? SEG_NOT_ECT : SEG_ECT_0;
	if (t->ecn_cwr)
		s->flags |= SEG_CWR;
	t->ecn_cwr = 0;
}

/**
 * ecn_arrives() - an acceptable segment: was it marked?
 * @t: the TCB
 * @s: the segment
 * @len: octets of its text in the window: no other is believed
 *
 * A congestion control that needs to know how much was marked has each change
 * told at once, rfc8257#section-3.2; any other peer is told until it says
 * that it has heard.
 *
 * rfc3168: 6.1.3, 6.1.5; rfc8257: 3.2
 */
void ecn_arrives(struct tcb *t, const struct segment *s, u32 len)
{
	bool marked = s->ecn == SEG_CE;

	if (!t->ecn_ok)
		return;
	if (!t->cong.ops->needs_ecn) {
		if (s->flags & SEG_CWR)
			t->ecn_echo = 0;
		if (marked && len)
			t->ecn_echo = 1;
	} else if (len && marked != t->ecn_echo) {
		t->ecn_echo = marked;
		input_owe_ack(t, RULE_ACK_MARKS);
	}
}

/**
 * ecn_echoes() - does this ACK say that text of ours was marked?
 * @t: the TCB
 * @s: the segment
 */
bool ecn_echoes(const struct tcb *t, const struct segment *s)
{
	return t->ecn_ok && s->flags & SEG_ECE;
}

/**
 * ecn_reduces() - does this ACK call for a smaller window?
 * @t: the TCB, SND.UNA not yet moved
 * @s: a segment whose ACK is in [SND.UNA, SND.NXT]
 *
 * Once in a window of text, whether marks or losses tell of the congestion.
 *
 * Return: true if it did.
 *
 * rfc3168: 6.1.2
 */
bool ecn_reduces(struct tcb *t, const struct segment *s)
{
	u32 mss = t->snd.mss;

	if (!ecn_echoes(t, s) || t->cong.in_recovery ||
	    seq_le(s->ack, t->cong.reduced))
		return false;
	if (t->cong.ops->marked)
		t->cong.ops->marked(t);
	else
		t->cong.ops->lost(t);
	t->cong.cwnd = min(t->cong.cwnd, t->cong.ssthresh);
	/* ssthresh is never less than two segments, the window may be */
	if (t->cong.cwnd <= 2 * mss && !t->cong.ops->marked)
		t->cong.cwnd = mss;
	t->cong.reduced = t->snd.nxt;
	t->ecn_cwr = 1;
	/* whatever was lost before, this window is smaller by right */
	if (t->loss)
		t->loss->undo = 0;
	return true;
}
