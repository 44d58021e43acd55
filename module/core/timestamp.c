// SPDX-License-Identifier: GPL-2.0
/*
 * Timestamps, rfc7323: what to echo, and PAWS, protection against sequence
 * numbers that have wrapped. The third use, measuring the round trip of what
 * was sent twice, is in rtt.c.
 *
 * Our clock ticks once a millisecond (rfc7323#section-5.4 wants 1 ms to 1 s)
 * and is told with an offset that differs by four-tuple, so that it says
 * neither how long this host has been up nor anything about other
 * connections.
 */
#include <glass/core.h>

/* rfc7323#section-5.5: 24 days, in units of 2^20 microseconds */
#define RECENT_VALID 1977539u

static u32 age_now(u64 now)
{
	return (u32)(now >> 20);
}

/**
 * timestamp_clock() - what our timestamps say
 * @now: microseconds
 * @offset: of the connection
 *
 * Return: TSval.
 *
 * rfc7323: 5.4
 */
u32 timestamp_clock(u64 now, u32 offset)
{
	return now_ms(now) + offset;
}

/* Timestamps are compared as sequence numbers are, rfc7323#section-5.2 */
bool timestamp_old(u32 tsval, u32 recent)
{
	return seq_lt(tsval, recent);
}

/**
 * timestamp_check() - may a segment be what its timestamp says?
 * @t: the TCB, past SYN-SENT
 * @s: the segment
 * @now: microseconds
 * @v: what came of it
 *
 * PAWS, rfc7323#section-5.3 R1. A SYN may come without timestamps, from a
 * peer that has crashed: the challenge ACK finds that out.
 *
 * Return: false if the segment has met its fate.
 */
bool timestamp_check(struct tcb *t, const struct segment *s, u64 now,
		     struct verdict *v)
{
	if (!t->ts_ok || s->flags & SEG_RST)
		return true;
	if (!(s->opts & SEG_OPT_TS)) {
		if (s->flags & SEG_SYN)
			return true;
		v->rule = RULE_TS_MISSING;
		return false;
	}
	if (!timestamp_old(s->tsval, t->ts.recent) ||
	    age_now(now) - t->ts.age > RECENT_VALID)
		return true;
	v->rule = RULE_PAWS;
	sack_duplicate(t, seg_text(s),
		       seq_min(seg_text(s) + s->len, t->rcv.nxt));
	input_owe_ack(t, v->rule);
	return false;
}

/**
 * timestamp_keep() - remember what is to be echoed, rfc7323#section-4.3
 * @t: the TCB
 * @s: a segment that timestamp_check() let pass, in the window, with a good
 *	ACK: nothing that a stranger can forge
 * @now: microseconds
 *
 * Only the segment that the last ACK was waiting for counts: with delayed
 * ACKs the earliest, or the time of the delay would be missing.
 */
void timestamp_keep(struct tcb *t, const struct segment *s, u64 now)
{
	if (!t->ts_ok || !(s->opts & SEG_OPT_TS) ||
	    seq_gt(s->seq, t->rcv.acked))
		return;
	t->ts.recent = s->tsval;
	t->ts.age = age_now(now);
}

/**
 * timestamp_put() - the option of a segment that is being built
 * @s: the segment; its flags are complete
 * @clock: timestamp_clock()
 * @recent: TS.Recent
 */
void timestamp_put(struct segment *s, u32 clock, u32 recent)
{
	s->opts |= SEG_OPT_TS;
	s->tsval = clock;
	s->tsecr = s->flags & SEG_ACK ? recent : 0;
}
