// SPDX-License-Identifier: GPL-2.0
/* HyStart++: where CUBIC's first slow start ends, rfc9406#section-4.2. */
#include <glass/core.h>
#include "suites.h"

#define MSS 1000

static struct tcb fresh(void)
{
	struct tcb t = { .cong.ops = &cong_cubic };

	t.snd.mss = MSS;
	t.snd.una = 0u - 5000;
	t.snd.nxt = t.snd.una;
	cong_start(&t);
	t.snd.nxt += t.cong.cwnd;
	t.cong.used = t.snd.nxt;
	return t;
}

/*
 * A round: what was sent is acknowledged, a segment at a time, and each ACK
 * lets out what the window then takes. The round trip is measured @samples
 * times.
 */
static void round_of(struct tcb *t, u32 rtt_us, u32 samples)
{
	struct cong_ack a = { .bytes = MSS };
	u32 end = t->snd.nxt;

	while (t->snd.una != end) {
		a.rtt = samples ? rtt_us : 0;
		samples -= samples > 0;
		a.una = t->snd.una;
		cong_acked(t, &a);
		t->snd.una += MSS;
		if (t->snd.nxt - t->snd.una < t->cong.cwnd)
			t->snd.nxt = t->snd.una + t->cong.cwnd / MSS * MSS;
		cong_sent(t);
	}
}

/* The window after a round, in segments */
static u32 after(struct tcb *t, u32 rtt_us, u32 samples)
{
	round_of(t, rtt_us, samples);
	return t->cong.cwnd / MSS;
}

/* rfc9406: 4.2; rfc9438: 4.10 */
static void steady_round_trips_double(struct kunit *test)
{
	struct tcb t = fresh();

	KUNIT_EXPECT_EQ(test, after(&t, 50000, 99), 20);
	KUNIT_EXPECT_EQ(test, after(&t, 50000, 99), 40);
	/* an eighth of 50 ms is 6.25 ms: 6 ms more are not enough */
	KUNIT_EXPECT_EQ(test, after(&t, 56000, 99), 80);
	KUNIT_EXPECT_EQ(test, t.cong.ssthresh, CONG_SSTHRESH);
}

/* Longer by the threshold: a quarter of the growth from the eighth sample on */
/* rfc9406: 4.2 */
static void longer_round_trips_grow_slowly(struct kunit *test)
{
	struct tcb t = fresh();

	u32 wnd;

	KUNIT_EXPECT_EQ(test, after(&t, 50000, 99), 20);
	/* seven segments as before, then the eighth and 12 more by quarters */
	wnd = after(&t, 57000, 99);
	KUNIT_EXPECT_TRUE_MSG(test, wnd >= 29 && wnd <= 31, "%u", wnd);
}

/* Five rounds of it, the part of one in which it began counted: over */
/* rfc9406: 4.2, 4.3 */
static void five_rounds_end_slow_start(struct kunit *test)
{
	struct tcb t = fresh();
	int i;

	round_of(&t, 50000, 99);
	for (i = 0; i < 4; i++) {
		round_of(&t, 60000, 99);
		KUNIT_EXPECT_EQ(test, t.cong.ssthresh, CONG_SSTHRESH);
	}
	round_of(&t, 60000, 99);
	KUNIT_EXPECT_TRUE(test, t.cong.ssthresh <= t.cong.cwnd);
	KUNIT_EXPECT_TRUE(test, t.cong.ssthresh > 10 * MSS);
}

/* rfc9406: 4.2 */
static void shorter_round_trips_resume(struct kunit *test)
{
	struct tcb t = fresh();
	u32 wnd;

	round_of(&t, 50000, 99);
	round_of(&t, 60000, 99);
	wnd = after(&t, 59000, 99);
	/* from the eighth sample of the round before on */
	KUNIT_EXPECT_EQ(test, after(&t, 55000, 99), 2 * wnd);
	KUNIT_EXPECT_EQ(test, t.cong.ssthresh, CONG_SSTHRESH);
}

/* The threshold is 4 ms at least and 16 ms at most */
/* rfc9406: 4.3 */
static void threshold_has_limits(struct kunit *test)
{
	struct tcb t = fresh();

	round_of(&t, 1000, 99);
	KUNIT_EXPECT_EQ(test, after(&t, 4999, 99), 40);
	t = fresh();
	round_of(&t, 1000, 99);
	KUNIT_EXPECT_TRUE(test, after(&t, 5000, 99) < 40);
	t = fresh();
	round_of(&t, 400000, 99);
	KUNIT_EXPECT_EQ(test, after(&t, 415999, 99), 40);
	t = fresh();
	round_of(&t, 400000, 99);
	KUNIT_EXPECT_TRUE(test, after(&t, 416000, 99) < 40);
}

/* A few measurements say nothing, no more than one round does */
/* rfc9406: 4.2 */
static void few_samples_say_nothing(struct kunit *test)
{
	struct tcb t = fresh();

	KUNIT_EXPECT_EQ(test, after(&t, 50000, 99), 20);
	KUNIT_EXPECT_EQ(test, after(&t, 90000, 7), 40);
	t = fresh();
	KUNIT_EXPECT_EQ(test, after(&t, 50000, 0), 20);
	KUNIT_EXPECT_EQ(test, after(&t, 90000, 99), 40);
}

/* Only the first slow start: rfc9406#section-4.3 */
static void later_slow_start_is_plain(struct kunit *test)
{
	struct tcb t = fresh();
	u32 wnd;

	round_of(&t, 50000, 99);
	round_of(&t, 50000, 99);
	cong_timeout(&t);
	t.snd.nxt = t.snd.una;
	t.cong.ssthresh = 1000 * MSS;
	t.cong.cwnd = 10 * MSS;
	t.snd.nxt = t.snd.una + t.cong.cwnd;
	t.cong.used = t.snd.nxt;
	t.cong.recover = t.snd.una;
	round_of(&t, 50000, 99);
	wnd = t.cong.cwnd / MSS;
	KUNIT_EXPECT_EQ(test, after(&t, 90000, 99), 2 * wnd);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(steady_round_trips_double),
	KUNIT_CASE(longer_round_trips_grow_slowly),
	KUNIT_CASE(five_rounds_end_slow_start),
	KUNIT_CASE(shorter_round_trips_resume),
	KUNIT_CASE(threshold_has_limits),
	KUNIT_CASE(few_samples_say_nothing),
	KUNIT_CASE(later_slow_start_is_plain),
	{}
};

struct kunit_suite glass_hystart = {
	.name = "glass_hystart",
	.test_cases = cases,
};
