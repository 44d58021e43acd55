// SPDX-License-Identifier: GPL-2.0
/* What a learner might write for window: the wrong variants are all found. */
#include <glass/core.h>

#include "suites.h"

#define NXT	0xffffff00u	/* the window lies across the wrap */
#define EDGE	0x00000100u

static bool taken(u32 nxt, u32 edge, u32 seq, u32 len)
{
	struct segment s = { .seq = seq, .len = len, .flags = SEG_ACK };

	return window_acceptable(nxt, edge, &s);
}

static void own_text(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, taken(NXT, EDGE, NXT, 1));
	KUNIT_EXPECT_TRUE(test, taken(NXT, EDGE, EDGE - 1, 10));
	KUNIT_EXPECT_FALSE(test, taken(NXT, EDGE, EDGE, 10));
	KUNIT_EXPECT_FALSE(test, taken(NXT, EDGE, NXT - 10, 10));
}

static void own_text_partly_old(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, taken(NXT, EDGE, NXT - 10, 11));
}

static void own_empty(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, taken(NXT, EDGE, NXT - 1, 0));
	KUNIT_EXPECT_TRUE(test, taken(NXT, EDGE, NXT, 0));
	KUNIT_EXPECT_TRUE(test, taken(NXT, EDGE, 0, 0));
	KUNIT_EXPECT_TRUE(test, taken(NXT, EDGE, EDGE + 1, 0));
	KUNIT_EXPECT_FALSE(test, taken(NXT, EDGE, EDGE + 2, 0));
}

static void own_closed(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, taken(NXT, NXT, NXT, 1));
	KUNIT_EXPECT_FALSE(test, taken(NXT, NXT, NXT + 1, 1));
	KUNIT_EXPECT_FALSE(test, taken(NXT, NXT, NXT - 1, 1));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(own_text),
	KUNIT_CASE(own_text_partly_old),
	KUNIT_CASE(own_empty),
	KUNIT_CASE(own_closed),
	{}
};

static struct kunit_suite own = {
	.name = "own",
	.test_cases = cases,
};

kunit_test_suites(&own);
