// SPDX-License-Identifier: GPL-2.0
/*
 * What was taken for a loss and was none: rfc3522, rfc3708, rfc5682, with
 * the answer of rfc4015.
 */
#include "script.h"
#include "suites.h"

#define WND SCRIPT_FLIGHT_WND

static void restored(struct script *s)
{
	KUNIT_EXPECT_GE(s->test, s->t.cong.cwnd, 10000);
	KUNIT_EXPECT_EQ(s->test, s->t.cong.ssthresh, 0x7fffffff);
	KUNIT_EXPECT_FALSE(s->test, s->t.cong.in_recovery);
}

/* All that was sent again came twice; rfc3708: 3; rfc2883: 5; rfc4015: 3.2, 3.4 */
static void duplicates_of_all_restore_the_windows(struct kunit *test)
{
	struct script *s = script_two_lost(test);

	/* the first copies, late */
	passes(s, 20);
	peer_reports(s, 8001, RULE_ACK_NEW);
	KUNIT_EXPECT_EQ(test, s->t.cong.ssthresh, 5000);
	passes(s, 80);
	peer_sacks(s, 1, 1001);
	peer_reports(s, 8001, RULE_ACK_DSACK);
	KUNIT_EXPECT_EQ(test, s->t.cong.ssthresh, 5000);
	peer_sacks(s, 1001, 2001);
	peer_reports(s, 8001, RULE_UNDO_DSACK);
	restored(s);
	KUNIT_EXPECT_TRUE(test, s->loss->reordered);
	expect_nothing(s);
	KUNIT_EXPECT_EQ(test, tcb_in_flight(&s->t), 2000);
}

/* A duplicate of what was not sent again says nothing; rfc3708: 3 */
static void other_duplicates_restore_nothing(struct kunit *test)
{
	struct script *s = script_in_flight(test, true, 0);

	peer_reports(s, 1001, RULE_ACK_NEW);
	peer_sacks(s, 2001, 5001);
	peer_reports(s, 1001, RULE_ACK_LOSS);
	expect(s, ".", 1001, 1000, 1, 10000, RULE_RESEND_RACK);
	peer_sacks(s, 1, 1001, 2001, 5001);
	peer_reports(s, 1001, RULE_ACK_DSACK);
	KUNIT_EXPECT_TRUE(test, s->t.cong.in_recovery);
}

/* Text that came twice though it was sent once ends the question; rfc3708: 3 */
static void duplicates_by_the_network_restore_nothing(struct kunit *test)
{
	struct script *s = script_two_lost(test);

	passes(s, 20);
	peer_reports(s, 8001, RULE_ACK_NEW);
	peer_sacks(s, 3001, 5001);
	peer_reports(s, 8001, RULE_ACK_DSACK);
	peer_sacks(s, 1, 1001);
	peer_reports(s, 8001, RULE_ACK_DSACK);
	peer_sacks(s, 1001, 2001);
	peer_reports(s, 8001, RULE_ACK_DSACK);
	KUNIT_EXPECT_EQ(test, s->t.cong.ssthresh, 5000);
}

/* What was given back is as if it had not been taken, for ECN too */
static void loss_after_undo_costs(struct kunit *test)
{
	struct script *s = script_in_flight(test, true, 0);

	s->t.ecn_ok = 1;
	peer_sacks(s, 2001, 8001);
	peer_reports(s, 1, RULE_ACK_LOSS);
	expect(s, ".", 1, 1000, 1, 10000, RULE_RESEND_RACK);
	expect(s, ".", 1001, 1000, 1, 10000, RULE_RESEND_RACK);
	passes(s, 20);
	peer_reports(s, 8001, RULE_ACK_NEW);
	passes(s, 80);
	peer_sacks(s, 1, 1001);
	peer_reports(s, 8001, RULE_ACK_DSACK);
	peer_sacks(s, 1001, 2001);
	peer_reports(s, 8001, RULE_UNDO_DSACK);
	restored(s);
	cong_lost(&s->t);
	KUNIT_EXPECT_EQ(test, s->t.cong.ssthresh, 2000);
}

/* With timestamps, ten segments of 988 octets in flight */
static struct script *stamped(struct kunit *test)
{
	struct script *s = script_begin(test);
	u32 i;

	s->p.timestamps = true;
	s->peer_ts = 1;
	s->peer_ecr = now_ms(s->now);
	s->peer_wnd = WND;
	script_establish(s);
	s->peer_ecr = now_ms(s->now);
	user_writes(s, 9880);
	for (i = 0; i < 10; i++)
		expect(s, i == 9 ? "P." : ".", 1 + 988 * i, 988, 1, 10000,
		       RULE_SEND_TEXT);
	passes(s, 100);
	return s;
}

/* The ACK echoes the time of the first copy; rfc3522: 3.2; rfc4015: 3.4 */
static void echo_of_the_first_copy_restores(struct kunit *test)
{
	struct script *s = stamped(test);

	peer_reports(s, 1, RULE_ACK_DUP);
	peer_reports(s, 1, RULE_ACK_DUP);
	peer_reports(s, 1, RULE_ACK_FAST_RETRANSMIT);
	expect(s, ".", 1, 988, 1, 10000, RULE_RESEND_FAST);
	peer_reports(s, 3953, RULE_UNDO_TIMESTAMP);
	KUNIT_EXPECT_GE(test, s->t.cong.cwnd, 9880);
	KUNIT_EXPECT_EQ(test, s->t.cong.ssthresh, 0x7fffffff);
	KUNIT_EXPECT_FALSE(test, s->t.cong.in_recovery);
	expect_nothing(s);
}

/* That of the second one does not; rfc3522: 3.2 */
static void echo_of_the_second_copy_restores_nothing(struct kunit *test)
{
	struct script *s = stamped(test);

	peer_reports(s, 1, RULE_ACK_DUP);
	peer_reports(s, 1, RULE_ACK_DUP);
	peer_reports(s, 1, RULE_ACK_FAST_RETRANSMIT);
	expect(s, ".", 1, 988, 1, 10000, RULE_RESEND_FAST);
	s->peer_ecr = now_ms(s->now);
	peer_reports(s, 989, RULE_ACK_PARTIAL);
	KUNIT_EXPECT_TRUE(test, s->t.cong.in_recovery);
}

/* A timer that expired too early, by timestamps: nothing else goes again */
/* rfc3522: 3.2; rfc4015: 3.3 */
static void timeout_is_undone_by_the_echo(struct kunit *test)
{
	struct script *s = stamped(test);

	expires(s, 200, RULE_RESEND_RTO);
	expect(s, ".", 1, 988, 1, 10000, RULE_RESEND_RTO);
	peer_reports(s, 989, RULE_UNDO_TIMESTAMP);
	expect_nothing(s);
	KUNIT_EXPECT_EQ(test, s->t.cong.ssthresh, 0x7fffffff);
	KUNIT_EXPECT_EQ(test, tcb_in_flight(&s->t), 8892);
}

/* The first ACK lets new text out, the second says all; rfc5682: 2.1 */
static void timeout_is_undone_by_the_second_ack(struct kunit *test)
{
	struct script *s = script_in_flight(test, false, 5000);

	expires(s, 300, RULE_RESEND_RTO);
	expect(s, ".", 1, 1000, 1, 10000, RULE_RESEND_RTO);
	expect_nothing(s);
	peer_reports(s, 1001, RULE_ACK_NEW);
	expect(s, ".", 10001, 1000, 1, 10000, RULE_SEND_TEXT);
	expect(s, ".", 11001, 1000, 1, 10000, RULE_SEND_TEXT);
	expect_nothing(s);
	peer_reports(s, 2001, RULE_UNDO_FRTO);
	restored(s);
	expect_nothing(s);
	peer_reports(s, 4001, RULE_ACK_NEW);
	expect(s, ".", 12001, 1000, 1, 10000, RULE_SEND_TEXT);
}

/* A duplicate instead: it was lost, three may go; rfc5682: 2.1 */
static void timeout_goes_on_after_a_duplicate(struct kunit *test)
{
	struct script *s = script_in_flight(test, false, 5000);
	u32 seq;

	expires(s, 300, RULE_RESEND_RTO);
	expect(s, ".", 1, 1000, 1, 10000, RULE_RESEND_RTO);
	peer_reports(s, 1001, RULE_ACK_NEW);
	expect(s, ".", 10001, 1000, 1, 10000, RULE_SEND_TEXT);
	expect(s, ".", 11001, 1000, 1, 10000, RULE_SEND_TEXT);
	peer_reports(s, 1001, RULE_ACK_DUP);
	KUNIT_EXPECT_EQ(test, s->t.cong.cwnd, 3000);
	for (seq = 1001; seq < 4001; seq += 1000)
		expect(s, ".", seq, 1000, 1, 10000, RULE_RESEND_RTO);
	expect_nothing(s);
	KUNIT_EXPECT_EQ(test, s->t.cong.ssthresh, 5000);
}

/* Not all that went again is acknowledged, or all that was sent; rfc5682: 2.1 */
static void timeout_goes_on_after_half_an_ack(struct kunit *test)
{
	struct script *s = script_in_flight(test, false, 5000);

	expires(s, 300, RULE_RESEND_RTO);
	expect(s, ".", 1, 1000, 1, 10000, RULE_RESEND_RTO);
	peer_reports(s, 501, RULE_ACK_NEW);
	expect(s, ".", 1001, 1000, 1, 10000, RULE_RESEND_RTO);
}

/* A report of what was sent once says the same; rfc5682: 3.1 */
static void timeout_is_undone_by_a_report(struct kunit *test)
{
	struct script *s = script_in_flight(test, true, 5000);

	s->t.due[DUE_TLP] += 1000;	/* no probe comes before */
	expires(s, 300, RULE_RESEND_RTO);
	expect(s, ".", 1, 1000, 1, 10000, RULE_RESEND_RTO);
	peer_reports(s, 1001, RULE_ACK_NEW);
	expect(s, ".", 10001, 1000, 1, 10000, RULE_SEND_TEXT);
	expect(s, ".", 11001, 1000, 1, 10000, RULE_SEND_TEXT);
	peer_sacks(s, 2001, 3001);
	peer_reports(s, 1001, RULE_UNDO_FRTO);
	restored(s);
}

/* That of the new text alone says that the old one is lost; rfc5682: 3.1 */
static void timeout_goes_on_after_a_report_of_new_text(struct kunit *test)
{
	struct script *s = script_in_flight(test, true, 5000);
	u32 seq;

	s->t.due[DUE_TLP] += 1000;
	expires(s, 300, RULE_RESEND_RTO);
	expect(s, ".", 1, 1000, 1, 10000, RULE_RESEND_RTO);
	peer_reports(s, 1001, RULE_ACK_NEW);
	expect(s, ".", 10001, 1000, 1, 10000, RULE_SEND_TEXT);
	expect(s, ".", 11001, 1000, 1, 10000, RULE_SEND_TEXT);
	peer_sacks(s, 10001, 11001);
	peer_reports(s, 1001, RULE_ACK_SACK);
	for (seq = 1001; seq < 4001; seq += 1000)
		expect(s, ".", seq, 1000, 1, 10000, RULE_RESEND_RTO);
	expect_nothing(s);
}

static struct kunit_case cases[] = {
	SCRIPT_CASE(duplicates_of_all_restore_the_windows),
	SCRIPT_CASE(other_duplicates_restore_nothing),
	SCRIPT_CASE(duplicates_by_the_network_restore_nothing),
	SCRIPT_CASE(loss_after_undo_costs),
	SCRIPT_CASE(echo_of_the_first_copy_restores),
	SCRIPT_CASE(echo_of_the_second_copy_restores_nothing),
	SCRIPT_CASE(timeout_is_undone_by_the_echo),
	SCRIPT_CASE(timeout_is_undone_by_the_second_ack),
	SCRIPT_CASE(timeout_goes_on_after_a_duplicate),
	SCRIPT_CASE(timeout_goes_on_after_half_an_ack),
	SCRIPT_CASE(timeout_is_undone_by_a_report),
	SCRIPT_CASE(timeout_goes_on_after_a_report_of_new_text),
	{}
};

struct kunit_suite glass_undo = {
	.name = "glass_undo",
	.test_cases = cases,
};
