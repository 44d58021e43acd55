// SPDX-License-Identifier: GPL-2.0
/* What a learner might write for reno: the wrong variants are all found. */
#include <glass/core.h>

#include "suites.h"

#define MSS 100u

/* A sender that uses all of its window, and has so much in flight */
static struct tcb sender(u32 flight)
{
	struct tcb t = { .cong.ops = &cong_reno, .snd.mss = MSS };

	cong_start(&t);
	t.cong.used = 1 << 30;
	t.snd.nxt = flight;
	return t;
}

static void acked(struct tcb *t, u32 bytes)
{
	struct cong_ack a = { .una = t->snd.una, .bytes = bytes };

	cong_acked(t, &a);
}

static void own_slow_start_and_its_end(struct kunit *test)
{
	struct tcb t = sender(0);

	t.cong.ssthresh = 1100;
	acked(&t, MSS);
	KUNIT_EXPECT_EQ(test, t.cong.cwnd, 11 * MSS);
	acked(&t, MSS);
	KUNIT_EXPECT_EQ(test, t.cong.cwnd, 11 * MSS);
}

static void own_large_ack(struct kunit *test)
{
	struct tcb t = sender(20 * MSS);

	acked(&t, 8 * MSS);
	KUNIT_EXPECT_EQ(test, t.cong.cwnd, 12 * MSS);
	cong_timeout(&t);
	acked(&t, 8 * MSS);
	KUNIT_EXPECT_EQ(test, t.cong.cwnd, 2 * MSS);
}

static void own_loss(struct kunit *test)
{
	struct tcb t = sender(6 * MSS);

	cong_lost(&t);
	KUNIT_EXPECT_EQ(test, t.cong.ssthresh, 3 * MSS);
	KUNIT_EXPECT_EQ(test, t.cong.cwnd, 10 * MSS);
	t = sender(2 * MSS);
	cong_lost(&t);
	KUNIT_EXPECT_EQ(test, t.cong.ssthresh, 2 * MSS);
}

static void own_timeout_twice(struct kunit *test)
{
	struct tcb t = sender(20 * MSS);

	cong_timeout(&t);
	t.cong.backoff = 1;
	t.snd.nxt = MSS;
	cong_timeout(&t);
	KUNIT_EXPECT_EQ(test, t.cong.ssthresh, 10 * MSS);
	KUNIT_EXPECT_EQ(test, t.cong.cwnd, MSS);
}

static void own_loss_forgets_what_was_counted(struct kunit *test)
{
	struct tcb t = sender(10 * MSS);

	t.cong.ssthresh = 5 * MSS;
	acked(&t, 9 * MSS);
	cong_lost(&t);
	acked(&t, 9 * MSS);
	KUNIT_EXPECT_EQ(test, t.cong.cwnd, 10 * MSS);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(own_slow_start_and_its_end),
	KUNIT_CASE(own_large_ack),
	KUNIT_CASE(own_loss),
	KUNIT_CASE(own_timeout_twice),
	KUNIT_CASE(own_loss_forgets_what_was_counted),
	{}
};

static struct kunit_suite own = {
	.name = "own",
	.test_cases = cases,
};

kunit_test_suites(&own);
