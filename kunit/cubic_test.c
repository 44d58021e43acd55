// SPDX-License-Identifier: GPL-2.0
/*
 * CUBIC, rfc9438. Numbers that are not of the RFC were computed with
 * fractions, apart from the code under test.
 */
#include <glass/core.h>
#include "suites.h"

#define MSS 1000

/* Past a loss: the window stands at @cwnd, the threshold too */
static struct tcb reduced(u32 before, u32 after)
{
	struct tcb t = { .cong.ops = &cong_cubic };

	t.snd.mss = MSS;
	cong_start(&t);
	t.cong.cwnd = before;
	t.snd.nxt = t.snd.una + before;
	cong_lost(&t);
	t.cong.ssthresh = after;
	t.cong.cwnd = after;
	return t;
}

/* Acknowledges @segments, as if the window had been full */
static void acked(struct tcb *t, u32 segments, u32 ms)
{
	struct cong_ack a = { .now = 1000000ull * 1000 + ms * 1000ull };

	a.una = t->snd.una;
	a.bytes = segments * MSS;
	t->cong.used = t->snd.una + 1;
	cong_acked(t, &a);
}

/* Every second segment is acknowledged, for some seconds */
static void pass(struct tcb *t, u32 from_s, u32 to_s, u32 rtt_ms)
{
	u32 ms, n;

	t->srtt = rtt_ms * 1000;
	for (ms = from_s * 1000; ms < to_s * 1000; ms += rtt_ms)
		for (n = t->cong.cwnd / MSS / 2; n; n--)
			acked(t, 2, ms);
}

static bool near(u32 got, u32 want, u32 per_mille)
{
	u32 slack = want / 1000 * per_mille + MSS;

	return got + slack >= want && got <= want + slack;
}

static void cube_root_is_exact(struct kunit *test)
{
	static const u64 numbers[] = {
		0, 1, 7, 8, 9, 26, 27, 999, 1000, 1001, 749999999999ull,
		0x7fffffffffffffffull, 0xffffffffffffffffull,
	};
	u64 root;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		root = cube_root(numbers[i]);
		KUNIT_EXPECT_TRUE(test, root * root * root <= numbers[i]);
		/* the next one may be beyond 64 bits */
		if (root < 2642245)
			KUNIT_EXPECT_TRUE(test, (root + 1) * (root + 1) *
					  (root + 1) > numbers[i]);
	}
	KUNIT_EXPECT_EQ(test, cube_root(~0ull), 2642245);
}

/* rfc9438: 4.2 */
static void cubic_period_of_ten_and_of_half_a_million(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, cubic_period(3 * MSS, MSS), 1957);
	KUNIT_EXPECT_EQ(test, cubic_period(30 * MSS, MSS), 4217);
	KUNIT_EXPECT_EQ(test, cubic_period(300 * MSS, MSS), 9085);
	KUNIT_EXPECT_EQ(test, cubic_period(30000 * MSS, MSS), 42171);
	KUNIT_EXPECT_EQ(test, cubic_period(150000 * MSS, MSS), 72112);
	KUNIT_EXPECT_EQ(test, cubic_period(CONG_CWND_MAX, 48), 382413);
}

/* rfc9438: 4.2, 4.4, 4.5 */
static void cubic_curve(struct kunit *test)
{
	static const struct {
		u32 w_max;	/* segments */
		u32 k;		/* ms */
		u32 s;
		u32 octets;
	} rows[] = {
		{ 10, 1957, 1, 9649 },		{ 10, 1957, 5, 21271 },
		{ 100, 4217, 0, 70004 },	{ 100, 4217, 5, 100192 },
		{ 100, 4217, 30, 6956080 },
		{ 1000, 9085, 1, 788586 },	{ 1000, 9085, 5, 972735 },
		{ 1000, 9085, 10, 1000306 },
		{ 1000, 9085, 100, 301584600 },
		{ 500000, 72112, 0, 350002200 },
		{ 500000, 72112, 100, 508675900 },
	};
	u32 i, got;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		got = cubic_window(rows[i].w_max * MSS, rows[i].k,
				   rows[i].s * 1000, MSS);
		KUNIT_EXPECT_TRUE_MSG(test, got / 1000 + 1 >=
				      rows[i].octets / 1000 &&
				      got / 1000 <= rows[i].octets / 1000 + 1,
				      "row %u: %u", i, got);
	}
}

/* However long nothing was lost, and however large the segments */
static void cubic_curve_stays_in_range(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, cubic_window(1000, 0, ~0u, 65483),
			CONG_CWND_MAX);
	KUNIT_EXPECT_EQ(test, cubic_window(CONG_CWND_MAX - 1, 400000, 0, 65483),
			0);
	KUNIT_EXPECT_EQ(test, cubic_window(5000, 0, 0, 48), 5000);
}

/* rfc9438: 4.4, 4.5 */
static void cubic_long_path_follows_curve(struct kunit *test)
{
	struct tcb t = reduced(1000 * MSS, 700 * MSS);

	pass(&t, 0, 1, 100);
	KUNIT_EXPECT_TRUE_MSG(test, near(t.cong.cwnd, 783800, 5), "%u",
			      t.cong.cwnd);
	pass(&t, 1, 5, 100);
	KUNIT_EXPECT_TRUE_MSG(test, near(t.cong.cwnd, 971500, 5), "%u",
			      t.cong.cwnd);
	pass(&t, 5, 9, 100);
	KUNIT_EXPECT_TRUE_MSG(test, near(t.cong.cwnd, 1000000, 5), "%u",
			      t.cong.cwnd);
	pass(&t, 9, 15, 100);
	KUNIT_EXPECT_TRUE_MSG(test, near(t.cong.cwnd, 1080400, 5), "%u",
			      t.cong.cwnd);
}

/* On a short path Reno would be faster: no slower than that */
/* rfc9438: 4.3 */
static void cubic_short_path_keeps_up_with_reno(struct kunit *test)
{
	struct tcb t = reduced(20 * MSS, 14 * MSS);

	pass(&t, 0, 1, 20);
	KUNIT_EXPECT_TRUE_MSG(test, near(t.cong.cwnd, 56200, 30), "%u",
			      t.cong.cwnd);
	pass(&t, 1, 10, 20);
	KUNIT_EXPECT_TRUE_MSG(test, near(t.cong.cwnd, 503100, 30), "%u",
			      t.cong.cwnd);
}

/* Half as much again in a round trip at most, though the curve is far above */
/* rfc9438: 4.2 */
static void cubic_growth_limited_by_half(struct kunit *test)
{
	struct tcb t = reduced(100 * MSS, 70 * MSS);
	u32 n;

	acked(&t, 2, 0);
	for (n = 0; n < 35; n++)
		acked(&t, 2, 60000);
	KUNIT_EXPECT_TRUE_MSG(test, near(t.cong.cwnd, 105 * MSS, 40), "%u",
			      t.cong.cwnd);
}

/* rfc9438: 4.6 */
static void cubic_loss_costs_three_tenths(struct kunit *test)
{
	struct tcb t = reduced(100 * MSS, 70 * MSS);

	t.cong.cwnd = 200 * MSS;
	t.snd.nxt = t.snd.una + 100 * MSS;
	cong_lost(&t);
	KUNIT_EXPECT_EQ(test, t.cong.ssthresh, 70 * MSS);
	t.snd.nxt = t.snd.una + MSS;
	cong_lost(&t);
	KUNIT_EXPECT_EQ(test, t.cong.ssthresh, 2 * MSS);
}

/* A second loss below the first W_max aims at 17/20 of the window */
/* rfc9438: 4.7 */
static void cubic_fast_convergence(struct kunit *test)
{
	struct tcb t = reduced(1000 * MSS, 700 * MSS);

	t.cong.cwnd = 800 * MSS;
	t.snd.nxt = t.snd.una + 800 * MSS;
	cong_lost(&t);
	t.cong.cwnd = t.cong.ssthresh;
	KUNIT_EXPECT_EQ(test, t.cong.cwnd, 560 * MSS);
	/* K = cbrt((680 - 560) / 0.4) = 6.69 s: flat there, at 680 segments */
	pass(&t, 0, 7, 100);
	KUNIT_EXPECT_TRUE_MSG(test, near(t.cong.cwnd, 680 * MSS, 10), "%u",
			      t.cong.cwnd);
}

/* rfc9438: 4.8 */
static void cubic_timeout_forgets_plateau(struct kunit *test)
{
	struct tcb t = reduced(1000 * MSS, 700 * MSS);

	t.snd.nxt = t.snd.una + 700 * MSS;
	cong_timeout(&t);
	KUNIT_EXPECT_EQ(test, t.cong.cwnd, MSS);
	KUNIT_EXPECT_EQ(test, t.cong.ssthresh, 490 * MSS);
	t.cong.backoff = 1;
	cong_timeout(&t);
	KUNIT_EXPECT_EQ(test, t.cong.ssthresh, 490 * MSS);
	while (t.cong.cwnd < t.cong.ssthresh)
		acked(&t, 2, 0);
	/* flat from the start: in a second 0.4 segments, and Reno's few */
	pass(&t, 0, 1, 100);
	KUNIT_EXPECT_TRUE_MSG(test, near(t.cong.cwnd, 495 * MSS, 5), "%u",
			      t.cong.cwnd);
}

/* Time in which the window is not filled moves nothing along the curve */
/* rfc9438: 5.8 */
static void cubic_unused_time_does_not_count(struct kunit *test)
{
	struct tcb t = reduced(1000 * MSS, 700 * MSS);
	struct cong_ack a = { .una = t.snd.una, .bytes = MSS };

	pass(&t, 0, 2, 100);
	a.now = 1000000ull * 1000 + 60000000;
	t.cong.used = t.snd.una;
	cong_acked(&t, &a);
	KUNIT_EXPECT_TRUE(test, near(t.cong.cwnd, 854100, 5));
	acked(&t, 2, 100000);
	KUNIT_EXPECT_TRUE(test, near(t.cong.cwnd, 854100, 5));
}

/* rfc9438: 4.9 */
static void cubic_undo_goes_on_from_window(struct kunit *test)
{
	struct tcb t = reduced(1000 * MSS, 700 * MSS);

	t.cong.cwnd = 1000 * MSS;
	t.cong.ssthresh = 700 * MSS;
	t.cong.ops->undo(&t);
	/* the curve is flat there: Reno's segment a round trip is more */
	pass(&t, 0, 1, 100);
	KUNIT_EXPECT_TRUE_MSG(test, near(t.cong.cwnd, 1009500, 2), "%u",
			      t.cong.cwnd);
}

/* What was sent again is acknowledged in large pieces: rfc3465#section-2.3 */
static void cubic_slow_start_after_timeout(struct kunit *test)
{
	struct tcb t = reduced(100 * MSS, 70 * MSS);

	t.snd.nxt = t.snd.una + 70 * MSS;
	cong_timeout(&t);
	t.cong.recover = t.snd.nxt;
	acked(&t, 40, 0);
	KUNIT_EXPECT_EQ(test, t.cong.cwnd, 2 * MSS);
	t.snd.una = t.snd.nxt;
	acked(&t, 4, 0);
	KUNIT_EXPECT_EQ(test, t.cong.cwnd, 6 * MSS);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(cube_root_is_exact),
	KUNIT_CASE(cubic_period_of_ten_and_of_half_a_million),
	KUNIT_CASE(cubic_curve),
	KUNIT_CASE(cubic_curve_stays_in_range),
	KUNIT_CASE(cubic_long_path_follows_curve),
	KUNIT_CASE(cubic_short_path_keeps_up_with_reno),
	KUNIT_CASE(cubic_growth_limited_by_half),
	KUNIT_CASE(cubic_loss_costs_three_tenths),
	KUNIT_CASE(cubic_fast_convergence),
	KUNIT_CASE(cubic_timeout_forgets_plateau),
	KUNIT_CASE(cubic_unused_time_does_not_count),
	KUNIT_CASE(cubic_undo_goes_on_from_window),
	KUNIT_CASE(cubic_slow_start_after_timeout),
	{}
};

struct kunit_suite glass_cubic = {
	.name = "glass_cubic",
	.test_cases = cases,
};
