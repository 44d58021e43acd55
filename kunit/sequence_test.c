// SPDX-License-Identifier: GPL-2.0
/*
 * First, check the sequence number: rfc9293#section-3.10.7.4 and the four
 * cases of its table.
 */
#include "script.h"
#include "suites.h"

/* Ten segments fill the buffer and close the window: RCV.NXT is 10001 */
static struct script *closed_window(struct kunit *test)
{
	struct script *s = script_established(test);
	u32 seq;

	for (seq = 1; seq < 10001; seq += 2000) {
		inject(s, ".", seq, 1000, 1, 10000, RULE_TEXT_IN_ORDER);
		expect_nothing(s);
		inject(s, ".", seq + 1000, 1000, 1, 10000, RULE_TEXT_IN_ORDER);
		expect(s, ".", 1, 0, seq + 2000, 8001 - seq,
		       RULE_ACK_EVERY_SECOND);
		expect_nothing(s);
	}
	return s;
}

static void established_text_again_acked(struct kunit *test)
{
	struct script *s = script_established(test);

	inject(s, "P.", 1, 100, 1, 10000, RULE_TEXT_IN_ORDER);
	expect_nothing(s);
	inject(s, "P.", 1, 100, 1, 10000, RULE_SEQ_OLD);
	now_in(s, TCB_ESTABLISHED, 0);
	kept(s, 0, 0);
	expect(s, ".", 1, 0, 101, 9900, RULE_SEQ_OLD);
	expect_nothing(s);
	no_timer(s);
}

/* A keep-alive probe stands one before RCV.NXT: rfc9293#section-3.8.4 */
static void established_keepalive_acked(struct kunit *test)
{
	struct script *s = script_established(test);

	inject(s, ".", 0, 0, 1, 10000, RULE_SEQ_OLD);
	expect(s, ".", 1, 0, 1, 10000, RULE_SEQ_OLD);
	expect_nothing(s);
}

static void established_text_partly_old_trimmed(struct kunit *test)
{
	struct script *s = script_established(test);

	inject(s, "P.", 1, 100, 1, 10000, RULE_TEXT_IN_ORDER);
	inject(s, "P.", 51, 150, 1, 10000, RULE_TEXT_IN_ORDER);
	kept(s, 50, 100);
	KUNIT_EXPECT_EQ(test, s->t.rcv.nxt, s->irs + 201);
}

static void established_text_beyond_window_acked(struct kunit *test)
{
	struct script *s = script_established(test);

	inject(s, "P.", 10001, 100, 1, 10000, RULE_SEQ_WINDOW);
	now_in(s, TCB_ESTABLISHED, 0);
	kept(s, 0, 0);
	expect(s, ".", 1, 0, 1, 10000, RULE_SEQ_WINDOW);
	expect_nothing(s);
}

static void established_text_at_last_octet_taken(struct kunit *test)
{
	struct script *s = script_established(test);

	inject(s, "P.", 10000, 100, 1, 10000, RULE_TEXT_GAP);
	kept(s, 0, 1);
	expect(s, ".", 1, 0, 1, 10000, RULE_TEXT_GAP);
}

static void established_text_over_both_edges_trimmed(struct kunit *test)
{
	struct script *s = script_established(test);

	inject(s, "P.", 1, 100, 1, 10000, RULE_TEXT_IN_ORDER);
	inject(s, "P.", 1, 20000, 1, 10000, RULE_TEXT_IN_ORDER);
	kept(s, 100, 9900);
	KUNIT_EXPECT_EQ(test, s->t.rcv.nxt, s->irs + 10001);
	expect(s, ".", 1, 0, 10001, 0, RULE_ACK_EVERY_SECOND);
}

/*
 * A peer that filled the window has its SND.NXT at the edge, one that probes
 * it has it one beyond
 */
static void established_empty_at_edge_taken(struct kunit *test)
{
	struct script *s = script_established(test);

	inject(s, ".", 10001, 0, 1, 4000, RULE_ACK_WINDOW);
	KUNIT_EXPECT_EQ(test, s->t.snd.wnd, 4000);
	expect_nothing(s);
	inject(s, ".", 10002, 0, 1, 5000, RULE_ACK_WINDOW);
	KUNIT_EXPECT_EQ(test, s->t.snd.wnd, 5000);
	expect_nothing(s);
	inject(s, ".", 10003, 0, 1, 6000, RULE_SEQ_WINDOW);
	KUNIT_EXPECT_EQ(test, s->t.snd.wnd, 5000);
	expect(s, ".", 1, 0, 1, 10000, RULE_SEQ_WINDOW);
}

static void closed_window_text_refused_ack_taken(struct kunit *test)
{
	struct script *s = closed_window(test);

	inject(s, ".", 10001, 1, 1, 4000, RULE_TEXT_ZERO_WINDOW);
	now_in(s, TCB_ESTABLISHED, 0);
	kept(s, 0, 0);
	KUNIT_EXPECT_EQ(test, s->t.snd.wnd, 4000);
	expect(s, ".", 1, 0, 10001, 0, RULE_TEXT_ZERO_WINDOW);
	expect_nothing(s);
}

static void closed_window_text_elsewhere_acked(struct kunit *test)
{
	struct script *s = closed_window(test);

	inject(s, ".", 10002, 1, 1, 4000, RULE_SEQ_WINDOW);
	KUNIT_EXPECT_EQ(test, s->t.snd.wnd, 10000);
	expect(s, ".", 1, 0, 10001, 0, RULE_SEQ_WINDOW);
	inject(s, ".", 9001, 1000, 1, 4000, RULE_SEQ_OLD);
	expect(s, ".", 1, 0, 10001, 0, RULE_SEQ_OLD);
	expect_nothing(s);
}

/* The ACKs of a peer whose probe was just refused count */
static void closed_window_ack_of_prober_taken(struct kunit *test)
{
	struct script *s = closed_window(test);

	user_writes(s, 100);
	expect(s, "P.", 1, 100, 10001, 0, RULE_SEND_PUSH);
	inject(s, ".", 10001, 1, 1, 10000, RULE_TEXT_ZERO_WINDOW);
	expect(s, ".", 101, 0, 10001, 0, RULE_TEXT_ZERO_WINDOW);
	inject(s, ".", 10002, 0, 101, 10000, RULE_ACK_NEW);
	expect_nothing(s);
	no_timer(s);
}

static void closed_window_empty_taken(struct kunit *test)
{
	struct script *s = closed_window(test);

	inject(s, ".", 10001, 0, 1, 4000, RULE_ACK_WINDOW);
	expect_nothing(s);
	inject(s, ".", 10003, 0, 1, 5000, RULE_SEQ_WINDOW);
	expect(s, ".", 1, 0, 10001, 0, RULE_SEQ_WINDOW);
}

/* A FIN needs no room; after it no window is promised that is not there */
static void closed_window_fin_taken(struct kunit *test)
{
	struct script *s = closed_window(test);

	inject(s, "F.", 10001, 0, 1, 10000, RULE_FIN_CLOSE_WAIT);
	now_in(s, TCB_CLOSE_WAIT, V_PEER_CLOSED);
	expires(s, 40, RULE_ACK_DELAYED);
	expect(s, ".", 1, 0, 10002, 0, RULE_ACK_DELAYED);
	expect_nothing(s);
	inject(s, ".", 10002, 0, 1, 9000, RULE_ACK_WINDOW);
	expect_nothing(s);
}

/* rfc9293: MUST-66 */
static void closed_window_rst_resets(struct kunit *test)
{
	struct script *s = closed_window(test);

	inject(s, "R", 10001, 0, 0, 0, RULE_RST_EXACT);
	now_in(s, TCB_CLOSED, V_RESET | V_DEAD);
}

/* rfc5961: 3.2 */
static void established_rst_outside_dropped(struct kunit *test)
{
	struct script *s = script_established(test);

	inject(s, "R", 0, 0, 0, 0, RULE_SEQ_RST);
	now_in(s, TCB_ESTABLISHED, 0);
	expect_nothing(s);
	inject(s, "R.", 10003, 0, 1, 0, RULE_SEQ_RST);
	now_in(s, TCB_ESTABLISHED, 0);
	expect_nothing(s);
}

/* The RFC's second FIN of a peer whose ACK got lost */
static void close_wait_fin_again_acked(struct kunit *test)
{
	struct script *s = script_close_wait(test);

	inject(s, "F.", 1, 0, 1, 10000, RULE_SEQ_OLD);
	now_in(s, TCB_CLOSE_WAIT, 0);
	expect(s, ".", 1, 0, 2, 9999, RULE_SEQ_OLD);
	expect_nothing(s);
}

static struct kunit_case cases[] = {
	SCRIPT_CASE(established_text_again_acked),
	SCRIPT_CASE(established_keepalive_acked),
	SCRIPT_CASE(established_text_partly_old_trimmed),
	SCRIPT_CASE(established_text_beyond_window_acked),
	SCRIPT_CASE(established_text_at_last_octet_taken),
	SCRIPT_CASE(established_text_over_both_edges_trimmed),
	SCRIPT_CASE(established_empty_at_edge_taken),
	SCRIPT_CASE(closed_window_text_refused_ack_taken),
	SCRIPT_CASE(closed_window_text_elsewhere_acked),
	SCRIPT_CASE(closed_window_ack_of_prober_taken),
	SCRIPT_CASE(closed_window_empty_taken),
	SCRIPT_CASE(closed_window_fin_taken),
	SCRIPT_CASE(closed_window_rst_resets),
	SCRIPT_CASE(established_rst_outside_dropped),
	SCRIPT_CASE(close_wait_fin_again_acked),
	{}
};

struct kunit_suite glass_sequence = {
	.name = "glass_sequence",
	.test_cases = cases,
};
