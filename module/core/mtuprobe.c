// SPDX-License-Identifier: GPL-2.0
/*
 * How large a segment does the path take? Where routers do not say, or what
 * they say is dropped, it is found by trying: rfc4821, of which the searching
 * is Linux', down to the names of its sysctls.
 *
 *      low, snd.path_mss        size              high       limit
 *   ---------|-------------------|-----------------|-----------|---
 *    the path takes it       the probe     too large, or    what route
 *                                          not known yet    and peer take
 *
 * A probe is one segment of new text, halfway between low and high. If it is
 * acknowledged, low is there; if it is lost and nothing else, high is just
 * below. When the two are close the search rests for probe_interval.
 *
 * It is on from the start (mtu_probing 2), or from when a full stop makes it
 * likely that large segments vanish (1). What routers do say counts as before,
 * and so does the route: no probe is larger than its MTU. The state is a part
 * of struct loss; without memory for that there is no search.
 */
#include <glass/core.h>

#define WINDOW_SEGMENTS	11	/* in fewer a lost probe is too much of them */
#define BEHIND_SEGMENTS	4	/* to follow it, that its loss is found soon */
#define AFTER_TIMEOUT	5	/* times as long, rfc4821#section-7.6.3 */

/* Octets of each segment that path_mss has and snd.mss has not */
static u32 beside(const struct tcb *t)
{
	return tcb_ip_options(t) + (t->ts_ok ? SEG_TS_SIZE : 0);
}

static u32 base(const struct tcb *t)
{
	return READ_ONCE(t->policy->base_mss) + beside(t);
}

/* The path takes as much, it seems: what is sent from now on is so large */
static void settle(struct tcb *t, u32 mss)
{
	struct mtu_search *m = &t->loss->mtu;

	tcb_set_path_mss(t, mss);
	m->low = t->snd.path_mss;
	m->high = max(m->high, m->low);
	m->size = 0;
	m->failed = 0;
}

static void begin_search(struct tcb *t)
{
	struct mtu_search *m = &t->loss->mtu;

	*m = (struct mtu_search){ .on = 1 };
	m->limit = min(t->snd.peer_mss, t->snd.path_mss);
	m->high = m->limit;
	settle(t, min_t(u32, base(t), m->limit));
}

/**
 * mtu_wanted() - does the open need memory for the search?
 * @t: the TCB, without @loss
 */
bool mtu_wanted(const struct tcb *t)
{
	return !t->syn_acked && READ_ONCE(t->policy->mtu_probing) > 1;
}

/**
 * mtu_start() - the connection is open: is there a search from the start?
 * @t: the TCB, its windows those of rfc6928
 *
 * No more segments are let out than before, smaller ones.
 *
 * rfc4821: 4, 7.2
 */
void mtu_start(struct tcb *t)
{
	u32 before = t->snd.mss;

	if (!t->loss || READ_ONCE(t->policy->mtu_probing) < 2)
		return;
	begin_search(t);
	if (t->snd.mss < before)
		t->cong.cwnd = max_t(u32, t->cong.cwnd / before * t->snd.mss,
				     t->snd.mss);
}

/**
 * mtu_limit() - what the route takes
 * @t: the TCB, of which mtu_probes() says so
 * @mss: octets of text without options, 0 for that there must be no probe
 *
 * More than before counts when the next search begins, less at once.
 */
void mtu_limit(struct tcb *t, u32 mss)
{
	struct mtu_search *m = &t->loss->mtu;

	m->limit = mss_limit(&t->opt, min_of3(mss, t->snd.peer_mss, 65535));
	m->high = max(m->low, min(m->high, m->limit));
}

/* rfc4821#section-7.3: anywhere above low, up to high */
static u32 next_size(const struct mtu_search *m)
{
	return m->low + (m->high - m->low + 1u) / 2;
}

/* No probe for as long as @times round trips per segment of the window take */
static void rest(struct tcb *t, u64 now, u32 times)
{
	u32 rtt = (t->srtt ? t->srtt : t->rto) / 1000 + 1;
	u64 ms = (u64)rtt * (t->cong.cwnd / t->snd.mss + 1) * times;

	t->loss->mtu.since = now_ms(now);
	t->loss->mtu.wait = min_t(u64, ms, 0x7fffffff);
}

/* Is the search under way? rfc4821#section-7.3: when it has converged it rests */
static bool searching(struct tcb *t, u64 now)
{
	int worth = max(READ_ONCE(t->policy->probe_threshold), 1);
	struct mtu_search *m = &t->loss->mtu;

	if (m->wait && now_ms(now) - m->since < m->wait)
		return false;
	m->wait = 0;
	if (m->converged)
		m->high = max(m->low, m->limit);
	m->converged = 0;
	if (m->high - m->low >= worth)
		return true;
	m->converged = 1;
	m->since = now_ms(now);
	m->wait = READ_ONCE(t->policy->probe_interval) * 1000u;
	return false;
}

/*
 * What else is going on, rfc4821#section-7.4: nothing is missing, nothing is
 * told of that would make the probe's loss or its size another.
 */
static bool calm(const struct tcb *t)
{
	return !t->loss->mtu.size && !t->troubled && t->snd.cur == t->snd.nxt &&
	       t->syn_acked && !t->urgent && !t->paced && !sack_size(t) &&
	       t->cong.cwnd >= WINDOW_SEGMENTS * t->snd.mss;
}

/**
 * mtu_probe_due() - is new text to leave as a probe?
 * @t: the TCB, of which mtu_probes() says so; new text may leave
 * @now: microseconds
 *
 * There must be text for it and for what follows it, and windows for both.
 * When those are but full, new text waits: the ACKs of what is in flight make
 * room for the probe, which they never would a segment at a time.
 *
 * Return: enum mtu_due; MTU_PROBE_WAIT only while something is in flight.
 *
 * rfc4821: 7.4
 */
enum mtu_due mtu_probe_due(struct tcb *t, u64 now)
{
	u32 ahead = t->snd.cur - t->snd.una, len, need;

	if (!calm(t) || !searching(t, now))
		return MTU_PROBE_NONE;
	len = next_size(&t->loss->mtu) - beside(t);
	need = len + BEHIND_SEGMENTS * t->snd.mss;
	if (output_after(t, t->snd.cur) < need ||
	    need > min(t->snd.wnd, t->cong.cwnd))
		return MTU_PROBE_NONE;
	if (ahead + need > t->snd.wnd ||
	    tcb_in_flight(t) + len > t->cong.cwnd)
		return MTU_PROBE_WAIT;
	return MTU_PROBE_NOW;
}

/**
 * mtu_probe_sent() - the probe leaves snd.cur
 * @t: the TCB, of which mtu_probe_due() says so
 *
 * Return: octets of its text.
 *
 * rfc4821: 5.1
 */
u32 mtu_probe_sent(struct tcb *t)
{
	struct mtu_search *m = &t->loss->mtu;

	m->size = next_size(m);
	m->failed = 0;
	m->start = t->snd.cur;
	m->end = m->start + m->size - beside(t);
	return m->end - m->start;
}

/**
 * mtu_acked() - SND.UNA has moved: over the probe?
 * @t: the TCB, of which mtu_probes() says so
 * @v: gets the rule if so
 *
 * The window stays what it is, in octets.
 *
 * rfc4821: 4, 7.6.1
 */
void mtu_acked(struct tcb *t, struct verdict *v)
{
	struct mtu_search *m = &t->loss->mtu;

	if (m->failed) {
		m->start = seq_min(seq_max(m->start, t->snd.una), m->end);
		m->failed = seq_lt(t->snd.una, m->end);
	}
	if (!m->size || seq_lt(t->snd.una, m->end))
		return;
	settle(t, m->size);
	if (v->rule == RULE_ACK_NEW)
		v->rule = RULE_ACK_MTU_PROBE;
}

/**
 * mtu_probe_again() - is some of a probe that was lost yet to be sent again?
 * @t: the TCB
 * @lost: gets it
 */
bool mtu_probe_again(const struct tcb *t, struct seq_range *lost)
{
	if (!t->loss || !t->loss->mtu.failed)
		return false;
	*lost = (struct seq_range){ t->loss->mtu.start, t->loss->mtu.end };
	return lost->start != lost->end;
}

/* What the scoreboard calls lost: the probe, and only it? */
static bool nothing_else(const struct tcb *t)
{
	const struct mtu_search *m = &t->loss->mtu;
	struct seq_range lost;

	return !t->sack_ok ||
	       (!scoreboard_lost(t->loss, &lost) && lost.start == m->start &&
		lost.end == m->end && t->loss->lost == m->end - m->start);
}

/**
 * mtu_probe_lost() - text was found lost: was it the probe alone?
 * @t: the TCB, with @loss, not in recovery
 * @now: microseconds
 *
 * Then that is no sign of congestion, and the window stays; but the next
 * probe waits for longer than a loss would cost. The text goes again in
 * segments of the old size. What is lost beside it, then or later, costs what
 * a loss does.
 *
 * Return: true if so.
 *
 * rfc4821: 4, 6.1, 7.5, 7.6.2, 10.1
 */
bool mtu_probe_lost(struct tcb *t, u64 now)
{
	struct mtu_search *m = &t->loss->mtu;

	if (!m->size || t->snd.una != m->start || !nothing_else(t))
		return false;
	m->high = max_t(u32, m->low, min_t(u32, m->high, m->size - 1u));
	m->size = 0;
	m->failed = 1;
	rest(t, now, 1);
	t->loss->undo = 0;
	return true;
}

/**
 * mtu_path() - a router, or the route, says what the path takes
 * @t: the TCB
 * @mss: octets of text without options
 *
 * It bounds a search and never widens it. If what was found to arrive is small
 * enough, it was the probe that was too big: its loss will be noticed as such.
 *
 * rfc8899: 4.6.2
 */
void mtu_path(struct tcb *t, u32 mss)
{
	if (!mtu_probes(t)) {
		tcb_set_path_mss(t, mss);
		return;
	}
	mtu_limit(t, min_t(u32, mss, t->loss->mtu.limit));
	if (mss >= t->loss->mtu.low)
		return;
	settle(t, mss);
	t->loss->mtu.high = t->loss->mtu.low;
}

/* Half of it, if it was small already: rfc4821#section-7.7 */
static u32 smaller(const struct tcb *t)
{
	u32 low = t->loss->mtu.low, least, text;

	if (low > base(t))
		return base(t);
	least = max(READ_ONCE(t->policy->mtu_probe_floor),
		    READ_ONCE(t->policy->min_snd_mss));
	text = max((low - beside(t)) / 2, least);
	return min(text + beside(t), low);
}

/**
 * mtu_timeout() - the retransmission timer expired
 * @t: the TCB, past the handshake
 * @now: microseconds
 * @full_stop: for the R1st time in a row, or more
 *
 * Of a probe in flight it says nothing. After a full stop segments become
 * smaller each time: at first as small as the path is known to take, or any
 * path should.
 *
 * rfc4821: 7.6.3, 7.7; rfc8899: 4.3
 */
void mtu_timeout(struct tcb *t, u64 now, bool full_stop)
{
	u16 before = t->snd.mss;
	struct mtu_search *m;

	if (!t->loss)
		return;
	m = &t->loss->mtu;
	if (m->size)
		rest(t, now, AFTER_TIMEOUT);
	m->size = 0;
	m->failed = 0;
	m->dark = 0;
	if (!full_stop || !READ_ONCE(t->policy->mtu_probing))
		return;
	if (m->on)
		settle(t, smaller(t));
	else
		begin_search(t);
	if (m->converged)
		m->wait = 0;
	m->dark = t->snd.mss < before;
}
