// SPDX-License-Identifier: GPL-2.0
/* How Reno's window grows and what a loss costs, rfc5681#section-3.1. */
#include <glass/core.h>
#include "suites.h"

static struct tcb fresh(u16 mss)
{
	struct tcb t = { .cong.ops = &cong_reno };

	t.snd.mss = mss;
	cong_start(&t);
	t.cong.used = 1 << 30;
	return t;
}

static void acked(struct tcb *t, u32 bytes)
{
	struct cong_ack a = { .una = t->snd.una, .bytes = bytes };

	cong_acked(t, &a);
}

/* rfc6928#section-2: min(10 MSS, max(2 MSS, 14600)) */
static void reno_first_window(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, fresh(48).cong.cwnd, 480);
	KUNIT_EXPECT_EQ(test, fresh(1000).cong.cwnd, 10000);
	KUNIT_EXPECT_EQ(test, fresh(1460).cong.cwnd, 14600);
	KUNIT_EXPECT_EQ(test, fresh(1461).cong.cwnd, 14600);
	KUNIT_EXPECT_EQ(test, fresh(7300).cong.cwnd, 14600);
	KUNIT_EXPECT_EQ(test, fresh(8960).cong.cwnd, 17920);
	KUNIT_EXPECT_EQ(test, fresh(65483).cong.cwnd, 130966);
}

/* rfc9293: MUST-19; rfc5681: 3.1 */
static void reno_slow_start_doubles(struct kunit *test)
{
	struct tcb t = fresh(1000);
	int i;

	for (i = 0; i < 10; i++)
		acked(&t, 1000);
	KUNIT_EXPECT_EQ(test, t.cong.cwnd, 20000);
}

/* No more than two segments for one ACK, after a timeout one */
/* rfc3465: 2.2, 2.3 */
static void reno_slow_start_step_limited(struct kunit *test)
{
	struct tcb t = fresh(1000);

	acked(&t, 500);
	KUNIT_EXPECT_EQ(test, t.cong.cwnd, 10500);
	acked(&t, 9000);
	KUNIT_EXPECT_EQ(test, t.cong.cwnd, 12500);
	t.snd.nxt = 12000;
	cong_timeout(&t);
	acked(&t, 9000);
	KUNIT_EXPECT_EQ(test, t.cong.cwnd, 2000);
}

/* Slow start ends exactly there */
static void reno_slow_start_ends_at_ssthresh(struct kunit *test)
{
	struct tcb t = fresh(1000);

	t.cong.ssthresh = 10300;
	acked(&t, 1000);
	KUNIT_EXPECT_EQ(test, t.cong.cwnd, 10300);
}

/* Equation 3: one segment per window acknowledged */
/* rfc9293: MUST-19; rfc5681: 3.1; rfc3465: 2.1 */
static void reno_avoidance_adds_one_segment(struct kunit *test)
{
	struct tcb t = fresh(1000);
	int i;

	t.cong.ssthresh = 5000;
	for (i = 0; i < 9; i++)
		acked(&t, 1000);
	KUNIT_EXPECT_EQ(test, t.cong.cwnd, 10000);
	acked(&t, 1000);
	KUNIT_EXPECT_EQ(test, t.cong.cwnd, 11000);
	for (i = 0; i < 11; i++)
		acked(&t, 1000);
	KUNIT_EXPECT_EQ(test, t.cong.cwnd, 12000);
}

static void reno_window_has_ceiling(struct kunit *test)
{
	struct tcb t = fresh(1000);

	t.cong.ssthresh = 1000;
	t.cong.cwnd = 0x40000000 - 10;
	acked(&t, 0x40000000);
	KUNIT_EXPECT_EQ(test, t.cong.cwnd, 0x40000000);
}

/* Equation 4: half of what is in flight, two segments at least */
/* rfc5681: 3.1 */
static void reno_loss_halves_flight(struct kunit *test)
{
	struct tcb t = fresh(1000);

	t.snd.una = 0xfffffff0;
	t.snd.nxt = t.snd.una + 9000;
	cong_lost(&t);
	KUNIT_EXPECT_EQ(test, t.cong.ssthresh, 4500);
	t.snd.nxt = t.snd.una + 3000;
	cong_lost(&t);
	KUNIT_EXPECT_EQ(test, t.cong.ssthresh, 2000);
}

/* rfc5681: 3.1 */
static void reno_timeout_one_segment(struct kunit *test)
{
	struct tcb t = fresh(1000);

	t.snd.nxt = t.snd.una + 9000;
	cong_timeout(&t);
	KUNIT_EXPECT_EQ(test, t.cong.ssthresh, 4500);
	KUNIT_EXPECT_EQ(test, t.cong.cwnd, 1000);
	/* the same text again: ssthresh is held, rfc5681#section-3.1 */
	t.cong.backoff = 1;
	t.snd.nxt = t.snd.una + 1000;
	cong_timeout(&t);
	KUNIT_EXPECT_EQ(test, t.cong.ssthresh, 4500);
	KUNIT_EXPECT_EQ(test, t.cong.cwnd, 1000);
}

/* What was counted before a loss does not count after it */
static void reno_loss_clears_credit(struct kunit *test)
{
	struct tcb t = fresh(1000);

	t.cong.ssthresh = 5000;
	t.snd.nxt = t.snd.una + 9000;
	acked(&t, 9000);
	cong_lost(&t);
	acked(&t, 9000);
	KUNIT_EXPECT_EQ(test, t.cong.cwnd, 10000);
	t.cong.backoff = 1;
	cong_timeout(&t);
	acked(&t, 999);
	KUNIT_EXPECT_EQ(test, t.cong.cwnd, 1999);
	t.cong.ssthresh = 1000;
	acked(&t, 1998);
	KUNIT_EXPECT_EQ(test, t.cong.cwnd, 1999);
}

/* rfc5681: 4.1 */
static void reno_idle_never_raises(struct kunit *test)
{
	struct tcb t = fresh(1000);

	t.cong.cwnd = 50000;
	t.cong.ops->idle(&t);
	KUNIT_EXPECT_EQ(test, t.cong.cwnd, 10000);
	t.cong.cwnd = 3000;
	t.cong.ops->idle(&t);
	KUNIT_EXPECT_EQ(test, t.cong.cwnd, 3000);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(reno_first_window),
	KUNIT_CASE(reno_slow_start_doubles),
	KUNIT_CASE(reno_slow_start_step_limited),
	KUNIT_CASE(reno_slow_start_ends_at_ssthresh),
	KUNIT_CASE(reno_avoidance_adds_one_segment),
	KUNIT_CASE(reno_window_has_ceiling),
	KUNIT_CASE(reno_loss_halves_flight),
	KUNIT_CASE(reno_timeout_one_segment),
	KUNIT_CASE(reno_loss_clears_credit),
	KUNIT_CASE(reno_idle_never_raises),
	{}
};

struct kunit_suite glass_reno = {
	.name = "glass_reno",
	.test_cases = cases,
};
