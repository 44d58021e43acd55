// SPDX-License-Identifier: GPL-2.0
/*
 * Fifth, check the ACK field: rfc9293#section-3.10.7.4, rfc5961#section-5.2,
 * the send window's update and rfc5681's duplicate ACK.
 */
#include "script.h"
#include "suites.h"

/* Two segments are in flight: [1, 1001) and [1001, 2001) */
static struct script *in_flight(struct kunit *test)
{
	struct script *s = script_established(test);

	user_writes(s, 2000);
	expect(s, ".", 1, 1000, 1, 10000, RULE_SEND_TEXT);
	expect(s, "P.", 1001, 1000, 1, 10000, RULE_SEND_TEXT);
	expect_nothing(s);
	return s;
}

static void established_no_ack_dropped(struct kunit *test)
{
	struct script *s = script_established(test);

	inject(s, "P", 1, 100, 0, 10000, RULE_ACK_MISSING);
	now_in(s, TCB_ESTABLISHED, 0);
	kept(s, 0, 0);
	expect_nothing(s);
}

/* rfc9293: MAY-12; rfc5961: 5.2 */
static void established_ack_of_unsent_answered(struct kunit *test)
{
	struct script *s = in_flight(test);

	inject(s, "P.", 1, 100, 2002, 9000, RULE_ACK_UNSENT);
	now_in(s, TCB_ESTABLISHED, 0);
	kept(s, 0, 0);
	KUNIT_EXPECT_EQ(test, s->t.snd.una, s->iss + 1);
	KUNIT_EXPECT_EQ(test, s->t.snd.wnd, 10000);
	expect(s, ".", 2001, 0, 1, 10000, RULE_ACK_UNSENT);
	expect_nothing(s);
}

/* rfc9293: MAY-12; rfc5961: 5.2 */
static void established_ack_too_old_challenged(struct kunit *test)
{
	struct script *s = script_established(test);

	inject(s, "P.", 1, 100, 1 - 10001, 9000, RULE_ACK_OLD);
	kept(s, 0, 0);
	now_in(s, TCB_ESTABLISHED, 0);
	expect(s, ".", 1, 0, 1, 10000, RULE_ACK_OLD);
	expect_nothing(s);
}

/* Had it begun 2^32 octets ago, its ACKs would pass the ISN now: once */
static void established_ack_turn_counted(struct kunit *test)
{
	struct script *s = in_flight(test);

	s->t.iss = s->iss + 1 + 1500;
	inject(s, ".", 1, 0, 1001, 10000, RULE_ACK_NEW);
	KUNIT_EXPECT_EQ(test, s->t.snd_turns, 0);
	inject(s, ".", 1, 0, 2001, 10000, RULE_ACK_NEW);
	KUNIT_EXPECT_EQ(test, s->t.snd_turns, 1);
	KUNIT_EXPECT_EQ(test, s->t.rcv_turns, 0);
}

/* Old, but by no more than a window: the ACK says nothing, the text counts */
/* rfc5961: 5.2 */
static void established_ack_old_text_taken(struct kunit *test)
{
	struct script *s = script_established(test);

	inject(s, "P.", 1, 100, 1 - 10000, 9000, RULE_TEXT_IN_ORDER);
	kept(s, 0, 100);
	KUNIT_EXPECT_EQ(test, s->t.snd.wnd, 10000);
	KUNIT_EXPECT_EQ(test, s->t.snd.una, s->iss + 1);
	expect_nothing(s);
}

/* rfc6298: 5.3 */
static void established_ack_moves_una_and_restarts_timer(struct kunit *test)
{
	struct script *s = in_flight(test);

	passes(s, 100);
	inject(s, ".", 1, 0, 1001, 10000, RULE_ACK_NEW);
	now_in(s, TCB_ESTABLISHED, V_WRITABLE);
	KUNIT_EXPECT_EQ(test, s->t.snd.una, s->iss + 1001);
	expect_nothing(s);
	/* 100 ms again: the variation shrinks, rfc6298#section-2.3 */
	expires(s, 250, RULE_RESEND_RTO);
}

/* rfc6298: 5.2 */
static void established_ack_of_all_stops_timer(struct kunit *test)
{
	struct script *s = in_flight(test);

	inject(s, ".", 1, 0, 2001, 10000, RULE_ACK_NEW);
	now_in(s, TCB_ESTABLISHED, V_WRITABLE);
	expect_nothing(s);
	no_timer(s);
}

/* rfc5681: 2 */
static void established_ack_again_is_duplicate(struct kunit *test)
{
	struct script *s = in_flight(test);

	inject(s, ".", 1, 0, 1, 10000, RULE_ACK_DUP);
	now_in(s, TCB_ESTABLISHED, 0);
	KUNIT_EXPECT_EQ(test, s->t.cong.dup_acks, 1);
	expect_nothing(s);
}

/* rfc5681#section-2: outstanding, no text, no SYN or FIN, same window */
/* rfc5681: 2 */
static void established_ack_not_duplicate(struct kunit *test)
{
	struct script *s = in_flight(test);

	inject(s, ".", 1, 0, 1, 9999, RULE_ACK_WINDOW);
	KUNIT_EXPECT_EQ(test, s->t.cong.dup_acks, 0);
	inject(s, "P.", 1, 10, 1, 9999, RULE_TEXT_IN_ORDER);
	KUNIT_EXPECT_EQ(test, s->t.cong.dup_acks, 0);
	inject(s, ".", 11, 0, 2001, 9999, RULE_ACK_NEW);
	inject(s, ".", 11, 0, 2001, 9999, RULE_ACK_SAME);
	KUNIT_EXPECT_EQ(test, s->t.cong.dup_acks, 0);
	inject(s, "F.", 11, 0, 2001, 9999, RULE_FIN_CLOSE_WAIT);
	KUNIT_EXPECT_EQ(test, s->t.cong.dup_acks, 0);
}

static void established_old_ack_not_duplicate(struct kunit *test)
{
	struct script *s = in_flight(test);

	inject(s, ".", 1, 0, 1001, 10000, RULE_ACK_NEW);
	inject(s, ".", 1, 0, 1, 10000, RULE_ACK_SAME);
	KUNIT_EXPECT_EQ(test, s->t.cong.dup_acks, 0);
	expect_nothing(s);
}

static void established_window_taken_from_newer_text(struct kunit *test)
{
	struct script *s = script_established(test);

	inject(s, "P.", 1, 100, 1, 5000, RULE_TEXT_IN_ORDER);
	KUNIT_EXPECT_EQ(test, s->t.snd.wnd, 5000);
	KUNIT_EXPECT_EQ(test, s->t.snd.wl1, s->irs + 1);
	inject(s, "P.", 101, 100, 1, 6000, RULE_TEXT_IN_ORDER);
	KUNIT_EXPECT_EQ(test, s->t.snd.wnd, 6000);
	KUNIT_EXPECT_EQ(test, s->t.snd.wl1, s->irs + 101);
}

/* rfc9293#section-3.10.7.4: WL1 and WL2 keep old segments from it */
static void established_window_not_taken_from_older(struct kunit *test)
{
	struct script *s = in_flight(test);

	inject(s, "P.", 101, 100, 1001, 6000, RULE_TEXT_GAP);
	KUNIT_EXPECT_EQ(test, s->t.snd.wnd, 6000);
	expect(s, ".", 2001, 0, 1, 10000, RULE_TEXT_GAP);
	/* older by its sequence number */
	inject(s, "P.", 1, 50, 1001, 7000, RULE_TEXT_FILLS);
	KUNIT_EXPECT_EQ(test, s->t.snd.wnd, 6000);
	expect(s, ".", 2001, 0, 51, ANY, RULE_TEXT_FILLS);
	/* the same sequence number, an older ACK */
	inject(s, ".", 101, 0, 1, 8000, RULE_ACK_SAME);
	KUNIT_EXPECT_EQ(test, s->t.snd.wnd, 6000);
	/* the same in both: newer or the same, never older */
	inject(s, ".", 101, 0, 1001, 9000, RULE_ACK_WINDOW);
	KUNIT_EXPECT_EQ(test, s->t.snd.wnd, 9000);
}

/*
 * Sent again, so older by its sequence number, but its ACK is the newest:
 * with SND.UNA the edge must not move where the peer never promised
 */
static void established_window_taken_with_new_ack(struct kunit *test)
{
	struct script *s = in_flight(test);

	inject(s, "P.", 101, 100, 1, 3000, RULE_TEXT_GAP);
	expect(s, ".", 2001, 0, 1, 10000, RULE_TEXT_GAP);
	user_writes(s, 5000);
	expect(s, ".", 2001, 1000, 1, 10000, RULE_SEND_TEXT);
	expect_nothing(s);
	inject(s, "P.", 1, 50, 2001, 1000, RULE_TEXT_FILLS);
	KUNIT_EXPECT_EQ(test, s->t.snd.wnd, 1000);
	KUNIT_EXPECT_EQ(test, s->t.snd.wl1, s->irs + 101);
	expect(s, ".", 3001, 0, 51, ANY, RULE_TEXT_FILLS);
	expect_nothing(s);
}

static void established_max_window_remembered(struct kunit *test)
{
	struct script *s = script_established(test);

	inject(s, ".", 1, 0, 1, 20000, RULE_ACK_WINDOW);
	inject(s, ".", 1, 0, 1, 300, RULE_ACK_WINDOW);
	KUNIT_EXPECT_EQ(test, s->t.snd.wnd, 300);
	KUNIT_EXPECT_EQ(test, s->t.snd.max_wnd, 20000);
}

/* Urgent text is text, rfc9293#section-3.8.5 */
static void established_urgent_text_taken(struct kunit *test)
{
	struct script *s = script_established(test);

	inject(s, "PU.", 1, 100, 1, 10000, RULE_URG_NEW);
	kept(s, 0, 100);
}

/* rfc9293#section-3.4: more than the whole space, many times 4 GiB */
static void established_five_gib_cross_the_space(struct kunit *test)
{
	struct script *s = script_established(test);
	u64 total = 0, goal = 5ull << 30;
	u32 out = 1, step = 60000;
	struct segment ack = { .flags = SEG_ACK, .seq = s->irs + 1 };

	ack.wnd = 65535;
	s->t.snd.shift = 4;
	s->t.snd.wnd = 65535 << 4;
	s->t.snd.max_wnd = s->t.snd.wnd;
	s->limit = step;
	s->t.cong.cwnd = 1 << 20;
	while (total < goal) {
		tcb_write(&s->t, step);
		KUNIT_ASSERT_TRUE(test, tcb_output(&s->t, s->now, step,
						   &s->out));
		KUNIT_ASSERT_EQ(test, s->out.flags, SEG_ACK | SEG_PSH);
		KUNIT_ASSERT_EQ(test, s->out.seq, s->iss + out);
		KUNIT_ASSERT_EQ(test, s->out.len, step);
		out += step;
		total += step;
		ack.ack = s->iss + out;
		tcb_input(&s->t, &ack, s->now, &s->v);
		KUNIT_ASSERT_EQ(test, s->v.rule, RULE_ACK_NEW);
		KUNIT_ASSERT_EQ(test, s->t.snd.una, s->iss + out);
		KUNIT_ASSERT_TRUE(test, seq_lt(s->t.cong.recover,
					       s->t.snd.una));
		KUNIT_ASSERT_FALSE(test, tcb_output(&s->t, s->now, step,
						    &s->out));
		s->now += 100;
	}
}

static struct kunit_case cases[] = {
	SCRIPT_CASE(established_no_ack_dropped),
	SCRIPT_CASE(established_ack_of_unsent_answered),
	SCRIPT_CASE(established_ack_too_old_challenged),
	SCRIPT_CASE(established_ack_turn_counted),
	SCRIPT_CASE(established_ack_old_text_taken),
	SCRIPT_CASE(established_ack_moves_una_and_restarts_timer),
	SCRIPT_CASE(established_ack_of_all_stops_timer),
	SCRIPT_CASE(established_ack_again_is_duplicate),
	SCRIPT_CASE(established_ack_not_duplicate),
	SCRIPT_CASE(established_old_ack_not_duplicate),
	SCRIPT_CASE(established_window_taken_from_newer_text),
	SCRIPT_CASE(established_window_not_taken_from_older),
	SCRIPT_CASE(established_window_taken_with_new_ack),
	SCRIPT_CASE(established_max_window_remembered),
	SCRIPT_CASE(established_urgent_text_taken),
	SCRIPT_CASE(established_five_gib_cross_the_space),
	{}
};

struct kunit_suite glass_ack = {
	.name = "glass_ack",
	.test_cases = cases,
};
