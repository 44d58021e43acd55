// SPDX-License-Identifier: GPL-2.0
/* What all congestion controls have in common: module/core/cong.c. */
#include "script.h"
#include "suites.h"

/* A congestion control that only counts, with memory of its own */
struct counts {
	u32 init;
	u32 heard;
	u32 acked;
	u32 rtt;
};

static struct counts *counts(struct tcb *t)
{
	return t->cong.memory;
}

static void count_init(struct tcb *t)
{
	counts(t)->init++;
}

static void count_heard(struct tcb *t, const struct cong_ack *a)
{
	counts(t)->heard += a->bytes;
	counts(t)->rtt = a->rtt;
}

static void count_acked(struct tcb *t, const struct cong_ack *a)
{
	counts(t)->acked += a->bytes;
}

static void count_lost(struct tcb *t)
{
	t->cong.ssthresh = t->cong.cwnd / 2;
}

static const struct cong_ops cong_count = {
	.name = "count",
	.memory = sizeof(struct counts),
	.init = count_init,
	.heard = count_heard,
	.acked = count_acked,
	.lost = count_lost,
	.timeout = count_lost,
};

/* A window that is not filled does not grow */
/* rfc5681: 3.1 */
static void established_unused_window_stays(struct kunit *test)
{
	struct script *s = script_established(test);
	u32 cwnd = s->t.cong.cwnd;

	user_writes(s, 1000);
	expect(s, "P.", 1, 1000, 1, 10000, RULE_SEND_TEXT);
	inject(s, ".", 1, 0, 1001, 10000, RULE_ACK_NEW);
	KUNIT_EXPECT_EQ(test, s->t.cong.cwnd, cwnd);
}

/* In slow start half of it is enough */
static void established_half_used_window_doubles(struct kunit *test)
{
	struct script *s = script_established(test);
	u32 cwnd = s->t.cong.cwnd, mss = s->t.snd.mss, seq;

	user_writes(s, cwnd / 2);
	for (seq = 1; seq < 1 + cwnd / 2; seq += mss)
		expect(s, seq + mss > cwnd / 2 ? "P." : ".", seq, mss, 1, 10000,
		       RULE_SEND_TEXT);
	inject(s, ".", 1, 0, 1 + mss, 10000, RULE_ACK_NEW);
	KUNIT_EXPECT_EQ(test, s->t.cong.cwnd, cwnd + mss);
}

/* Both windows are kept, what the one before knew is not */
static void switched_keeps_windows(struct kunit *test)
{
	struct script *s = script_established(test);
	struct counts *memory = kunit_kzalloc(test, sizeof(*memory),
					      GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, memory);
	memory->heard = 77;
	s->t.cong.cwnd = 7000;
	s->t.cong.ssthresh = 5000;
	cong_select(&s->t, &cong_count, memory);
	KUNIT_EXPECT_EQ(test, s->t.cong.cwnd, 7000);
	KUNIT_EXPECT_EQ(test, s->t.cong.ssthresh, 5000);
	KUNIT_EXPECT_EQ(test, memory->init, 1);
	KUNIT_EXPECT_EQ(test, memory->heard, 0);
	user_writes(s, 1000);
	expect(s, "P.", 1, 1000, 1, 10000, RULE_SEND_TEXT);
	s->now += 30000;
	inject(s, ".", 1, 0, 1001, 10000, RULE_ACK_NEW);
	KUNIT_EXPECT_EQ(test, memory->acked, 1000);
	KUNIT_EXPECT_EQ(test, memory->rtt, 30000);
	cong_select(&s->t, &cong_cubic, NULL);
	KUNIT_EXPECT_EQ(test, s->t.cong.cwnd, 7000);
	cong_select(&s->t, &cong_reno, NULL);
	KUNIT_EXPECT_EQ(test, s->t.cong.word[0], 0);
	kunit_kfree(test, memory);
}

/* In recovery an ACK is heard, and nothing grows */
static void recovery_is_heard(struct kunit *test)
{
	struct script *s = script_begin(test);
	struct counts *memory = kunit_kzalloc(test, sizeof(*memory),
					      GFP_KERNEL);
	u32 seq;
	int i;

	KUNIT_ASSERT_NOT_NULL(test, memory);
	s->peer_wnd = 60000;
	script_establish(s);
	cong_select(&s->t, &cong_count, memory);
	user_writes(s, 5000);
	for (seq = 1; seq < 5001; seq += 1000)
		expect(s, seq == 4001 ? "P." : ".", seq, 1000, 1, 10000,
		       RULE_SEND_TEXT);
	for (i = 0; i < 3; i++)
		inject(s, ".", 1, 0, 1, 60000, i == 2 ?
		       RULE_ACK_FAST_RETRANSMIT : RULE_ACK_DUP);
	inject(s, ".", 1, 0, 2001, 60000, RULE_ACK_PARTIAL);
	KUNIT_EXPECT_EQ(test, memory->heard, 2000);
	KUNIT_EXPECT_EQ(test, memory->acked, 0);
	kunit_kfree(test, memory);
}

/* What slow start found before is near: it ends where the window was */
/* rfc5681: 4.1 */
static void idle_remembers_window(struct kunit *test)
{
	struct tcb t = { .cong.ops = &cong_cubic };

	t.snd.mss = 1000;
	cong_start(&t);
	t.cong.cwnd = 40000;
	t.cong.ssthresh = 8000;
	t.cong.ops->idle(&t);
	KUNIT_EXPECT_EQ(test, t.cong.cwnd, 10000);
	KUNIT_EXPECT_EQ(test, t.cong.ssthresh, 30000);
}

static struct kunit_case cases[] = {
	SCRIPT_CASE(established_unused_window_stays),
	SCRIPT_CASE(established_half_used_window_doubles),
	SCRIPT_CASE(switched_keeps_windows),
	SCRIPT_CASE(recovery_is_heard),
	KUNIT_CASE(idle_remembers_window),
	{}
};

struct kunit_suite glass_cong = {
	.name = "glass_cong",
	.test_cases = cases,
};
