// SPDX-License-Identifier: GPL-2.0
/*
 * Fast retransmit and fast recovery: rfc5681#section-3.2, with NewReno's
 * partial ACKs, rfc6582#section-3.2.
 */
#include "script.h"
#include "suites.h"

#define WND SCRIPT_FLIGHT_WND

/* The third duplicate ACK, and the segment that it calls for */
static void fast_retransmit(struct script *s)
{
	bool more = s->t.snd.end != s->t.snd.nxt;

	inject(s, ".", 1, 0, 1, WND, RULE_ACK_DUP);
	if (more)
		expect(s, ".", 10001, 1000, 1, 10000, RULE_SEND_TEXT);
	expect_nothing(s);
	inject(s, ".", 1, 0, 1, WND, RULE_ACK_DUP);
	if (more)
		expect(s, ".", 11001, 1000, 1, 10000, RULE_SEND_TEXT);
	expect_nothing(s);
	inject(s, ".", 1, 0, 1, WND, RULE_ACK_FAST_RETRANSMIT);
	now_in(s, TCB_ESTABLISHED, 0);
	expect(s, ".", 1, 1000, 1, 10000, RULE_RESEND_FAST);
	expect_nothing(s);
}

/* rfc5681: 3.2 */
static void established_third_duplicate_resends(struct kunit *test)
{
	struct script *s = script_in_flight(test, false, 0);

	passes(s, 200);
	fast_retransmit(s);
	KUNIT_EXPECT_EQ(test, s->t.cong.ssthresh, 5000);
	KUNIT_EXPECT_EQ(test, s->t.cong.cwnd, 7000);
	KUNIT_EXPECT_EQ(test, s->t.snd.nxt, s->iss + 10001);
	/* what was sent again has the clock to itself */
	expires(s, 300, RULE_RESEND_RTO);
}

/* Several segments may arrive before output is asked: the last word counts */
static void recovery_full_ack_before_output_resends_nothing(struct kunit *test)
{
	struct script *s = script_in_flight(test, false, 0);

	inject(s, ".", 1, 0, 1, WND, RULE_ACK_DUP);
	inject(s, ".", 1, 0, 1, WND, RULE_ACK_DUP);
	inject(s, ".", 1, 0, 1, WND, RULE_ACK_FAST_RETRANSMIT);
	inject(s, ".", 1, 0, 10001, WND, RULE_ACK_NEW);
	expect_nothing(s);
	no_timer(s);
}

static void recovery_timeout_before_output_resends_once(struct kunit *test)
{
	struct script *s = script_in_flight(test, false, 0);

	inject(s, ".", 1, 0, 1, WND, RULE_ACK_DUP);
	inject(s, ".", 1, 0, 1, WND, RULE_ACK_DUP);
	inject(s, ".", 1, 0, 1, WND, RULE_ACK_FAST_RETRANSMIT);
	expires(s, 300, RULE_RESEND_RTO);
	expect(s, ".", 1, 1000, 1, 10000, RULE_RESEND_RTO);
	expect_nothing(s);
}

/* A new ACK between them starts the count anew */
static void established_duplicates_counted_in_a_row(struct kunit *test)
{
	struct script *s = script_in_flight(test, false, 0);

	inject(s, ".", 1, 0, 1, WND, RULE_ACK_DUP);
	inject(s, ".", 1, 0, 1, WND, RULE_ACK_DUP);
	inject(s, ".", 1, 0, 1001, WND, RULE_ACK_NEW);
	inject(s, ".", 1, 0, 1001, WND, RULE_ACK_DUP);
	inject(s, ".", 1, 0, 1001, WND, RULE_ACK_DUP);
	expect_nothing(s);
	inject(s, ".", 1, 0, 1001, WND, RULE_ACK_FAST_RETRANSMIT);
	expect(s, ".", 1001, 1000, 1, 10000, RULE_RESEND_FAST);
}

/* Halving: every second one lets one more out, rfc6937 */
/* rfc5681: 3.2; rfc6937: 3; rfc3042: 2 */
static void recovery_duplicate_lets_text_out(struct kunit *test)
{
	struct script *s = script_in_flight(test, false, 5000);

	fast_retransmit(s);
	inject(s, ".", 1, 0, 1, WND, RULE_ACK_DUP);
	expect_nothing(s);
	inject(s, ".", 1, 0, 1, WND, RULE_ACK_DUP);
	expect(s, ".", 12001, 1000, 1, 10000, RULE_SEND_TEXT);
	expect_nothing(s);
	inject(s, ".", 1, 0, 1, WND, RULE_ACK_DUP);
	expect_nothing(s);
	inject(s, ".", 1, 0, 1, WND, RULE_ACK_DUP);
	expect(s, ".", 13001, 1000, 1, 10000, RULE_SEND_TEXT);
	expect_nothing(s);
}

/* The window cannot be taken from under it */
static void recovery_peer_window_limits(struct kunit *test)
{
	struct script *s = script_established(test);
	u32 i;

	user_writes(s, 12000);
	for (i = 0; i < 10; i++)
		expect(s, ".", 1 + 1000 * i, 1000, 1, 10000, RULE_SEND_TEXT);
	inject(s, ".", 1, 0, 1, 10000, RULE_ACK_DUP);
	inject(s, ".", 1, 0, 1, 10000, RULE_ACK_DUP);
	inject(s, ".", 1, 0, 1, 10000, RULE_ACK_FAST_RETRANSMIT);
	expect(s, ".", 1, 1000, 1, 10000, RULE_RESEND_FAST);
	for (i = 0; i < 10; i++)
		inject(s, ".", 1, 0, 1, 10000, RULE_ACK_DUP);
	expect_nothing(s);
}

/* rfc5681: 4.3 */
static void recovery_partial_ack_resends_next_hole(struct kunit *test)
{
	struct script *s = script_in_flight(test, false, 0);

	fast_retransmit(s);
	inject(s, ".", 1, 0, 3001, WND, RULE_ACK_PARTIAL);
	now_in(s, TCB_ESTABLISHED, V_WRITABLE);
	/* 7000 outstanding: one is lost, one more left for a duplicate */
	KUNIT_EXPECT_EQ(test, tcb_in_flight(&s->t), 5000);
	expect(s, ".", 3001, 1000, 1, 10000, RULE_RESEND_PARTIAL);
	KUNIT_EXPECT_EQ(test, tcb_in_flight(&s->t), 6000);
	expect_nothing(s);
	inject(s, ".", 1, 0, 7001, WND, RULE_ACK_PARTIAL);
	expect(s, ".", 7001, 1000, 1, 10000, RULE_RESEND_PARTIAL);
	expect_nothing(s);
	inject(s, ".", 1, 0, 10001, WND, RULE_ACK_NEW);
	expect_nothing(s);
	no_timer(s);
	KUNIT_EXPECT_FALSE(test, s->t.cong.in_recovery);
}

static void recovery_full_ack_deflates(struct kunit *test)
{
	struct script *s = script_in_flight(test, false, 20000);
	u32 i;

	fast_retransmit(s);
	for (i = 0; i < 6; i++)
		inject(s, ".", 1, 0, 1, WND, RULE_ACK_DUP);
	for (i = 0; i < 2; i++)
		expect(s, ".", 12001 + i * 1000, 1000, 1, 10000,
		       RULE_SEND_TEXT);
	expect_nothing(s);
	inject(s, ".", 1, 0, 12001, WND, RULE_ACK_NEW);
	KUNIT_EXPECT_EQ(test, s->t.cong.cwnd, 5000);
	KUNIT_EXPECT_EQ(test, s->t.cong.ssthresh, 5000);
	for (i = 0; i < 3; i++)
		expect(s, ".", 14001 + i * 1000, 1000, 1, 10000,
		       RULE_SEND_TEXT);
	expect_nothing(s);
}

/* rfc6582#section-3.2 step 3, option 2, as rfc6937 wants it */
static void recovery_full_ack_ends_at_threshold(struct kunit *test)
{
	struct script *s = script_in_flight(test, false, 0);

	fast_retransmit(s);
	inject(s, ".", 1, 0, 10001, WND, RULE_ACK_NEW);
	KUNIT_EXPECT_EQ(test, s->t.cong.cwnd, 5000);
}

/* One loss, one halving: duplicates of the same loss start nothing */
static void recovery_over_old_duplicates_ignored(struct kunit *test)
{
	struct script *s = script_in_flight(test, false, 6000);
	u32 i;

	fast_retransmit(s);
	inject(s, ".", 1, 0, 12001, WND, RULE_ACK_NEW);
	for (i = 12001; i < 15001; i += 1000)
		expect(s, ".", i, 1000, 1, 10000, RULE_SEND_TEXT);
	expect(s, "P.", 15001, 1000, 1, 10000, RULE_SEND_TEXT);
	for (i = 0; i < 5; i++)
		inject(s, ".", 1, 0, 12001, WND, RULE_ACK_DUP);
	expect_nothing(s);
	inject(s, ".", 1, 0, 13001, WND, RULE_ACK_NEW);
	inject(s, ".", 1, 0, 13001, WND, RULE_ACK_DUP);
	inject(s, ".", 1, 0, 13001, WND, RULE_ACK_DUP);
	inject(s, ".", 1, 0, 13001, WND, RULE_ACK_FAST_RETRANSMIT);
	expect(s, ".", 13001, 1000, 1, 10000, RULE_RESEND_FAST);
}

/* rfc6582#section-4: what the timer sends again is answered by duplicates */
static void timeout_duplicates_ignored(struct kunit *test)
{
	struct script *s = script_in_flight(test, false, 0);
	u32 i;

	expires(s, 300, RULE_RESEND_RTO);
	expect(s, ".", 1, 1000, 1, 10000, RULE_RESEND_RTO);
	for (i = 0; i < 5; i++)
		inject(s, ".", 1, 0, 1, WND, RULE_ACK_DUP);
	expect_nothing(s);
	KUNIT_EXPECT_EQ(test, s->t.cong.cwnd, 1000);
	KUNIT_EXPECT_EQ(test, s->t.cong.ssthresh, 5000);
}

static void recovery_timeout_ends_it(struct kunit *test)
{
	struct script *s = script_in_flight(test, false, 0);

	fast_retransmit(s);
	expires(s, 300, RULE_RESEND_RTO);
	KUNIT_EXPECT_FALSE(test, s->t.cong.in_recovery);
	KUNIT_EXPECT_EQ(test, s->t.cong.cwnd, 1000);
	expect(s, ".", 1, 1000, 1, 10000, RULE_RESEND_RTO);
	expect_nothing(s);
	inject(s, ".", 1, 0, 5001, WND, RULE_ACK_NEW);
	expect(s, ".", 5001, 1000, 1, 10000, RULE_RESEND_RTO);
	expect(s, ".", 6001, 1000, 1, 10000, RULE_RESEND_RTO);
	expect_nothing(s);
}

/* What is given back is counted in octets: half a segment for half of one */
/* rfc6937: 3 */
static void recovery_partial_ack_of_one_segment(struct kunit *test)
{
	struct script *s = script_in_flight(test, false, 0);

	fast_retransmit(s);
	inject(s, ".", 1, 0, 1001, WND, RULE_ACK_PARTIAL);
	KUNIT_EXPECT_EQ(test, s->t.cong.cwnd, 5000);
	expect(s, ".", 1001, 1000, 1, 10000, RULE_RESEND_PARTIAL);
	inject(s, ".", 1, 0, 1501, WND, RULE_ACK_PARTIAL);
	KUNIT_EXPECT_EQ(test, tcb_in_flight(&s->t), 4500);
	KUNIT_EXPECT_EQ(test, s->t.cong.cwnd, 5000);
	expect(s, ".", 1501, 1000, 1, 10000, RULE_RESEND_PARTIAL);
	expect_nothing(s);
}

/* Only the FIN is left of what was lost */
static void recovery_partial_ack_resends_fin(struct kunit *test)
{
	struct script *s = script_in_flight(test, false, 0);

	user_closes(s);
	/* the congestion window is full: the FIN has to wait for its place */
	expect_nothing(s);
	inject(s, ".", 1, 0, 1001, WND, RULE_ACK_NEW);
	expect(s, "F.", 10001, 0, 1, 10000, RULE_SEND_FIN);
	inject(s, ".", 1, 0, 1001, WND, RULE_ACK_DUP);
	inject(s, ".", 1, 0, 1001, WND, RULE_ACK_DUP);
	inject(s, ".", 1, 0, 1001, WND, RULE_ACK_FAST_RETRANSMIT);
	expect(s, ".", 1001, 1000, 1, 10000, RULE_RESEND_FAST);
	expect_nothing(s);
	inject(s, ".", 1, 0, 10001, WND, RULE_ACK_PARTIAL);
	expect(s, "F.", 10001, 0, 1, 10000, RULE_RESEND_PARTIAL);
	expect_nothing(s);
	inject(s, ".", 1, 0, 10002, WND, RULE_ACK_FIN_WAIT_2);
	expect_nothing(s);
	no_timer(s);
}

/* The last text and the FIN go again as one */
static void recovery_partial_ack_resends_text_and_fin(struct kunit *test)
{
	struct script *s = script_established(test);
	u32 i;

	user_writes(s, 4500);
	user_closes(s);
	for (i = 0; i < 4; i++)
		expect(s, ".", 1 + i * 1000, 1000, 1, 10000, RULE_SEND_TEXT);
	expect(s, "FP.", 4001, 500, 1, 10000, RULE_SEND_FIN);
	inject(s, ".", 1, 0, 1, 10000, RULE_ACK_DUP);
	inject(s, ".", 1, 0, 1, 10000, RULE_ACK_DUP);
	inject(s, ".", 1, 0, 1, 10000, RULE_ACK_FAST_RETRANSMIT);
	expect(s, ".", 1, 1000, 1, 10000, RULE_RESEND_FAST);
	inject(s, ".", 1, 0, 4001, 10000, RULE_ACK_PARTIAL);
	expect(s, "FP.", 4001, 500, 1, 10000, RULE_RESEND_PARTIAL);
	expect_nothing(s);
}

static void recovery_resend_fits_smaller_path(struct kunit *test)
{
	struct script *s = script_in_flight(test, false, 0);

	inject(s, ".", 1, 0, 1, WND, RULE_ACK_DUP);
	inject(s, ".", 1, 0, 1, WND, RULE_ACK_DUP);
	tcb_set_path_mss(&s->t, 600);
	inject(s, ".", 1, 0, 1, WND, RULE_ACK_FAST_RETRANSMIT);
	expect(s, ".", 1, 600, 1, 10000, RULE_RESEND_FAST);
	expect_nothing(s);
}

/* Karn: what was sent again times nothing, rfc6298#section-3 */
/* rfc9293: MUST-18; rfc6298: 3 */
static void recovery_takes_no_sample(struct kunit *test)
{
	struct script *s = script_in_flight(test, false, 0);

	passes(s, 150);
	fast_retransmit(s);
	inject(s, ".", 1, 0, 10001, WND, RULE_ACK_NEW);
	KUNIT_EXPECT_EQ(test, s->t.srtt, 100000);
	KUNIT_EXPECT_EQ(test, s->t.rto, 300000);
}

static struct kunit_case cases[] = {
	SCRIPT_CASE(established_third_duplicate_resends),
	SCRIPT_CASE(recovery_full_ack_before_output_resends_nothing),
	SCRIPT_CASE(recovery_timeout_before_output_resends_once),
	SCRIPT_CASE(established_duplicates_counted_in_a_row),
	SCRIPT_CASE(recovery_duplicate_lets_text_out),
	SCRIPT_CASE(recovery_peer_window_limits),
	SCRIPT_CASE(recovery_partial_ack_resends_next_hole),
	SCRIPT_CASE(recovery_full_ack_deflates),
	SCRIPT_CASE(recovery_full_ack_ends_at_threshold),
	SCRIPT_CASE(recovery_over_old_duplicates_ignored),
	SCRIPT_CASE(timeout_duplicates_ignored),
	SCRIPT_CASE(recovery_timeout_ends_it),
	SCRIPT_CASE(recovery_partial_ack_of_one_segment),
	SCRIPT_CASE(recovery_partial_ack_resends_fin),
	SCRIPT_CASE(recovery_partial_ack_resends_text_and_fin),
	SCRIPT_CASE(recovery_resend_fits_smaller_path),
	SCRIPT_CASE(recovery_takes_no_sample),
	{}
};

struct kunit_suite glass_recovery = {
	.name = "glass_recovery",
	.test_cases = cases,
};
