/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Scripts: one TCB, its peer played by the test, in packetdrill's arrows.
 *
 *	struct script *s = script_established(test);
 *
 *	user_writes(s, 100);
 *	expect(s, "P.", 1, 100, 1, 10000, RULE_SEND_PUSH);
 *	expect_nothing(s);
 *	inject(s, ".", 1, 0, 101, 10000, RULE_ACK_NEW);
 *	expect_nothing(s);
 *
 * Sequence numbers are relative, each side's SYN is 0. Flags are spelt as
 * packetdrill does: S, F, R, P and '.' for ACK. Every injected segment and
 * every deadline names the rule that must judge it, every expected segment
 * the rule that must send it. A script that goes wrong prints the story so
 * far ('<' is what the peer sent, '>' what the TCB did) and ends its test.
 *
 * expect_nothing() also holds the TCB against what must be true whenever
 * output has nothing to say: see unsettled().
 */
#ifndef GLASS_KUNIT_SCRIPT_H
#define GLASS_KUNIT_SCRIPT_H

#include "story.h"

#define ANY		(-1)
#define SCRIPT_FLIGHT_WND 60000	/* the peer's window of script_in_flight() */

/* The two sets of initial sequence numbers: a script's parameter */
struct isn {
	const char *name;
	u32 iss;
	u32 irs;
};

/**
 * struct script - a test's TCB and what surrounds it
 * @test: whose it is
 * @p: what the TCB starts with; change it before the first event
 * @policy: what the administrator set, the default at first; may change at any time
 * @t: the TCB
 * @now: microseconds
 * @iss: our initial sequence number
 * @irs: the peer's
 * @peer_mss: MSS option in the peer's SYN, 0 for none
 * @peer_shift: window scale option in the peer's SYN, -1 for none
 * @peer_wnd: window in the peer's SYN
 * @peer_ts: the peer's timestamp in every segment, 0 for none
 * @peer_ecr: the timestamp that it echoes in every segment with an ACK
 * @peer_sack: the peer's SYN permits SACK
 * @limit: given to tcb_output()
 * @unread: octets in the receive buffer
 * @up: urgent pointer of the next segment
 * @piece: octets of text in each of those that it was joined from
 * @ecn: IP's ECN field of the next segment
 * @no_room: the next segment finds no memory for its text
 * @in: the last segment injected
 * @v: the last verdict
 * @out: the last segment expected
 * @edge: the highest edge of the receive window told so far
 * @told: something was told
 * @held: memory lent for ranges
 * @loss: memory lent for what is lost; NULL to lend none
 * @blocks: SACK blocks of the next segment that is injected, see peer_sacks()
 * @block_count: how many
 * @story: what happened so far
 */
struct script {
	struct kunit *test;
	struct tcb_params p;
	struct tcb_policy policy;
	struct tcb t;
	u64 now;
	u32 iss;
	u32 irs;
	u16 peer_mss;
	int peer_shift;
	u16 peer_wnd;
	u32 peer_ts;
	u32 peer_ecr;
	bool peer_sack;
	u32 limit;
	u32 unread;
	u16 up;
	u16 piece;
	u8 ecn;
	bool no_room;
	struct segment in;
	struct verdict v;
	struct segment out;
	u32 edge;
	bool told;
	struct ranges *held;
	struct loss *loss;
	struct seq_range blocks[SEG_SACK_MAX];
	u32 block_count;
	struct story story;
};

const void *isn_gen_params(const void *prev, char *desc);
const struct isn *isn_of(struct kunit *test);

/* From nothing, and from state to state; each ends settled */
struct script *script_begin(struct kunit *test);
void script_open(struct script *s);
void script_establish(struct script *s);
struct script *script_established(struct kunit *test);
struct script *script_in_flight(struct kunit *test, bool sack, u32 more);
struct script *script_two_lost(struct kunit *test);
struct script *script_searching(struct kunit *test, bool sack,
				const struct tcb_policy *policy);
struct script *script_probing(struct kunit *test, bool sack);
struct script *script_syn_received(struct kunit *test);
struct script *script_fin_wait_1(struct kunit *test);
struct script *script_fin_wait_2(struct kunit *test);
struct script *script_close_wait(struct kunit *test);
struct script *script_closing(struct kunit *test);
struct script *script_last_ack(struct kunit *test);

void script_inject(struct script *s, int line, const char *flags, u32 seq,
		   u32 len, u32 ack, u32 wnd, u16 rule);
void script_inject_syn(struct script *s, int line, const char *flags, u32 ack,
		       u32 wnd, u16 rule);
void script_expect(struct script *s, int line, const char *flags, u32 seq,
		   u32 len, u32 ack, int wnd, u16 rule);
void script_expect_syn(struct script *s, int line, const char *flags, int mss,
		       int wscale, int wnd, u16 rule);
void script_expect_nothing(struct script *s, int line);
void script_expect_reject(struct script *s, int line, const char *flags,
			  u32 seq, u32 ack);
void script_expires(struct script *s, int line, u32 ms, u16 rule);
void script_passes(struct script *s, int line, u32 ms);
void script_no_timer(struct script *s, int line);
void script_state(struct script *s, int line, u8 state, u16 bits);
void script_sacked(struct script *s, int line, const u32 *seqs, u32 n);
void script_kept(struct script *s, int line, u32 skip, u32 keep);
void script_peer_sacks(struct script *s, const u32 *seqs, u32 n);

void user_writes(struct script *s, u32 bytes);
void user_writes_urgent(struct script *s, u32 bytes);
void user_reads(struct script *s, u32 bytes);
void user_closes(struct script *s);
void user_aborts(struct script *s);
void user_leaves(struct script *s);

/* A segment arrives and the rule judges it */
#define inject(s, ...)		script_inject(s, __LINE__, __VA_ARGS__)
/* A SYN or SYN/ACK with the script's options arrives */
#define inject_syn(s, ...)	script_inject_syn(s, __LINE__, __VA_ARGS__)
/* The next segment that output gives */
#define expect(s, ...)		script_expect(s, __LINE__, __VA_ARGS__)
#define expect_syn(s, ...)	script_expect_syn(s, __LINE__, __VA_ARGS__)
#define expect_nothing(s)	script_expect_nothing(s, __LINE__)
/* The answer to a segment that V_REJECT refuses */
#define expect_reject(s, ...)	script_expect_reject(s, __LINE__, __VA_ARGS__)
/* The earliest deadline is exactly so many ms away; it passes */
#define expires(s, ms, rule)	script_expires(s, __LINE__, ms, rule)
/* Time passes and no deadline with it */
#define passes(s, ms)		script_passes(s, __LINE__, ms)
#define no_timer(s)		script_no_timer(s, __LINE__)
/* The state, and all the bits of the last verdict */
#define now_in(s, state, bits)	script_state(s, __LINE__, state, bits)
/* The SACK blocks of the last segment expected: start, end, start, end... */
#define sacked(s, ...) \
	script_sacked(s, __LINE__, (const u32[]){ __VA_ARGS__ }, \
		      ARRAY_SIZE(((const u32[]){ __VA_ARGS__ })))
/* The SACK blocks of the next segment injected: start, end, start, end... */
#define peer_sacks(s, ...) \
	script_peer_sacks(s, (const u32[]){ __VA_ARGS__ }, \
			  ARRAY_SIZE(((const u32[]){ __VA_ARGS__ })))
/* An ACK of @ack that reports them to a script_in_flight() */
#define peer_reports(s, ack, rule) \
	inject(s, ".", 1, 0, ack, SCRIPT_FLIGHT_WND, rule)
#define not_sacked(s)		script_sacked(s, __LINE__, NULL, 0)
/* The text that the last verdict keeps */
#define kept(s, skip, keep)	script_kept(s, __LINE__, skip, keep)

#endif
