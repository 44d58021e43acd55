// SPDX-License-Identifier: GPL-2.0
/* TIME-WAIT as a record: rfc9293#section-3.6.1 and 3.10.7.4. */
#include "script.h"
#include "suites.h"

/* SND.NXT is 2 and RCV.NXT is 2: both sent a SYN and a FIN and nothing else */
static struct timewait record_of(struct kunit *test)
{
	struct script *s = script_fin_wait_2(test);
	struct timewait w;

	inject(s, "F.", 1, 0, 2, 10000, RULE_FIN_TIME_WAIT);
	expect(s, ".", 2, 0, 2, 9999, RULE_FIN_TIME_WAIT);
	timewait_open(&w, &s->t);
	return w;
}

static void arrives(struct kunit *test, struct timewait *w, const char *flags,
		    u32 seq, u32 len, u32 ack, u16 rule, u16 bits)
{
	const struct isn *isn = isn_of(test);
	struct segment s = {
		.seq = isn->irs + seq,
		.ack = isn->iss + ack,
		.len = len,
		.flags = flags_of(flags),
	};
	struct verdict v;

	timewait_input(w, &s, &v);
	KUNIT_EXPECT_STREQ(test, rule_name(v.rule), rule_name(rule));
	KUNIT_EXPECT_EQ(test, v.bits, bits);
}

static void answered(struct kunit *test, struct timewait *w, u16 rule)
{
	const struct isn *isn = isn_of(test);
	struct segment s;

	KUNIT_ASSERT_TRUE(test, timewait_output(w, &s));
	KUNIT_EXPECT_EQ(test, s.rule, rule);
	KUNIT_EXPECT_EQ(test, s.flags, SEG_ACK);
	KUNIT_EXPECT_EQ(test, s.seq, isn->iss + 2);
	KUNIT_EXPECT_EQ(test, s.ack, isn->irs + 2);
	KUNIT_EXPECT_EQ(test, s.wnd, 9999);
	KUNIT_EXPECT_EQ(test, s.len, 0);
	KUNIT_EXPECT_FALSE(test, timewait_output(w, &s));
}

static void not_answered(struct kunit *test, struct timewait *w)
{
	struct segment s;

	KUNIT_EXPECT_FALSE(test, timewait_output(w, &s));
}

static void time_wait_fin_again_restarts(struct kunit *test)
{
	struct timewait w = record_of(test);

	not_answered(test, &w);
	arrives(test, &w, "F.", 1, 0, 2, RULE_TW_FIN, V_TIME_WAIT);
	answered(test, &w, RULE_TW_FIN);
}

/* With the text before it, as a timeout sends it */
static void time_wait_text_and_fin_again_restarts(struct kunit *test)
{
	struct timewait w = record_of(test);

	arrives(test, &w, "FP.", -99, 100, 2, RULE_TW_FIN, V_TIME_WAIT);
	answered(test, &w, RULE_TW_FIN);
}

static void time_wait_rst_exact_ends(struct kunit *test)
{
	struct timewait w = record_of(test);

	arrives(test, &w, "R", 2, 0, 0, RULE_TW_RST, V_DEAD);
	not_answered(test, &w);
}

/* rfc1337: any other RST must not end TIME-WAIT */
/* rfc1337: 3 */
static void time_wait_rst_elsewhere_dropped(struct kunit *test)
{
	struct timewait w = record_of(test);

	arrives(test, &w, "R", 3, 0, 0, RULE_SEQ_RST, 0);
	arrives(test, &w, "R.", 1, 0, 2, RULE_SEQ_RST, 0);
	not_answered(test, &w);
}

/* rfc9293: MAY-2 */
static void time_wait_new_syn_ends(struct kunit *test)
{
	struct timewait w = record_of(test);

	arrives(test, &w, "S", 3, 0, 0, RULE_TW_SYN, V_DEAD);
	not_answered(test, &w);
}

/* rfc5961: 4.2; rfc1337: 2.3 */
static void time_wait_old_syn_challenged(struct kunit *test)
{
	struct timewait w = record_of(test);

	arrives(test, &w, "S", 2, 0, 0, RULE_TW_SYN_OLD, 0);
	answered(test, &w, RULE_TW_SYN_OLD);
	arrives(test, &w, "S", -1000, 0, 0, RULE_TW_SYN_OLD, 0);
	answered(test, &w, RULE_TW_SYN_OLD);
	arrives(test, &w, "S.", 1000, 0, 2, RULE_TW_SYN_OLD, 0);
	answered(test, &w, RULE_TW_SYN_OLD);
	arrives(test, &w, "SF", 1000, 0, 0, RULE_TW_SYN_OLD, 0);
	answered(test, &w, RULE_TW_SYN_OLD);
}

/* Two ends in TIME-WAIT do not answer each other for ever */
static void time_wait_last_ack_quiet(struct kunit *test)
{
	struct timewait w = record_of(test);

	arrives(test, &w, ".", 2, 0, 2, RULE_TW_QUIET, 0);
	/* nothing but the FIN is waited for: what it acknowledges is no matter */
	arrives(test, &w, ".", 2, 0, 1, RULE_TW_QUIET, 0);
	arrives(test, &w, ".", 2, 0, 1000, RULE_TW_QUIET, 0);
	not_answered(test, &w);
}

static void time_wait_new_syn_nobody_challenged(struct kunit *test)
{
	struct timewait w = record_of(test);
	struct verdict v = { .rule = RULE_TW_SYN, .bits = V_DEAD };

	timewait_no_listener(&w, &v);
	KUNIT_EXPECT_EQ(test, v.rule, RULE_TW_SYN_NOBODY);
	KUNIT_EXPECT_EQ(test, v.bits, 0);
	answered(test, &w, RULE_TW_SYN_NOBODY);
}

static void time_wait_rst_ignored(struct kunit *test)
{
	struct verdict v = { .rule = RULE_TW_RST, .bits = V_DEAD };

	timewait_ignore_rst(&v);
	KUNIT_EXPECT_EQ(test, v.rule, RULE_TW_RST_IGNORED);
	KUNIT_EXPECT_EQ(test, v.bits, 0);
	v = (struct verdict){ .rule = RULE_TW_SYN, .bits = V_DEAD };
	timewait_ignore_rst(&v);
	KUNIT_EXPECT_EQ(test, v.rule, RULE_TW_SYN);
	KUNIT_EXPECT_EQ(test, v.bits, V_DEAD);
}

/* rfc1337: 2.2 */
static void time_wait_other_acked(struct kunit *test)
{
	struct timewait w = record_of(test);

	arrives(test, &w, "P.", 1, 100, 2, RULE_TW_OTHER, 0);
	answered(test, &w, RULE_TW_OTHER);
	arrives(test, &w, ".", 3, 0, 2, RULE_TW_OTHER, 0);
	answered(test, &w, RULE_TW_OTHER);
	arrives(test, &w, "F.", 2, 0, 2, RULE_TW_OTHER, 0);
	answered(test, &w, RULE_TW_OTHER);
}

static void time_wait_window_scaled(struct kunit *test)
{
	struct tcb t = { .rcv = { .wnd = 1 << 20, .shift = 5 } };
	struct timewait w;

	timewait_open(&w, &t);
	KUNIT_EXPECT_EQ(test, w.wnd, 1 << 15);
}

/* An old FIN does not start 2 MSL anew; rfc7323: 5.3 */
static void time_wait_paws(struct kunit *test)
{
	struct timewait w = { .rcv_nxt = 7, .ts_recent = 50, .ts_ok = 1 };
	struct segment s = {
		.seq = 6, .flags = SEG_ACK | SEG_FIN, .opts = SEG_OPT_TS,
		.tsval = 49,
	}, out;
	struct verdict v;

	timewait_input(&w, &s, &v);
	KUNIT_EXPECT_EQ(test, v.rule, RULE_PAWS);
	KUNIT_EXPECT_EQ(test, v.bits, 0);
	KUNIT_ASSERT_TRUE(test, timewait_output(&w, &out));
	KUNIT_EXPECT_EQ(test, out.rule, RULE_PAWS);
	s.tsval = 50;
	timewait_input(&w, &s, &v);
	KUNIT_EXPECT_EQ(test, v.rule, RULE_TW_FIN);
	KUNIT_EXPECT_EQ(test, v.bits, V_TIME_WAIT);
	s.flags = SEG_ACK;
	s.seq = 7;
	s.tsval = 49;
	timewait_input(&w, &s, &v);
	KUNIT_EXPECT_EQ(test, v.rule, RULE_PAWS);
	s.flags = SEG_RST;
	timewait_input(&w, &s, &v);
	KUNIT_EXPECT_EQ(test, v.rule, RULE_TW_RST);
}

static struct kunit_case cases[] = {
	SCRIPT_CASE(time_wait_fin_again_restarts),
	SCRIPT_CASE(time_wait_text_and_fin_again_restarts),
	SCRIPT_CASE(time_wait_rst_exact_ends),
	SCRIPT_CASE(time_wait_rst_elsewhere_dropped),
	SCRIPT_CASE(time_wait_new_syn_ends),
	SCRIPT_CASE(time_wait_old_syn_challenged),
	SCRIPT_CASE(time_wait_last_ack_quiet),
	SCRIPT_CASE(time_wait_new_syn_nobody_challenged),
	KUNIT_CASE(time_wait_rst_ignored),
	SCRIPT_CASE(time_wait_other_acked),
	KUNIT_CASE(time_wait_window_scaled),
	KUNIT_CASE(time_wait_paws),
	{}
};

struct kunit_suite glass_timewait = {
	.name = "glass_timewait",
	.test_cases = cases,
};
