// SPDX-License-Identifier: GPL-2.0
/* Pacing: when text may leave, module/core/pace.c. */
#include "script.h"
#include "suites.h"

#define NOW	STORY_START_US

/* A thousand octets a millisecond: one segment each */
static void pace_spaces_segments(struct kunit *test)
{
	struct pace p = { .rate = 1000000 };

	KUNIT_EXPECT_EQ(test, pace_wait(&p, NOW), 0);
	pace_sent(&p, NOW, 1000);
	/* what may leave at once: a millisecond's */
	KUNIT_EXPECT_EQ(test, pace_wait(&p, NOW), 0);
	pace_sent(&p, NOW, 1000);
	KUNIT_EXPECT_EQ(test, pace_wait(&p, NOW), 1000);
	KUNIT_EXPECT_EQ(test, pace_wait(&p, NOW + 999), 1);
	KUNIT_EXPECT_EQ(test, pace_wait(&p, NOW + 1000), 0);
}

/* Looked at every 7 ms, or every 300 us: on average the rate is kept */
static void pace_keeps_rate(struct kunit *test)
{
	static const u32 ticks[] = { 1, 300, 999, 1001 };
	u32 i, sent;
	u64 now;

	for (i = 0; i < ARRAY_SIZE(ticks); i++) {
		struct pace p = { .rate = 12500000 };

		sent = 0;
		for (now = NOW; now < NOW + 1000000; now += ticks[i]) {
			while (!pace_wait(&p, now)) {
				pace_sent(&p, now, 1448);
				sent += 1448;
			}
		}
		KUNIT_EXPECT_TRUE_MSG(test, sent > 12400000 && sent < 12600000,
				      "every %u us: %u", ticks[i], sent);
	}
}

/* After a pause there is no burst */
static void pace_forgets_pauses(struct kunit *test)
{
	struct pace p = { .rate = 1000000 };

	pace_sent(&p, NOW, 1000);
	pace_sent(&p, NOW + 5000000, 1000);
	KUNIT_EXPECT_EQ(test, pace_wait(&p, NOW + 5000000), 0);
	pace_sent(&p, NOW + 5000000, 1000);
	KUNIT_EXPECT_EQ(test, pace_wait(&p, NOW + 5000000), 1000);
}

static void pace_extremes(struct kunit *test)
{
	struct pace p = { .rate = PACE_FREE };

	pace_sent(&p, NOW, 0x7fffffff);
	KUNIT_EXPECT_EQ(test, pace_wait(&p, NOW), 0);
	p.rate = 0;
	pace_sent(&p, NOW, 65536);
	KUNIT_EXPECT_EQ(test, pace_wait(&p, NOW), 0x7fffffff);
	p = (struct pace){ .rate = PACE_FREE - 1 };
	pace_sent(&p, NOW, 0xffffffff);
	pace_sent(&p, NOW, 1);
	KUNIT_EXPECT_TRUE(test, pace_wait(&p, NOW) > 990000);
}

/* A window in a round trip, and more: double while it doubles */
static void rate_follows_window(struct kunit *test)
{
	struct tcb t = { .cong.ops = &cong_reno };

	t.snd.mss = 1000;
	cong_start(&t);
	KUNIT_EXPECT_EQ(test, cong_rate(&t), PACE_FREE);
	t.srtt = 100000;
	KUNIT_EXPECT_EQ(test, cong_rate(&t), 200000);
	t.cong.ssthresh = 10000;
	KUNIT_EXPECT_EQ(test, cong_rate(&t), 120000);
	t.cong.cwnd = CONG_CWND_MAX;
	t.srtt = 1;
	KUNIT_EXPECT_EQ(test, cong_rate(&t), PACE_FREE);
}

/* Text waits for its time, an ACK does not */
static void established_paced_text_waits(struct kunit *test)
{
	struct script *s = script_established(test);

	s->t.paced = 1;
	user_writes(s, 100);
	KUNIT_EXPECT_FALSE(test, tcb_output(&s->t, s->now, 0, &s->out));
	KUNIT_EXPECT_EQ(test, s->t.armed, 0);
	inject(s, "P.", 1, 1000, 1, 10000, RULE_TEXT_IN_ORDER);
	inject(s, "P.", 1001, 1000, 1, 10000, RULE_TEXT_IN_ORDER);
	expect(s, ".", 1, 0, 2001, ANY, RULE_ACK_EVERY_SECOND);
	s->t.paced = 0;
	expect(s, "P.", 1, 100, 2001, ANY, RULE_SEND_PUSH);
	expect_nothing(s);
}

/* ... also what was lost */
static void recovery_paced_waits(struct kunit *test)
{
	struct script *s = script_begin(test);
	u32 seq;

	s->peer_wnd = 60000;
	script_establish(s);
	user_writes(s, 5000);
	for (seq = 1; seq < 5001; seq += 1000)
		expect(s, seq == 4001 ? "P." : ".", seq, 1000, 1, 10000,
		       RULE_SEND_TEXT);
	inject(s, ".", 1, 0, 1, 60000, RULE_ACK_DUP);
	inject(s, ".", 1, 0, 1, 60000, RULE_ACK_DUP);
	s->t.paced = 1;
	inject(s, ".", 1, 0, 1, 60000, RULE_ACK_FAST_RETRANSMIT);
	KUNIT_EXPECT_FALSE(test, tcb_output(&s->t, s->now, 0, &s->out));
	s->t.paced = 0;
	expect(s, ".", 1, 1000, 1, 10000, RULE_RESEND_FAST);
	expect_nothing(s);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(pace_spaces_segments),
	KUNIT_CASE(pace_keeps_rate),
	KUNIT_CASE(pace_forgets_pauses),
	KUNIT_CASE(pace_extremes),
	KUNIT_CASE(rate_follows_window),
	SCRIPT_CASE(established_paced_text_waits),
	SCRIPT_CASE(recovery_paced_waits),
	{}
};

struct kunit_suite glass_pace = {
	.name = "glass_pace",
	.test_cases = cases,
};
