// SPDX-License-Identifier: GPL-2.0
/*
 * HyStart++, rfc9406: where slow start ends without a loss.
 *
 * A round is the time in which one window is acknowledged. When the shortest
 * round trip of a round is clearly longer than that of the round before, a
 * queue has begun to build: for five rounds the window grows at a quarter of
 * the speed. If the round trips become short again it was a mistake; else
 * slow start is over.
 */
#include <glass/core.h>

#define UNKNOWN		0xffffffffu
#define THRESH_MIN	4000u		/* microseconds */
#define THRESH_MAX	16000u
#define SAMPLES		8
#define DIVISOR		4
#define ROUNDS		5

static void next_round(struct hystart *h, const struct tcb *t)
{
	h->end = t->snd.nxt;
	h->last = h->least;
	h->least = UNKNOWN;
	h->samples = 0;
}

/**
 * hystart_begin() - slow start begins
 * @h: every field is written
 * @t: the TCB
 */
void hystart_begin(struct hystart *h, const struct tcb *t)
{
	*h = (struct hystart){ .least = UNKNOWN, .on = 1 };
	next_round(h, t);
}

/* Is this round's shortest round trip clearly longer than the last one's? */
static bool is_longer(const struct hystart *h)
{
	if (h->samples < SAMPLES || h->last == UNKNOWN)
		return false;
	return h->least >= h->last + clamp(h->last / 8, THRESH_MIN, THRESH_MAX);
}

/**
 * hystart_acked() - an ACK in slow start
 * @h: what is known so far
 * @t: the TCB
 * @a: the ACK
 *
 * Return: true if slow start is over.
 *
 * rfc9406: 4.2, 4.3
 */
bool hystart_acked(struct hystart *h, const struct tcb *t,
		   const struct cong_ack *a)
{
	if (!h->on)
		return false;
	if (a->rtt) {
		h->least = min(h->least, a->rtt);
		h->samples += h->samples < 255;
	}
	if (!h->conservative && is_longer(h)) {
		h->conservative = 1;
		h->baseline = h->least;
		h->rounds = 0;
	} else if (h->conservative && h->samples >= SAMPLES &&
		   h->least < h->baseline) {
		h->conservative = 0;
	}
	if (seq_lt(a->una + a->bytes, h->end))
		return false;
	next_round(h, t);
	if (!h->conservative)
		return false;
	/* the round in which it began counts, though it is only a part */
	return ++h->rounds >= ROUNDS;
}

/**
 * hystart_growth() - by how much does the window grow?
 * @h: what is known
 * @bytes: in slow start, by so many octets
 *
 * Return: octets.
 */
u32 hystart_growth(const struct hystart *h, u32 bytes)
{
	return h->on && h->conservative ? bytes / DIVISOR : bytes;
}
