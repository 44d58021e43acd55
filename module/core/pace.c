// SPDX-License-Identifier: GPL-2.0
/*
 * Pacing: text leaves at a rate, not as fast as the window lets it. How fast
 * is the congestion control's to say, or follows from the window and the
 * round trip; the user may say less. Who holds the clock is the glue: a
 * timer, also where the device's queue is fq, see module/pace.c.
 */
#include <glass/core.h>

#define NS_PER_SEC	1000000000u
#define BURST_NS	1000000u	/* what may leave at once: a millisecond's */

/**
 * cong_rate() - octets a second that the congestion control would send
 * @t: the TCB
 *
 * A window in each round trip, and so much more that the window, not the
 * rate, is what limits: double in slow start, a fifth elsewhere.
 *
 * Return: octets, PACE_FREE before the round trip is known.
 */
u32 cong_rate(const struct tcb *t)
{
	bool doubles = t->cong.cwnd < t->cong.ssthresh / 2;
	u64 rate;

	if (t->cong.ops->rate)
		return t->cong.ops->rate(t);
	if (!t->srtt)
		return PACE_FREE;
	rate = (u64)max(t->cong.cwnd, tcb_in_flight(t)) * 1000000;
	rate = div_u64(rate, t->srtt) * (doubles ? 10 : 6);
	return min_t(u64, div_u64(rate, 5), PACE_FREE);
}

/**
 * pace_sent() - text has left
 * @p: the clock
 * @now: microseconds
 * @bytes: octets of it
 *
 * A timer may be late: what was not sent meanwhile may follow at once, but
 * no more than a millisecond's worth.
 */
void pace_sent(struct pace *p, u64 now, u32 bytes)
{
	u64 ns = now * 1000;

	if (p->rate == PACE_FREE)
		return;
	p->at = max(p->at, ns - min_t(u64, ns, BURST_NS));
	p->at += div_u64((u64)bytes * NS_PER_SEC, max(p->rate, 1u));
}

/**
 * pace_wait() - how long must text wait?
 * @p: the clock
 * @now: microseconds
 *
 * Return: microseconds, 0 if it may leave.
 */
u32 pace_wait(const struct pace *p, u64 now)
{
	u64 ns = now * 1000;

	if (p->rate == PACE_FREE || p->at <= ns)
		return 0;
	return min_t(u64, div_u64(p->at - ns + 999, 1000), 0x7fffffff);
}
