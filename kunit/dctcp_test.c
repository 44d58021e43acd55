// SPDX-License-Identifier: GPL-2.0
/* DCTCP, rfc8257. */
#include "script.h"
#include "suites.h"

#define MSS 1000

static struct tcb fresh(void)
{
	struct tcb t = { .cong.ops = &cong_dctcp };

	t.snd.mss = MSS;
	t.snd.una = 0u - 5000;
	t.snd.nxt = t.snd.una;
	cong_start(&t);
	t.cong.cwnd = 100 * MSS;
	t.cong.ssthresh = 100 * MSS;
	return t;
}

/* A window of a hundred segments, of which so many were marked */
static void window(struct tcb *t, u32 marked)
{
	struct cong_ack a = { .bytes = MSS };
	u32 i;

	t->snd.nxt = t->snd.una + 100 * MSS;
	for (i = 0; i < 100; i++) {
		a.una = t->snd.una;
		a.ece = i < marked;
		t->cong.ops->heard(t, &a);
		t->snd.una += MSS;
	}
}

/* By how much a mark would now reduce the window, per mille */
static u32 cost(struct tcb t)
{
	t.cong.ops->marked(&t);
	return 1000 - t.cong.ssthresh / 100;
}

/* rfc8257: 3.3 */
static void dctcp_first_mark_costs_half(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, cost(fresh()), 500);
}

/* Nothing but marks: as before; none: 15/16 of it each window, to nothing */
/* rfc8257: 3.3, 4.2 */
static void dctcp_alpha_follows_marks(struct kunit *test)
{
	struct tcb t = fresh();
	int i;

	for (i = 0; i < 20; i++)
		window(&t, 100);
	KUNIT_EXPECT_EQ(test, cost(t), 500);
	/* the window in which the first was sent ends with its first ACK */
	for (i = 0; i < 17; i++)
		window(&t, 0);
	KUNIT_EXPECT_TRUE_MSG(test, cost(t) >= 165 && cost(t) <= 180, "%u",
			      cost(t));
	for (i = 0; i < 200; i++)
		window(&t, 0);
	KUNIT_EXPECT_EQ(test, cost(t), 0);
	for (i = 0; i < 200; i++)
		window(&t, 30);
	KUNIT_EXPECT_TRUE_MSG(test, cost(t) >= 147 && cost(t) <= 153, "%u",
			      cost(t));
}

/* rfc8257: 3.5 */
static void dctcp_loss_costs_half(struct kunit *test)
{
	struct tcb t = fresh();
	int i;

	for (i = 0; i < 200; i++)
		window(&t, 0);
	t.snd.nxt = t.snd.una + 100 * MSS;
	/* a mark in the same window, which costs little, does not stand for it */
	t.ecn_ok = 1;
	t.cong.reduced = t.snd.nxt;
	cong_lost(&t);
	KUNIT_EXPECT_EQ(test, t.cong.ssthresh, 50 * MSS);
	cong_timeout(&t);
	KUNIT_EXPECT_EQ(test, t.cong.cwnd, MSS);
}

/* rfc8257: 3.4 */
static void dctcp_grows_as_reno(struct kunit *test)
{
	struct tcb t = fresh(), r = fresh();
	struct cong_ack a = { .una = t.snd.una, .bytes = 2 * MSS };
	int i;

	cong_select(&r, &cong_reno, NULL);
	t.cong.used = t.snd.una + 1;
	r.cong.used = t.snd.una + 1;
	for (i = 0; i < 200; i++) {
		cong_acked(&t, &a);
		cong_acked(&r, &a);
	}
	KUNIT_EXPECT_TRUE(test, t.cong.cwnd > 102 * MSS);
	KUNIT_EXPECT_EQ(test, t.cong.cwnd, r.cong.cwnd);
}

/* ECN is asked for whatever the sysctl says; each change is told at once */
/* rfc8257: 3.2, 4.1 */
static void dctcp_receiver_tells_each_change(struct kunit *test)
{
	struct script *s = script_begin(test);

	s->p.cong = &cong_dctcp;
	s->p.ecn = 0;
	script_open(s);
	inject_syn(s, "SE.", 1, 60000, RULE_SYN_SENT_SYN_ACK);
	expect(s, ".", 1, 0, 1, ANY, RULE_SYN_SENT_SYN_ACK);
	inject(s, ".", 1, 1000, 1, 60000, RULE_TEXT_IN_ORDER);
	expect_nothing(s);
	s->ecn = SEG_CE;
	inject(s, ".", 1001, 1000, 1, 60000, RULE_TEXT_IN_ORDER);
	expect(s, "E.", 1, 0, 2001, ANY, RULE_ACK_MARKS);
	s->ecn = SEG_CE;
	inject(s, ".", 2001, 1000, 1, 60000, RULE_TEXT_IN_ORDER);
	expect_nothing(s);
	s->ecn = SEG_CE;
	inject(s, ".W", 3001, 1000, 1, 60000, RULE_TEXT_IN_ORDER);
	expect(s, "E.", 1, 0, 4001, ANY, RULE_ACK_EVERY_SECOND);
	inject(s, ".", 4001, 1000, 1, 60000, RULE_TEXT_IN_ORDER);
	expect(s, ".", 1, 0, 5001, ANY, RULE_ACK_MARKS);
	expect_nothing(s);
}

/* Once in a window, and the window is never more than it was */
/* rfc8257: 3.3 */
static void dctcp_reduces_once_a_window(struct kunit *test)
{
	struct script *s = script_begin(test);
	u32 seq;

	s->p.cong = &cong_dctcp;
	script_open(s);
	inject_syn(s, "SE.", 1, 60000, RULE_SYN_SENT_SYN_ACK);
	expect(s, ".", 1, 0, 1, ANY, RULE_SYN_SENT_SYN_ACK);
	user_writes(s, 20000);
	for (seq = 1; seq < 10001; seq += 1000)
		expect(s, ".", seq, 1000, 1, ANY, RULE_SEND_TEXT);
	inject(s, "E.", 1, 0, 2001, 60000, RULE_ACK_MARKED);
	KUNIT_EXPECT_EQ(test, s->t.cong.cwnd, 5000);
	inject(s, "E.", 1, 0, 4001, 60000, RULE_ACK_NEW);
	KUNIT_EXPECT_EQ(test, s->t.cong.cwnd, 5000);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(dctcp_first_mark_costs_half),
	KUNIT_CASE(dctcp_alpha_follows_marks),
	KUNIT_CASE(dctcp_loss_costs_half),
	KUNIT_CASE(dctcp_grows_as_reno),
	SCRIPT_CASE(dctcp_receiver_tells_each_change),
	SCRIPT_CASE(dctcp_reduces_once_a_window),
	{}
};

struct kunit_suite glass_dctcp = {
	.name = "glass_dctcp",
	.test_cases = cases,
};
