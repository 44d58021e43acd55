// SPDX-License-Identifier: GPL-2.0
/*
 * The scoreboard: what the peer reports, rfc2018#section-5, what of it is
 * believed, and what a timeout spares.
 */
#include "script.h"
#include "suites.h"

#define WND SCRIPT_FLIGHT_WND

/* rfc2018: 5; rfc6675: 4 */
static void sacked_text_is_not_in_flight(struct kunit *test)
{
	struct script *s = script_in_flight(test, true, 0);

	peer_sacks(s, 2001, 3001);
	peer_reports(s, 1, RULE_ACK_SACK);
	KUNIT_EXPECT_EQ(test, s->loss->sacked, 1000);
	KUNIT_EXPECT_EQ(test, tcb_in_flight(&s->t), 9000);
	/* the same again, and a neighbour: one range */
	peer_sacks(s, 2001, 4001);
	peer_reports(s, 1, RULE_ACK_SACK);
	KUNIT_EXPECT_EQ(test, s->loss->sacked, 2000);
	KUNIT_EXPECT_EQ(test, s->loss->n, 2);
	/* nothing new in it */
	peer_sacks(s, 2001, 3001);
	peer_reports(s, 1, RULE_ACK_DUP);
	KUNIT_EXPECT_EQ(test, tcb_in_flight(&s->t), 8000);
	expect_nothing(s);
	/* SND.UNA into the middle of it */
	peer_reports(s, 3001, RULE_ACK_NEW);
	KUNIT_EXPECT_EQ(test, s->loss->sacked, 1000);
	KUNIT_EXPECT_EQ(test, tcb_in_flight(&s->t), 6000);
	peer_reports(s, 10001, RULE_ACK_NEW);
	KUNIT_EXPECT_EQ(test, s->loss->n, 0);
	KUNIT_EXPECT_FALSE(test, s->t.troubled);
	expect_nothing(s);
	no_timer(s);
}

/* rfc2018: 5; rfc2883: 5 */
static void impossible_blocks_are_ignored(struct kunit *test)
{
	struct script *s = script_in_flight(test, true, 0);

	passes(s, 100);
	peer_reports(s, 1001, RULE_ACK_NEW);
	/* empty, inverted, beyond SND.NXT, from half the space away */
	peer_sacks(s, 3001, 3001, 4001, 3001, 9001, 10002, 0x80000000,
		   10001);
	peer_reports(s, 1001, RULE_ACK_DUP);
	KUNIT_EXPECT_EQ(test, s->loss->sacked, 0);
	/* below SND.UNA only the first block may be, and is a duplicate */
	peer_sacks(s, 3001, 4001, 1, 1001);
	peer_reports(s, 1001, RULE_ACK_SACK);
	KUNIT_EXPECT_EQ(test, s->loss->sacked, 1000);
	peer_sacks(s, 501, 1001, 3001, 4001);
	peer_reports(s, 1001, RULE_ACK_DSACK);
	/* older than any window: no duplicate of ours */
	peer_sacks(s, 0u - 70000, 0u - 69000);
	peer_reports(s, 1001, RULE_ACK_DUP);
	peer_sacks(s, 3501, 3601, 3001, 4001);
	peer_reports(s, 1001, RULE_ACK_DSACK);
	KUNIT_EXPECT_EQ(test, s->loss->sacked, 1000);
	KUNIT_EXPECT_EQ(test, tcb_in_flight(&s->t), 8000);
}

/* A peer that reports every second octet: no more than there is memory for */
static void ranges_are_bounded(struct kunit *test)
{
	struct script *s = script_in_flight(test, true, 0);
	u32 seq;

	for (seq = 2; seq < 1000; seq += 2) {
		s->in = (struct segment){
			.seq = s->irs + 1, .ack = s->iss + 1, .wnd = WND,
			.flags = SEG_ACK, .opts = SEG_OPT_SACK, .sacks = 1,
			.sack = { { s->iss + seq, s->iss + seq + 1 } },
		};
		tcb_input(&s->t, &s->in, s->now, &s->v);
		KUNIT_ASSERT_TRUE(test, s->loss->n <= s->loss->cap);
	}
	KUNIT_EXPECT_EQ(test, s->loss->n, s->loss->cap);
	KUNIT_EXPECT_EQ(test, s->loss->sacked, s->loss->cap / 2);
	/* one block that makes one range of all */
	peer_sacks(s, 2, 9001);
	peer_reports(s, 1, RULE_ACK_SACK);
	peer_sacks(s, 2, 9001);
	peer_reports(s, 1, RULE_ACK_SACK);
	KUNIT_EXPECT_EQ(test, s->loss->n, 2);
	KUNIT_EXPECT_EQ(test, s->loss->sacked, 8999);
}

/* rfc2018: 5; rfc6298: 5.4 */
static void timeout_spares_what_is_sacked(struct kunit *test)
{
	struct script *s = script_in_flight(test, true, 0);

	peer_sacks(s, 2001, 4001);
	peer_reports(s, 1, RULE_ACK_SACK);
	expect_nothing(s);
	expires(s, 25, RULE_RESEND_RACK);
	expect(s, ".", 1, 1000, 1, 10000, RULE_RESEND_RACK);
	expect_nothing(s);
	expires(s, 300, RULE_RESEND_RTO);
	KUNIT_EXPECT_EQ(test, tcb_in_flight(&s->t), 0);
	expect(s, ".", 1, 1000, 1, 10000, RULE_RESEND_RTO);
	expect_nothing(s);
	peer_reports(s, 1001, RULE_ACK_NEW);
	expect(s, ".", 1001, 1000, 1, 10000, RULE_RESEND_RTO);
	expect(s, ".", 4001, 1000, 1, 10000, RULE_RESEND_RTO);
	expect_nothing(s);
	KUNIT_EXPECT_EQ(test, tcb_in_flight(&s->t), 2000);
	peer_reports(s, 10001, RULE_ACK_NEW);
	expect_nothing(s);
	no_timer(s);
}

/* The peer threw away what it had reported; rfc2018: 8 */
static void reneging_is_survived(struct kunit *test)
{
	struct script *s = script_in_flight(test, true, 0);

	peer_sacks(s, 1001, 10001);
	peer_reports(s, 1, RULE_ACK_LOSS);
	expect(s, ".", 1, 1000, 1, 10000, RULE_RESEND_RACK);
	peer_reports(s, 1001, RULE_ACK_NEW);
	expect_nothing(s);
	expires(s, 300, RULE_RESEND_RTO);
	KUNIT_EXPECT_EQ(test, s->loss->sacked, 0);
	expect(s, ".", 1001, 1000, 1, 10000, RULE_RESEND_RTO);
	expect_nothing(s);
	peer_reports(s, 2001, RULE_ACK_NEW);
	expect(s, ".", 2001, 1000, 1, 10000, RULE_RESEND_RTO);
	expect(s, ".", 3001, 1000, 1, 10000, RULE_RESEND_RTO);
	expect_nothing(s);
}

/* What is sent again is cut as before, the blocks wait for the next ACK */
/* rfc2018: 3 */
static void blocks_do_not_shorten_what_is_sent_again(struct kunit *test)
{
	struct script *s = script_in_flight(test, true, 0);

	inject(s, ".", 1001, 500, 1, WND, RULE_TEXT_GAP);
	peer_sacks(s, 1001, 4001);
	script_inject(s, __LINE__, ".", 1, 0, 1, WND, RULE_ACK_LOSS);
	expect(s, ".", 1, 1000, 1, ANY, RULE_RESEND_RACK);
	not_sacked(s);
	expect(s, ".", 10001, 0, 1, ANY, RULE_TEXT_GAP);
	sacked(s, 1001, 1501);
	expect_nothing(s);
	expires(s, 300, RULE_RESEND_RTO);
	expect(s, ".", 1, 1000, 1, ANY, RULE_RESEND_RTO);
	not_sacked(s);
	expect_nothing(s);
}

/* Without memory the timer is left, and all is sent again */
static void no_memory_leaves_the_timer(struct kunit *test)
{
	struct script *s = script_in_flight(test, true, 0);

	s->t.loss = NULL;
	s->in = (struct segment){ .ack = s->t.snd.una };
	KUNIT_EXPECT_FALSE(test, tcb_wants_loss(&s->t, &s->in));
	s->in.opts = SEG_OPT_SACK;
	KUNIT_EXPECT_TRUE(test, tcb_wants_loss(&s->t, &s->in));
	peer_sacks(s, 1001, 5001);
	peer_reports(s, 1, RULE_ACK_DUP);
	peer_sacks(s, 1001, 6001);
	peer_reports(s, 1, RULE_ACK_DUP);
	expect_nothing(s);
	s->now += 201000;
	KUNIT_EXPECT_TRUE(test, tcb_misses(&s->t, s->now));
	expires(s, 0, RULE_NONE);
	expires(s, 99, RULE_RESEND_RTO);
	expect(s, ".", 1, 1000, 1, 10000, RULE_RESEND_RTO);
	peer_reports(s, 6001, RULE_ACK_NEW);
	expect(s, ".", 6001, 1000, 1, 10000, RULE_RESEND_RTO);
	expect(s, ".", 7001, 1000, 1, 10000, RULE_RESEND_RTO);
	expect_nothing(s);
}

static struct kunit_case cases[] = {
	SCRIPT_CASE(sacked_text_is_not_in_flight),
	SCRIPT_CASE(impossible_blocks_are_ignored),
	SCRIPT_CASE(ranges_are_bounded),
	SCRIPT_CASE(timeout_spares_what_is_sacked),
	SCRIPT_CASE(reneging_is_survived),
	SCRIPT_CASE(blocks_do_not_shorten_what_is_sent_again),
	SCRIPT_CASE(no_memory_leaves_the_timer),
	{}
};

struct kunit_suite glass_scoreboard = {
	.name = "glass_scoreboard",
	.test_cases = cases,
};
