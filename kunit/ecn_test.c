// SPDX-License-Identifier: GPL-2.0
/* Explicit congestion notification, rfc3168#section-6.1. */
#include <glass/cookies.h>
#include "script.h"
#include "suites.h"

#define WND 60000

/* ESTABLISHED; our SYN asked for ECN if @ecn is 1, the peer's SYN/ACK grants it */
static struct script *opened(struct kunit *test, u8 ecn, const char *answer)
{
	struct script *s = script_begin(test);

	s->p.ecn = ecn;
	script_open(s);
	passes(s, 100);
	inject_syn(s, answer, 1, WND, RULE_SYN_SENT_SYN_ACK);
	expect(s, ".", 1, 0, 1, ANY, RULE_SYN_SENT_SYN_ACK);
	expect_nothing(s);
	return s;
}

/* Ten segments in flight */
static struct script *in_flight(struct kunit *test, u32 more)
{
	struct script *s = opened(test, 1, "SE.");
	u32 seq;

	user_writes(s, 10000 + more);
	for (seq = 1; seq < 10001; seq += 1000) {
		expect(s, !more && seq == 9001 ? "P." : ".", seq, 1000, 1, ANY,
		       RULE_SEND_TEXT);
		KUNIT_EXPECT_EQ(test, s->out.ecn, SEG_ECT_0);
	}
	expect_nothing(s);
	return s;
}

/* rfc3168: 6.1.1 */
static void syn_sent_ecn_agreed(struct kunit *test)
{
	struct script *s = opened(test, 1, "SE.");

	KUNIT_EXPECT_EQ(test, s->out.ecn, SEG_NOT_ECT);
	KUNIT_EXPECT_TRUE(test, s->t.ecn_ok);
}

/* A SYN/ACK without ECE, or with the bits of our SYN, grants nothing */
/* rfc3168: 6.1.1, 6.1.1.2 */
static void syn_sent_ecn_not_granted(struct kunit *test)
{
	struct script *s = opened(test, 1, "S.");

	KUNIT_EXPECT_FALSE(test, s->t.ecn_ok);
	user_writes(s, 100);
	expect(s, "P.", 1, 100, 1, ANY, RULE_SEND_PUSH);
	KUNIT_EXPECT_EQ(test, s->out.ecn, SEG_NOT_ECT);
	KUNIT_EXPECT_FALSE(test, opened(test, 1, "SEW.")->t.ecn_ok);
	KUNIT_EXPECT_FALSE(test, opened(test, 2, "SE.")->t.ecn_ok);
	KUNIT_EXPECT_FALSE(test, opened(test, 0, "SE.")->t.ecn_ok);
}

/* The second SYN does not ask, and the answer to the first counts no more */
/* rfc3168: 6.1.1, 6.1.1.1 */
static void syn_sent_fallback(struct kunit *test)
{
	struct script *s = script_begin(test);

	s->p.ecn = 1;
	script_open(s);
	expires(s, 1000, RULE_SEND_SYN_AGAIN);
	expect_syn(s, "S", 1000, -1, 10000, RULE_SEND_SYN_AGAIN);
	inject_syn(s, "SE.", 1, WND, RULE_SYN_SENT_SYN_ACK);
	expect(s, ".", 1, 0, 1, ANY, RULE_SYN_SENT_SYN_ACK);
	KUNIT_EXPECT_FALSE(test, s->t.ecn_ok);
}

/* The administrator knows that nothing on his paths drops them */
static void syn_sent_no_fallback(struct kunit *test)
{
	struct script *s = script_begin(test);

	s->policy.ecn_fallback = 0;
	s->p.ecn = 1;
	script_open(s);
	expires(s, 1000, RULE_SEND_SYN_AGAIN);
	expect_syn(s, "SEW", 1000, -1, 10000, RULE_SEND_SYN_AGAIN);
	inject_syn(s, "SE.", 1, WND, RULE_SYN_SENT_SYN_ACK);
	expect(s, ".", 1, 0, 1, ANY, RULE_SYN_SENT_SYN_ACK);
	KUNIT_EXPECT_TRUE(test, s->t.ecn_ok);
}

/* Both ends open at once: the SYNs have both bits, the SYN/ACKs one */
/* rfc3168: 6.1.1 */
static void syn_sent_simultaneous(struct kunit *test)
{
	struct script *s = script_begin(test);

	s->p.ecn = 1;
	script_open(s);
	inject_syn(s, "SEW", 0, WND, RULE_SYN_SENT_SYN);
	expect_syn(s, "SE.", 1000, -1, 10000, RULE_SEND_SYN_ACK);
	inject_syn(s, "SE.", 1, WND, RULE_ACK_SYN);
	now_in(s, TCB_ESTABLISHED, V_ESTABLISHED | V_WRITABLE);
	KUNIT_EXPECT_TRUE(test, s->t.ecn_ok);
	user_writes(s, 100);
	expect(s, "P.", 1, 100, 1, ANY, RULE_SEND_PUSH);
	KUNIT_EXPECT_EQ(test, s->out.ecn, SEG_ECT_0);
}

static bool granted(u8 flags, u8 ip, u8 ecn, const struct cong_ops *ops)
{
	struct segment syn = { .flags = SEG_SYN | flags, .ecn = ip };
	struct tcb_params p = {
		.ecn = ecn, .cong = ops, .path_mss = 1000, .buff = 5000,
	};
	struct segment out;
	struct embryo e;

	embryo_open(&e, &syn, &p, STORY_START_US);
	embryo_output(&e, &out);
	return out.flags & SEG_ECE && !(out.flags & SEG_CWR) &&
	       out.ecn == SEG_NOT_ECT;
}

/* rfc3168: 6.1.1 */
static void embryo_grants_ecn(struct kunit *test)
{
	struct cong_ops needs = { .needs_ecn = true };
	u8 both = SEG_ECE | SEG_CWR;

	KUNIT_EXPECT_TRUE(test, granted(both, SEG_NOT_ECT, 2, NULL));
	KUNIT_EXPECT_TRUE(test, granted(both, SEG_NOT_ECT, 1, NULL));
	KUNIT_EXPECT_FALSE(test, granted(both, SEG_NOT_ECT, 0, NULL));
	KUNIT_EXPECT_FALSE(test, granted(SEG_ECE, SEG_NOT_ECT, 1, NULL));
	KUNIT_EXPECT_FALSE(test, granted(SEG_CWR, SEG_NOT_ECT, 1, NULL));
	KUNIT_EXPECT_FALSE(test, granted(0, SEG_NOT_ECT, 1, NULL));
	KUNIT_EXPECT_FALSE(test, granted(both, SEG_ECT_0, 1, NULL));
	KUNIT_EXPECT_TRUE(test, granted(both, SEG_NOT_ECT, 0, &needs));
	KUNIT_EXPECT_TRUE(test, granted(both, SEG_ECT_0, 0, &needs));
	KUNIT_EXPECT_FALSE(test, granted(0, SEG_NOT_ECT, 0, &needs));
}

/* A peer whose first SYN/ACK got lost falls back: the second has no ECE */
/* rfc3168: 6.1.1, 6.1.1.1 */
static void embryo_peer_falls_back(struct kunit *test)
{
	struct segment syn = {
		.seq = 77, .wnd = 5000, .flags = SEG_SYN | SEG_ECE | SEG_CWR,
	};
	struct tcb_params p = { .ecn = 2, .path_mss = 1000, .buff = 5000 };
	struct segment out;
	struct verdict v;
	struct embryo e;

	embryo_open(&e, &syn, &p, STORY_START_US);
	embryo_output(&e, &out);
	syn.flags = SEG_SYN;
	embryo_input(&e, &syn, &v);
	KUNIT_EXPECT_EQ(test, v.rule, RULE_EMBRYO_SYN_AGAIN);
	KUNIT_EXPECT_TRUE(test, embryo_output(&e, &out));
	KUNIT_EXPECT_EQ(test, out.flags, SEG_SYN | SEG_ACK);
	KUNIT_EXPECT_FALSE(test, e.ecn_ok);
}

/* Marked text: every ACK says so until CWR, then none does */
/* rfc3168: 6.1.3, 6.1.4 */
static void established_echoes_until_cwr(struct kunit *test)
{
	struct script *s = opened(test, 1, "SE.");

	s->ecn = SEG_CE;
	inject(s, "P.", 1, 1000, 1, WND, RULE_TEXT_IN_ORDER);
	inject(s, "P.", 1001, 1000, 1, WND, RULE_TEXT_IN_ORDER);
	expect(s, "E.", 1, 0, 2001, ANY, RULE_ACK_EVERY_SECOND);
	KUNIT_EXPECT_EQ(test, s->out.ecn, SEG_NOT_ECT);
	user_writes(s, 100);
	expect(s, "PE.", 1, 100, 2001, ANY, RULE_SEND_PUSH);
	inject(s, "PW.", 2001, 1000, 101, WND, RULE_TEXT_IN_ORDER);
	inject(s, "P.", 3001, 1000, 101, WND, RULE_TEXT_IN_ORDER);
	expect(s, ".", 101, 0, 4001, ANY, RULE_ACK_EVERY_SECOND);
	/* both at once: the mark is newer than what CWR is about */
	s->ecn = SEG_CE;
	inject(s, "PW.", 4001, 1000, 101, WND, RULE_TEXT_IN_ORDER);
	inject(s, "P.", 5001, 1000, 101, WND, RULE_TEXT_IN_ORDER);
	expect(s, "E.", 101, 0, 6001, ANY, RULE_ACK_EVERY_SECOND);
}

/* Nobody else's marks: what is outside of the window, or has no text */
/* rfc3168: 6.1.5 */
static void established_mark_outside_window_ignored(struct kunit *test)
{
	struct script *s = opened(test, 1, "SE.");

	s->ecn = SEG_CE;
	inject(s, "P.", 30001, 1000, 1, WND, RULE_SEQ_WINDOW);
	expect(s, ".", 1, 0, 1, ANY, RULE_SEQ_WINDOW);
	s->ecn = SEG_CE;
	inject(s, ".", 1, 0, 1, WND, RULE_ACK_SAME);
	inject(s, "P.", 1, 1000, 1, WND, RULE_TEXT_IN_ORDER);
	inject(s, "P.", 1001, 1000, 1, WND, RULE_TEXT_IN_ORDER);
	expect(s, ".", 1, 0, 2001, ANY, RULE_ACK_EVERY_SECOND);
}

/* An echo halves the window, once, and the next new text says so, once */
/* rfc3168: 6.1.2 */
static void established_echo_reduces_once_a_window(struct kunit *test)
{
	struct script *s = in_flight(test, 20000);

	inject(s, "E.", 1, 0, 1001, WND, RULE_ACK_MARKED);
	KUNIT_EXPECT_EQ(test, s->t.cong.ssthresh, 5000);
	KUNIT_EXPECT_EQ(test, s->t.cong.cwnd, 5000);
	expect_nothing(s);
	inject(s, "E.", 1, 0, 5001, WND, RULE_ACK_NEW);
	KUNIT_EXPECT_EQ(test, s->t.cong.cwnd, 5000);
	expect_nothing(s);
	inject(s, "E.", 1, 0, 6001, WND, RULE_ACK_NEW);
	expect(s, "W.", 10001, 1000, 1, ANY, RULE_SEND_TEXT);
	KUNIT_EXPECT_EQ(test, s->out.ecn, SEG_ECT_0);
	inject(s, "E.", 1, 0, 7001, WND, RULE_ACK_NEW);
	expect(s, ".", 11001, 1000, 1, ANY, RULE_SEND_TEXT);
	/* the last of the window in which it was marked */
	inject(s, "E.", 1, 0, 10001, WND, RULE_ACK_NEW);
	KUNIT_EXPECT_EQ(test, s->t.cong.cwnd, 5000);
	expect(s, ".", 12001, 1000, 1, ANY, RULE_SEND_TEXT);
	expect(s, ".", 13001, 1000, 1, ANY, RULE_SEND_TEXT);
	expect(s, ".", 14001, 1000, 1, ANY, RULE_SEND_TEXT);
	expect_nothing(s);
	inject(s, "E.", 1, 0, 11001, WND, RULE_ACK_MARKED);
	KUNIT_EXPECT_EQ(test, s->t.cong.cwnd, 2500);
}

/* Marks and losses of one window cost once, whichever is told first */
/* rfc3168: 6.1.2 */
static void established_loss_and_mark_cost_once(struct kunit *test)
{
	struct script *s = in_flight(test, 20000);

	inject(s, "E.", 1, 0, 1001, WND, RULE_ACK_MARKED);
	KUNIT_EXPECT_EQ(test, s->t.cong.ssthresh, 5000);
	inject(s, "E.", 1, 0, 1001, WND, RULE_ACK_DUP);
	inject(s, "E.", 1, 0, 1001, WND, RULE_ACK_DUP);
	inject(s, "E.", 1, 0, 1001, WND, RULE_ACK_FAST_RETRANSMIT);
	KUNIT_EXPECT_EQ(test, s->t.cong.ssthresh, 5000);
	expect(s, ".", 1001, 1000, 1, ANY, RULE_RESEND_FAST);
	KUNIT_EXPECT_EQ(test, s->out.ecn, SEG_NOT_ECT);

	s = in_flight(test, 20000);
	inject(s, ".", 1, 0, 1, WND, RULE_ACK_DUP);
	inject(s, ".", 1, 0, 1, WND, RULE_ACK_DUP);
	inject(s, ".", 1, 0, 1, WND, RULE_ACK_FAST_RETRANSMIT);
	expect(s, ".", 1, 1000, 1, ANY, RULE_RESEND_FAST);
	inject(s, "E.", 1, 0, 10001, WND, RULE_ACK_NEW);
	KUNIT_EXPECT_EQ(test, s->t.cong.ssthresh, 5000);
	/* a window reduced for any reason is told */
	expect(s, "W.", 10001, 1000, 1, ANY, RULE_SEND_TEXT);
}

/* What is sent again after a timeout may not be marked, new text says CWR */
/* rfc3168: 6.1.2, 6.1.5 */
static void established_timeout_tells_cwr_with_new_text(struct kunit *test)
{
	struct script *s = opened(test, 1, "SE.");

	user_writes(s, 2000);
	expect(s, ".", 1, 1000, 1, ANY, RULE_SEND_TEXT);
	expect(s, "P.", 1001, 1000, 1, ANY, RULE_SEND_TEXT);
	expect_nothing(s);
	expires(s, 300, RULE_RESEND_RTO);
	expect(s, ".", 1, 1000, 1, ANY, RULE_RESEND_RTO);
	KUNIT_EXPECT_EQ(test, s->out.ecn, SEG_NOT_ECT);
	inject(s, ".", 1, 0, 2001, WND, RULE_ACK_NEW);
	user_writes(s, 1000);
	expect(s, "PW.", 2001, 1000, 1, ANY, RULE_SEND_TEXT);
	KUNIT_EXPECT_EQ(test, s->out.ecn, SEG_ECT_0);
}

/* rfc3168: 6.1.6 */
static void established_probe_not_marked(struct kunit *test)
{
	struct script *s = opened(test, 1, "SE.");

	inject(s, ".", 1, 0, 1, 0, RULE_ACK_WINDOW);
	user_writes(s, 1000);
	expect_nothing(s);
	expires(s, 300, RULE_SEND_PROBE);
	expect(s, ".", 1, 1, 1, ANY, RULE_SEND_PROBE);
	KUNIT_EXPECT_EQ(test, s->out.ecn, SEG_NOT_ECT);
}

/* Down to one segment, though ssthresh stays at two: rfc9438#section-4.6 */
static void established_echo_down_to_one_segment(struct kunit *test)
{
	struct script *s = opened(test, 1, "SE.");

	s->t.cong.cwnd = 2000;
	user_writes(s, 5000);
	expect(s, ".", 1, 1000, 1, ANY, RULE_SEND_TEXT);
	expect(s, ".", 1001, 1000, 1, ANY, RULE_SEND_TEXT);
	inject(s, "E.", 1, 0, 1001, WND, RULE_ACK_MARKED);
	KUNIT_EXPECT_EQ(test, s->t.cong.cwnd, 1000);
	KUNIT_EXPECT_EQ(test, s->t.cong.ssthresh, 2000);
}

/* Where ECN was not agreed on, its bits mean nothing */
static void established_no_ecn_ignores_bits(struct kunit *test)
{
	struct script *s = opened(test, 2, "SE.");
	u32 cwnd = s->t.cong.cwnd;

	user_writes(s, 1000);
	expect(s, "P.", 1, 1000, 1, ANY, RULE_SEND_TEXT);
	s->ecn = SEG_CE;
	inject(s, "PE.", 1, 1000, 1001, WND, RULE_TEXT_IN_ORDER);
	inject(s, "P.", 1001, 1000, 1001, WND, RULE_TEXT_IN_ORDER);
	expect(s, ".", 1001, 0, 2001, ANY, RULE_ACK_EVERY_SECOND);
	KUNIT_EXPECT_EQ(test, s->t.cong.cwnd, cwnd);
}

/* A cookie keeps it in the timestamp, and without that there is none */
static void cookie_keeps_ecn(struct kunit *test)
{
	struct segment syn = {
		.flags = SEG_SYN | SEG_ECE | SEG_CWR, .mss = 1000,
		.opts = SEG_OPT_MSS | SEG_OPT_TS,
	};
	struct segment ack = { .seq = 1, .flags = SEG_ACK, .opts = SEG_OPT_TS };
	struct tcb_params p = {
		.ecn = 2, .path_mss = 1000, .buff = 5000, .timestamps = true,
	};
	u32 hash[COOKIE_SLOTS] = { 12345, 1, 2 };
	struct segment out;
	struct verdict v;
	struct embryo e;

	cookie_open(&e, &syn, &p, hash[0], STORY_START_US);
	embryo_output(&e, &out);
	KUNIT_EXPECT_EQ(test, out.flags, SEG_SYN | SEG_ACK | SEG_ECE);
	ack.tsecr = cookie_timestamp(&e, 0x12345678);
	ack.ack = e.iss + 1;
	cookie_input(&e, &ack, &p, hash, STORY_START_US, &v);
	KUNIT_EXPECT_EQ(test, v.rule, RULE_COOKIE_ACK);
	KUNIT_EXPECT_TRUE(test, e.ecn_ok);

	syn.opts = SEG_OPT_MSS;
	cookie_open(&e, &syn, &p, hash[0], STORY_START_US);
	embryo_output(&e, &out);
	KUNIT_EXPECT_EQ(test, out.flags, SEG_SYN | SEG_ACK);
}

static struct kunit_case cases[] = {
	SCRIPT_CASE(syn_sent_ecn_agreed),
	KUNIT_CASE(syn_sent_ecn_not_granted),
	SCRIPT_CASE(syn_sent_fallback),
	SCRIPT_CASE(syn_sent_no_fallback),
	SCRIPT_CASE(syn_sent_simultaneous),
	KUNIT_CASE(embryo_grants_ecn),
	KUNIT_CASE(embryo_peer_falls_back),
	SCRIPT_CASE(established_echoes_until_cwr),
	SCRIPT_CASE(established_mark_outside_window_ignored),
	SCRIPT_CASE(established_echo_reduces_once_a_window),
	SCRIPT_CASE(established_loss_and_mark_cost_once),
	SCRIPT_CASE(established_timeout_tells_cwr_with_new_text),
	SCRIPT_CASE(established_probe_not_marked),
	SCRIPT_CASE(established_echo_down_to_one_segment),
	SCRIPT_CASE(established_no_ecn_ignores_bits),
	KUNIT_CASE(cookie_keeps_ecn),
	{}
};

struct kunit_suite glass_ecn = {
	.name = "glass_ecn",
	.test_cases = cases,
};
