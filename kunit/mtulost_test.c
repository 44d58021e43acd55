// SPDX-License-Identifier: GPL-2.0
/*
 * A probe of the path's MTU that does not arrive, and a path on which nothing
 * large does: rfc4821#section-7.6.2 to 7.7.
 */
#include "script.h"
#include "suites.h"

#define WND SCRIPT_FLIGHT_WND

/* The windows, and that there is no recovery */
static void no_congestion(struct script *s, u32 cwnd, u32 ssthresh)
{
	KUNIT_EXPECT_EQ(s->test, s->t.cong.cwnd, cwnd);
	KUNIT_EXPECT_EQ(s->test, s->t.cong.ssthresh, ssthresh);
	KUNIT_EXPECT_FALSE(s->test, s->t.cong.in_recovery);
}

/* What is known of the path, and what the segments are */
static void search_is(struct script *s, u16 low, u16 high)
{
	KUNIT_ASSERT_TRUE(s->test, mtu_probes(&s->t));
	KUNIT_EXPECT_EQ(s->test, s->t.loss->mtu.low, low);
	KUNIT_EXPECT_EQ(s->test, s->t.loss->mtu.high, high);
	KUNIT_EXPECT_EQ(s->test, s->t.snd.path_mss, low);
}

/*
 * The probe at 10001 is the oldest that is missing, five segments are behind
 * it. A new window that is full shows what may leave later.
 */
static struct script *probe_is_next(struct kunit *test, bool sack)
{
	struct script *s = script_probing(test, sack);

	inject(s, ".", 1, 0, 9001, WND, RULE_ACK_NEW);
	expect(s, ".", 13201, 1000, 1, 10000, RULE_SEND_TEXT);
	expect(s, ".", 14201, 1000, 1, 10000, RULE_SEND_TEXT);
	inject(s, ".", 1, 0, 10001, WND, RULE_ACK_NEW);
	expect(s, ".", 15201, 1000, 1, 10000, RULE_SEND_TEXT);
	s->t.cong.cwnd = 6200;
	expect_nothing(s);
	return s;
}

/* rfc4821: 4, 6.1, 7.6.2, 10.1 */
static void probe_lost_is_no_congestion(struct kunit *test)
{
	struct script *s = probe_is_next(test, true);
	u32 ssthresh = s->t.cong.ssthresh;

	peer_sacks(s, 11201, 14201);
	peer_reports(s, 10001, RULE_ACK_MTU_TOO_LARGE);
	no_congestion(s, 6200, ssthresh);
	search_is(s, 1000, 1199);
	/* the text of the probe in segments of the size before, then new */
	expect(s, ".", 10001, 1000, 1, 10000, RULE_RESEND_MTU_PROBE);
	expect(s, ".", 11001, 200, 1, 10000, RULE_RESEND_MTU_PROBE);
	expect(s, ".", 16201, 1000, 1, 10000, RULE_SEND_TEXT);
	expect(s, ".", 17201, 1000, 1, 10000, RULE_SEND_TEXT);
	expect(s, ".", 18201, 1000, 1, 10000, RULE_SEND_TEXT);
	expect_nothing(s);
	inject(s, ".", 1, 0, 16201, WND, RULE_ACK_NEW);
	no_congestion(s, s->t.cong.cwnd, ssthresh);
	KUNIT_EXPECT_GT(test, s->t.cong.cwnd, 6200);
	KUNIT_EXPECT_FALSE(test, s->t.troubled);
}

/* rfc4821: 6.1, 7.6.2 */
static void probe_lost_by_duplicates(struct kunit *test)
{
	struct script *s = probe_is_next(test, false);
	u32 ssthresh = s->t.cong.ssthresh;

	peer_reports(s, 10001, RULE_ACK_DUP);
	peer_reports(s, 10001, RULE_ACK_DUP);
	peer_reports(s, 10001, RULE_ACK_MTU_TOO_LARGE);
	no_congestion(s, 6200, ssthresh);
	search_is(s, 1000, 1199);
	expect(s, ".", 10001, 1000, 1, 10000, RULE_RESEND_MTU_PROBE);
	expect(s, ".", 11001, 200, 1, 10000, RULE_RESEND_MTU_PROBE);
	/* limited transmit */
	expect(s, ".", 16201, 1000, 1, 10000, RULE_SEND_TEXT);
	expect(s, ".", 17201, 1000, 1, 10000, RULE_SEND_TEXT);
	expect_nothing(s);
	peer_reports(s, 10001, RULE_ACK_DUP);
	peer_reports(s, 10001, RULE_ACK_DUP);
	expect_nothing(s);
	/* the first part arrives, then the second */
	inject(s, ".", 1, 0, 11001, WND, RULE_ACK_NEW);
	inject(s, ".", 1, 0, 16201, WND, RULE_ACK_NEW);
	no_congestion(s, s->t.cong.cwnd, ssthresh);
	KUNIT_EXPECT_FALSE(test, s->t.troubled);
}

/* Less than all of it fits the window: the rest is not forgotten */
static void probe_lost_resent_in_parts(struct kunit *test)
{
	struct script *s = probe_is_next(test, false);

	peer_reports(s, 10001, RULE_ACK_DUP);
	peer_reports(s, 10001, RULE_ACK_DUP);
	peer_reports(s, 10001, RULE_ACK_MTU_TOO_LARGE);
	expect(s, ".", 10001, 1000, 1, 10000, RULE_RESEND_MTU_PROBE);
	/* a copy came late, and ends within what is left */
	inject(s, ".", 1, 0, 11101, WND, RULE_ACK_NEW);
	expect(s, ".", 11101, 100, 1, 10000, RULE_RESEND_MTU_PROBE);
	inject(s, ".", 1, 0, 11201, WND, RULE_ACK_NEW);
	KUNIT_EXPECT_FALSE(test, s->t.troubled);
}

/* By the reordering window's end, not by an ACK */
static void probe_lost_by_time(struct kunit *test)
{
	struct script *s = probe_is_next(test, true);
	u32 ssthresh = s->t.cong.ssthresh;

	peer_sacks(s, 11201, 12201);
	peer_reports(s, 10001, RULE_ACK_SACK);
	expect(s, ".", 16201, 1000, 1, 10000, RULE_SEND_TEXT);
	expires(s, 13, RULE_ACK_MTU_TOO_LARGE);
	no_congestion(s, 6200, ssthresh);
	search_is(s, 1000, 1199);
	expect(s, ".", 10001, 1000, 1, 10000, RULE_RESEND_MTU_PROBE);
}

/* The next waits for as long as a loss by congestion would take to come */
/* rfc4821: 4, 7.6.2 */
static void probe_lost_next_waits(struct kunit *test)
{
	struct script *s = probe_is_next(test, true);
	u32 wait = (s->t.srtt / 1000 + 1) * 7, seq;

	peer_sacks(s, 11201, 14201);
	peer_reports(s, 10001, RULE_ACK_MTU_TOO_LARGE);
	expect(s, ".", 10001, 1000, 1, 10000, RULE_RESEND_MTU_PROBE);
	expect(s, ".", 11001, 200, 1, 10000, RULE_RESEND_MTU_PROBE);
	inject(s, ".", 1, 0, 16201, WND, RULE_ACK_NEW);
	s->t.last_sent = 0;	/* it is not for idleness */
	s->t.cong.cwnd = 12000;
	s->now += 1000 * (wait - 1);
	for (seq = 16201; seq < 28201; seq += 1000)
		expect(s, ".", seq, 1000, 1, 10000, RULE_SEND_TEXT);
	s->now += 1000;
	inject(s, ".", 1, 0, 28201, WND, RULE_ACK_NEW);
	expect(s, ".", 28201, 1100, 1, 10000, RULE_SEND_MTU_PROBE);
}

/* rfc4821: 7.6.4 */
static void probe_lost_with_others(struct kunit *test)
{
	struct script *s = probe_is_next(test, true);

	peer_sacks(s, 12201, 15201);
	peer_reports(s, 10001, RULE_ACK_LOSS);
	KUNIT_EXPECT_TRUE(test, s->t.cong.in_recovery);
	KUNIT_EXPECT_EQ(test, s->t.cong.ssthresh, 3100);
	search_is(s, 1000, 1400);
	expect(s, ".", 10001, 1000, 1, 10000, RULE_RESEND_RACK);
	inject(s, ".", 1, 0, 16201, WND, RULE_ACK_NEW);
	/* the same size is tried again */
	s->t.cong.cwnd = 20000;
	expect(s, ".", 16201, 1200, 1, 10000, RULE_SEND_MTU_PROBE);
}

/* What was sent before it is lost: of the probe nothing is known */
/* rfc4821: 7.6.4 */
static void probe_behind_a_loss(struct kunit *test)
{
	struct script *s = script_probing(test, true);

	peer_sacks(s, 3001, 10001);
	peer_reports(s, 2001, RULE_ACK_LOSS);
	KUNIT_EXPECT_TRUE(test, s->t.cong.in_recovery);
	search_is(s, 1000, 1400);
	KUNIT_EXPECT_EQ(test, s->t.loss->mtu.size, 0);
	/* that it arrives is no answer any more: it may have been sent again */
	inject(s, ".", 1, 0, 13201, WND, RULE_ACK_NEW);
	search_is(s, 1000, 1400);
}

/* The loss behind it is found later, and costs what any does */
/* rfc4821: 4 */
static void probe_lost_then_another(struct kunit *test)
{
	struct script *s = probe_is_next(test, true);

	peer_sacks(s, 11201, 14201);
	peer_reports(s, 10001, RULE_ACK_MTU_TOO_LARGE);
	expect(s, ".", 10001, 1000, 1, 10000, RULE_RESEND_MTU_PROBE);
	expect(s, ".", 11001, 200, 1, 10000, RULE_RESEND_MTU_PROBE);
	peer_sacks(s, 15201, 16201, 11201, 14201);
	peer_reports(s, 10001, RULE_ACK_LOSS);
	KUNIT_EXPECT_TRUE(test, s->t.cong.in_recovery);
	expect(s, ".", 14201, 1000, 1, 10000, RULE_RESEND_RACK);
}

/* So does the text of the probe, if it is lost in small segments too */
static void probe_lost_twice(struct kunit *test)
{
	struct script *s = probe_is_next(test, true);

	peer_sacks(s, 11201, 14201);
	peer_reports(s, 10001, RULE_ACK_MTU_TOO_LARGE);
	expect(s, ".", 10001, 1000, 1, 10000, RULE_RESEND_MTU_PROBE);
	expect(s, ".", 11001, 200, 1, 10000, RULE_RESEND_MTU_PROBE);
	expect(s, ".", 16201, 1000, 1, 10000, RULE_SEND_TEXT);
	passes(s, 60);
	peer_sacks(s, 11201, 17201);
	peer_reports(s, 10001, RULE_ACK_LOSS);
	KUNIT_EXPECT_TRUE(test, s->t.cong.in_recovery);
	expect(s, ".", 10001, 1000, 1, 10000, RULE_RESEND_AGAIN);
}

/* rfc4821: 7.6.3 */
static void probe_timeout_says_nothing(struct kunit *test)
{
	struct script *s = probe_is_next(test, false);

	expires(s, 294, RULE_RESEND_RTO);
	KUNIT_EXPECT_EQ(test, s->t.cong.cwnd, 1000);
	search_is(s, 1000, 1400);
	KUNIT_EXPECT_EQ(test, s->t.loss->mtu.wait,
			5 * 7 * (s->t.srtt / 1000 + 1));
	expect(s, ".", 10001, 1000, 1, 10000, RULE_RESEND_RTO);
	inject(s, ".", 1, 0, 16201, WND, RULE_ACK_NEW);
	search_is(s, 1000, 1400);
}

/* Ten segments of 1400 vanish; @s->t.policy says what that means */
static struct script *nothing_arrives(struct kunit *test,
				      const struct tcb_policy *policy)
{
	struct script *s = script_searching(test, false, policy);
	u32 seq;

	user_writes(s, 40000);
	for (seq = 1; seq < 14001; seq += 1400)
		expect(s, ".", seq, 1400, 1, 10000, RULE_SEND_TEXT);
	expect_nothing(s);
	expires(s, 300, RULE_RESEND_RTO);
	expect(s, ".", 1, 1400, 1, 10000, RULE_RESEND_RTO);
	expires(s, 600, RULE_RESEND_RTO);
	expect(s, ".", 1, 1400, 1, 10000, RULE_RESEND_RTO);
	return s;
}

/* rfc4821: 7.7; rfc8899: 4.3 */
static void full_stop_makes_segments_small(struct kunit *test)
{
	struct tcb_policy policy = tcb_policy_default;
	struct script *s;

	policy.mtu_probing = 1;
	s = nothing_arrives(test, &policy);
	KUNIT_EXPECT_FALSE(test, mtu_probes(&s->t));
	expires(s, 1200, RULE_RESEND_RTO);
	KUNIT_EXPECT_TRUE(test, s->v.bits & V_BAD_PATH);
	search_is(s, 1024, 1400);
	KUNIT_EXPECT_EQ(test, s->t.cong.cwnd, 1024);
	expect(s, ".", 1, 1024, 1, 10000, RULE_RESEND_BLACK_HOLE);
	expect_nothing(s);
	/* perhaps it was but a delay: rfc5682 asks with new text */
	inject(s, ".", 1, 0, 1025, WND, RULE_ACK_NEW);
	expect(s, ".", 14001, 1024, 1, 10000, RULE_SEND_TEXT);
	expect(s, ".", 15025, 1024, 1, 10000, RULE_SEND_TEXT);
	inject(s, ".", 1, 0, 1025, WND, RULE_ACK_DUP);
	expect(s, ".", 1025, 1024, 1, 10000, RULE_RESEND_BLACK_HOLE);
	expect(s, ".", 2049, 1024, 1, 10000, RULE_RESEND_BLACK_HOLE);
	/* all of the flight arrives: the search goes on from there */
	inject(s, ".", 1, 0, 16049, WND, RULE_ACK_NEW);
	s->t.cong.cwnd = 20000;
	expect(s, ".", 16049, 1212, 1, 10000, RULE_SEND_MTU_PROBE);
	s->t.policy = &tcb_policy_default;
}

static void full_stop_off_changes_nothing(struct kunit *test)
{
	struct script *s = nothing_arrives(test, &tcb_policy_default);

	expires(s, 1200, RULE_RESEND_RTO);
	KUNIT_EXPECT_FALSE(test, mtu_probes(&s->t));
	expect(s, ".", 1, 1400, 1, 10000, RULE_RESEND_RTO);
}

/* Nor do small ones arrive: by halves, to the floor */
/* rfc4821: 7.7 */
static void full_stop_halves_to_the_floor(struct kunit *test)
{
	struct tcb_policy policy = tcb_policy_default;
	struct script *s;

	policy.mtu_probing = 1;
	policy.mtu_probe_floor = 300;
	s = nothing_arrives(test, &policy);
	s->t.retries = 9;
	expires(s, 1200, RULE_RESEND_RTO);
	expect(s, ".", 1, 1024, 1, 10000, RULE_RESEND_BLACK_HOLE);
	expires(s, 2400, RULE_RESEND_RTO);
	expect(s, ".", 1, 512, 1, 10000, RULE_RESEND_BLACK_HOLE);
	expires(s, 4800, RULE_RESEND_RTO);
	expect(s, ".", 1, 300, 1, 10000, RULE_RESEND_BLACK_HOLE);
	expires(s, 9600, RULE_RESEND_RTO);
	/* no smaller: it is not the size */
	expect(s, ".", 1, 300, 1, 10000, RULE_RESEND_RTO);
	search_is(s, 300, 1400);
	s->t.policy = &tcb_policy_default;
}

/* What a probe had found is gone: back to what any path takes */
/* rfc4821: 7.7 */
static void full_stop_of_a_search(struct kunit *test)
{
	struct script *s = script_probing(test, false);
	u16 rule = RULE_NONE;
	u32 i;

	inject(s, ".", 1, 0, 13201, WND, RULE_ACK_MTU_PROBE);
	search_is(s, 1200, 1400);
	while (tcb_output(&s->t, s->now, 0, &s->out))
		;
	s->t.retries = 9;
	for (i = 0; i < 3; i++) {
		search_is(s, 1200, 1400);
		s->now += 10000000;
		tcb_timeout(&s->t, s->now, &s->v);
		while (tcb_output(&s->t, s->now, 0, &s->out))
			rule = s->out.rule;
	}
	search_is(s, 1000, 1400);
	KUNIT_EXPECT_EQ(test, rule, RULE_RESEND_BLACK_HOLE);
}

static struct kunit_case cases[] = {
	SCRIPT_CASE(probe_lost_is_no_congestion),
	SCRIPT_CASE(probe_lost_by_duplicates),
	SCRIPT_CASE(probe_lost_resent_in_parts),
	SCRIPT_CASE(probe_lost_by_time),
	SCRIPT_CASE(probe_lost_next_waits),
	SCRIPT_CASE(probe_lost_with_others),
	SCRIPT_CASE(probe_behind_a_loss),
	SCRIPT_CASE(probe_lost_then_another),
	SCRIPT_CASE(probe_lost_twice),
	SCRIPT_CASE(probe_timeout_says_nothing),
	SCRIPT_CASE(full_stop_makes_segments_small),
	SCRIPT_CASE(full_stop_off_changes_nothing),
	SCRIPT_CASE(full_stop_halves_to_the_floor),
	SCRIPT_CASE(full_stop_of_a_search),
	{}
};

struct kunit_suite glass_mtu_lost = {
	.name = "glass_mtu_lost",
	.test_cases = cases,
};
