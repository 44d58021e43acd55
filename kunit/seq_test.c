// SPDX-License-Identifier: GPL-2.0
/* Sequence number arithmetic, rfc9293#section-3.4. */
#include <glass/core.h>
#include "suites.h"

static void seq_lt_orders_across_wrap(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, seq_lt(1, 2));
	KUNIT_EXPECT_FALSE(test, seq_lt(2, 2));
	KUNIT_EXPECT_TRUE(test, seq_lt(0xffffffff, 0));
	KUNIT_EXPECT_FALSE(test, seq_lt(0, 0xffffffff));
	KUNIT_EXPECT_TRUE(test, seq_lt(0, 0x7fffffff));
	KUNIT_EXPECT_FALSE(test, seq_lt(0, 0x80000001));
}

static void seq_le_gt_ge_agree_with_lt(struct kunit *test)
{
	static const u32 points[] = {
		0, 1, 0x7ffffffe, 0x7fffffff, 0x80000001, 0xfffffffe,
		0xffffffff,
	};
	u32 i, j, a, b;

	for (i = 0; i < ARRAY_SIZE(points); i++) {
		for (j = 0; j < ARRAY_SIZE(points); j++) {
			a = points[i];
			b = points[j];
			if (a - b == 0x80000000u)
				continue;	/* undefined by the RFC */
			KUNIT_EXPECT_EQ(test, seq_gt(a, b), seq_lt(b, a));
			KUNIT_EXPECT_EQ(test, seq_le(a, b), !seq_lt(b, a));
			KUNIT_EXPECT_EQ(test, seq_ge(a, b), !seq_lt(a, b));
			KUNIT_EXPECT_EQ(test, seq_le(a, b) && seq_ge(a, b),
					a == b);
		}
	}
}

static void seq_within_is_half_open(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, seq_within(10, 10, 20));
	KUNIT_EXPECT_TRUE(test, seq_within(10, 19, 20));
	KUNIT_EXPECT_FALSE(test, seq_within(10, 20, 20));
	KUNIT_EXPECT_FALSE(test, seq_within(10, 9, 20));
	KUNIT_EXPECT_FALSE(test, seq_within(10, 10, 10));
	KUNIT_EXPECT_TRUE(test, seq_within(0xfffffff0, 5, 10));
	KUNIT_EXPECT_FALSE(test, seq_within(0xfffffff0, 10, 10));
}

static void seq_min_max_across_wrap(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, seq_max(0xfffffff0, 5), 5);
	KUNIT_EXPECT_EQ(test, seq_min(0xfffffff0, 5), 0xfffffff0);
	KUNIT_EXPECT_EQ(test, seq_max(7, 7), 7);
	KUNIT_EXPECT_EQ(test, seq_max(9, 7), 9);
	KUNIT_EXPECT_EQ(test, seq_min(9, 7), 7);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(seq_lt_orders_across_wrap),
	KUNIT_CASE(seq_le_gt_ge_agree_with_lt),
	KUNIT_CASE(seq_within_is_half_open),
	KUNIT_CASE(seq_min_max_across_wrap),
	{}
};

struct kunit_suite glass_seq = {
	.name = "glass_seq",
	.test_cases = cases,
};
