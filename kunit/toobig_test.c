// SPDX-License-Identifier: GPL-2.0
/* Segments that the path cannot take: rfc1191#section-6.4, rfc8201. */
#include "script.h"
#include "suites.h"

#define WND SCRIPT_FLIGHT_WND

/* A router says that the segment at @seq was too big: its link takes 600 */
static void too_big(struct script *s, u32 seq)
{
	recovery_too_big(&s->t, s->iss + seq, 600);
}

/* rfc1191: 6.4; rfc8201: 5.4 */
static void too_big_resends_at_once(struct kunit *test)
{
	struct script *s = script_in_flight(test, false, 2000);
	u32 seq;

	inject(s, ".", 1, 0, 3001, WND, RULE_ACK_NEW);
	expect(s, ".", 10001, 1000, 1, 10000, RULE_SEND_TEXT);
	expect(s, "P.", 11001, 1000, 1, 10000, RULE_SEND_TEXT);
	KUNIT_EXPECT_EQ(test, s->t.cong.cwnd, 12000);
	/* the two before it were small enough for where they were */
	too_big(s, 5001);
	for (seq = 5001; seq < 11601; seq += 600)
		expect(s, ".", seq, 600, 1, 10000, RULE_RESEND_SMALLER);
	expect(s, "P.", 11601, 400, 1, 10000, RULE_RESEND_SMALLER);
	expect_nothing(s);
	KUNIT_EXPECT_EQ(test, s->t.cong.cwnd, 12000);
	KUNIT_EXPECT_EQ(test, s->t.snd.nxt, s->iss + 12001);
}

/* Each segment of the flight brings an error of its own */
static void too_big_once_per_flight(struct kunit *test)
{
	struct script *s = script_in_flight(test, false, 0);
	u32 seq;

	too_big(s, 1);
	for (seq = 1; seq < 9601; seq += 600)
		expect(s, ".", seq, 600, 1, 10000, RULE_RESEND_SMALLER);
	expect(s, "P.", 9601, 400, 1, 10000, RULE_RESEND_SMALLER);
	too_big(s, 1001);
	too_big(s, 9001);
	expect_nothing(s);
	/* nor do duplicate ACKs of what arrived twice start a recovery */
	inject(s, ".", 1, 0, 1, WND, RULE_ACK_DUP);
	inject(s, ".", 1, 0, 1, WND, RULE_ACK_DUP);
	inject(s, ".", 1, 0, 1, WND, RULE_ACK_DUP);
	expect_nothing(s);
	expires(s, 300, RULE_RESEND_RTO);
	expect(s, ".", 1, 600, 1, 10000, RULE_RESEND_RTO);
	expect_nothing(s);
}

/* What is acknowledged already is not sent again */
static void too_big_acked_meanwhile(struct kunit *test)
{
	struct script *s = script_in_flight(test, false, 0);

	inject(s, ".", 1, 0, 10001, WND, RULE_ACK_NEW);
	too_big(s, 10001);
	expect_nothing(s);
	user_writes(s, 700);
	expect(s, ".", 10001, 600, 1, 10000, RULE_SEND_TEXT);
}

/* The hole that duplicate ACKs told of is filled too */
static void too_big_behind_a_hole(struct kunit *test)
{
	struct script *s = script_in_flight(test, false, 0);

	inject(s, ".", 1, 0, 1, WND, RULE_ACK_DUP);
	too_big(s, 5001);
	expect(s, ".", 1, 600, 1, 10000, RULE_RESEND_SMALLER);
}

/* A recovery that was under way is over: all of it is sent again */
static void too_big_ends_recovery(struct kunit *test)
{
	struct script *s = script_in_flight(test, false, 0);
	u32 i;

	inject(s, ".", 1, 0, 1, WND, RULE_ACK_DUP);
	inject(s, ".", 1, 0, 1, WND, RULE_ACK_DUP);
	inject(s, ".", 1, 0, 1, WND, RULE_ACK_FAST_RETRANSMIT);
	expect(s, ".", 1, 1000, 1, 10000, RULE_RESEND_FAST);
	KUNIT_EXPECT_EQ(test, s->t.cong.cwnd, 7000);
	too_big(s, 1);
	KUNIT_EXPECT_EQ(test, s->t.cong.cwnd, 5000);
	KUNIT_EXPECT_FALSE(test, s->t.cong.in_recovery);
	for (i = 0; i < 8; i++)
		expect(s, ".", 1 + 600 * i, 600, 1, 10000, RULE_RESEND_SMALLER);
	expect(s, ".", 4801, 200, 1, 10000, RULE_RESEND_SMALLER);
	expect_nothing(s);
}

/* Before the handshake is over there is no text that could be too big */
static void too_big_syn_sent(struct kunit *test)
{
	struct script *s = script_begin(test);

	script_open(s);
	too_big(s, 0);
	expect_nothing(s);
}

static struct kunit_case cases[] = {
	SCRIPT_CASE(too_big_resends_at_once),
	SCRIPT_CASE(too_big_once_per_flight),
	SCRIPT_CASE(too_big_acked_meanwhile),
	SCRIPT_CASE(too_big_behind_a_hole),
	SCRIPT_CASE(too_big_ends_recovery),
	SCRIPT_CASE(too_big_syn_sent),
	{}
};

struct kunit_suite glass_path_mss = {
	.name = "glass_path_mss",
	.test_cases = cases,
};
