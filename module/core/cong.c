// SPDX-License-Identifier: GPL-2.0
/*
 * What all congestion controls have in common.
 *
 * Recovery finds out that something was lost; a congestion control says what
 * that costs, and how the window grows while nothing is. Its table of
 * functions, struct cong_ops, is all that the rest knows of it. To add one:
 * write that table in a file like cong_reno.c, and register it as
 * module/dctcp.c does.
 */
#include <glass/core.h>

/* rfc6928#section-2: ten segments, fewer when they are large */
static u32 initial_window(const struct tcb *t)
{
	return min(10u * t->snd.mss, max(2u * t->snd.mss, 14600u));
}

static void private_state(struct tcb *t)
{
	if (t->cong.ops->memory)
		memset(t->cong.memory, 0, t->cong.ops->memory);
	else
		memset(t->cong.word, 0, sizeof(t->cong.word));
	if (t->cong.ops->init)
		t->cong.ops->init(t);
}

/**
 * cong_start() - the connection opens, or its peer has told its MSS
 * @t: the TCB
 */
void cong_start(struct tcb *t)
{
	t->cong.cwnd = initial_window(t);
	t->cong.ssthresh = CONG_SSTHRESH;
	t->cong.used = t->snd.una;
	t->cong.reduced = t->snd.una;
	private_state(t);
}

/**
 * cong_select() - another congestion control from now on
 * @t: the TCB, in any state
 * @ops: which
 * @memory: what is lent to it, @ops->memory octets
 *
 * What was learned of the path is kept as the two windows; whatever else the
 * one before knew is forgotten. A recovery goes on to its end.
 */
void cong_select(struct tcb *t, const struct cong_ops *ops, void *memory)
{
	t->cong.ops = ops;
	if (ops->memory)
		t->cong.memory = memory;
	private_state(t);
}

/**
 * cong_sent() - text left: does it fill the window?
 * @t: the TCB, snd.nxt behind it
 *
 * A window that is not filled says nothing about the path: up to which
 * sequence number it was is remembered, and text acknowledged below that
 * number may let it grow. In slow start half of it is enough: twice as much
 * may be sent in the next round trip. rfc7661#section-4.2
 */
void cong_sent(struct tcb *t)
{
	u32 flight = tcb_in_flight(t), wnd = t->cong.cwnd;

	if (t->cong.cwnd < t->cong.ssthresh)
		wnd /= 2;
	if (flight + t->snd.mss > wnd)
		t->cong.used = t->snd.nxt;
}

/**
 * cong_used() - was the window filled when this text was sent?
 * @t: the TCB
 * @a: the ACK of the text
 */
bool cong_used(const struct tcb *t, const struct cong_ack *a)
{
	return seq_lt(a->una, t->cong.used);
}

/**
 * cong_acked() - text was acknowledged outside of recovery
 * @t: the TCB
 * @a: the ACK
 */
void cong_acked(struct tcb *t, const struct cong_ack *a)
{
	/* rfc3168#section-6.1.2: not by an ACK that tells of congestion */
	if (!a->ece)
		t->cong.ops->acked(t, a);
	/* or, half the space on, what is behind would look ahead */
	t->cong.used = seq_max(t->cong.used, a->una);
	t->cong.reduced = seq_max(t->cong.reduced, a->una);
}

/**
 * cong_lost() - text was found lost, the first of its window
 * @t: the TCB
 *
 * What ECN has told already in this window costs no more, and what is told
 * now will not again. But for who is told how much was marked a mark costs
 * little, and a loss as much as ever: rfc8257#section-3.5.
 *
 * rfc3168: 6.1.2
 */
void cong_lost(struct tcb *t)
{
	if (t->ecn_ok && !t->cong.ops->marked &&
	    seq_lt(t->snd.una, t->cong.reduced))
		return;
	t->cong.reduced = t->snd.nxt;
	t->ecn_cwr = t->ecn_ok;
	t->cong.ops->lost(t);
}

/**
 * cong_timeout() - the retransmission timer expired
 * @t: the TCB
 */
void cong_timeout(struct tcb *t)
{
	t->cong.reduced = t->snd.nxt;
	t->ecn_cwr = t->ecn_ok;
	t->cong.ops->timeout(t);
}

/**
 * cong_slow_start() - the window grows by what was acknowledged
 * @t: the TCB, cwnd below ssthresh
 * @bytes: octets to add, not beyond ssthresh
 */
void cong_slow_start(struct tcb *t, u32 bytes)
{
	u32 limit = min(t->cong.ssthresh, CONG_CWND_MAX);

	t->cong.cwnd += min(bytes, limit - min(limit, t->cong.cwnd));
}

/**
 * cong_flight() - FlightSize, rfc5681#section-2: sent and not acknowledged
 * @t: the TCB
 *
 * Return: octets; no more than the window, what limited transmit sent beyond
 * it does not count.
 */
u32 cong_flight(const struct tcb *t)
{
	return min(t->snd.nxt - t->snd.una, t->cong.cwnd);
}

/**
 * cong_idle() - nothing was sent for longer than the RTO
 * @t: the TCB
 *
 * rfc5681#section-4.1: what was learned of the path is too old to send so
 * much at once; it is not forgotten, slow start leads back to near it.
 *
 * rfc5681: 4.1; rfc6928: 2
 */
void cong_idle(struct tcb *t)
{
	u32 cwnd = t->cong.cwnd;

	if (t->cong.ssthresh != CONG_SSTHRESH)
		t->cong.ssthresh = max(t->cong.ssthresh, cwnd / 4 * 3);
	t->cong.cwnd = min(cwnd, initial_window(t));
}
