// SPDX-License-Identifier: GPL-2.0
/*
 * Proportional rate reduction: how much may be sent in recovery, rfc6937,
 * with its slow start reduction bound.
 *
 * The window is what is in flight and what the ACK at hand lets out. What is
 * let out is counted in whole segments, as the RFC's examples have it, and
 * what was sent in octets: a peer that acknowledges octet by octet gets no
 * more out of the sender than one that does not.
 */
#include <glass/core.h>

static u32 proportional(const struct tcb *t)
{
	const struct loss *l = t->loss;
	u64 part = (u64)l->prr_delivered * t->cong.ssthresh;
	u32 mss = t->snd.mss;
	u64 out = div_u64(part + l->prr_flight - 1, max(l->prr_flight, 1u));

	out = div_u64(out + mss - 1, mss) * mss;
	return out > l->prr_out ? (u32)min_t(u64, out - l->prr_out,
					     0x40000000u) : 0;
}

/* @delivered: by the ACK at hand, 0 if a deadline passed */
static void set_window(struct tcb *t, u32 delivered)
{
	const struct loss *l = t->loss;
	u32 pipe = tcb_in_flight(t), mss = t->snd.mss, limit, out;

	if (pipe > t->cong.ssthresh) {
		out = proportional(t);
	} else {
		limit = l->prr_delivered > l->prr_out ?
			l->prr_delivered - l->prr_out : 0;
		limit = max(limit, delivered) + mss;
		out = min(t->cong.ssthresh - pipe, limit);
	}
	t->cong.cwnd = min(max(pipe + out, mss), 0x40000000u);
}

/**
 * prr_begin() - recovery begins
 * @t: the TCB, with @loss; cong.ssthresh is what the loss costs
 * @delivered: octets that arrived by the ACK at hand
 *
 * rfc6937: 3
 */
void prr_begin(struct tcb *t, u32 delivered)
{
	struct loss *l = t->loss;

	l->prr_delivered = delivered;
	l->prr_out = 0;
	l->prr_flight = t->snd.nxt - t->snd.una;
	set_window(t, delivered);
}

/**
 * prr_acked() - an ACK in recovery, or a deadline that passed
 * @t: the TCB, with @loss
 * @delivered: octets that arrived by it
 * @lost: octets found lost: they are not to leave at once
 *
 * rfc6937: 3
 */
void prr_acked(struct tcb *t, u32 delivered, u32 lost)
{
	if (!delivered && !lost)
		return;
	t->loss->prr_delivered += delivered;
	set_window(t, delivered);
}
