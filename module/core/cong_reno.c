// SPDX-License-Identifier: GPL-2.0
/*
 * Reno: slow start and congestion avoidance, rfc5681#section-3.1, counting
 * octets and not ACKs, rfc3465.
 *
 * Loss detection is not here but in recovery.c; this file only says how the
 * window grows and what a loss costs.
 */
#include <glass/core.h>

/* Octets acknowledged and not yet rewarded by a larger window */
#define CREDIT 0

/*
 * An ACK of much text would be answered with as large a burst. After a
 * timeout it says little of how much has left the network just now.
 * rfc3465: 2.3
 */
static u32 limit(const struct tcb *t)
{
	return t->cong.ssthresh == CONG_SSTHRESH ? 2u * t->snd.mss :
						   t->snd.mss;
}

/* rfc5681#section-3.1, equations 2 and 3 */
/* rfc9293: MUST-19; rfc3465: 2.1, 2.2 */
void reno_acked(struct tcb *t, const struct cong_ack *a)
{
	u32 *credit = &t->cong.word[CREDIT];

	if (!cong_used(t, a))
		return;
	if (t->cong.cwnd < t->cong.ssthresh) {
		cong_slow_start(t, min(a->bytes, limit(t)));
		return;
	}
	*credit += a->bytes;
	if (*credit >= t->cong.cwnd) {
		*credit -= t->cong.cwnd;
		t->cong.cwnd = min(t->cong.cwnd + t->snd.mss, CONG_CWND_MAX);
	}
}

/* rfc5681#section-3.1, equation 4 */
static void halve(struct tcb *t, u32 flight)
{
	t->cong.ssthresh = max(flight / 2, 2u * t->snd.mss);
	t->cong.word[CREDIT] = 0;
}

void reno_lost(struct tcb *t)
{
	halve(t, cong_flight(t));
}

/* A timer that expires again for the same text does not halve again */
void reno_timeout(struct tcb *t)
{
	if (!t->cong.backoff)
		halve(t, t->snd.nxt - t->snd.una);
	t->cong.cwnd = t->snd.mss;
	t->cong.word[CREDIT] = 0;
}

const struct cong_ops cong_reno = {
	.name = "reno",
	.acked = reno_acked,
	.lost = reno_lost,
	.timeout = reno_timeout,
	.idle = cong_idle,
};
