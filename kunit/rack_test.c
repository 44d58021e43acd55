// SPDX-License-Identifier: GPL-2.0
/* RACK: what is lost by what arrived after it, rfc8985#section-6. */
#include "script.h"
#include "suites.h"

/* As many reported as three duplicate ACKs; rfc6675: 5; rfc8985: 6.2 */
static void three_reported_segments_call_for_it(struct kunit *test)
{
	struct script *s = script_in_flight(test, true, 0);

	peer_sacks(s, 1001, 2001);
	peer_reports(s, 1, RULE_ACK_SACK);
	expect_nothing(s);
	peer_sacks(s, 1001, 3001);
	peer_reports(s, 1, RULE_ACK_SACK);
	expect_nothing(s);
	peer_sacks(s, 1001, 4001);
	peer_reports(s, 1, RULE_ACK_LOSS);
	expect(s, ".", 1, 1000, 1, 10000, RULE_RESEND_RACK);
	expect_nothing(s);
	KUNIT_EXPECT_EQ(test, s->t.cong.ssthresh, 5000);
	peer_reports(s, 10001, RULE_ACK_NEW);
	KUNIT_EXPECT_EQ(test, s->t.cong.cwnd, 5000);
	expect_nothing(s);
	no_timer(s);
}

/* A quarter of the shortest round trip; rfc8985: 6.2 */
static void one_reported_segment_waits_for_the_timer(struct kunit *test)
{
	struct script *s = script_in_flight(test, true, 0);

	peer_sacks(s, 1001, 2001);
	peer_reports(s, 1, RULE_ACK_SACK);
	expect_nothing(s);
	passes(s, 24);
	expires(s, 1, RULE_RESEND_RACK);
	expect(s, ".", 1, 1000, 1, 10000, RULE_RESEND_RACK);
	expect_nothing(s);
}

/* What comes late shows that the network reorders; rfc8985: 6.2 */
static void reordering_seen_is_waited_for(struct kunit *test)
{
	struct script *s = script_in_flight(test, true, 0);

	passes(s, 100);
	peer_sacks(s, 1001, 2001);
	peer_reports(s, 1, RULE_ACK_SACK);
	peer_reports(s, 2001, RULE_ACK_NEW);
	KUNIT_EXPECT_TRUE(test, s->loss->reordered);
	expect_nothing(s);
	peer_sacks(s, 3001, 7001);
	peer_reports(s, 2001, RULE_ACK_SACK);
	expect_nothing(s);
	passes(s, 10);
	peer_sacks(s, 3001, 8001);
	peer_reports(s, 2001, RULE_ACK_SACK);
	/* the window counts from what overtook it first */
	expires(s, 15, RULE_RESEND_RACK);
	expect(s, ".", 2001, 1000, 1, 10000, RULE_RESEND_RACK);
	expect_nothing(s);
}

/* Exactly what is missing, and nothing else; rfc6675: 5; rfc2018: 5 */
static void each_hole_is_sent_again_once(struct kunit *test)
{
	struct script *s = script_in_flight(test, true, 0);

	peer_sacks(s, 9001, 10001, 5001, 7001, 2001, 4001);
	peer_reports(s, 1, RULE_ACK_LOSS);
	/* five arrived: in flight is nothing, rfc6937 lets six out */
	expect(s, ".", 1, 1000, 1, 10000, RULE_RESEND_RACK);
	expect(s, ".", 1001, 1000, 1, 10000, RULE_RESEND_RACK);
	expect(s, ".", 4001, 1000, 1, 10000, RULE_RESEND_RACK);
	expect(s, ".", 7001, 1000, 1, 10000, RULE_RESEND_RACK);
	expect(s, ".", 8001, 1000, 1, 10000, RULE_RESEND_RACK);
	expect_nothing(s);
	peer_reports(s, 10001, RULE_ACK_NEW);
	expect_nothing(s);
	no_timer(s);
}

/* New text that was sent after it arrives, it does not; rfc8985: 6.2 */
static void lost_again_is_sent_once_more(struct kunit *test)
{
	struct script *s = script_in_flight(test, true, 5000);

	peer_sacks(s, 1001, 4001);
	peer_reports(s, 1, RULE_ACK_LOSS);
	expect(s, ".", 1, 1000, 1, 10000, RULE_RESEND_RACK);
	expect(s, ".", 10001, 1000, 1, 10000, RULE_SEND_TEXT);
	expect_nothing(s);
	peer_sacks(s, 1001, 10001);
	peer_reports(s, 1, RULE_ACK_SACK);
	expect(s, ".", 11001, 1000, 1, 10000, RULE_SEND_TEXT);
	expect(s, ".", 12001, 1000, 1, 10000, RULE_SEND_TEXT);
	expect(s, ".", 13001, 1000, 1, 10000, RULE_SEND_TEXT);
	expect_nothing(s);
	peer_sacks(s, 1001, 11001);
	peer_reports(s, 1, RULE_ACK_LOSS);
	expect(s, ".", 1, 1000, 1, 10000, RULE_RESEND_AGAIN);
	/* one window: it is the same recovery */
	KUNIT_EXPECT_EQ(test, s->t.cong.ssthresh, 5000);
	KUNIT_EXPECT_EQ(test, s->t.cong.recover, s->iss + 10001);
}

/* What was sent again and arrived was sent after the rest; rfc8985: 6.2 */
static void second_copy_tells_of_the_first_ones(struct kunit *test)
{
	struct script *s = script_two_lost(test);

	expect_nothing(s);
	passes(s, 100);
	/* all that was in flight when they left is late by now */
	peer_reports(s, 8001, RULE_ACK_LOSS);
	expect(s, ".", 8001, 1000, 1, 10000, RULE_RESEND_RACK);
}

/* ... unless it comes too soon to be an answer to them; rfc8985: 6.2 */
static void first_copy_tells_nothing(struct kunit *test)
{
	struct script *s = script_two_lost(test);

	passes(s, 99);
	peer_reports(s, 8001, RULE_ACK_NEW);
	expect_nothing(s);
}

/* More time with each round trip in which text came twice; rfc8985: 6.2 */
static void window_grows_with_duplicates(struct kunit *test)
{
	struct script *s = script_in_flight(test, true, 0);
	u32 i;

	peer_reports(s, 2001, RULE_ACK_NEW);
	peer_sacks(s, 1, 1001);
	peer_reports(s, 2001, RULE_ACK_DSACK);
	peer_sacks(s, 1001, 2001);
	peer_reports(s, 2001, RULE_ACK_DSACK);
	KUNIT_EXPECT_EQ(test, s->loss->reo_mult, 2);
	s->t.min_rtt = 100000;
	s->t.srtt = 100000;
	peer_sacks(s, 3001, 4001);
	peer_reports(s, 2001, RULE_ACK_SACK);
	expires(s, 50, RULE_RESEND_RACK);
	expect(s, ".", 2001, 1000, 1, 10000, RULE_RESEND_RACK);
	peer_reports(s, 10001, RULE_ACK_NEW);
	/* sixteen recoveries without any: as at first */
	KUNIT_EXPECT_EQ(test, s->loss->reo_persist, 15);
	for (i = 0; i < 15; i++)
		rack_recovered(s->loss);
	KUNIT_EXPECT_EQ(test, s->loss->reo_mult, 1);
}

static struct kunit_case cases[] = {
	SCRIPT_CASE(three_reported_segments_call_for_it),
	SCRIPT_CASE(one_reported_segment_waits_for_the_timer),
	SCRIPT_CASE(reordering_seen_is_waited_for),
	SCRIPT_CASE(each_hole_is_sent_again_once),
	SCRIPT_CASE(lost_again_is_sent_once_more),
	SCRIPT_CASE(second_copy_tells_of_the_first_ones),
	SCRIPT_CASE(first_copy_tells_nothing),
	SCRIPT_CASE(window_grows_with_duplicates),
	{}
};

struct kunit_suite glass_rack = {
	.name = "glass_rack",
	.test_cases = cases,
};
