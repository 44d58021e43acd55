/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sequence number arithmetic, rfc9293#section-3.4.
 *
 * The space is 0 .. 2**32 - 1 and wraps, so "less than" only means something
 * for two numbers that are within half the space of each other. Every
 * comparison of sequence numbers in Glass goes through these functions; a
 * plain '<' between two of them is a bug.
 */
#ifndef GLASS_SEQ_H
#define GLASS_SEQ_H

#include <glass/port.h>

static inline bool seq_lt(u32 a, u32 b)
{
	return (s32)(a - b) < 0;
}

static inline bool seq_le(u32 a, u32 b)
{
	return (s32)(a - b) <= 0;
}

static inline bool seq_gt(u32 a, u32 b)
{
	return seq_lt(b, a);
}

static inline bool seq_ge(u32 a, u32 b)
{
	return seq_le(b, a);
}

/* lo =< x < hi, the half-open interval that the RFC's windows are */
static inline bool seq_within(u32 lo, u32 x, u32 hi)
{
	return x - lo < hi - lo;
}

static inline u32 seq_max(u32 a, u32 b)
{
	return seq_lt(a, b) ? b : a;
}

static inline u32 seq_min(u32 a, u32 b)
{
	return seq_lt(a, b) ? a : b;
}

/* Did a sequence number that moved on from @from to @to pass @base? */
static inline bool seq_turned(u32 base, u32 from, u32 to)
{
	return to - base < from - base;
}

#endif
