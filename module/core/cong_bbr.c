// SPDX-License-Identifier: GPL-2.0
/*
 * BBR, version 1: draft-cardwell-iccrg-bbr-congestion-control-00.
 *
 * It does not ask what was lost but what the path is: how many octets a
 * second get through (bw), and how long a round trip takes while no queue
 * stands (min_rtt). It sends at bw and keeps twice bw * min_rtt in flight.
 *
 *	STARTUP		bw doubles each round trip, until it grows no more
 *	DRAIN		the queue that this has built is sent down
 *	PROBE_BW	eight phases of min_rtt: 5/4 of bw, 3/4, six times bw
 *	PROBE_RTT	every ten seconds next to nothing, to see min_rtt
 *
 * Where this differs from the draft: bw is measured once in a round trip, not
 * for each segment; the maximum is of the last five to ten rounds, not of
 * ten; losses are repaired as for any other congestion control, with the
 * window as it was for their threshold. It takes no notice of ECN, so its
 * text may not be marked.
 */
#include <glass/core.h>

enum { STARTUP, DRAIN, PROBE_BW, PROBE_RTT };

#define UNIT		256u
#define HIGH_GAIN	739u		/* 2 / ln 2 */
#define DRAIN_GAIN	88u		/* ln 2 / 2 */
#define ROUNDS		5		/* for which a maximum is kept, twice */
#define RTT_AGE_MS	10000u
#define RTT_PROBE_MS	200u
#define FULL_ROUNDS	3
#define PHASES		8

static const u16 gains[PHASES] = { 320, 192, 256, 256, 256, 256, 256, 256 };

/* tcb.cong.memory */
struct bbr {
	u32 bw[2];		/* octets a second: of these rounds, of those */
	u32 min_rtt;		/* microseconds, 0 before the first */
	u32 min_rtt_at;		/* milliseconds */
	u32 probe_until;	/* PROBE_RTT, milliseconds, 0 for not yet */
	u32 phase_at;		/* microseconds */
	u32 full_bw;
	u32 prior_cwnd;		/* before a loss or PROBE_RTT, 0 for none */
	u32 rate;
	u32 delivered;		/* octets, all */
	u32 round_end;		/* SND.NXT when the round began */
	u32 round_delivered;	/* and what was delivered then */
	u32 round_at;		/* microseconds */
	u8 rounds;
	u8 mode;
	u8 phase;
	u8 full_rounds;
	u8 measuring:1;		/* a round has begun */
	u8 full:1;		/* bw grows no more */
	u8 new_round:1;
	u8 used:1;		/* the window was filled in this round */
	u8 was_used:1;		/* ... in the one before */
};

static struct bbr *state(const struct tcb *t)
{
	return t->cong.memory;
}

static u32 bandwidth(const struct bbr *b)
{
	return max(b->bw[0], b->bw[1]);
}

static u32 scaled(u64 value, u32 gain)
{
	return min_t(u64, value * gain / UNIT, PACE_FREE);
}

/* Octets that the path holds without a queue, times @gain */
static u32 pipe_holds(const struct tcb *t, u32 gain)
{
	const struct bbr *b = state(t);
	u64 bdp = div_u64((u64)bandwidth(b) * b->min_rtt, 1000000);

	if (!b->min_rtt || !bandwidth(b))
		return 10u * t->snd.mss;
	/* and what ACKs held back, or joined, would leave unsent */
	return min_t(u64, bdp * gain / UNIT + 3u * t->snd.mss, CONG_CWND_MAX);
}

static void begin_round(const struct tcb *t, struct bbr *b, u64 now)
{
	b->round_end = t->snd.nxt;
	b->round_delivered = b->delivered;
	b->round_at = (u32)now;
	b->measuring = 1;
	b->was_used = b->used;
	b->used = 0;
}

/* Who has little to send learns little of the path, unless that it is fast */
static void keep_bw(struct bbr *b, u32 bw)
{
	if (!b->used && bw < bandwidth(b))
		return;
	if (++b->rounds >= ROUNDS) {
		b->rounds = 0;
		b->bw[1] = b->bw[0];
		b->bw[0] = 0;
	}
	b->bw[0] = max(b->bw[0], bw);
}

/* A round is over when what was sent after it began is acknowledged */
static void measure_bw(struct tcb *t, struct bbr *b, const struct cong_ack *a)
{
	u64 bw;

	b->delivered += a->bytes;
	b->used |= cong_used(t, a);
	b->new_round = !b->measuring ||
		       seq_ge(a->una + a->bytes, b->round_end);
	if (!b->new_round)
		return;
	if (b->measuring) {
		bw = (u64)(b->delivered - b->round_delivered) * 1000000;
		bw = div_u64(bw, max((u32)a->now - b->round_at, 1u));
		keep_bw(b, min_t(u64, bw, PACE_FREE - 1));
	}
	begin_round(t, b, a->now);
}

/* A quarter more in three rounds, or the pipe is full */
static void check_full(struct bbr *b)
{
	u32 bw = bandwidth(b);

	if (b->full || !b->new_round || !b->was_used)
		return;
	if (bw >= b->full_bw + b->full_bw / 4) {
		b->full_bw = bw;
		b->full_rounds = 0;
	} else if (++b->full_rounds >= FULL_ROUNDS) {
		b->full = 1;
	}
}

static void enter_probe_bw(struct bbr *b, u64 now)
{
	b->mode = PROBE_BW;
	/* not at the phase that yields: that is for after one that probes */
	b->phase = 2 + (u32)now % 6;
	b->phase_at = (u32)now;
}

/* 5/4 until it has filled the path, 3/4 until that is gone, 1 for a while */
static void next_phase(const struct tcb *t, struct bbr *b,
		       const struct cong_ack *a)
{
	bool over = (u32)a->now - b->phase_at > b->min_rtt;
	u16 gain = gains[b->phase];

	if (gain > UNIT)
		over = over && (t->cong.in_recovery ||
				a->flight >= pipe_holds(t, gain));
	else if (gain < UNIT)
		over = over || a->flight <= pipe_holds(t, UNIT);
	if (!over)
		return;
	b->phase = (b->phase + 1) % PHASES;
	b->phase_at = (u32)a->now;
}

static void enter_probe_rtt(struct tcb *t, struct bbr *b)
{
	b->mode = PROBE_RTT;
	b->probe_until = 0;
	if (!b->prior_cwnd)
		b->prior_cwnd = t->cong.cwnd;
}

static void leave_probe_rtt(struct tcb *t, struct bbr *b,
			    const struct cong_ack *a)
{
	b->min_rtt_at = now_ms(a->now);
	t->cong.cwnd = max(t->cong.cwnd, b->prior_cwnd);
	b->prior_cwnd = 0;
	if (b->full)
		enter_probe_bw(b, a->now);
	else
		b->mode = STARTUP;
}

/* Nothing shorter for ten seconds: a queue may have hidden it */
static void measure_rtt(struct tcb *t, struct bbr *b, const struct cong_ack *a)
{
	u32 now = now_ms(a->now);
	bool old = b->min_rtt && now - b->min_rtt_at > RTT_AGE_MS;

	if (a->rtt && (!b->min_rtt || a->rtt <= b->min_rtt || old)) {
		b->min_rtt = a->rtt;
		b->min_rtt_at = now;
	}
	if (old && b->mode != PROBE_RTT)
		enter_probe_rtt(t, b);
	if (b->mode != PROBE_RTT)
		return;
	if (!b->probe_until) {
		if (a->flight <= 4u * t->snd.mss)
			b->probe_until = (now + RTT_PROBE_MS) | 1;
	} else if (seq_gt(now, b->probe_until) && b->new_round) {
		leave_probe_rtt(t, b, a);
	}
}

static u32 pacing_gain(const struct bbr *b)
{
	switch (b->mode) {
	case STARTUP:
		return HIGH_GAIN;
	case DRAIN:
		return DRAIN_GAIN;
	case PROBE_BW:
		return gains[b->phase];
	}
	return UNIT;
}

static void set_rate(const struct tcb *t, struct bbr *b)
{
	u32 rate = scaled(bandwidth(b), pacing_gain(b));

	/* before it is known: the window in a round trip, or in 1 ms */
	if (!rate)
		rate = scaled(div_u64((u64)t->cong.cwnd * 1000000,
				      t->srtt ? t->srtt : 1000), HIGH_GAIN);
	if (b->full || rate > b->rate)
		b->rate = rate;
}

static void bbr_heard(struct tcb *t, const struct cong_ack *a)
{
	struct bbr *b = state(t);

	measure_bw(t, b, a);
	check_full(b);
	if (b->mode == STARTUP && b->full)
		b->mode = DRAIN;
	if (b->mode == DRAIN && a->flight <= pipe_holds(t, UNIT))
		enter_probe_bw(b, a->now);
	if (b->mode == PROBE_BW)
		next_phase(t, b, a);
	measure_rtt(t, b, a);
	set_rate(t, b);
}

/* What a loss took away comes back when it is repaired */
static void restore(struct tcb *t, struct bbr *b, const struct cong_ack *a)
{
	if (!b->prior_cwnd || b->mode == PROBE_RTT ||
	    seq_lt(a->una, t->cong.recover))
		return;
	t->cong.cwnd = max(t->cong.cwnd, b->prior_cwnd);
	b->prior_cwnd = 0;
}

static void bbr_acked(struct tcb *t, const struct cong_ack *a)
{
	struct bbr *b = state(t);
	u32 cwnd, least = 4u * t->snd.mss;
	u32 target = pipe_holds(t, b->mode == PROBE_BW ? 2 * UNIT : HIGH_GAIN);

	restore(t, b, a);
	cwnd = t->cong.cwnd;
	if (b->full)
		cwnd = min(cwnd + a->bytes, target);
	else if (cwnd < target || b->delivered < 10u * t->snd.mss)
		cwnd += a->bytes;
	cwnd = clamp(cwnd, least, CONG_CWND_MAX);
	if (b->mode == PROBE_RTT)
		cwnd = min(cwnd, least);
	t->cong.cwnd = cwnd;
}

static void bbr_lost(struct tcb *t)
{
	struct bbr *b = state(t);

	b->prior_cwnd = max(b->prior_cwnd, t->cong.cwnd);
	t->cong.ssthresh = max(t->cong.cwnd, 2u * t->snd.mss);
}

static void bbr_timeout(struct tcb *t)
{
	bbr_lost(t);
	t->cong.cwnd = t->snd.mss;
}

static void bbr_undo(struct tcb *t)
{
	state(t)->prior_cwnd = 0;
}

static u32 bbr_rate(const struct tcb *t)
{
	const struct bbr *b = state(t);

	return b->rate ? b->rate : PACE_FREE;
}

/* After a pause the rate keeps it from a burst: it needs no @idle */
const struct cong_ops cong_bbr = {
	.name = "bbr",
	.memory = sizeof(struct bbr),
	.no_ect = true,
	.heard = bbr_heard,
	.acked = bbr_acked,
	.lost = bbr_lost,
	.timeout = bbr_timeout,
	.undo = bbr_undo,
	.rate = bbr_rate,
};
