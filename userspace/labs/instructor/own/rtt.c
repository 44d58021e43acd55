// SPDX-License-Identifier: GPL-2.0
/* What a learner might write for rtt: the wrong variants are all found. */
#include <glass/core.h>

#include "suites.h"

#define MS 1000u

static struct tcb after(u32 first, u32 second)
{
	struct tcb t = { .policy = &tcb_policy_default };

	rtt_init(&t);
	rtt_sample(&t, first * MS);
	rtt_sample(&t, second * MS);
	return t;
}

static void acked(struct tcb *t, u32 ack, u64 ms)
{
	struct segment s = { .ack = ack, .flags = SEG_ACK };

	rtt_acked(t, &s, ms * MS);
}

/* alpha = 1/8, and beta = 1/4 of the distance from what was expected */
static void own_second_sample(struct kunit *test)
{
	struct tcb t = after(160, 240);

	KUNIT_EXPECT_EQ(test, t.srtt, 170 * MS);
	KUNIT_EXPECT_EQ(test, t.rttvar, 80 * MS);
}

static void own_floor(struct kunit *test)
{
	struct tcb t = after(1, 1);

	KUNIT_EXPECT_EQ(test, rtt_timeout_ms(&t), 200);
}

static void own_backoff(struct kunit *test)
{
	struct tcb t = after(1, 1);

	t.cong.backoff = 3;
	KUNIT_EXPECT_EQ(test, rtt_timeout_ms(&t), 1600);
}

static void own_karn(struct kunit *test)
{
	struct tcb t = after(100, 100);

	rtt_start(&t, 1000, 0);
	rtt_stop(&t);
	acked(&t, 1000, 900);
	KUNIT_EXPECT_EQ(test, t.srtt, 100 * MS);
}

static void own_first_of_two_is_timed(struct kunit *test)
{
	struct tcb t = { .policy = &tcb_policy_default };

	rtt_init(&t);
	rtt_start(&t, 1000, 0);
	rtt_start(&t, 2000, 50 * MS);
	acked(&t, 2000, 80);
	KUNIT_EXPECT_EQ(test, t.srtt, 80 * MS);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(own_second_sample),
	KUNIT_CASE(own_floor),
	KUNIT_CASE(own_backoff),
	KUNIT_CASE(own_karn),
	KUNIT_CASE(own_first_of_two_is_timed),
	{}
};

static struct kunit_suite own = {
	.name = "own",
	.test_cases = cases,
};

kunit_test_suites(&own);
