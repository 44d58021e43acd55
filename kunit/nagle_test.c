// SPDX-License-Identifier: GPL-2.0
/*
 * Small segments, held back or not: Nagle's algorithm as Minshall mended it,
 * rfc9293#section-3.7.4, corks, and what else the user says of segments.
 */
#include "script.h"
#include "suites.h"

/* Behind a full segment the tail goes: its ACK may be waiting for the tail */
static void established_tail_follows_full_segment(struct kunit *test)
{
	struct script *s = script_established(test);

	user_writes(s, 1500);
	expect(s, ".", 1, 1000, 1, 10000, RULE_SEND_TEXT);
	expect(s, "P.", 1001, 500, 1, 10000, RULE_SEND_PUSH);
	expect_nothing(s);
}

/* ... and the next one waits behind it, until it is acknowledged */
static void established_tail_waits_behind_small_segment(struct kunit *test)
{
	struct script *s = script_established(test);

	user_writes(s, 1500);
	expect(s, ".", 1, 1000, 1, 10000, RULE_SEND_TEXT);
	expect(s, "P.", 1001, 500, 1, 10000, RULE_SEND_PUSH);
	user_writes(s, 500);
	expect_nothing(s);
	inject(s, ".", 1, 0, 1001, 10000, RULE_ACK_NEW);
	expect_nothing(s);
	inject(s, ".", 1, 0, 1501, 10000, RULE_ACK_NEW);
	expect(s, "P.", 1501, 500, 1, 10000, RULE_SEND_PUSH);
	expect_nothing(s);
}

static void established_full_segment_passes_small_one(struct kunit *test)
{
	struct script *s = script_established(test);

	user_writes(s, 10);
	expect(s, "P.", 1, 10, 1, 10000, RULE_SEND_PUSH);
	user_writes(s, 1700);
	expect(s, ".", 11, 1000, 1, 10000, RULE_SEND_TEXT);
	expect_nothing(s);
}

/* The user has to wait for room himself: nothing can join the tail */
static void established_pushed_tail_goes(struct kunit *test)
{
	struct script *s = script_established(test);

	user_writes(s, 10);
	expect(s, "P.", 1, 10, 1, 10000, RULE_SEND_PUSH);
	user_writes(s, 10);
	expect_nothing(s);
	s->t.push = 1;
	expect(s, "P.", 11, 10, 1, 10000, RULE_SEND_PUSH);
}

/* MSG_MORE: for this once, the next event sends it */
static void established_more_to_come_waits(struct kunit *test)
{
	struct script *s = script_established(test);

	s->t.more = 1;
	user_writes(s, 1500);
	expect(s, ".", 1, 1000, 1, 10000, RULE_SEND_TEXT);
	expect_nothing(s);
	s->t.more = 0;
	inject(s, ".", 1, 0, 1001, 10000, RULE_ACK_NEW);
	expect(s, "P.", 1001, 500, 1, 10000, RULE_SEND_PUSH);
}

static void established_cork_holds_tail(struct kunit *test)
{
	struct script *s = script_established(test);

	s->t.opt.cork = 1;
	s->t.opt.nodelay = 1;
	user_writes(s, 1500);
	expect(s, ".", 1, 1000, 1, 10000, RULE_SEND_TEXT);
	expect_nothing(s);
	inject(s, ".", 1, 0, 1001, 10000, RULE_ACK_NEW);
	expect_nothing(s);
	user_writes(s, 600);
	expect(s, ".", 1001, 1000, 1, 10000, RULE_SEND_TEXT);
	expect_nothing(s);
	s->t.opt.cork = 0;
	expect(s, "P.", 2001, 100, 1, 10000, RULE_SEND_PUSH);
	expect_nothing(s);
}

/* Nobody leaves a bottle corked for ever */
static void established_cork_does_not_hold_for_ever(struct kunit *test)
{
	struct script *s = script_established(test);

	s->t.opt.cork = 1;
	user_writes(s, 10);
	expect_nothing(s);
	expires(s, 300, RULE_SEND_PROBE);
	expect(s, "P.", 1, 10, 1, 10000, RULE_SEND_HELD);
	expect_nothing(s);
	inject(s, ".", 1, 0, 11, 10000, RULE_ACK_NEW);
	expect_nothing(s);
	no_timer(s);
}

/* It is nobody's fault but the user's own: no reason to give up */
static void established_cork_outlasts_user_timeout(struct kunit *test)
{
	struct script *s = script_established(test);

	s->t.opt.cork = 1;
	s->t.opt.user_timeout = 100;
	user_writes(s, 10);
	expect_nothing(s);
	expires(s, 100, RULE_SEND_PROBE);
	now_in(s, TCB_ESTABLISHED, 0);
	expect(s, "P.", 1, 10, 1, 10000, RULE_SEND_HELD);
	expect_nothing(s);
}

static void established_cork_does_not_hold_fin(struct kunit *test)
{
	struct script *s = script_established(test);

	s->t.opt.cork = 1;
	user_writes(s, 10);
	expect_nothing(s);
	user_closes(s);
	expect(s, "FP.", 1, 10, 1, 10000, RULE_SEND_FIN);
	expect_nothing(s);
}

/* An even number of full segments: nothing else would acknowledge the tail */
static void established_tail_of_bulk_is_acknowledged(struct kunit *test)
{
	struct script *s = script_established(test);

	inject(s, ".", 1, 1000, 1, 10000, RULE_TEXT_IN_ORDER);
	inject(s, ".", 1001, 1000, 1, 10000, RULE_TEXT_IN_ORDER);
	expect(s, ".", 1, 0, 2001, ANY, RULE_ACK_EVERY_SECOND);
	inject(s, "P.", 2001, 100, 1, 10000, RULE_TEXT_IN_ORDER);
	expect(s, ".", 1, 0, 2101, ANY, RULE_ACK_TAIL);
	inject(s, "P.", 2101, 100, 1, 10000, RULE_TEXT_IN_ORDER);
	expect_nothing(s);
	expires(s, 40, RULE_ACK_DELAYED);
	expect(s, ".", 1, 0, 2201, ANY, RULE_ACK_DELAYED);
}

/* The full one has its ACK: the small one is alone, and may wait */
static void established_small_after_delayed_ack_waits(struct kunit *test)
{
	struct script *s = script_established(test);

	inject(s, ".", 1, 1000, 1, 10000, RULE_TEXT_IN_ORDER);
	expect_nothing(s);
	expires(s, 40, RULE_ACK_DELAYED);
	expect(s, ".", 1, 0, 1001, ANY, RULE_ACK_DELAYED);
	inject(s, "P.", 1001, 100, 1, 10000, RULE_TEXT_IN_ORDER);
	expect_nothing(s);
	expires(s, 40, RULE_ACK_DELAYED);
	expect(s, ".", 1, 0, 1101, ANY, RULE_ACK_DELAYED);
}

static void established_quick_ack(struct kunit *test)
{
	struct script *s = script_established(test);

	s->t.opt.quick_ack = 1;
	inject(s, "P.", 1, 10, 1, 10000, RULE_TEXT_IN_ORDER);
	expect(s, ".", 1, 0, 11, ANY, RULE_ACK_QUICK);
	expect_nothing(s);
	no_timer(s);
	s->t.opt.quick_ack = 0;
	inject(s, "P.", 11, 10, 1, 10000, RULE_TEXT_IN_ORDER);
	expect_nothing(s);
	expires(s, 40, RULE_ACK_DELAYED);
	expect(s, ".", 1, 0, 21, ANY, RULE_ACK_DELAYED);
}

/* The window that is promised, not the one that was */
static void established_window_clamp(struct kunit *test)
{
	struct script *s = script_established(test);

	s->t.opt.window_clamp = 3000;
	inject(s, ".", 1, 4000, 1, 10000, RULE_TEXT_IN_ORDER);
	expect(s, ".", 1, 0, 4001, 6000, RULE_ACK_EVERY_SECOND);
	user_reads(s, 4000);
	inject(s, ".", 4001, 5000, 1, 10000, RULE_TEXT_IN_ORDER);
	user_reads(s, 5000);
	expect(s, ".", 1, 0, 9001, 3000, RULE_ACK_EVERY_SECOND);
	expect_nothing(s);
}

static void syn_sent_max_seg_bounds_both_ways(struct kunit *test)
{
	struct script *s = script_begin(test);

	s->p.opt.max_seg = 600;
	tcb_init(&s->t, &s->p);
	s->t.held = s->held;
	tcb_open(&s->t);
	expect_syn(s, "S", 600, -1, 10000, RULE_SEND_SYN);
	passes(s, 100);
	inject_syn(s, "S.", 1, 10000, RULE_SYN_SENT_SYN_ACK);
	expect(s, ".", 1, 0, 1, 10000, RULE_SYN_SENT_SYN_ACK);
	user_writes(s, 1200);
	expect(s, ".", 1, 600, 1, 10000, RULE_SEND_TEXT);
	expect(s, "P.", 601, 600, 1, 10000, RULE_SEND_TEXT);
	tcb_set_path_mss(&s->t, 5000);
	KUNIT_EXPECT_EQ(test, s->t.snd.mss, 600);
}

static void listen_max_seg_bounds_both_ways(struct kunit *test)
{
	struct script *s = script_begin(test);
	struct segment syn = { .seq = 1, .flags = SEG_SYN, .wnd = 1000 };
	struct embryo e;

	s->p.opt.max_seg = 500;
	embryo_open(&e, &syn, &s->p, 0);
	KUNIT_EXPECT_EQ(test, e.mss, 500);
	KUNIT_EXPECT_EQ(test, e.adv_mss, 500);
}

static struct kunit_case cases[] = {
	SCRIPT_CASE(established_small_after_delayed_ack_waits),
	SCRIPT_CASE(established_tail_follows_full_segment),
	SCRIPT_CASE(established_tail_waits_behind_small_segment),
	SCRIPT_CASE(established_full_segment_passes_small_one),
	SCRIPT_CASE(established_pushed_tail_goes),
	SCRIPT_CASE(established_more_to_come_waits),
	SCRIPT_CASE(established_cork_holds_tail),
	SCRIPT_CASE(established_cork_does_not_hold_for_ever),
	SCRIPT_CASE(established_cork_outlasts_user_timeout),
	SCRIPT_CASE(established_cork_does_not_hold_fin),
	SCRIPT_CASE(established_tail_of_bulk_is_acknowledged),
	SCRIPT_CASE(established_quick_ack),
	SCRIPT_CASE(established_window_clamp),
	SCRIPT_CASE(syn_sent_max_seg_bounds_both_ways),
	SCRIPT_CASE(listen_max_seg_bounds_both_ways),
	{}
};

struct kunit_suite glass_nagle = {
	.name = "glass_nagle",
	.test_cases = cases,
};
