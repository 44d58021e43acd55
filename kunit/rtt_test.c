// SPDX-License-Identifier: GPL-2.0
/* The retransmission timeout, rfc6298#section-2 and 3. */
#include <glass/core.h>
#include "suites.h"

static struct tcb fresh(void)
{
	struct tcb t = { .policy = &tcb_policy_default };

	rtt_init(&t);
	return t;
}

/* rfc6298: 2.1 */
static void rtt_before_sample_one_second(struct kunit *test)
{
	struct tcb t = fresh();

	KUNIT_EXPECT_EQ(test, rtt_timeout_ms(&t), 1000);
}

/* rfc9293: MUST-18; rfc6298: 2.2 */
static void rtt_first_sample_sets(struct kunit *test)
{
	struct tcb t = fresh();

	rtt_sample(&t, 400000);
	KUNIT_EXPECT_EQ(test, t.srtt, 400000);
	KUNIT_EXPECT_EQ(test, t.rttvar, 200000);
	KUNIT_EXPECT_EQ(test, t.rto, 1200000);
}

/* rfc6298#section-2.3: the variation first, with the old smoothed time */
/* rfc9293: MUST-18; rfc6298: 2.3 */
static void rtt_next_sample_smooths(struct kunit *test)
{
	struct tcb t = fresh();

	rtt_sample(&t, 400000);
	rtt_sample(&t, 800000);
	KUNIT_EXPECT_EQ(test, t.rttvar, 250000);
	KUNIT_EXPECT_EQ(test, t.srtt, 450000);
	KUNIT_EXPECT_EQ(test, t.rto, 1450000);
	rtt_sample(&t, 50000);
	KUNIT_EXPECT_EQ(test, t.rttvar, 287500);
	KUNIT_EXPECT_EQ(test, t.srtt, 400000);
	KUNIT_EXPECT_EQ(test, t.rto, 1550000);
}

/* rfc6298: 2.5 */
static void rtt_bounds(struct kunit *test)
{
	struct tcb t = fresh();
	int i;

	for (i = 0; i < 100; i++)
		rtt_sample(&t, 1);
	KUNIT_EXPECT_EQ(test, t.rto, 200000);
	KUNIT_EXPECT_GE(test, t.srtt, 1);
	for (i = 0; i < 100; i++)
		rtt_sample(&t, 0xffffffff);
	KUNIT_EXPECT_EQ(test, t.rto, 120000000);
	KUNIT_EXPECT_LE(test, t.srtt, 120000000);
}

/* The administrator's, also the moment they change */
/* rfc6298: 2.4, 2.5 */
static void rtt_bounds_are_the_administrators(struct kunit *test)
{
	struct tcb_policy policy = tcb_policy_default;
	struct tcb t = { .policy = &policy };

	rtt_init(&t);
	policy.rto_min_us = 1;
	rtt_sample(&t, 16);
	KUNIT_EXPECT_EQ(test, t.rto, 48);
	KUNIT_EXPECT_EQ(test, rtt_timeout_ms(&t), 1);
	policy.rto_min_us = 1500000;
	rtt_sample(&t, 16);
	KUNIT_EXPECT_EQ(test, t.rto, 1500000);
	/* what is at most wins over what is at least */
	policy.rto_max_ms = 1000;
	KUNIT_EXPECT_EQ(test, rtt_timeout_ms(&t), 1000);
	rtt_sample(&t, 16);
	KUNIT_EXPECT_EQ(test, t.rto, 1000000);
	policy.rto_min_us = 0x7fffffff;
	rtt_sample(&t, 0xffffffff);
	KUNIT_EXPECT_EQ(test, t.rto, 1000000);
	policy.rto_max_ms = 120000;
	rtt_sample(&t, 0xffffffff);
	KUNIT_EXPECT_EQ(test, t.rto, 120000000);
}

/* rfc9293: MUST-19; rfc6298: 2.5, 5.5 */
static void rtt_backoff_doubles_to_ceiling(struct kunit *test)
{
	struct tcb t = fresh();
	u32 i, ms = 1000;

	for (i = 0; i < 256; i++) {
		t.cong.backoff = i;
		KUNIT_EXPECT_EQ(test, rtt_timeout_ms(&t), ms);
		ms = min(ms * 2, 120000u);
	}
}

/* rfc6298: 2.5, 5.5 */
static void rtt_backoff_doubles_to_the_administrators(struct kunit *test)
{
	struct tcb_policy policy = tcb_policy_default;
	struct tcb t = { .policy = &policy };
	u32 i;

	rtt_init(&t);
	policy.rto_max_ms = 5000;
	for (i = 0; i < 256; i++) {
		t.cong.backoff = i;
		KUNIT_EXPECT_EQ(test, rtt_timeout_ms(&t),
				i < 3 ? 1000 << i : 5000);
	}
}

static void rtt_timeout_rounds_up(struct kunit *test)
{
	struct tcb t = fresh();

	t.rto = 200001;
	KUNIT_EXPECT_EQ(test, rtt_timeout_ms(&t), 201);
}

static void acked(struct tcb *t, u32 ack, u64 now)
{
	const struct segment s = { .ack = ack, .flags = SEG_ACK };

	rtt_acked(t, &s, now);
}

static void rtt_one_segment_timed(struct kunit *test)
{
	struct tcb t = fresh();

	rtt_start(&t, 100, 1000000);
	rtt_start(&t, 200, 1500000);
	acked(&t, 99, 2000000);
	KUNIT_EXPECT_EQ(test, t.srtt, 0);
	acked(&t, 100, 2000000);
	KUNIT_EXPECT_EQ(test, t.srtt, 1000000);
	acked(&t, 200, 9000000);
	KUNIT_EXPECT_EQ(test, t.srtt, 1000000);
}

/* Karn's rule, rfc6298#section-3: the ACK may be of either copy */
static void rtt_sent_twice_is_no_sample(struct kunit *test)
{
	struct tcb t = fresh();

	rtt_start(&t, 100, 1000000);
	rtt_stop(&t);
	acked(&t, 100, 3000000);
	KUNIT_EXPECT_EQ(test, t.srtt, 0);
	rtt_start(&t, 200, 4000000);
	acked(&t, 200, 4500000);
	KUNIT_EXPECT_EQ(test, t.srtt, 500000);
}

static void rtt_timed_across_wraps(struct kunit *test)
{
	struct tcb t = fresh();

	rtt_start(&t, 5, 0xffffffff);
	acked(&t, 0xfffffff0, 0x100000100ull);
	KUNIT_EXPECT_EQ(test, t.srtt, 0);
	acked(&t, 6, 0xffffffffull + 300000);
	KUNIT_EXPECT_EQ(test, t.srtt, 300000);
}

/* rfc6298: 4 */
static void rtt_zero_is_a_sample(struct kunit *test)
{
	struct tcb t = fresh();

	rtt_start(&t, 5, 1000);
	acked(&t, 5, 1000);
	KUNIT_EXPECT_EQ(test, t.srtt, 1);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(rtt_before_sample_one_second),
	KUNIT_CASE(rtt_first_sample_sets),
	KUNIT_CASE(rtt_next_sample_smooths),
	KUNIT_CASE(rtt_bounds),
	KUNIT_CASE(rtt_bounds_are_the_administrators),
	KUNIT_CASE(rtt_backoff_doubles_to_ceiling),
	KUNIT_CASE(rtt_backoff_doubles_to_the_administrators),
	KUNIT_CASE(rtt_timeout_rounds_up),
	KUNIT_CASE(rtt_one_segment_timed),
	KUNIT_CASE(rtt_sent_twice_is_no_sample),
	KUNIT_CASE(rtt_timed_across_wraps),
	KUNIT_CASE(rtt_zero_is_a_sample),
	{}
};

struct kunit_suite glass_rtt = {
	.name = "glass_rtt",
	.test_cases = cases,
};
