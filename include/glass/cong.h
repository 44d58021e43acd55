/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How much may be in the network, and how fast it may get there: congestion
 * controls, ECN, pacing. What a congestion control is stands in tcb.h.
 */
#ifndef GLASS_CONGESTION_H
#define GLASS_CONGESTION_H

#include <glass/tcb.h>

struct tcb_params;

/* pace.c: text leaves evenly, not in bursts */
struct pace {
	u64 at;		/* when the next may leave, nanoseconds */
	u32 rate;	/* octets a second, PACE_FREE for no limit */
};

#define PACE_FREE	0xffffffffu

u32 cong_rate(const struct tcb *t);
void pace_sent(struct pace *p, u64 now, u32 bytes);
u32 pace_wait(const struct pace *p, u64 now);

/* ecn.c: rfc3168 */
bool ecn_granted(const struct segment *syn, const struct tcb_params *p);
void ecn_stamp_syn(struct tcb *t, struct segment *s);
void ecn_take_syn(struct tcb *t, const struct segment *s);
void ecn_stamp_text(struct tcb *t, struct segment *s);
void ecn_arrives(struct tcb *t, const struct segment *s, u32 len);
bool ecn_echoes(const struct tcb *t, const struct segment *s);
bool ecn_reduces(struct tcb *t, const struct segment *s);

/* cong.c: what all congestion controls have in common */
void cong_start(struct tcb *t);
void cong_select(struct tcb *t, const struct cong_ops *ops, void *memory);
void cong_sent(struct tcb *t);
bool cong_used(const struct tcb *t, const struct cong_ack *a);
void cong_acked(struct tcb *t, const struct cong_ack *a);
void cong_lost(struct tcb *t);
void cong_timeout(struct tcb *t);
void cong_slow_start(struct tcb *t, u32 bytes);
void cong_idle(struct tcb *t);
u32 cong_flight(const struct tcb *t);

/* cong_hystart.c: where slow start ends, rfc9406 */
struct hystart {
	u32 end;		/* SND.NXT when this round began */
	u32 last;		/* shortest round trip of the round before, us */
	u32 least;		/* ... of this one */
	u32 baseline;		/* ... when the conservative phase began */
	u8 samples;		/* round trips measured in this round */
	u8 rounds;		/* of the conservative phase so far */
	u8 on:1;
	u8 conservative:1;
};

void hystart_begin(struct hystart *h, const struct tcb *t);
bool hystart_acked(struct hystart *h, const struct tcb *t,
		   const struct cong_ack *a);
u32 hystart_growth(const struct hystart *h, u32 bytes);

/* cong_cubic.c: rfc9438, in integers */
u32 cube_root(u64 a);
u32 cubic_window(u32 w_max, u32 k, u32 ms, u32 mss);
u32 cubic_period(u32 below, u32 mss);

/* cong_reno.c: what others build on who leave tcb.cong.word[0] to it */
void reno_acked(struct tcb *t, const struct cong_ack *a);
void reno_lost(struct tcb *t);
void reno_timeout(struct tcb *t);

#endif
