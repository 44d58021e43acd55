/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The ground the core stands on: fixed-width types, min/max, memory moves.
 *
 * This is the only place in include/glass and module/core that knows whether
 * it is compiled into a kernel or into a program on a desk.
 */
#ifndef GLASS_PORT_H
#define GLASS_PORT_H

#ifdef __KERNEL__
#include <linux/bug.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <linux/types.h>
#else
#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;

#define min(a, b) \
	({ __typeof__(a) a_ = (a); __typeof__(b) b_ = (b); a_ < b_ ? a_ : b_; })
#define max(a, b) \
	({ __typeof__(a) c_ = (a); __typeof__(b) d_ = (b); c_ > d_ ? c_ : d_; })
#define min_t(type, a, b)	min((type)(a), (type)(b))
#define max_t(type, a, b)	max((type)(a), (type)(b))
#define clamp(x, lo, hi)	min(max(x, lo), hi)
#define READ_ONCE(x)		(x)
#define div_u64(a, b)		((u64)(a) / (b))
#define WARN_ON_ONCE(bad)	({ bool bad_ = (bad); assert(!bad_); bad_; })
#endif

#endif
