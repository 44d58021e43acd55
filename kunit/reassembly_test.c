// SPDX-License-Identifier: GPL-2.0
/* Ranges of text held out of order: sorted, disjoint, never touching. */
#include "script.h"
#include "suites.h"

#define CAP 3

static struct ranges *ranges_of(struct kunit *test)
{
	struct ranges *h = kunit_kzalloc(test, sizeof(*h) +
					 CAP * sizeof(h->r[0]), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, h);
	h->cap = CAP;
	return h;
}

/* The ranges are exactly these, relative to the peer's ISN */
static void they_are(struct kunit *test, const struct ranges *h, u32 n,
		     u32 a, u32 b, u32 c, u32 d)
{
	u32 irs = isn_of(test)->irs;

	KUNIT_ASSERT_EQ(test, h->n, n);
	if (n > 0) {
		KUNIT_EXPECT_EQ(test, h->r[0].start - irs, a);
		KUNIT_EXPECT_EQ(test, h->r[0].end - irs, b);
	}
	if (n > 1) {
		KUNIT_EXPECT_EQ(test, h->r[1].start - irs, c);
		KUNIT_EXPECT_EQ(test, h->r[1].end - irs, d);
	}
}

static bool add(struct kunit *test, struct ranges *h, u32 start, u32 end)
{
	u32 irs = isn_of(test)->irs;

	return ranges_add(h, irs + start, irs + end);
}

static void ranges_sorted(struct kunit *test)
{
	struct ranges *h = ranges_of(test);

	KUNIT_EXPECT_TRUE(test, add(test, h, 60, 70));
	KUNIT_EXPECT_TRUE(test, add(test, h, 20, 30));
	they_are(test, h, 2, 20, 30, 60, 70);
	KUNIT_EXPECT_TRUE(test, add(test, h, 40, 50));
	they_are(test, h, 3, 20, 30, 40, 50);
}

static void ranges_touching_join(struct kunit *test)
{
	struct ranges *h = ranges_of(test);

	add(test, h, 40, 50);
	add(test, h, 50, 60);
	they_are(test, h, 1, 40, 60, 0, 0);
	add(test, h, 30, 40);
	they_are(test, h, 1, 30, 60, 0, 0);
	add(test, h, 61, 70);
	they_are(test, h, 2, 30, 60, 61, 70);
	add(test, h, 60, 61);
	they_are(test, h, 1, 30, 70, 0, 0);
}

static void ranges_overlapping_join(struct kunit *test)
{
	struct ranges *h = ranges_of(test);

	add(test, h, 20, 30);
	add(test, h, 40, 50);
	add(test, h, 60, 70);
	add(test, h, 25, 45);
	they_are(test, h, 2, 20, 50, 60, 70);
	add(test, h, 22, 28);
	they_are(test, h, 2, 20, 50, 60, 70);
	add(test, h, 10, 100);
	they_are(test, h, 1, 10, 100, 0, 0);
}

static void ranges_full_refuses_new_takes_joining(struct kunit *test)
{
	struct ranges *h = ranges_of(test);

	add(test, h, 20, 30);
	add(test, h, 40, 50);
	add(test, h, 60, 70);
	KUNIT_EXPECT_FALSE(test, add(test, h, 80, 90));
	KUNIT_EXPECT_FALSE(test, add(test, h, 10, 15));
	they_are(test, h, 3, 20, 30, 40, 50);
	KUNIT_EXPECT_TRUE(test, add(test, h, 70, 75));
	KUNIT_EXPECT_TRUE(test, add(test, h, 30, 40));
	they_are(test, h, 2, 20, 50, 60, 75);
	KUNIT_EXPECT_TRUE(test, add(test, h, 80, 90));
}

static void ranges_none_refuse(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, ranges_add(NULL, 1, 2));
	KUNIT_EXPECT_EQ(test, ranges_take(NULL, 7), 7);
}

static void ranges_taken_as_nxt_reaches_them(struct kunit *test)
{
	struct ranges *h = ranges_of(test);
	u32 irs = isn_of(test)->irs;

	add(test, h, 20, 30);
	add(test, h, 40, 60);
	add(test, h, 70, 80);
	KUNIT_EXPECT_EQ(test, ranges_take(h, irs + 19), irs + 19);
	they_are(test, h, 3, 20, 30, 40, 60);
	KUNIT_EXPECT_EQ(test, ranges_take(h, irs + 20), irs + 30);
	they_are(test, h, 2, 40, 60, 70, 80);
	KUNIT_EXPECT_EQ(test, ranges_take(h, irs + 65), irs + 65);
	they_are(test, h, 1, 70, 80, 0, 0);
	KUNIT_EXPECT_EQ(test, ranges_take(h, irs + 99), irs + 99);
	they_are(test, h, 0, 0, 0, 0, 0);
}

/* Every octet in a random order: one range in the end, none lost before */
/* rfc9293: SHLD-31 */
static void ranges_any_order_one_range(struct kunit *test)
{
	struct ranges *h = kunit_kzalloc(test, sizeof(*h) +
					 64 * sizeof(h->r[0]), GFP_KERNEL);
	u32 i, j, octets, at;

	KUNIT_ASSERT_NOT_NULL(test, h);
	h->cap = 64;
	/* 37 has no divisor in common with 128: each number once */
	for (i = 0; i < 128; i++) {
		at = i * 37 % 128;
		KUNIT_ASSERT_TRUE(test, add(test, h, 1 + at, 2 + at));
		octets = 0;
		for (j = 0; j < h->n; j++) {
			octets += h->r[j].end - h->r[j].start;
			if (j)
				KUNIT_EXPECT_TRUE(test,
						  seq_lt(h->r[j - 1].end,
							 h->r[j].start));
		}
		KUNIT_EXPECT_EQ(test, octets, i + 1);
	}
	they_are(test, h, 1, 1, 129, 0, 0);
}

static void established_memory_wanted_only_above_gap(struct kunit *test)
{
	struct script *s = script_established(test);
	struct segment seg = { .seq = s->irs + 1, .len = 10 };

	s->t.held = NULL;
	KUNIT_EXPECT_FALSE(test, tcb_wants_ranges(&s->t, &seg));
	seg.seq++;
	KUNIT_EXPECT_TRUE(test, tcb_wants_ranges(&s->t, &seg));
	s->t.held = s->held;
	KUNIT_EXPECT_FALSE(test, tcb_wants_ranges(&s->t, &seg));
	s->held->n = s->held->cap;
	KUNIT_EXPECT_TRUE(test, tcb_wants_ranges(&s->t, &seg));
	seg.len = 0;
	KUNIT_EXPECT_FALSE(test, tcb_wants_ranges(&s->t, &seg));
}

static struct kunit_case cases[] = {
	SCRIPT_CASE(ranges_sorted),
	SCRIPT_CASE(ranges_touching_join),
	SCRIPT_CASE(ranges_overlapping_join),
	SCRIPT_CASE(ranges_full_refuses_new_takes_joining),
	KUNIT_CASE(ranges_none_refuse),
	SCRIPT_CASE(ranges_taken_as_nxt_reaches_them),
	SCRIPT_CASE(ranges_any_order_one_range),
	SCRIPT_CASE(established_memory_wanted_only_above_gap),
	{}
};

struct kunit_suite glass_reassembly = {
	.name = "glass_reassembly",
	.test_cases = cases,
};
