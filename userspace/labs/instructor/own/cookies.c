// SPDX-License-Identifier: GPL-2.0
/* What a learner might write for cookies: the wrong variants are all found. */
#include <glass/cookies.h>

#include "suites.h"

static const u32 hash[COOKIE_SLOTS] = { 0x10000000, 0x20000000, 0x30000000 };

static const struct tcb_params plain = {
	.buff = 50000, .adv_mss = 1460, .path_mss = 1460, .default_mss = 536,
	.wscale = true,
};

static const struct segment syn = {
	.seq = 999, .wnd = 5000, .flags = SEG_SYN, .mss = 1220, .wscale = 7,
	.opts = SEG_OPT_MSS | SEG_OPT_WSCALE,
};

/* The ACK of a cookie that was made with this hash, or of another number */
static struct verdict answer(u32 of, u32 added, u8 opts, struct embryo *e)
{
	struct segment s = {
		.seq = 1000, .wnd = 5000, .flags = SEG_ACK, .opts = opts,
		.tsval = 1, .tsecr = 7,
	};
	struct verdict v;

	cookie_open(e, &syn, &plain, of, 0);
	s.ack = e->iss + 1 + added;
	cookie_input(e, &s, &plain, hash, 0, &v);
	return v;
}

static void own_there_and_back(struct kunit *test)
{
	struct embryo e;

	KUNIT_EXPECT_EQ(test, answer(hash[0], 0, 0, &e).bits, V_ESTABLISHED);
	KUNIT_EXPECT_EQ(test, e.irs, 999);
	KUNIT_EXPECT_EQ(test, e.mss, 1220);
	KUNIT_EXPECT_FALSE(test, e.wscale_ok);
}

static void own_two_slots_and_no_more(struct kunit *test)
{
	struct embryo e;

	KUNIT_EXPECT_EQ(test, answer(hash[1], 0, 0, &e).bits, V_ESTABLISHED);
	KUNIT_EXPECT_EQ(test, answer(hash[2], 0, 0, &e).bits, V_REJECT);
}

static void own_guess(struct kunit *test)
{
	struct embryo e;

	KUNIT_EXPECT_EQ(test, answer(hash[0], 1000, 0, &e).bits, V_REJECT);
}

static void own_no_timestamps_here(struct kunit *test)
{
	struct embryo e;
	struct segment out;

	answer(hash[0], 0, SEG_OPT_TS, &e);
	KUNIT_EXPECT_FALSE(test, e.wscale_ok);
	cookie_open(&e, &syn, &plain, hash[0], 0);
	KUNIT_EXPECT_TRUE(test, embryo_output(&e, &out));
	KUNIT_EXPECT_EQ(test, out.opts, SEG_OPT_MSS);
}

static void own_timestamp_is_not_ahead(struct kunit *test)
{
	struct embryo e = { .ts_ok = 1, .wscale_ok = 1, .peer_shift = 14 };
	u32 clock;

	for (clock = 1000; clock < 1200; clock++)
		KUNIT_EXPECT_LE(test, cookie_timestamp(&e, clock), clock);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(own_there_and_back),
	KUNIT_CASE(own_two_slots_and_no_more),
	KUNIT_CASE(own_guess),
	KUNIT_CASE(own_no_timestamps_here),
	KUNIT_CASE(own_timestamp_is_not_ahead),
	{}
};

static struct kunit_suite own = {
	.name = "own",
	.test_cases = cases,
};

kunit_test_suites(&own);
