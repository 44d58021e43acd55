// SPDX-License-Identifier: GPL-2.0
/*
 * CLOSE in every order: rfc9293#section-3.6, 3.10.4 and the eighth step of
 * 3.10.7.4.
 */
#include "script.h"
#include "suites.h"

static void fin_wait_2_fin_enters_time_wait(struct kunit *test)
{
	struct script *s = script_fin_wait_2(test);

	inject(s, "F.", 1, 0, 2, 10000, RULE_FIN_TIME_WAIT);
	now_in(s, TCB_TIME_WAIT, V_PEER_CLOSED | V_TIME_WAIT);
	expect(s, ".", 2, 0, 2, 9999, RULE_FIN_TIME_WAIT);
	expect_nothing(s);
	no_timer(s);
}

static void fin_wait_1_fin_with_ack_enters_time_wait(struct kunit *test)
{
	struct script *s = script_fin_wait_1(test);

	inject(s, "F.", 1, 0, 2, 10000, RULE_FIN_TIME_WAIT);
	now_in(s, TCB_TIME_WAIT, V_WRITABLE | V_PEER_CLOSED | V_TIME_WAIT);
	expect(s, ".", 2, 0, 2, 9999, RULE_FIN_TIME_WAIT);
	expect_nothing(s);
	no_timer(s);
}

static void closing_ack_enters_time_wait(struct kunit *test)
{
	struct script *s = script_closing(test);

	inject(s, ".", 2, 0, 2, 10000, RULE_ACK_TIME_WAIT);
	now_in(s, TCB_TIME_WAIT, V_WRITABLE | V_TIME_WAIT);
	expect_nothing(s);
	no_timer(s);
}

static void closing_fin_lost_sent_again(struct kunit *test)
{
	struct script *s = script_closing(test);

	expires(s, 300, RULE_RESEND_RTO);
	expect(s, "F.", 1, 0, 2, 9999, RULE_RESEND_RTO);
	expect_nothing(s);
	inject(s, "F.", 1, 0, 1, 10000, RULE_SEQ_OLD);
	expect(s, ".", 2, 0, 2, 9999, RULE_SEQ_OLD);
	now_in(s, TCB_CLOSING, 0);
}

static void last_ack_ack_closes(struct kunit *test)
{
	struct script *s = script_last_ack(test);

	inject(s, ".", 2, 0, 2, 10000, RULE_ACK_CLOSED);
	now_in(s, TCB_CLOSED, V_WRITABLE | V_DEAD);
	expect_nothing(s);
	no_timer(s);
}

static void last_ack_old_ack_waits(struct kunit *test)
{
	struct script *s = script_last_ack(test);

	inject(s, ".", 2, 0, 1, 9000, RULE_ACK_WINDOW);
	now_in(s, TCB_LAST_ACK, 0);
	expect_nothing(s);
	expires(s, 300, RULE_RESEND_RTO);
	expect(s, "F.", 1, 0, 2, 9999, RULE_RESEND_RTO);
}

static void fin_wait_1_timeouts_end(struct kunit *test)
{
	struct script *s = script_fin_wait_1(test);
	u32 ms;

	for (ms = 300; ms <= 2400; ms *= 2) {
		expires(s, ms, RULE_RESEND_RTO);
		expect(s, "F.", 1, 0, 1, 10000, RULE_RESEND_RTO);
		expect_nothing(s);
	}
	expires(s, 4800, RULE_USER_TIMEOUT);
	now_in(s, TCB_CLOSED, V_TIMED_OUT | V_DEAD);
}

/* The FIN comes after all text, with its last octets */
static void established_close_sends_text_first(struct kunit *test)
{
	struct script *s = script_established(test);

	user_writes(s, 2500);
	user_closes(s);
	expect(s, ".", 1, 1000, 1, 10000, RULE_SEND_TEXT);
	expect(s, ".", 1001, 1000, 1, 10000, RULE_SEND_TEXT);
	expect(s, "FP.", 2001, 500, 1, 10000, RULE_SEND_FIN);
	expect_nothing(s);
	inject(s, ".", 1, 0, 2501, 10000, RULE_ACK_NEW);
	now_in(s, TCB_FIN_WAIT_1, V_WRITABLE);
	expect_nothing(s);
	inject(s, ".", 1, 0, 2502, 10000, RULE_ACK_FIN_WAIT_2);
	now_in(s, TCB_FIN_WAIT_2, V_WRITABLE);
}

/* CLOSE implies PUSH: Nagle's algorithm does not hold the last text back */
static void established_close_pushes_held_text(struct kunit *test)
{
	struct script *s = script_established(test);

	user_writes(s, 100);
	expect(s, "P.", 1, 100, 1, 10000, RULE_SEND_PUSH);
	user_writes(s, 50);
	expect_nothing(s);
	user_closes(s);
	expect(s, "FP.", 101, 50, 1, 10000, RULE_SEND_FIN);
	expect_nothing(s);
}

/* The FIN takes a place in the window too */
static void established_close_fin_waits_for_window(struct kunit *test)
{
	struct script *s = script_begin(test);

	s->peer_wnd = 1000;
	script_establish(s);
	user_writes(s, 1000);
	user_closes(s);
	expect(s, "P.", 1, 1000, 1, 10000, RULE_SEND_TEXT);
	expect_nothing(s);
	inject(s, ".", 1, 0, 1001, 1000, RULE_ACK_NEW);
	expect(s, "F.", 1001, 0, 1, 10000, RULE_SEND_FIN);
	expect_nothing(s);
}

/* Sent apart, sent again together */
static void fin_wait_1_timeout_joins_text_and_fin(struct kunit *test)
{
	struct script *s = script_established(test);

	user_writes(s, 100);
	expect(s, "P.", 1, 100, 1, 10000, RULE_SEND_PUSH);
	user_closes(s);
	expect(s, "F.", 101, 0, 1, 10000, RULE_SEND_FIN);
	expect_nothing(s);
	expires(s, 300, RULE_RESEND_RTO);
	expect(s, "FP.", 1, 100, 1, 10000, RULE_RESEND_RTO);
	expect_nothing(s);
	inject(s, ".", 1, 0, 102, 10000, RULE_ACK_FIN_WAIT_2);
	expect_nothing(s);
	no_timer(s);
}

/* The other side of it: only the FIN is new */
static void established_old_text_with_new_fin_taken(struct kunit *test)
{
	struct script *s = script_established(test);

	inject(s, "P.", 1, 100, 1, 10000, RULE_TEXT_IN_ORDER);
	inject(s, "FP.", 1, 100, 1, 10000, RULE_FIN_CLOSE_WAIT);
	now_in(s, TCB_CLOSE_WAIT, V_PEER_CLOSED);
	kept(s, 0, 0);
	expires(s, 40, RULE_ACK_DELAYED);
	expect(s, ".", 1, 0, 102, 9899, RULE_ACK_DELAYED);
	expect_nothing(s);
}

/* rfc9293: MUST-12 */
static void established_fin_with_text_closes(struct kunit *test)
{
	struct script *s = script_established(test);

	inject(s, "FP.", 1, 100, 1, 10000, RULE_FIN_CLOSE_WAIT);
	now_in(s, TCB_CLOSE_WAIT, V_READABLE | V_PEER_CLOSED);
	kept(s, 0, 100);
	expires(s, 40, RULE_ACK_DELAYED);
	expect(s, ".", 1, 0, 102, 9899, RULE_ACK_DELAYED);
	expect_nothing(s);
	no_timer(s);
}

/* The user hears of the FIN and closes: one segment says both */
static void established_fin_acked_with_ours(struct kunit *test)
{
	struct script *s = script_established(test);

	inject(s, "F.", 1, 0, 1, 10000, RULE_FIN_CLOSE_WAIT);
	expect_nothing(s);
	user_closes(s);
	expect(s, "F.", 1, 0, 2, 9999, RULE_SEND_FIN);
	expect_nothing(s);
}

static void established_fin_acked_at_once_if_asked(struct kunit *test)
{
	struct script *s = script_established(test);

	s->t.opt.quick_ack = 1;
	inject(s, "F.", 1, 0, 1, 10000, RULE_FIN_CLOSE_WAIT);
	expect(s, ".", 1, 0, 2, 9999, RULE_FIN_CLOSE_WAIT);
	no_timer(s);
}

static void established_fin_above_gap_waits(struct kunit *test)
{
	struct script *s = script_established(test);

	inject(s, "FP.", 101, 100, 1, 10000, RULE_TEXT_GAP);
	now_in(s, TCB_ESTABLISHED, 0);
	expect(s, ".", 1, 0, 1, 10000, RULE_TEXT_GAP);
	inject(s, "P.", 1, 100, 1, 10000, RULE_FIN_CLOSE_WAIT);
	now_in(s, TCB_CLOSE_WAIT, V_READABLE | V_PEER_CLOSED);
	expect(s, ".", 1, 0, 202, 9799, RULE_TEXT_FILLS);
	expect_nothing(s);
}

/* A FIN alone above a gap calls for a duplicate ACK like text would */
static void established_bare_fin_above_gap_waits(struct kunit *test)
{
	struct script *s = script_established(test);

	inject(s, "F.", 101, 0, 1, 10000, RULE_TEXT_GAP);
	now_in(s, TCB_ESTABLISHED, 0);
	expect(s, ".", 1, 0, 1, 10000, RULE_TEXT_GAP);
	expect_nothing(s);
	inject(s, "P.", 1, 100, 1, 10000, RULE_FIN_CLOSE_WAIT);
	now_in(s, TCB_CLOSE_WAIT, V_READABLE | V_PEER_CLOSED);
	expect(s, ".", 1, 0, 102, 9899, RULE_FIN_CLOSE_WAIT);
}

static void established_fin_beyond_window_not_taken(struct kunit *test)
{
	struct script *s = script_established(test);

	inject(s, "FP.", 1, 10001, 1, 10000, RULE_TEXT_IN_ORDER);
	now_in(s, TCB_ESTABLISHED, V_READABLE);
	kept(s, 0, 10000);
	expect(s, ".", 1, 0, 10001, 0, RULE_ACK_EVERY_SECOND);
	expect_nothing(s);
}

/* Exactly at the edge it is taken */
static void established_fin_at_edge_taken(struct kunit *test)
{
	struct script *s = script_established(test);

	inject(s, "FP.", 1, 10000, 1, 10000, RULE_FIN_CLOSE_WAIT);
	now_in(s, TCB_CLOSE_WAIT, V_READABLE | V_PEER_CLOSED);
	expect(s, ".", 1, 0, 10002, 0, RULE_ACK_EVERY_SECOND);
	expect_nothing(s);
}

static void close_wait_sends_text_then_fin(struct kunit *test)
{
	struct script *s = script_close_wait(test);

	user_writes(s, 100);
	expect(s, "P.", 1, 100, 2, 9999, RULE_SEND_PUSH);
	user_writes(s, 10);
	user_closes(s);
	now_in(s, TCB_LAST_ACK, 0);
	expect(s, "FP.", 101, 10, 2, 9999, RULE_SEND_FIN);
	inject(s, ".", 2, 0, 101, 10000, RULE_ACK_NEW);
	now_in(s, TCB_LAST_ACK, V_WRITABLE);
	inject(s, ".", 2, 0, 112, 10000, RULE_ACK_CLOSED);
	now_in(s, TCB_CLOSED, V_WRITABLE | V_DEAD);
}

static void fin_wait_1_close_again_changes_nothing(struct kunit *test)
{
	struct script *s = script_fin_wait_1(test);

	user_closes(s);
	now_in(s, TCB_FIN_WAIT_1, 0);
	expect_nothing(s);
}

static void closed_close_changes_nothing(struct kunit *test)
{
	struct script *s = script_begin(test);

	tcb_init(&s->t, &s->p);
	user_closes(s);
	now_in(s, TCB_CLOSED, 0);
	expect_nothing(s);
}

static void fin_wait_2_orphan_times_out(struct kunit *test)
{
	struct script *s = script_fin_wait_2(test);

	user_leaves(s);
	expires(s, 60000, RULE_ORPHAN_TIMEOUT);
	now_in(s, TCB_CLOSED, V_DEAD);
	expect_nothing(s);
}

static void fin_wait_1_orphan_timer_starts_in_fin_wait_2(struct kunit *test)
{
	struct script *s = script_fin_wait_1(test);

	user_leaves(s);
	passes(s, 250);
	inject(s, ".", 1, 0, 2, 10000, RULE_ACK_FIN_WAIT_2);
	expires(s, 60000, RULE_ORPHAN_TIMEOUT);
	now_in(s, TCB_CLOSED, V_DEAD);
}

static void fin_wait_2_orphan_fin_enters_time_wait(struct kunit *test)
{
	struct script *s = script_fin_wait_2(test);

	user_leaves(s);
	inject(s, "F.", 1, 0, 2, 10000, RULE_FIN_TIME_WAIT);
	now_in(s, TCB_TIME_WAIT, V_PEER_CLOSED | V_TIME_WAIT);
	expect(s, ".", 2, 0, 2, 9999, RULE_FIN_TIME_WAIT);
	no_timer(s);
}

/* Someone who can still read waits for the peer's FIN without a limit */
static void fin_wait_2_user_waits_for_ever(struct kunit *test)
{
	struct script *s = script_fin_wait_2(test);

	passes(s, 10 * 60000);
	no_timer(s);
}

static struct kunit_case cases[] = {
	SCRIPT_CASE(fin_wait_2_fin_enters_time_wait),
	SCRIPT_CASE(fin_wait_1_fin_with_ack_enters_time_wait),
	SCRIPT_CASE(closing_ack_enters_time_wait),
	SCRIPT_CASE(closing_fin_lost_sent_again),
	SCRIPT_CASE(last_ack_ack_closes),
	SCRIPT_CASE(last_ack_old_ack_waits),
	SCRIPT_CASE(fin_wait_1_timeouts_end),
	SCRIPT_CASE(established_close_sends_text_first),
	SCRIPT_CASE(established_close_pushes_held_text),
	SCRIPT_CASE(established_close_fin_waits_for_window),
	SCRIPT_CASE(fin_wait_1_timeout_joins_text_and_fin),
	SCRIPT_CASE(established_old_text_with_new_fin_taken),
	SCRIPT_CASE(established_fin_with_text_closes),
	SCRIPT_CASE(established_fin_acked_with_ours),
	SCRIPT_CASE(established_fin_acked_at_once_if_asked),
	SCRIPT_CASE(established_fin_above_gap_waits),
	SCRIPT_CASE(established_bare_fin_above_gap_waits),
	SCRIPT_CASE(established_fin_beyond_window_not_taken),
	SCRIPT_CASE(established_fin_at_edge_taken),
	SCRIPT_CASE(close_wait_sends_text_then_fin),
	SCRIPT_CASE(fin_wait_1_close_again_changes_nothing),
	SCRIPT_CASE(closed_close_changes_nothing),
	SCRIPT_CASE(fin_wait_2_orphan_times_out),
	SCRIPT_CASE(fin_wait_1_orphan_timer_starts_in_fin_wait_2),
	SCRIPT_CASE(fin_wait_2_orphan_fin_enters_time_wait),
	SCRIPT_CASE(fin_wait_2_user_waits_for_ever),
	{}
};

struct kunit_suite glass_closing = {
	.name = "glass_closing",
	.test_cases = cases,
};
