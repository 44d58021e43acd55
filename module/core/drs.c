// SPDX-License-Identifier: GPL-2.0
/*
 * How large should the receive buffer be? "Dynamic right-sizing": what the
 * user takes in a round trip is what the sender's window was, as far as ours
 * let it. Twice as much must be promised, or it could not double in the next
 * round of its slow start; and memory for more than that would only wait.
 *
 *	|<--- a round trip --->|<--- the next one --->|
 *	  copied: 20 kB           copied: 40 kB          window: 80 kB and more
 *
 * The core says how much; who owns the buffer decides (rfc9293#section-3.8.6).
 * A user who does not read gets no larger one, however much there is to come.
 */
#include <glass/core.h>

#define FIRST_SEGMENTS	10u		/* rfc6928: the first round brings so many */
#define SLACK_SEGMENTS	16u		/* what lies ready while he wakes up */
#define LARGEST		0x3fffffffu

/**
 * drs_heard() - text arrives: how long is a round trip, seen from here?
 * @t: the TCB, rcv.mss counts @s
 * @s: the segment, with text
 * @now: microseconds
 *
 * A full segment left as soon as our ACK let it: what it echoes is when. The
 * tail of something may have waited for the sender's user. One that did so all
 * the same, after a pause, is made good by the next that did not.
 */
void drs_heard(struct tcb *t, const struct segment *s, u64 now)
{
	u32 usec, rtt = t->drs.rtt;

	if (s->len < t->rcv.mss)
		return;
	usec = rtt_echo(t, s, now);
	if (!usec)
		return;
	if (!rtt || usec < rtt / 2)
		t->drs.rtt = usec;
	else
		t->drs.rtt = rtt - rtt / 8 + usec / 8;
}

/*
 * Without timestamps, a round trip is no longer than it takes until a whole
 * window has come: what was promised when it began has brought that.
 */
static bool window_taken(struct tcb *t, u32 copied, u32 ms)
{
	u32 usec = min(max(ms, 1u), RTT_MAX_US / 1000) * 1000;

	if ((t->ts_ok && t->drs.rtt) || copied < t->rcv.buff)
		return false;
	if (!t->drs.rtt || usec < t->drs.rtt)
		t->drs.rtt = usec;
	return true;
}

/* Is it a round trip since the round began? */
static bool round_over(struct tcb *t, u32 copied)
{
	u32 ms = t->heard - t->drs.at;
	u32 rtt = t->drs.rtt ? t->drs.rtt : t->srtt;

	if (window_taken(t, copied, ms))
		return true;
	return rtt && ms >= (rtt + 999) / 1000;
}

/**
 * drs_space() - the most that the user took in a round trip
 * @t: the TCB, with the peer's SYN
 *
 * Return: octets, above 0; before the first round what it is expected to bring.
 */
u32 drs_space(const struct tcb *t)
{
	if (t->drs.space)
		return t->drs.space;
	return max(min(t->rcv.buff, FIRST_SEGMENTS * t->adv_mss), 1u);
}

/* Octets: the faster it grows, the further ahead */
static u32 wanted(const struct tcb *t, u32 copied)
{
	u64 want = 2ull * copied + SLACK_SEGMENTS * t->adv_mss;

	want += div_u64(2 * want * (copied - t->drs.space), t->drs.space);
	return min_t(u64, want, LARGEST);
}

/**
 * drs_taken() - the user has taken text
 * @t: the TCB
 * @seq: one past the last octet that he took
 *
 * The time is that of the last segment: to take what came earlier costs no
 * round trip.
 *
 * Return: octets that the buffer should be able to promise, 0 for as it is.
 */
u32 drs_taken(struct tcb *t, u32 seq)
{
	u32 copied, want = 0;

	if (!t->drs.space) {
		t->drs.seq = t->irs + 1;
		t->drs.at = t->heard;
		t->drs.space = drs_space(t);
	}
	copied = min(seq - t->drs.seq, LARGEST);
	if (!round_over(t, copied))
		return 0;
	if (copied > t->drs.space) {
		want = wanted(t, copied);
		t->drs.space = copied;
	}
	t->drs.seq = seq;
	t->drs.at = t->heard;
	return want > t->rcv.buff ? want : 0;
}
