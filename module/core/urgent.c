// SPDX-License-Identifier: GPL-2.0
/*
 * Urgent text, rfc9293#section-3.8.5, as rfc6093 found it in the field.
 *
 * There is no second channel: the urgent pointer only says up to where the
 * stream is urgent, in a segment at or before that place. On the wire it
 * points at the octet behind the last urgent one (rfc6093#section-4). What
 * programs take out of the stream, that last octet, is the glue's.
 */
#include <glass/core.h>

/**
 * urgent_send() - SEND with the URG flag, before tcb_write()
 * @t: the TCB
 * @bytes: as in tcb_write(); the last of them is the last urgent octet
 *
 * rfc9293: MUST-30, MUST-31, MUST-62; rfc6093: 4
 */
void urgent_send(struct tcb *t, u32 bytes)
{
	t->snd.up = t->snd.end + bytes;
	t->urgent = 1;
}

/**
 * urgent_acked() - SND.UNA has moved: is all that was urgent acknowledged?
 * @t: the TCB
 */
void urgent_acked(struct tcb *t)
{
	if (t->urgent && seq_ge(t->snd.una, t->snd.up))
		t->urgent = 0;
}

/**
 * urgent_stamp() - every segment below SND.UP tells of it
 * @t: the TCB
 * @s: the segment being built, its sequence number set
 *
 * Sixteen bits may not reach it. Then the pointer goes as far as they do,
 * as long as that is beyond all that the peer can have: it moves on with the
 * segments that follow.
 *
 * rfc9293: MUST-30, MUST-31, MUST-62
 */
void urgent_stamp(const struct tcb *t, struct segment *s)
{
	if (!t->urgent || s->flags & SEG_SYN || seq_ge(s->seq, t->snd.up))
		return;
	if (t->snd.up - s->seq > 0xffff &&
	    seq_le(s->seq + 0xffff, t->snd.nxt))
		return;
	s->up = min(t->snd.up - s->seq, 0xffffu);
	s->flags |= SEG_URG;
}

/* The sequence number behind the last urgent octet, as the peer means it */
static u32 urgent_end(const struct tcb *t, const struct segment *s)
{
	if (READ_ONCE(t->policy->stdurg))
		return s->seq + s->up + 1;
	/* a pointer at the segment itself can only mean its first octet */
	return s->seq + max_t(u32, s->up, 1);
}

/**
 * urgent_check() - sixth, check the URG bit
 * @t: the TCB
 * @s: a segment whose ACK was good; its text may find a closed window
 * @v: gets V_URGENT if the pointer has moved on: RCV.UP is where to
 *
 * Without news RCV.UP follows RCV.NXT, or half the space on it would look
 * like something yet to come.
 *
 * rfc9293: MUST-30, MUST-32, MUST-66
 */
void urgent_check(struct tcb *t, const struct segment *s, struct verdict *v)
{
	u32 end;

	t->rcv.up = seq_max(t->rcv.up, t->rcv.nxt);
	if (!(s->flags & SEG_URG) ||
	    (t->state != TCB_ESTABLISHED && t->state != TCB_FIN_WAIT_1 &&
	     t->state != TCB_FIN_WAIT_2))
		return;
	end = urgent_end(t, s);
	if (seq_le(end, t->rcv.up))
		return;
	t->rcv.up = end;
	v->bits |= V_URGENT;
}
