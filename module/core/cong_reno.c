// SPDX-License-Identifier: GPL-2.0
/*
 * Reno: slow start and congestion avoidance, rfc5681#section-3.1.
 *
 * Loss detection is not here but in recovery.c; this file only says how the
 * window grows and what a loss costs.
 */
#include <glass/core.h>

/* rfc6928#section-2: ten segments, fewer when they are large */
static u32 initial_window(const struct tcb *t)
{
	return min(10u * t->snd.mss, max(2u * t->snd.mss, 14600u));
}

static void reno_init(struct tcb *t)
{
	t->cong.cwnd = initial_window(t);
	t->cong.ssthresh = 0x7fffffff;
	t->cong.credit = 0;
}

/* rfc5681#section-3.1, equations 2 and 3, the latter by counting octets */
/* rfc9293: MUST-19 */
static void reno_acked(struct tcb *t, u32 bytes)
{
	u32 mss = t->snd.mss;

	if (t->cong.cwnd < t->cong.ssthresh) {
		t->cong.cwnd += min(bytes, 2 * mss);
		return;
	}
	t->cong.credit += bytes;
	if (t->cong.credit >= t->cong.cwnd) {
		t->cong.credit -= t->cong.cwnd;
		t->cong.cwnd = min(t->cong.cwnd + mss, 0x40000000u);
	}
}

/* rfc5681#section-3.1, equation 4 */
static void halve(struct tcb *t, u32 flight)
{
	t->cong.ssthresh = max(flight / 2, 2u * t->snd.mss);
	t->cong.credit = 0;
}

/* What limited transmit added does not count, rfc5681#section-3.2 */
static void reno_lost(struct tcb *t)
{
	halve(t, min(t->snd.nxt - t->snd.una, t->cong.cwnd));
}

/* A timer that expires again for the same text does not halve again */
static void reno_timeout(struct tcb *t)
{
	if (!t->backoff)
		halve(t, t->snd.nxt - t->snd.una);
	t->cong.cwnd = t->snd.mss;
	t->cong.credit = 0;
}

/* rfc5681#section-4.1: what was learned of the path is too old */
static void reno_idle(struct tcb *t)
{
	t->cong.cwnd = min(t->cong.cwnd, initial_window(t));
}

const struct cong_ops cong_reno = {
	.name = "reno",
	.init = reno_init,
	.acked = reno_acked,
	.lost = reno_lost,
	.timeout = reno_timeout,
	.idle = reno_idle,
};
