// SPDX-License-Identifier: GPL-2.0
/*
 * The retransmission timeout, rfc6298.
 *
 * One segment is timed at a time. Karn's rule (rfc6298#section-3): a sample
 * is dropped as soon as anything is sent again, because its ACK could be for
 * either. From then until the next such sample timestamps tell the two apart
 * (rfc7323#section-4), in milliseconds. Backoff is a count in the TCB, not
 * part of the RTO.
 */
#include <glass/core.h>

#define MIN_RTT_VALID	286u	/* five minutes, in units of 2^20 microseconds */

/* rfc6298#section-2.1: before the first measurement */
void rtt_init(struct tcb *t)
{
	t->rto = RTO_INITIAL_US;
	t->srtt = 0;
	t->rttvar = 0;
	t->timing = 0;
}

/* Something is sent again */
void rtt_stop(struct tcb *t)
{
	t->timing = 0;
	t->ambiguous = 1;
}

/* The shortest of the last minutes, for rfc8985#section-6.2 step 1 */
static void lowest(struct tcb *t, u32 usec, u64 now)
{
	u16 at = (u16)(now >> 20);

	if (t->min_rtt && usec > t->min_rtt &&
	    (u16)(at - t->min_rtt_at) < MIN_RTT_VALID)
		return;
	t->min_rtt = usec;
	t->min_rtt_at = at;
}

/* rfc7323#section-4.1: the segment that is echoed was sent so long ago */
static bool echoed(const struct tcb *t, const struct segment *s, u64 now,
		   u32 *ms)
{
	if (!t->ts_ok || !(s->opts & SEG_OPT_TS))
		return false;
	*ms = timestamp_clock(now, t->ts.offset) - s->tsecr;
	return *ms <= RTT_MAX_US / 1000;
}

/**
 * rtt_echo() - what a segment's timestamp tells of the round trip
 * @t: the TCB
 * @s: the segment, with an ACK
 * @now: microseconds
 *
 * Our clock of timestamps ticks in milliseconds: the trip took no longer than
 * this and at most one less.
 *
 * Return: microseconds, 0 without a timestamp.
 */
u32 rtt_echo(const struct tcb *t, const struct segment *s, u64 now)
{
	u32 ms;

	return echoed(t, s, now, &ms) ? (ms + 1) * 1000 : 0;
}

/**
 * rtt_start() - a segment leaves for the first time: time it if none is timed
 * @t: the TCB
 * @seq: its last sequence number plus one
 * @now: microseconds
 */
void rtt_start(struct tcb *t, u32 seq, u64 now)
{
	if (t->timing)
		return;
	t->timing = 1;
	t->timed_seq = seq;
	t->timed_at = (u32)now;
}

/**
 * rtt_acked() - an ACK moved SND.UNA: end the running sample if it covers it
 * @t: the TCB
 * @s: the segment with the ACK
 * @now: microseconds
 *
 * Return: a sample to the microsecond, 0 if there is none.
 *
 * rfc9293: MUST-18
 */
u32 rtt_acked(struct tcb *t, const struct segment *s, u64 now)
{
	u32 usec = 0, ms;

	if (t->timing && seq_ge(s->ack, t->timed_seq)) {
		t->timing = 0;
		t->ambiguous = 0;
		usec = max_t(u32, (u32)now - t->timed_at, 1);
		rtt_sample(t, usec);
		lowest(t, usec, now);
	} else if (!t->timing && t->ambiguous && echoed(t, s, now, &ms)) {
		rtt_sample(t, max(ms, 1u) * 1000);
		lowest(t, max(ms, 1u) * 1000, now);
	}
	return usec;
}

/**
 * rtt_sample() - one measurement, rfc6298#section-2.2 to 2.5
 * @t: the TCB
 * @usec: microseconds, above 0
 *
 * The RTO is between tcb_rto_min_us() and tcb_rto_max_us(); should they
 * contradict each other, the latter counts.
 *
 * rfc9293: MUST-18; rfc6298: 4
 */
void rtt_sample(struct tcb *t, u32 usec)
{
	u32 error;

	usec = min(usec, RTT_MAX_US);
	if (t->loss)
		t->loss->tlp_untimed = 0;
	if (!t->srtt) {
		t->srtt = usec;
		t->rttvar = usec / 2;
	} else {
		error = t->srtt > usec ? t->srtt - usec : usec - t->srtt;
		t->rttvar = t->rttvar - t->rttvar / 4 + error / 4;
		t->srtt = t->srtt - t->srtt / 8 + usec / 8;
		t->srtt = max_t(u32, t->srtt, 1);
	}
	t->rto = min(max(t->srtt + 4 * t->rttvar, tcb_rto_min_us(t)),
		     tcb_rto_max_us(t));
}

/**
 * rtt_timeout_ms() - the RTO with its backoff, rfc6298#section-5.5
 * @t: the TCB
 *
 * Return: milliseconds, 1 to 120000, never more than tcb_rto_max_us() says now.
 *
 * rfc9293: MUST-19
 */
u32 rtt_timeout_ms(const struct tcb *t)
{
	u64 rto = (u64)t->rto << min_t(u8, t->cong.backoff, 20);

	return (u32)div_u64(min_t(u64, rto, tcb_rto_max_us(t)) + 999, 1000);
}
