// SPDX-License-Identifier: GPL-2.0
/*
 * Seventh, process the segment text: rfc9293#section-3.10.7.4, delayed ACKs
 * (rfc9293#section-3.8.6.3), text out of order (rfc5681#section-4.2).
 */
#include "script.h"
#include "suites.h"

/* rfc9293: SHLD-18, MUST-40 */
static void established_text_acked_late(struct kunit *test)
{
	struct script *s = script_established(test);

	inject(s, "P.", 1, 100, 1, 10000, RULE_TEXT_IN_ORDER);
	now_in(s, TCB_ESTABLISHED, V_READABLE);
	kept(s, 0, 100);
	expect_nothing(s);
	passes(s, 39);
	expires(s, 1, RULE_ACK_DELAYED);
	expect(s, ".", 1, 0, 101, 9900, RULE_ACK_DELAYED);
	expect_nothing(s);
	no_timer(s);
}

/* A second small segment does not put the ACK off */
/* rfc9293: MUST-58, MUST-40 */
static void established_text_does_not_postpone_ack(struct kunit *test)
{
	struct script *s = script_established(test);

	inject(s, "P.", 1, 100, 1, 10000, RULE_TEXT_IN_ORDER);
	passes(s, 30);
	inject(s, "P.", 101, 10, 1, 10000, RULE_TEXT_IN_ORDER);
	expect_nothing(s);
	expires(s, 10, RULE_ACK_DELAYED);
	expect(s, ".", 1, 0, 111, 9890, RULE_ACK_DELAYED);
}

/* rfc9293: SHLD-19; rfc5681: 4.2 */
static void established_second_full_segment_acked(struct kunit *test)
{
	struct script *s = script_established(test);

	inject(s, ".", 1, 1000, 1, 10000, RULE_TEXT_IN_ORDER);
	expect_nothing(s);
	inject(s, ".", 1001, 1000, 1, 10000, RULE_TEXT_IN_ORDER);
	expect(s, ".", 1, 0, 2001, 8000, RULE_ACK_EVERY_SECOND);
	expect_nothing(s);
	no_timer(s);
}

/* Two full segments came and the user was told */
static struct script *reader_woken(struct kunit *test)
{
	struct script *s = script_established(test);

	inject(s, ".", 1, 1000, 1, 10000, RULE_TEXT_IN_ORDER);
	passes(s, 10);
	inject(s, ".", 1001, 1000, 1, 10000, RULE_TEXT_IN_ORDER);
	tcb_reader_woken(&s->t, s->now);
	expect_nothing(s);
	return s;
}

/* One segment says what came and what there is room for again */
static void established_reader_woken_acks_when_he_reads(struct kunit *test)
{
	struct script *s = reader_woken(test);

	user_reads(s, 2000);
	expect(s, ".", 1, 0, 2001, 10000, RULE_ACK_EVERY_SECOND);
	expect_nothing(s);
	no_timer(s);
}

/* Before the sender, who counts on it, asks for it with a probe */
/* rfc9293: MUST-40 */
static void established_reader_woken_does_not_read(struct kunit *test)
{
	struct script *s = reader_woken(test);

	inject(s, ".", 2001, 1000, 1, 10000, RULE_TEXT_IN_ORDER);
	tcb_reader_woken(&s->t, s->now);
	expect_nothing(s);
	expires(s, 4, RULE_ACK_DELAYED);
	expect(s, ".", 1, 0, 3001, 7000, RULE_ACK_DELAYED);
	user_reads(s, 3000);
	expect_nothing(s);
}

static void established_reader_woken_quick_ack(struct kunit *test)
{
	struct script *s = script_established(test);

	s->t.opt.quick_ack = 1;
	inject(s, ".", 1, 1000, 1, 10000, RULE_TEXT_IN_ORDER);
	expect(s, ".", 1, 0, 1001, 9000, RULE_ACK_QUICK);
	inject(s, ".", 1001, 2000, 1, 10000, RULE_TEXT_IN_ORDER);
	tcb_reader_woken(&s->t, s->now);
	expect(s, ".", 1, 0, 3001, 7000, RULE_ACK_EVERY_SECOND);
}

/* So long and no longer, as the administrator said */
/* rfc9293: MUST-40, SHLD-18 */
static void established_ack_delayed_by_administrator(struct kunit *test)
{
	struct script *s = script_established(test);

	s->policy.delack_max_ms = 499;
	inject(s, "P.", 1, 10, 1, 10000, RULE_TEXT_IN_ORDER);
	expect_nothing(s);
	s->policy.delack_max_ms = 1;	/* of the next */
	expires(s, 499, RULE_ACK_DELAYED);
	expect(s, ".", 1, 0, 11, ANY, RULE_ACK_DELAYED);
	inject(s, "P.", 11, 10, 1, 10000, RULE_TEXT_IN_ORDER);
	expires(s, 1, RULE_ACK_DELAYED);
	expect(s, ".", 1, 0, 21, ANY, RULE_ACK_DELAYED);
}

/* ... and for a reader no longer than that */
static void established_reader_woken_delay_by_administrator(struct kunit *test)
{
	struct script *s = script_established(test);

	s->policy.delack_max_ms = 2;
	inject(s, ".", 1, 2000, 1, 10000, RULE_TEXT_IN_ORDER);
	tcb_reader_woken(&s->t, s->now);
	expires(s, 2, RULE_ACK_DELAYED);
	expect(s, ".", 1, 0, 2001, ANY, RULE_ACK_DELAYED);
}

static void established_no_ack_delayed_by_administrator(struct kunit *test)
{
	struct script *s = script_established(test);

	s->policy.delack_max_ms = 0;
	inject(s, "P.", 1, 10, 1, 10000, RULE_TEXT_IN_ORDER);
	expect(s, ".", 1, 0, 11, ANY, RULE_ACK_QUICK);
	inject(s, ".", 11, 2000, 1, 10000, RULE_TEXT_IN_ORDER);
	tcb_reader_woken(&s->t, s->now);
	expect(s, ".", 1, 0, 2011, ANY, RULE_ACK_EVERY_SECOND);
	inject(s, "F.", 2011, 0, 1, 10000, RULE_FIN_CLOSE_WAIT);
	expect(s, ".", 1, 0, 2012, ANY, RULE_FIN_CLOSE_WAIT);
	no_timer(s);
}

/* The sender must hear of a gap at once */
/* rfc5681: 4.2 */
static void established_reader_woken_gap_acked(struct kunit *test)
{
	struct script *s = script_established(test);

	inject(s, ".", 1, 1000, 1, 10000, RULE_TEXT_IN_ORDER);
	inject(s, ".", 2001, 1000, 1, 10000, RULE_TEXT_GAP);
	tcb_reader_woken(&s->t, s->now);
	expect(s, ".", 1, 0, 1001, 9000, RULE_TEXT_GAP);
}

/* Had it begun 2^32 octets ago, text would pass the ISN now: once */
static void established_text_turn_counted(struct kunit *test)
{
	struct script *s = script_established(test);

	s->t.irs = s->irs + 1 + 150;
	inject(s, "P.", 1, 100, 1, 10000, RULE_TEXT_IN_ORDER);
	KUNIT_EXPECT_EQ(test, s->t.rcv_turns, 0);
	inject(s, "P.", 101, 100, 1, 10000, RULE_TEXT_IN_ORDER);
	KUNIT_EXPECT_EQ(test, s->t.rcv_turns, 1);
	inject(s, "P.", 201, 100, 1, 10000, RULE_TEXT_IN_ORDER);
	KUNIT_EXPECT_EQ(test, s->t.rcv_turns, 1);
	KUNIT_EXPECT_EQ(test, s->t.snd_turns, 0);
}

/* Merged on the way: several segments are at least two */
static void established_merged_segments_acked(struct kunit *test)
{
	struct script *s = script_established(test);

	inject(s, ".", 1, 5000, 1, 10000, RULE_TEXT_IN_ORDER);
	expect(s, ".", 1, 0, 5001, 5000, RULE_ACK_EVERY_SECOND);
	inject(s, ".", 5001, 2000, 1, 10000, RULE_TEXT_IN_ORDER);
	expect(s, ".", 1, 0, 7001, 3000, RULE_ACK_EVERY_SECOND);
}

/* Each of several that come as one counts: two are enough for an ACK */
static void established_pieces_counted(struct kunit *test)
{
	struct script *s = script_established(test);

	s->piece = 700;
	inject(s, ".", 1, 1300, 1, 10000, RULE_TEXT_IN_ORDER);
	expect(s, ".", 1, 0, 1301, 8700, RULE_ACK_EVERY_SECOND);
	KUNIT_EXPECT_EQ(test, s->t.rcv.mss, 700);
	inject(s, ".", 1301, 700, 1, 10000, RULE_TEXT_IN_ORDER);
	expect_nothing(s);
	inject(s, ".", 2001, 700, 1, 10000, RULE_TEXT_IN_ORDER);
	expect(s, ".", 1, 0, 2701, 7300, RULE_ACK_EVERY_SECOND);
	/* a tail behind them is not the second */
	s->piece = 700;
	inject(s, ".", 2701, 1400, 1, 10000, RULE_TEXT_IN_ORDER);
	expect(s, ".", 1, 0, 4101, 5900, RULE_ACK_EVERY_SECOND);
	inject(s, "P.", 4101, 100, 1, 10000, RULE_TEXT_IN_ORDER);
	expect_nothing(s);
	expires(s, 40, RULE_ACK_DELAYED);
	expect(s, ".", 1, 0, 4201, 5800, RULE_ACK_DELAYED);
	/* what claims more than we take in one is not believed */
	s->piece = 65535;
	inject(s, ".", 4201, 2000, 1, 10000, RULE_TEXT_IN_ORDER);
	KUNIT_EXPECT_EQ(test, s->t.rcv.mss, s->t.adv_mss);
}

/* rfc9293: MUST-58 */
static void established_text_out_carries_ack(struct kunit *test)
{
	struct script *s = script_established(test);

	inject(s, "P.", 1, 100, 1, 10000, RULE_TEXT_IN_ORDER);
	user_writes(s, 7);
	expect(s, "P.", 1, 7, 101, 9900, RULE_SEND_PUSH);
	expect_nothing(s);
	expires(s, 300, RULE_RESEND_RTO);
}

/* rfc9293: MAY-13; rfc5681: 4.2 */
static void established_gap_acked_at_once(struct kunit *test)
{
	struct script *s = script_established(test);

	inject(s, "P.", 101, 100, 1, 10000, RULE_TEXT_GAP);
	now_in(s, TCB_ESTABLISHED, 0);
	kept(s, 0, 100);
	expect(s, ".", 1, 0, 1, 10000, RULE_TEXT_GAP);
	expect_nothing(s);
	inject(s, "P.", 201, 100, 1, 10000, RULE_TEXT_GAP);
	expect(s, ".", 1, 0, 1, 10000, RULE_TEXT_GAP);
	KUNIT_EXPECT_EQ(test, s->t.held->n, 1);
}

/* rfc9293: SHLD-31, MUST-59; rfc5681: 4.2 */
static void established_gap_filled(struct kunit *test)
{
	struct script *s = script_established(test);

	inject(s, "P.", 101, 100, 1, 10000, RULE_TEXT_GAP);
	inject(s, "P.", 301, 100, 1, 10000, RULE_TEXT_GAP);
	expect(s, ".", 1, 0, 1, 10000, RULE_TEXT_GAP);
	inject(s, ".", 1, 100, 1, 10000, RULE_TEXT_FILLS);
	now_in(s, TCB_ESTABLISHED, V_READABLE);
	kept(s, 0, 100);
	expect(s, ".", 1, 0, 201, 9800, RULE_TEXT_FILLS);
	inject(s, ".", 201, 100, 1, 10000, RULE_TEXT_FILLS);
	expect(s, ".", 1, 0, 401, 9600, RULE_TEXT_FILLS);
	expect_nothing(s);
	KUNIT_EXPECT_EQ(test, s->t.held->n, 0);
	inject(s, ".", 401, 100, 1, 10000, RULE_TEXT_IN_ORDER);
	expect_nothing(s);
}

/* While a gap is open every segment in order is acknowledged at once */
static void established_part_of_gap_acked_at_once(struct kunit *test)
{
	struct script *s = script_established(test);

	inject(s, "P.", 501, 100, 1, 10000, RULE_TEXT_GAP);
	expect(s, ".", 1, 0, 1, 10000, RULE_TEXT_GAP);
	inject(s, ".", 1, 100, 1, 10000, RULE_TEXT_FILLS);
	expect(s, ".", 1, 0, 101, 9900, RULE_TEXT_FILLS);
	expect_nothing(s);
	KUNIT_EXPECT_EQ(test, s->t.held->n, 1);
}

static void established_text_over_gap_and_held(struct kunit *test)
{
	struct script *s = script_established(test);

	inject(s, "P.", 101, 100, 1, 10000, RULE_TEXT_GAP);
	inject(s, "P.", 1, 300, 1, 10000, RULE_TEXT_IN_ORDER);
	kept(s, 0, 300);
	KUNIT_EXPECT_EQ(test, s->t.rcv.nxt, s->irs + 301);
	KUNIT_EXPECT_EQ(test, s->t.held->n, 0);
}

static void established_gap_without_ranges_refused(struct kunit *test)
{
	struct script *s = script_established(test);

	s->t.held = NULL;
	inject(s, "FP.", 101, 100, 1, 10000, RULE_TEXT_NO_ROOM);
	now_in(s, TCB_ESTABLISHED, 0);
	kept(s, 0, 0);
	expect(s, ".", 1, 0, 1, 10000, RULE_TEXT_NO_ROOM);
	expect_nothing(s);
	/* its FIN was not taken either */
	inject(s, ".", 1, 200, 1, 10000, RULE_TEXT_IN_ORDER);
	now_in(s, TCB_ESTABLISHED, V_READABLE);
}

static void established_text_without_memory_refused(struct kunit *test)
{
	struct script *s = script_established(test);

	s->no_room = true;
	inject(s, "FP.", 1, 100, 1, 9000, RULE_TEXT_NO_ROOM);
	now_in(s, TCB_ESTABLISHED, 0);
	kept(s, 0, 0);
	KUNIT_EXPECT_EQ(test, s->t.snd.wnd, 9000);
	expect(s, ".", 1, 0, 1, 10000, RULE_TEXT_NO_ROOM);
	expect_nothing(s);
	s->no_room = true;
	inject(s, ".", 1, 0, 1, 8000, RULE_ACK_WINDOW);
	expect_nothing(s);
}

static void close_wait_text_ignored(struct kunit *test)
{
	struct script *s = script_close_wait(test);

	inject(s, "P.", 2, 100, 1, 9000, RULE_TEXT_AFTER_FIN);
	now_in(s, TCB_CLOSE_WAIT, 0);
	kept(s, 0, 0);
	expect_nothing(s);
	KUNIT_EXPECT_EQ(test, s->t.snd.wnd, 9000);
}

/* Half closed: text is taken in FIN-WAIT-1 and FIN-WAIT-2 */
static void fin_wait_text_taken(struct kunit *test)
{
	struct script *s = script_fin_wait_1(test);

	inject(s, "P.", 1, 100, 1, 10000, RULE_TEXT_IN_ORDER);
	now_in(s, TCB_FIN_WAIT_1, V_READABLE);
	kept(s, 0, 100);
	inject(s, "P.", 101, 100, 2, 10000, RULE_TEXT_IN_ORDER);
	now_in(s, TCB_FIN_WAIT_2, V_READABLE | V_WRITABLE);
	kept(s, 0, 100);
}

/* rfc9293#section-3.6.1: nobody will ever read it */
/* rfc9293: MAY-1, SHLD-3 */
static void fin_wait_1_orphan_text_rejected(struct kunit *test)
{
	struct script *s = script_fin_wait_1(test);

	user_leaves(s);
	inject(s, "P.", 1, 100, 1, 10000, RULE_TEXT_AFTER_CLOSE);
	now_in(s, TCB_CLOSED, V_DEAD | V_REJECT);
	expect_reject(s, "R", 1, 0);
	expect_nothing(s);
	no_timer(s);
}

/* A user who has shut down both ways is told too */
static void fin_wait_2_shut_both_ways_text_resets(struct kunit *test)
{
	struct script *s = script_fin_wait_2(test);

	tcb_shut_read(&s->t);
	inject(s, "P.", 1, 100, 2, 10000, RULE_TEXT_AFTER_CLOSE);
	now_in(s, TCB_CLOSED, V_DEAD | V_REJECT | V_RESET);
	kept(s, 0, 0);
	expect_reject(s, "R", 2, 0);
	expect_nothing(s);
}

/* Shut down for reading alone: text is taken all the same */
static void established_shut_for_reading_takes_text(struct kunit *test)
{
	struct script *s = script_established(test);

	tcb_shut_read(&s->t);
	inject(s, "P.", 1, 100, 1, 10000, RULE_TEXT_IN_ORDER);
	kept(s, 0, 100);
}

/* rfc9293: MAY-1, SHLD-3 */
static void fin_wait_2_orphan_text_rejected(struct kunit *test)
{
	struct script *s = script_fin_wait_2(test);

	user_leaves(s);
	inject(s, "P.", 1, 100, 2, 10000, RULE_TEXT_AFTER_CLOSE);
	now_in(s, TCB_CLOSED, V_DEAD | V_REJECT);
	expect_reject(s, "R", 2, 0);
}

/* What an orphan has taken before may come again */
static void fin_wait_2_orphan_old_text_acked(struct kunit *test)
{
	struct script *s = script_fin_wait_1(test);

	inject(s, "P.", 1, 100, 1, 10000, RULE_TEXT_IN_ORDER);
	user_leaves(s);
	inject(s, "P.", 1, 100, 2, 10000, RULE_SEQ_OLD);
	now_in(s, TCB_FIN_WAIT_1, 0);
	expect(s, ".", 2, 0, 101, 9900, RULE_SEQ_OLD);
}

static struct kunit_case cases[] = {
	SCRIPT_CASE(established_text_acked_late),
	SCRIPT_CASE(established_text_does_not_postpone_ack),
	SCRIPT_CASE(established_second_full_segment_acked),
	SCRIPT_CASE(established_reader_woken_acks_when_he_reads),
	SCRIPT_CASE(established_reader_woken_does_not_read),
	SCRIPT_CASE(established_reader_woken_quick_ack),
	SCRIPT_CASE(established_ack_delayed_by_administrator),
	SCRIPT_CASE(established_reader_woken_delay_by_administrator),
	SCRIPT_CASE(established_no_ack_delayed_by_administrator),
	SCRIPT_CASE(established_reader_woken_gap_acked),
	SCRIPT_CASE(established_text_turn_counted),
	SCRIPT_CASE(established_merged_segments_acked),
	SCRIPT_CASE(established_pieces_counted),
	SCRIPT_CASE(established_text_out_carries_ack),
	SCRIPT_CASE(established_gap_acked_at_once),
	SCRIPT_CASE(established_gap_filled),
	SCRIPT_CASE(established_part_of_gap_acked_at_once),
	SCRIPT_CASE(established_text_over_gap_and_held),
	SCRIPT_CASE(established_gap_without_ranges_refused),
	SCRIPT_CASE(established_text_without_memory_refused),
	SCRIPT_CASE(close_wait_text_ignored),
	SCRIPT_CASE(fin_wait_text_taken),
	SCRIPT_CASE(fin_wait_1_orphan_text_rejected),
	SCRIPT_CASE(fin_wait_2_orphan_text_rejected),
	SCRIPT_CASE(fin_wait_2_shut_both_ways_text_resets),
	SCRIPT_CASE(established_shut_for_reading_takes_text),
	SCRIPT_CASE(fin_wait_2_orphan_old_text_acked),
	{}
};

struct kunit_suite glass_text = {
	.name = "glass_text",
	.test_cases = cases,
};
