// SPDX-License-Identifier: GPL-2.0
/*
 * The search for the path's MTU: when a probe leaves, what its arrival does,
 * where the search begins and ends. rfc4821.
 */
#include "script.h"
#include "suites.h"

#define WND SCRIPT_FLIGHT_WND

/* What is known of the path, and what the segments are */
static void search_is(struct script *s, u16 low, u16 high)
{
	KUNIT_ASSERT_TRUE(s->test, mtu_probes(&s->t));
	KUNIT_EXPECT_EQ(s->test, s->t.loss->mtu.low, low);
	KUNIT_EXPECT_EQ(s->test, s->t.loss->mtu.high, high);
	KUNIT_EXPECT_EQ(s->test, s->t.snd.path_mss, low);
}

/* All that is in flight arrives, and what is queued may leave behind it */
static void all_arrives(struct script *s)
{
	u32 ack = s->t.snd.nxt - s->iss;

	inject(s, ".", 1, 0, ack, WND,
	       s->t.loss->mtu.size ? RULE_ACK_MTU_PROBE : RULE_ACK_NEW);
}

/* The window is large, what is queued is much: text leaves up to a probe */
static u32 until_probe(struct script *s)
{
	while (tcb_output(&s->t, s->now, 0, &s->out))
		if (s->out.rule == RULE_SEND_MTU_PROBE)
			return s->out.len;
	return 0;
}

/* rfc4821: 7.2, 4 */
static void open_always_begins_at_base(struct kunit *test)
{
	struct script *s = script_searching(test, false, NULL);

	search_is(s, 1000, 1400);
	KUNIT_EXPECT_EQ(test, s->t.snd.mss, 1000);
	/* as many segments as it would be without, not as many octets */
	KUNIT_EXPECT_EQ(test, s->t.cong.cwnd, 10000);
}

static void open_passive_begins_at_base(struct kunit *test)
{
	struct script *s = script_searching(test, false, NULL);
	struct segment syn = {
		.flags = SEG_SYN, .seq = 7, .wnd = 60000,
		.opts = SEG_OPT_MSS, .mss = 1400,
	};
	struct segment ack = { .flags = SEG_ACK, .seq = 8, .wnd = 60000 };
	struct loss *loss = s->t.loss;
	struct verdict v;
	struct embryo e;
	struct tcb t;

	embryo_open(&e, &syn, &s->p, s->now);
	KUNIT_ASSERT_TRUE(test, embryo_output(&e, &s->out));
	tcb_from_embryo(&t, &s->p, &e);
	ack.ack = e.iss + 1;
	KUNIT_EXPECT_TRUE(test, tcb_wants_loss(&t, &ack));
	memset(loss, 0, sizeof(*loss));
	t.loss = loss;
	tcb_input(&t, &ack, s->now, &v);
	KUNIT_EXPECT_EQ(test, v.rule, RULE_ACK_SYN);
	KUNIT_EXPECT_EQ(test, t.snd.mss, 1000);
	KUNIT_EXPECT_EQ(test, t.cong.cwnd, 10000);
}

/* Unless it is asked for nothing is tried, and nothing lent for it */
static void open_off_takes_the_route(struct kunit *test)
{
	struct script *s = script_searching(test, true, &tcb_policy_default);
	struct loss *loss = s->t.loss;

	KUNIT_EXPECT_FALSE(test, mtu_probes(&s->t));
	KUNIT_EXPECT_EQ(test, s->t.snd.mss, 1400);
	s->t.loss = NULL;
	KUNIT_EXPECT_FALSE(test, tcb_wants_loss(&s->t, &s->in));
	s->t.loss = loss;
}

/* Without memory the route's word is all there is */
static void open_without_memory_takes_the_route(struct kunit *test)
{
	struct script *s = script_searching(test, true, NULL);
	struct loss *loss = s->t.loss;

	tcb_init(&s->t, &s->p);
	tcb_open(&s->t);
	expect_syn(s, "S", 1400, -1, 10000, RULE_SEND_SYN);
	KUNIT_EXPECT_TRUE(test, tcb_wants_loss(&s->t, &s->in));
	inject_syn(s, "S.", 1, s->peer_wnd, RULE_SYN_SENT_SYN_ACK);
	KUNIT_EXPECT_EQ(test, s->t.snd.mss, 1400);
	KUNIT_EXPECT_FALSE(test, mtu_probes(&s->t));
	s->t.loss = loss;
}

/* A peer, or a path, that takes less than the base has nothing to be found */
static void open_small_path_is_not_searched(struct kunit *test)
{
	struct script *s = script_searching(test, false, NULL);

	s->peer_mss = 900;
	script_open(s);
	inject_syn(s, "S.", 1, s->peer_wnd, RULE_SYN_SENT_SYN_ACK);
	search_is(s, 900, 900);
	user_writes(s, 40000);
	s->t.cong.cwnd = 30000;
	KUNIT_EXPECT_EQ(test, until_probe(s), 0);
}

/* rfc4821: 7.5, 7.6.1 */
static void probe_arrives_and_raises_mss(struct kunit *test)
{
	struct script *s = script_probing(test, false);
	u32 cwnd = s->t.cong.cwnd;

	/* what came before it says nothing of it */
	inject(s, ".", 1, 0, 10001, WND, RULE_ACK_NEW);
	search_is(s, 1000, 1400);
	KUNIT_EXPECT_EQ(test, s->t.snd.mss, 1000);
	inject(s, ".", 1, 0, 11201, WND, RULE_ACK_MTU_PROBE);
	search_is(s, 1200, 1400);
	KUNIT_EXPECT_EQ(test, s->t.snd.mss, 1200);
	/* slow start: by two segments an ACK of the size that they had */
	KUNIT_EXPECT_LE(test, s->t.cong.cwnd, cwnd + 2000 + 2400);
	/* so wide that the next probe leaves at once */
	expect(s, ".", 13201, 1300, 1, 10000, RULE_SEND_MTU_PROBE);
	expect(s, ".", 14501, 1200, 1, 10000, RULE_SEND_TEXT);
}

/* The MSS is larger, the window is not: rfc4821: 4 */
static void probe_success_leaves_window(struct kunit *test)
{
	struct script *s = script_probing(test, false);
	struct verdict v = { .rule = RULE_ACK_NEW };
	u32 cwnd = s->t.cong.cwnd;

	s->t.snd.una = s->iss + 11201;
	mtu_acked(&s->t, &v);
	KUNIT_EXPECT_EQ(test, s->t.snd.mss, 1200);
	KUNIT_EXPECT_EQ(test, s->t.cong.cwnd, cwnd);
}

/* It is one segment, though much may be given to be cut later */
static void probe_is_not_cut(struct kunit *test)
{
	struct script *s = script_searching(test, false, NULL);

	s->limit = 64000;
	user_writes(s, 40000);
	expect(s, ".", 1, 5000, 1, 10000, RULE_SEND_TEXT);
	KUNIT_EXPECT_EQ(test, s->out.piece, 1000);
	expect(s, ".", 5001, 5000, 1, 10000, RULE_SEND_TEXT);
	expect_nothing(s);
	inject(s, ".", 1, 0, 5001, WND, RULE_ACK_NEW);
	expect(s, ".", 10001, 1200, 1, 10000, RULE_SEND_MTU_PROBE);
	KUNIT_EXPECT_EQ(test, s->out.piece, 0);
	expect(s, ".", 11201, 5000, 1, 10000, RULE_SEND_TEXT);
	KUNIT_EXPECT_EQ(test, s->out.piece, 1000);
}

/* The options of every segment are a part of what the path takes */
/* rfc4821: 5.1 */
static void probe_counts_timestamps(struct kunit *test)
{
	struct script *s = script_searching(test, false, NULL);

	s->p.timestamps = true;
	s->peer_ts = 1;
	s->peer_ecr = 1;
	script_open(s);
	inject_syn(s, "S.", 1, s->peer_wnd, RULE_SYN_SENT_SYN_ACK);
	/* base_mss is of text, as with TCP */
	search_is(s, 1012, 1400);
	KUNIT_EXPECT_EQ(test, s->t.snd.mss, 1000);
	user_writes(s, 40000);
	s->t.cong.cwnd = 30000;
	KUNIT_EXPECT_EQ(test, until_probe(s), 1206 - 12);
	all_arrives(s);
	search_is(s, 1206, 1400);
	KUNIT_EXPECT_EQ(test, s->t.snd.mss, 1206 - 12);
}

/* rfc4821: 7.4 */
static void probe_needs_text_behind_it(struct kunit *test)
{
	struct script *s = script_searching(test, false, NULL);

	s->t.cong.cwnd = 30000;
	user_writes(s, 5199);
	KUNIT_EXPECT_EQ(test, until_probe(s), 0);
	all_arrives(s);
	user_writes(s, 5200);
	expect(s, ".", 5200, 1200, 1, 10000, RULE_SEND_MTU_PROBE);
	/* no more than one */
	user_writes(s, 10000);
	KUNIT_EXPECT_EQ(test, until_probe(s), 0);
}

/* rfc4821: 7.4 */
static void probe_needs_windows(struct kunit *test)
{
	struct script *s = script_searching(test, false, NULL);

	s->t.snd.wnd = 5199;
	s->t.cong.cwnd = 30000;
	user_writes(s, 40000);
	KUNIT_EXPECT_EQ(test, until_probe(s), 0);
	inject(s, ".", 1, 0, 5000, WND, RULE_ACK_NEW);
	s->t.cong.cwnd = 10999;
	KUNIT_EXPECT_EQ(test, until_probe(s), 0);
}

/* What shares its pointer, or its place, with other things is no probe */
static void probe_not_with_urgent_text(struct kunit *test)
{
	struct script *s = script_searching(test, false, NULL);

	s->t.cong.cwnd = 30000;
	user_writes(s, 20000);
	user_writes_urgent(s, 1);
	KUNIT_EXPECT_EQ(test, until_probe(s), 0);
}

static void probe_not_with_blocks(struct kunit *test)
{
	struct script *s = script_searching(test, true, NULL);

	inject(s, ".", 101, 100, 1, WND, RULE_TEXT_GAP);
	s->t.cong.cwnd = 30000;
	user_writes(s, 20000);
	KUNIT_EXPECT_EQ(test, until_probe(s), 0);
}

/* ACK by ACK a full window would never have room for it: text waits */
/* rfc4821: 7.4 */
static void probe_waits_for_room(struct kunit *test)
{
	struct script *s = script_searching(test, false, NULL);
	u32 seq;

	user_writes(s, 40000);
	for (seq = 1; seq < 10001; seq += 1000)
		expect(s, ".", seq, 1000, 1, 10000, RULE_SEND_TEXT);
	s->t.cong.cwnd = 11000;
	s->t.cong.ssthresh = 11000;
	expect_nothing(s);
	inject(s, ".", 1, 0, 501, WND, RULE_ACK_NEW);
	expect(s, ".", 10001, 1200, 1, 10000, RULE_SEND_MTU_PROBE);
}

/* What the route has learned meanwhile is not tried */
/* rfc4821: 8 */
static void probe_within_route(struct kunit *test)
{
	struct script *s = script_searching(test, false, NULL);

	mtu_limit(&s->t, 1100);
	search_is(s, 1000, 1100);
	user_writes(s, 40000);
	s->t.cong.cwnd = 30000;
	KUNIT_EXPECT_EQ(test, until_probe(s), 1050);
	/* nor anything at all where it might be cut on its way */
	mtu_limit(&s->t, 0);
	all_arrives(s);
	search_is(s, 1050, 1050);
	KUNIT_EXPECT_EQ(test, until_probe(s), 0);
}

/* rfc4821: 7.3 */
static void search_converges_and_begins_again(struct kunit *test)
{
	static const u16 sizes[] = { 1200, 1300, 1350, 1375, 1388, 1394 };
	struct script *s = script_searching(test, false, NULL);
	u32 i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		user_writes(s, 40000);
		s->t.cong.cwnd = 30000;
		KUNIT_EXPECT_EQ(test, until_probe(s), sizes[i]);
		until_probe(s);
		all_arrives(s);
	}
	/* six octets are not worth a probe */
	search_is(s, 1394, 1400);
	mtu_limit(&s->t, 1500);
	s->t.snd.peer_mss = 1500;
	mtu_limit(&s->t, 1500);
	user_writes(s, 100000);
	KUNIT_EXPECT_EQ(test, until_probe(s), 0);
	all_arrives(s);
	s->now += 599999000;
	KUNIT_EXPECT_EQ(test, until_probe(s), 0);
	all_arrives(s);
	s->now += 1000;
	s->t.cong.cwnd = 30000;
	KUNIT_EXPECT_EQ(test, until_probe(s), 1447);
}

/* A router's word bounds the search; what arrives goes on */
/* rfc8899: 4.6.2 */
static void too_big_of_probe_changes_nothing(struct kunit *test)
{
	struct script *s = script_probing(test, false);

	recovery_too_big(&s->t, s->iss + 10001, 1100);
	search_is(s, 1000, 1100);
	expect_nothing(s);
	KUNIT_EXPECT_EQ(test, s->t.snd.nxt, s->iss + 13201);
	/* it never widens it, and of a probe that arrives it was wrong */
	recovery_too_big(&s->t, s->iss + 10001, 1500);
	search_is(s, 1000, 1100);
	inject(s, ".", 1, 0, 11201, WND, RULE_ACK_MTU_PROBE);
	search_is(s, 1200, 1200);
}

/* rfc8899: 4.6.2 */
static void too_big_below_what_arrives(struct kunit *test)
{
	struct script *s = script_probing(test, false);

	recovery_too_big(&s->t, s->iss + 10001, 600);
	search_is(s, 600, 600);
	expect(s, ".", 10001, 600, 1, 10000, RULE_RESEND_SMALLER);
	expect(s, ".", 10601, 600, 1, 10000, RULE_RESEND_SMALLER);
	inject(s, ".", 1, 0, 11201, WND, RULE_ACK_NEW);
	search_is(s, 600, 600);
}

/* rfc9293: MUST-16 */
static void mss_never_below_least(struct kunit *test)
{
	struct tcb_policy policy = tcb_policy_default;
	struct script *s;

	policy.min_snd_mss = 200;
	s = script_searching(test, false, &policy);
	tcb_set_path_mss(&s->t, 100);
	KUNIT_EXPECT_EQ(test, s->t.snd.mss, 200);
	tcb_set_path_mss(&s->t, 300);
	KUNIT_EXPECT_EQ(test, s->t.snd.mss, 300);
	s->t.policy = &tcb_policy_default;
}

static struct kunit_case cases[] = {
	SCRIPT_CASE(open_always_begins_at_base),
	SCRIPT_CASE(open_passive_begins_at_base),
	SCRIPT_CASE(open_off_takes_the_route),
	SCRIPT_CASE(open_without_memory_takes_the_route),
	SCRIPT_CASE(open_small_path_is_not_searched),
	SCRIPT_CASE(probe_arrives_and_raises_mss),
	SCRIPT_CASE(probe_success_leaves_window),
	SCRIPT_CASE(probe_is_not_cut),
	SCRIPT_CASE(probe_counts_timestamps),
	SCRIPT_CASE(probe_needs_text_behind_it),
	SCRIPT_CASE(probe_needs_windows),
	SCRIPT_CASE(probe_not_with_urgent_text),
	SCRIPT_CASE(probe_not_with_blocks),
	SCRIPT_CASE(probe_waits_for_room),
	SCRIPT_CASE(probe_within_route),
	SCRIPT_CASE(search_converges_and_begins_again),
	SCRIPT_CASE(too_big_of_probe_changes_nothing),
	SCRIPT_CASE(too_big_below_what_arrives),
	SCRIPT_CASE(mss_never_below_least),
	{}
};

struct kunit_suite glass_mtu_probe = {
	.name = "glass_mtu_probe",
	.test_cases = cases,
};
