// SPDX-License-Identifier: GPL-2.0
/*
 * CUBIC, rfc9438, with HyStart++ for its slow start.
 *
 *   window                             W_cubic(t) = C (t - K)^3 + W_max
 *     |                              |
 *     |                             /     C = 0.4 segments a cubed second
 *   W_max - - - - - - - ----------- -     beta = 0.7
 *     |            /    :                 K: when W_max is reached again
 *     |         /       :
 *     |  lost |         :
 *     +-------+---------+-------------> t
 *             0         K
 *
 * Windows are in octets, times in milliseconds, and a cubed second is
 * 10^9 cubed milliseconds: C is mss / (2.5 * 10^9) octets. There is no
 * fraction; what a division leaves over is kept as octets acknowledged.
 */
#include <glass/core.h>

#define PER_MSS		2500000000u	/* cubed milliseconds, 1 / C */
#define AGE_MAX		0x100000u	/* milliseconds; its cube has 60 bits */
#define W_MAX		(CONG_CWND_MAX - 1)

/*
 * tcb.cong.word. W_max is 0 before any loss. Slow start and congestion
 * avoidance never need what the other knows: @avoiding says whose it is.
 */
struct cubic {
	u32 w_max:30;
	u32 unlost:1;		/* slow start was left without a loss */
	u32 avoiding:1;
	union {
		struct hystart hystart;
		struct {
			u32 epoch;	/* when t was 0, milliseconds */
			u32 k;		/* milliseconds */
			u32 w_est;	/* what Reno's window would be */
			u32 est_credit;	/* octets acknowledged, not yet in it */
			u32 credit;	/* ... not yet in cwnd */
		};
	};
};

static_assert(sizeof(struct cubic) <= CONG_WORDS * sizeof(u32),
	      "the words of a TCB are enough");

static struct cubic *state(struct tcb *t)
{
	return (struct cubic *)t->cong.word;
}

/**
 * cube_root() - the cube root, rounded down
 * @a: any number
 *
 * One binary digit a step, as by hand.
 */
u32 cube_root(u64 a)
{
	u64 root = 0, step;
	int shift;

	for (shift = 63; shift >= 0; shift -= 3) {
		root <<= 1;
		step = 3 * root * (root + 1) + 1;
		if (a >> shift >= step) {
			a -= step << shift;
			root++;
		}
	}
	return root;
}

/**
 * cubic_period() - K: how long until W_max is reached again
 * @below: octets that the window is below it, at most CONG_CWND_MAX
 * @mss: octets of a segment
 *
 * Return: milliseconds.
 *
 * rfc9438: 4.2
 */
u32 cubic_period(u32 below, u32 mss)
{
	return cube_root(div_u64((u64)below * PER_MSS, mss));
}

/**
 * cubic_window() - W_cubic(t)
 * @w_max: W_max, octets
 * @k: K, milliseconds
 * @ms: t, milliseconds
 * @mss: octets of a segment
 *
 * Return: octets, at most CONG_CWND_MAX.
 *
 * rfc9438: 4.2
 */
u32 cubic_window(u32 w_max, u32 k, u32 ms, u32 mss)
{
	u64 d = min(ms < k ? k - ms : ms - k, AGE_MAX), way;

	/* thousandths of a segment, so that nothing overflows */
	way = div_u64(div_u64(d * d * d, PER_MSS / 1000) * mss, 1000);
	if (ms < k)
		return w_max - (u32)min_t(u64, way, w_max);
	return min_t(u64, w_max + way, CONG_CWND_MAX);
}

/* Congestion avoidance begins, or goes on after time that does not count */
static void begin_epoch(struct tcb *t, struct cubic *c, u32 now)
{
	u32 cwnd = min(t->cong.cwnd, W_MAX);

	c->avoiding = 1;
	c->epoch = now;
	c->k = 0;
	c->w_est = cwnd;
	c->est_credit = 0;
	c->credit = 0;
	if (cwnd < c->w_max)
		c->k = cubic_period(c->w_max - cwnd, t->snd.mss);
	else
		c->w_max = cwnd;
}

static void end_epoch(struct cubic *c)
{
	c->avoiding = 0;
	c->hystart = (struct hystart){};
}

/*
 * Reno's window would have grown by so much, counting that Reno falls deeper:
 * alpha = 3 (1 - beta) / (1 + beta) = 9/17, until the window of the last loss
 * is reached.
 */
/* rfc9438: 4.3 */
static void grow_estimate(const struct tcb *t, struct cubic *c, u32 bytes)
{
	u32 prior = c->unlost ? c->w_max : t->cong.ssthresh / 7 * 10;
	u64 step = t->cong.cwnd;
	u32 n;

	if (c->w_est < prior)
		step = div_u64(step * 17, 9);
	c->est_credit += bytes;
	if (c->est_credit < step)
		return;
	n = c->est_credit / (u32)step;
	c->est_credit -= n * (u32)step;
	c->w_est = min_t(u64, c->w_est + (u64)n * t->snd.mss, CONG_CWND_MAX);
}

/* The window grows towards where the curve is a round trip from now */
/* rfc9438: 4.4, 4.5 */
static void grow_window(struct tcb *t, struct cubic *c, u32 ms, u32 bytes)
{
	u32 cwnd = t->cong.cwnd, mss = t->snd.mss, target;
	u64 more;

	target = cubic_window(c->w_max, c->k, ms + t->srtt / 1000, mss);
	target = clamp(target, cwnd, cwnd + cwnd / 2);
	c->credit = min(c->credit + bytes, cwnd);
	more = div_u64((u64)c->credit * (target - cwnd), cwnd);
	if (more < mss)
		return;
	c->credit = 0;
	t->cong.cwnd = min_t(u64, cwnd + more, CONG_CWND_MAX);
}

/* rfc9438: 4.10; rfc9406: 4.2 */
static void slow_start(struct tcb *t, struct cubic *c, const struct cong_ack *a)
{
	u32 bytes = a->bytes;
	bool over;

	if (c->avoiding)
		end_epoch(c);
	over = hystart_acked(&c->hystart, t, a);
	/* what was sent again says little of what left the network: rfc3465 */
	if (seq_lt(a->una, t->cong.recover))
		bytes = min_t(u32, bytes, t->snd.mss);
	if (cong_used(t, a))
		cong_slow_start(t, hystart_growth(&c->hystart, bytes));
	if (over)
		t->cong.ssthresh = t->cong.cwnd;
}

static void cubic_acked(struct tcb *t, const struct cong_ack *a)
{
	struct cubic *c = state(t);
	u32 now = now_ms(a->now), ms;

	if (t->cong.cwnd < t->cong.ssthresh) {
		slow_start(t, c, a);
		return;
	}
	/* time in which the window is not used does not count. rfc9438: 5.8 */
	if (!cong_used(t, a)) {
		end_epoch(c);
		return;
	}
	if (!c->avoiding)
		begin_epoch(t, c, now);
	ms = now - c->epoch;
	grow_estimate(t, c, a->bytes);
	if (cubic_window(c->w_max, c->k, ms, t->snd.mss) < c->w_est)
		t->cong.cwnd = max(t->cong.cwnd, c->w_est);
	else
		grow_window(t, c, ms, a->bytes);
}

static void cubic_init(struct tcb *t)
{
	struct cubic *c = state(t);

	if (t->cong.ssthresh != CONG_SSTHRESH)
		return;
	c->unlost = 1;
	hystart_begin(&c->hystart, t);
}

/*
 * A window that did not come up to the last W_max makes room for others: it
 * aims lower still.
 */
/* rfc9438: 4.6, 4.7 */
static void cubic_lost(struct tcb *t)
{
	struct cubic *c = state(t);
	u32 cwnd = min(t->cong.cwnd, W_MAX);

	c->w_max = cwnd < c->w_max ? div_u64((u64)cwnd * 17, 20) : cwnd;
	c->unlost = 0;
	end_epoch(c);
	t->cong.ssthresh = max_t(u32, div_u64((u64)cong_flight(t) * 7, 10),
				 2u * t->snd.mss);
}

/* The curve starts anew where slow start will end */
/* rfc9438: 4.8 */
static void cubic_timeout(struct tcb *t)
{
	struct cubic *c = state(t);

	if (!t->cong.backoff)
		cubic_lost(t);
	end_epoch(c);
	c->w_max = 0;
	t->cong.cwnd = t->snd.mss;
}

/*
 * The window is what it was. Where on which curve it stood is not kept: it
 * stands at the plateau of a new one, the slowest place there is.
 * rfc9438: 4.9
 */
static void cubic_undo(struct tcb *t)
{
	struct cubic *c = state(t);

	c->w_max = max_t(u32, c->w_max, min(t->cong.cwnd, W_MAX));
	end_epoch(c);
}

static void cubic_idle(struct tcb *t)
{
	struct cubic *c = state(t);

	if (c->avoiding)
		end_epoch(c);
	cong_idle(t);
}

const struct cong_ops cong_cubic = {
	.name = "cubic",
	.init = cubic_init,
	.acked = cubic_acked,
	.lost = cubic_lost,
	.timeout = cubic_timeout,
	.undo = cubic_undo,
	.idle = cubic_idle,
};
